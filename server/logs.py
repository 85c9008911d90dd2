"""What the server writes down: a line for each thing, and not who asked, or for what view."""

import logging
import sys
from pathlib import Path
from traceback import extract_tb

ACCESS = logging.getLogger("server.access")
# Their warnings repeat what the access log says, and what a stranger has sent.
_SAID_ALREADY = (
    "streamlit.web.server.starlette.starlette_websocket",
    "streamlit.web.server.starlette.starlette_routes",
)
_PLACES = 4


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
    logging.getLogger("uvicorn.error").addFilter(_worth_a_line)
    logging.setLogRecordFactory(_record)


def _worth_a_line(record: logging.LogRecord) -> bool:
    """Return whether a line of Uvicorn's names nobody, and repeats no refusal."""
    text = str(record.msg)
    return not text.startswith(('%s - "WebSocket', "ASGI callable returned without completing"))


def _record(*args: object, **kwargs: object) -> logging.LogRecord:
    """Return a record that says of an error what and where, in its line.

    Its message may hold what a learner has typed, and its traceback fills a screen each time.
    `--logger.enableRich true` shows tracebacks to whoever writes a lesson.
    """
    record = logging.LogRecord(*args, **kwargs)  # type: ignore[arg-type]
    if record.exc_info and record.exc_info[1]:
        record.msg = f"{record.getMessage().strip()}: {_in_a_line(record.exc_info[1])}"
        record.args = ()
        record.exc_info = None
    return record


def _in_a_line(error: BaseException) -> str:
    frames = extract_tb(error.__traceback__)[-_PLACES:]
    places = (f"{'/'.join(Path(each.filename).parts[-3:])}:{each.lineno}" for each in frames)
    return " < ".join([type(error).__name__, *reversed([*places])])
