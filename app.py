"""The served application: ``streamlit run app.py``, or any ASGI server with ``app:app``.

An `st.App`, because a plain ``pages/`` beside the main script puts Streamlit into its old
multipage mode until the first visitor has run `st.navigation`, and a cold deep link then fails.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from threading import Thread

import secure
import streamlit as st
from secure.middleware import SecureASGIMiddleware
from starlette.middleware import Middleware

from widgets.chart import files
from widgets.early import ToldEarly

HEADERS = secure.Secure(
    csp=secure.ContentSecurityPolicy()
    .default_src("'self'")
    # Streamlit's page has one inline script, and its components are modules made in the browser.
    .script_src("'self'", "'unsafe-inline'", "blob:")
    .style_src("'self'", "'unsafe-inline'")
    .img_src("'self'", "data:", "blob:")
    .font_src("'self'", "data:")
    .worker_src("'self'", "blob:")
    .object_src("'none'")
    .base_uri("'self'")
    .form_action("'self'")
    # Any course page may embed a lesson: there is no login, and nothing to trick a click into.
    .frame_ancestors("*"),
    permissions=secure.PermissionsPolicy().geolocation().camera().microphone(),
    referrer=secure.ReferrerPolicy().strict_origin_when_cross_origin(),
    xcto=secure.XContentTypeOptions().nosniff(),
)


def load() -> None:
    """Load what the first visitor would wait for: the mathematics, Plotly, and files for charts."""
    import_module("kl_core")
    plotly = import_module("plotly.graph_objects")
    plotly.Figure(plotly.Bar()).to_json()
    files.compress()


@asynccontextmanager
async def warm_up(_: st.App) -> AsyncIterator[None]:
    """Load beside the server, which can send the page to a first browser meanwhile."""
    Thread(target=load, daemon=True).start()
    yield


app = st.App(
    "pages/main.py",
    lifespan=warm_up,
    routes=files.ROUTES,
    middleware=[Middleware(SecureASGIMiddleware, secure=HEADERS), Middleware(ToldEarly)],
)
