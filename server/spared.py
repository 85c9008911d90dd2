"""What Streamlit and Python do again and again while learners wait, and need to do once."""

import gc
import socket
from functools import cache

from streamlit import config


def read_options_once() -> None:
    """Read the options of a section once: each run sends all themes, a tenth of what a move costs.

    Streamlit goes through all of its options for each of them; none changes while it serves.
    """
    config.get_options_for_section = cache(config.get_options_for_section)


def keep_what_is_warm() -> None:
    """Let collections of garbage pass over what has been loaded: looking it through takes 0.1 s."""
    gc.collect()
    gc.freeze()


def send_at_once() -> None:
    """Send small messages at once, without waiting for what went before to be acknowledged.

    asyncio sees to that only where a socket was made by the name of its protocol, and Streamlit's
    is not: kept connections then answer 40 ms late. What is accepted inherits it from who listens.
    """
    for each in gc.get_objects():
        if (
            type(each) is socket.socket
            # One that is closed may still lie about.
            and each.fileno() >= 0
            and each.family in (socket.AF_INET, socket.AF_INET6)
            and each.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
        ):
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
