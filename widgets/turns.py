"""Who is computed first where many wait: the answer to a hand, then films, then whole pages.

Python runs one thread at a time. Threads that share it make everybody wait for everybody: an answer
of 10 ms takes a second beside twenty pages. So they take turns, and what can wait, waits.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from heapq import heappop, heappush
from itertools import count
from threading import Lock, local


class Rank(IntEnum):
    """What goes first."""

    ANSWER = 0
    FILM = 1
    PAGE = 2
    LONG = 3


class Turns:
    """Lets one thread compute at a time, the one of the first rank that has waited longest."""

    def __init__(self) -> None:
        """Begin with nobody waiting."""
        self._guard = Lock()
        self._taken = False
        self._waiting: list[tuple[Rank, int, Lock]] = []
        self._tickets = count()
        self._mine = local()

    @contextmanager
    def turn(self, rank: Rank) -> Iterator[None]:
        """Wait for a turn, and keep it; within a turn others of a higher rank may go first."""
        if (held := self._held()) is not None:
            self.let_others(held)
            yield
            return
        self._take(rank)
        try:
            yield
        finally:
            self._give()

    def let_others(self, rank: Rank) -> None:
        """Go on with a turn as of that rank or its own, after whoever waits with a higher one."""
        if (held := self._held()) is None:
            return
        self._mine.rank = rank = max(rank, held)
        with self._guard:
            first = not self._waiting or self._waiting[0][0] >= rank
        if not first:
            self._give()
            self._take(rank)

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def _held(self) -> Rank | None:
        """Return the rank of the turn that this thread has; None where it has none."""
        return getattr(self._mine, "rank", None)

    def _take(self, rank: Rank) -> None:
        with self._guard:
            free, self._taken = not self._taken, True
            if not free:
                mine = Lock()
                mine.acquire()
                heappush(self._waiting, (rank, next(self._tickets), mine))
        if not free:
            # Whoever goes before opens it.
            mine.acquire()
        self._mine.rank = rank

    def _give(self) -> None:
        self._mine.rank = None
        with self._guard:
            if self._waiting:
                heappop(self._waiting)[-1].release()
            else:
                self._taken = False


turns = Turns()
