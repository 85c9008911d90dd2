"""A run of training that a page can show while it goes, stop, go on with and keep."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Lock

from kl_core.rlhf import Record
from kl_core.rlhf.policy import Account

# Exact figures cost as much as two steps of training.
EXACT_EVERY = 5
TEXT_EVERY = 15


@dataclass(eq=False)
class TrainingRun:
    """What a run has done so far, as numbers and sentences; of policies only the latest is kept.

    Attributes
    ----------
    name : str
        What the learner reads.
    records : iterator of Record
        The training itself, which goes on where it was left.
    start : Account
        Of the reference, at step 0.
    last : int
        Steps that the run takes.
    target : float, optional
        The KL in nats that its rope aims at; a fixed rope has none.
    """

    name: str
    records: Iterator[Record]
    start: Account
    last: int
    target: float | None = None
    reward: list[float] = field(default_factory=list)
    spread: list[float] = field(default_factory=list)
    judge: list[tuple[float, float]] = field(default_factory=list)
    kl: list[tuple[float, float]] = field(default_factory=list)
    beta: list[float] = field(default_factory=list)
    clipped: list[float] = field(default_factory=list)
    exact: dict[int, Account] = field(default_factory=dict)
    sentences: dict[int, str] = field(default_factory=dict)
    latest: Record | None = None
    _turn: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        """Begin with the reference."""
        self.exact[0] = self.start

    @property
    def steps(self) -> int:
        """How many steps are done."""
        return len(self.reward)

    @property
    def done(self) -> bool:
        """Whether all steps are done."""
        return self.steps >= self.last

    @property
    def end(self) -> Account:
        """The exact figures of the policy when they were last worked out."""
        return self.exact[max(self.exact)]

    @property
    def stride(self) -> float:
        """D(π after ‖ π before) of the latest step in nats; 0 before the first."""
        # Worked out when asked for: at every exact step it would double the time of a run.
        return self.latest.kl_previous if self.latest else 0.0

    def advance(self) -> None:
        """Take one step, unless all are done."""
        # Streamlit answers the next control in a thread of its own, before it has stopped this one.
        with self._turn:
            if not self.done:
                self._take_down(next(self.records))

    def settle(self) -> None:
        """Work out the exact figures of the latest step, wherever the run has been stopped."""
        with self._turn:
            self._settle()

    def _take_down(self, record: Record) -> None:
        batch = record.batch
        self.spread.append(record.reward[1] * len(batch.tokens) ** 0.5)
        self.judge.append(record.judge)
        self.kl.append(record.kl)
        self.beta.append(record.beta)
        self.clipped.append(record.clipped)
        self.reward.append(record.reward[0])
        self.latest = record
        if record.step % EXACT_EVERY == 0 or record.step in (1, self.last):
            self._settle()
        if record.step % TEXT_EVERY == 0 or record.step in (1, self.last):
            self.sentences[record.step] = batch.policy.model.decode(batch.tokens[0])

    def _settle(self) -> None:
        if self.latest and self.steps not in self.exact:
            self.exact[self.steps] = self.latest.exact
