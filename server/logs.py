"""What the server writes down: no line says who asked, or for what view."""

import logging
import sys

ACCESS = logging.getLogger("server.access")
# Their warnings repeat what the access log says, with a traceback or what a stranger has sent.
_SAID_ALREADY = (
    "streamlit.web.server.starlette.starlette_websocket",
    "streamlit.web.server.starlette.starlette_routes",
)


def set_up() -> None:
    """Write lines of the server to standard error, and let others write no addresses of people."""
    log = logging.getLogger("server")
    if not log.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        log.addHandler(handler)
        log.setLevel(logging.INFO)
        log.propagate = False
    for name in _SAID_ALREADY:
        logging.getLogger(name).setLevel(logging.ERROR)
    logging.getLogger("uvicorn.access").disabled = True
    logging.getLogger("uvicorn.error").addFilter(_tells_nobody)


def _tells_nobody(record: logging.LogRecord) -> bool:
    """Return whether a line of Uvicorn's is not one that names who opens a WebSocket, and where."""
    return not (isinstance(record.msg, str) and record.msg.startswith('%s - "WebSocket'))
