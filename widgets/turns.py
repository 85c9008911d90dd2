"""Who is computed first where many wait: what answers a hand, films, pages, and last training.

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
    TRAINING = 3


class Turns:
    """Lets one thread compute at a time: of the first rank that waits, whoever came first."""

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
        self._take(rank, next(self._tickets))
        try:
            yield
        finally:
            self._give()

    def let_others(self, rank: Rank) -> None:
        """Go on with a turn as of this rank or its own, after whoever is to go first then.

        Not within a function that `st.cache_data` keeps: who asks it for the same value meanwhile
        would wait with the turn for whoever waits for the turn.
        """
        if (held := self._held()) is None:
            return
        self._mine.rank = rank = max(rank, held)
        ticket: int = self._mine.ticket
        with self._guard:
            goes_on = not self._waiting or (rank, ticket) < self._waiting[0][:2]
        if not goes_on:
            self._give()
            self._take(rank, ticket)

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def _held(self) -> Rank | None:
        """Return the rank of the turn that this thread has; None where it has none."""
        return getattr(self._mine, "rank", None)

    def _take(self, rank: Rank, ticket: int) -> None:
        with self._guard:
            free, self._taken = not self._taken, True
            if not free:
                mine = Lock()
                mine.acquire()
                heappush(self._waiting, (rank, ticket, mine))
        if not free:
            # Whoever goes before opens it.
            mine.acquire()
        self._mine.rank, self._mine.ticket = rank, ticket

    def _give(self) -> None:
        self._mine.rank = None
        with self._guard:
            if self._waiting:
                heappop(self._waiting)[-1].release()
            else:
                self._taken = False


turns = Turns()
