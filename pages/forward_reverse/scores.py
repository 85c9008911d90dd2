"""How the game is scored, what it says, and when somebody's score is beaten."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from charts.units import Unit
from charts.wording import amount, counted, digits_apart
from kl_core import GaussianMixture
from pages.forward_reverse.numbers import NAMES, ROUNDING, Bell, both_ways, covering, seeking

Game = Literal["forward", "reverse", "target"]

GAMES: dict[str, Game] = {
    "make D(P‖Q) least: cover": "forward",
    "make D(Q‖P) least: seek": "reverse",
    "hit a target D(P‖Q) in few moves": "target",
}
# Scores that differ by no more are the same: a link has six digits of one.
SAME = 1e-5


@dataclass(frozen=True)
class Attempt:
    """How a Q does in the game: the divergence that is asked for, and its own, in nats."""

    goal: float
    mine: float

    @property
    def off(self) -> float:
        """How much too large its own is; what rounding has left of a zero is zero."""
        off = self.mine - self.goal
        return off if abs(off) > ROUNDING else 0.0

    @property
    def allowed(self) -> float:
        """How far off still wins."""
        return max(0.01 * self.goal, 0.001)

    @property
    def won(self) -> bool:
        """Whether it is near enough."""
        return abs(self.off) <= self.allowed


@dataclass(frozen=True)
class Challenge:
    """Somebody's score: how far off, in nats, and in how many moves."""

    off: float
    moves: int

    @classmethod
    def of(cls, off: float, moves: int) -> "Challenge | None":
        """Return the score that a link asks to beat; None where it asks for nothing, or in part."""
        return cls(off, moves) if off >= 0 and moves > 0 else None

    def is_as_near(self, tried: Attempt) -> bool:
        """Say whether that Q is exactly as far off."""
        return math.isclose(abs(tried.off), self.off, rel_tol=SAME, abs_tol=ROUNDING)

    def is_beaten(self, tried: Attempt, moves: int) -> bool:
        """Say whether that Q, after so many moves, is nearer; or as near in fewer."""
        if not 0 < moves <= self.moves:
            return False
        return moves < self.moves if self.is_as_near(tried) else abs(tried.off) < self.off


def attempt(
    p: GaussianMixture, q: Bell, game: Game, number: int, held: float | None = None
) -> Attempt:
    """Return how Q does; `number` says which target is to be hit, if one is."""
    forward, reverse = both_ways(p, q, math.e)
    if game == "reverse":
        return Attempt(seeking(p, held)[0].divergence, reverse)
    least = covering(p, held).divergence
    if game == "forward":
        return Attempt(least, forward)
    # Always one that can be reached.
    return Attempt(least + float(np.random.default_rng(number).uniform(0.1, 2.5)), forward)


def score_in_words(game: Game, tried: Attempt, moves: int, unit: Unit) -> str:
    """Say what the game asks for, and how near the learner's Q comes."""
    name = NAMES["reverse" if game == "reverse" else "forward"]
    goal = amount(tried.goal / unit.nats, unit.name)
    aim = (
        f"Make {name} equal **{goal}**"
        if game == "target"
        else f"The least possible {name} is **{goal}**"
    )
    judged = "too much" if tried.off > 0 else "too little" if tried.off < 0 else "off"
    off, allowed = abs(tried.off) / unit.nats, tried.allowed / unit.nats
    # As many digits as it takes to see that it is not within.
    digits = 4 if tried.won else digits_apart(off, allowed, 4)
    score = (
        f"{aim}. Yours is {amount(tried.mine / unit.nats, unit.name)}: "
        f"**{amount(off, unit.name, digits)}** {judged}."
    )
    need = amount(allowed, unit.name, digits)
    if not tried.won:
        return f"{score} Within {need} you win. Moves so far: {moves}."
    tries = f", in {counted(moves, 'move')}" if moves else ""
    return f"{score} That is within {need}: you have it{tries}."


def challenge_in_words(challenge: Challenge, tried: Attempt, moves: int, unit: Unit) -> str:
    """Say which score is to be beaten, and whether it is."""
    mine, theirs = abs(tried.off) / unit.nats, challenge.off / unit.nats
    digits = 4 if challenge.is_as_near(tried) else digits_apart(mine, theirs, 4)
    aim = (
        f"**Beat {amount(theirs, unit.name, digits)}** off, in at most "
        f"{counted(challenge.moves, 'move')}; as near in fewer counts, too."
    )
    here = f"{amount(mine, unit.name, digits)} off after {counted(moves, 'move')}"
    if challenge.is_beaten(tried, moves):
        return f"{aim} You are {here}: **beaten!**"
    if moves > challenge.moves:
        return f"{aim} You are {here}: too many. Try again."
    return f"{aim} You are {here}: not yet."
