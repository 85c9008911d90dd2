"""All that a request passes on its way to Streamlit, from the outside in."""

import streamlit
from secure.middleware import SecureASGIMiddleware
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp

from server.access import AccessLog
from server.doors import NotFound, Sizes
from server.headers import security_headers
from server.health import Health
from server.life import Life
from server.settings import Settings
from server.sockets import Sockets
from server.static import StaticFiles


def middleware(settings: Settings, life: Life) -> list[Middleware]:
    """Return what stands in front of Streamlit: pure ASGI, for its cost is every message's."""
    return [
        Middleware(AccessLog, which=settings.access_log),
        Middleware(SecureASGIMiddleware, secure=security_headers(settings.frame_ancestors)),
        Middleware(Health, life),
        Middleware(Sizes),
        Middleware(_trusted_hosts),
        Middleware(Sockets, most=settings.sessions),
        Middleware(StaticFiles, life),
        Middleware(NotFound),
    ]


def _trusted_hosts(app: ASGIApp) -> ASGIApp:
    """Refuse requests for other hosts than those a host has named to Streamlit, if any."""
    hosts = streamlit.get_option("server.allowedHosts")
    return TrustedHostMiddleware(app, hosts or ["*"], www_redirect=False)
