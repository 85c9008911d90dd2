"""How busy this server is, and at which pace browsers may therefore ask.

At pace 1 a film has every picture and a drag tells the server often; at 2, 4 and 8 films are that
much coarser, and browsers wait that much longer before they ask for what can wait. A press always
goes out.
"""

import os
import time
from collections.abc import Callable
from threading import Lock

# From which share of one processor on the pace is which.
PACES = {0.0: 1, 0.4: 2, 0.6: 4, 0.85: 8}
# Over so many seconds.
OF_LATE = 1.0
# For whoever looks at how one pace feels, whatever else the machine does.
FIXED = "KL_PACE"

Clock = Callable[[], float]


class Gauge:
    """Which share of one processor a process uses, read now and then.

    Parameters
    ----------
    now, used : callable
        Seconds that have passed, and those of them that the process has computed.
    """

    def __init__(self, now: Clock = time.monotonic, used: Clock = time.process_time) -> None:
        """Begin at rest."""
        self._now, self._used = now, used
        self._since = now(), used()
        self._share = 0.0
        self._guard = Lock()

    def share(self) -> float:
        """Return the share over the last second, or since this was last asked."""
        with self._guard:
            now, used = self._now(), self._used()
            passed = now - self._since[0]
            if passed >= OF_LATE:
                self._share = (used - self._since[1]) / passed
                self._since = now, used
            return self._share


_gauge = Gauge()


def pace() -> int:
    """Return the pace: 1 at ease, up to 8 under pressure; or the one that is fixed."""
    if fixed := os.environ.get(FIXED):
        return int(fixed)
    share = _gauge.share()
    return max(speed for least, speed in PACES.items() if share >= least)
