"""Security headers: what a browser may load, and who may show a lesson in a frame."""

import secure

from server import page


def security_headers(frame_ancestors: tuple[str, ...]) -> secure.Secure:
    """Return the headers of every answer; `frame_ancestors` may show a lesson in a frame."""
    policy = (
        secure.ContentSecurityPolicy()
        .default_src("'none'")
        .connect_src("'self'")
        # Streamlit's components are modules made in the browser.
        .script_src("'self'", "blob:", *page.scripts())
        # Streamlit, KaTeX and Plotly style what they draw as they draw it.
        .style_src("'self'", "'unsafe-inline'")
        # Plotly makes a picture of a chart.
        .img_src("'self'", "data:", "blob:")
        .font_src("'self'", "data:")
        .base_uri("'none'")
        .form_action("'none'")
        .frame_ancestors(*frame_ancestors)
    )
    return secure.Secure(
        csp=policy,
        permissions=secure.PermissionsPolicy().geolocation().camera().microphone(),
        referrer=secure.ReferrerPolicy().strict_origin_when_cross_origin(),
        xcto=secure.XContentTypeOptions().nosniff(),
        # Links that open a new tab still may.
        coop=secure.CrossOriginOpenerPolicy().same_origin_allow_popups(),
        corp=secure.CrossOriginResourcePolicy().same_origin(),
    )
