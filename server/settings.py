"""What a host may set, by environment variables; docs/hosting.md says when.

Streamlit's own settings, such as `STREAMLIT_SERVER_ALLOWED_HOSTS`, hold beside these.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

ACCESS_LOGS = ("all", "refused", "none")
T = TypeVar("T")


@dataclass(frozen=True)
class Settings:
    """What a host has set.

    Attributes
    ----------
    frame_ancestors : tuple of str
        Which sites may show a lesson in a frame, as Content-Security-Policy writes them.
    access_log : str
        Which requests are logged, of `ACCESS_LOGS`; no probe and no static file that is served.
    drain_seconds : float
        How long the server goes on after the word to end, while no new learner is sent to it.
    sessions : int
        How many browsers may be connected at once.
    """

    frame_ancestors: tuple[str, ...] = ("*",)
    access_log: str = "refused"
    drain_seconds: float = 0.0
    sessions: int = 2000


def settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of an environment.

    Raises
    ------
    ValueError
        If one makes no sense; the message names it and says what would.
    """

    def read(name: str, default: T, meant: Callable[[str], T], expected: str) -> T:
        text = environment.get(name, "").strip()
        try:
            return meant(text) if text else default
        except ValueError:
            raise ValueError(f"{name}: expected {expected}, got {text!r}") from None

    return Settings(
        read("KL_FRAME_ANCESTORS", ("*",), _sources, "sites, parted by blanks, self or none"),
        read("KL_ACCESS_LOG", "refused", _access_log, f"one of {', '.join(ACCESS_LOGS)}"),
        read("KL_DRAIN_SECONDS", 0.0, _seconds, "seconds from 0 to 600"),
        read("KL_SESSIONS", 2000, _positive, "a whole number above 0"),
    )


def _sources(text: str) -> tuple[str, ...]:
    # Either would begin another directive, or another policy.
    if ";" in text or "," in text or not text.isascii() or not text.isprintable():
        raise ValueError
    return tuple(f"'{each}'" if each in ("self", "none") else each for each in text.split())


def _access_log(text: str) -> str:
    if text not in ACCESS_LOGS:
        raise ValueError
    return text


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds <= 600:
        raise ValueError
    return seconds


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number
