"""What sets β, the price of a nat, from step to step: a rope that is fixed or adaptive."""

import math
from dataclasses import dataclass, replace
from typing import Protocol, Self

import numpy as np

from kl_core._validation import number

# Where adaptive rules stop: no run comes back from further out.
LEAST_BETA, LARGEST_BETA = 1e-12, 1e12


class Controller(Protocol):
    """What sets β from step to step."""

    @property
    def beta(self) -> float:
        """The price of a nat of KL at this step."""

    def after(self, kl: float) -> Self:
        """Return the controller for the next step, given the KL of this one, in nats.

        An estimate may fall below 0. Infinity is an answer, too: the policy does what the other
        rules out. Whatever else is no number raises ValueError.
        """


@dataclass(frozen=True)
class FixedKL:
    """β stays as it is; 0 means no rope.

    Raises
    ------
    ValueError
        If `beta` is negative or not finite.
    """

    beta: float

    def __post_init__(self) -> None:
        """Refuse what is no price."""
        object.__setattr__(self, "beta", number(self.beta, "beta", least=0))

    def after(self, kl: float) -> Self:
        """Return itself, or raise ValueError for what is no KL."""
        _estimate(kl)
        return self


@dataclass(frozen=True)
class AdaptiveKL:
    """The rule of the PPO paper: halve β when KL is below target/1.5, double it above 1.5·target.

    Raises
    ------
    ValueError
        If `beta` or `target` is not a finite number above 0.

    References
    ----------
    Schulman et al. (2017), arXiv 1707.06347, section 4.

    Examples
    --------
    >>> AdaptiveKL(0.1, target=6).after(3).beta, AdaptiveKL(0.1, target=6).after(10).beta
    (0.05, 0.2)
    """

    beta: float
    target: float

    def __post_init__(self) -> None:
        """Refuse what no rule can follow."""
        for name in ("beta", "target"):
            object.__setattr__(self, name, number(getattr(self, name), name, above=0))

    def after(self, kl: float) -> Self:
        """Return the controller for the next step, or raise ValueError for what is no KL."""
        kl = _estimate(kl)
        if kl < self.target / 1.5:
            return replace(self, beta=max(self.beta / 2, LEAST_BETA))
        if kl > 1.5 * self.target:
            return replace(self, beta=min(self.beta * 2, LARGEST_BETA))
        return self


@dataclass(frozen=True)
class ProportionalKL:
    """The rule of Ziegler et al.: β grows by K·e of itself, e = KL/target − 1 cut off at ±0.2.

    Raises
    ------
    ValueError
        If `beta`, `target` or `gain` is not a finite number above 0, or `gain` is 5 or more.

    References
    ----------
    Ziegler et al. (2019), arXiv 1909.08593, section 2.2.

    Examples
    --------
    >>> round(ProportionalKL(0.1, target=6).after(60).beta, 6)
    0.102
    """

    beta: float
    target: float
    gain: float = 0.1

    def __post_init__(self) -> None:
        """Refuse what no rule can follow."""
        for name in ("beta", "target"):
            object.__setattr__(self, name, number(getattr(self, name), name, above=0))
        gain = number(self.gain, "gain", above=0, below=5, otherwise=", or β could turn negative")
        object.__setattr__(self, "gain", gain)

    def after(self, kl: float) -> Self:
        """Return the controller for the next step, or raise ValueError for what is no KL."""
        error = min(max(_estimate(kl) / self.target - 1, -0.2), 0.2)
        beta = self.beta * (1 + self.gain * error)
        return replace(self, beta=min(max(beta, LEAST_BETA), LARGEST_BETA))


def _estimate(kl: float) -> float:
    """Return `kl` as a float, or raise ValueError unless it is a number or infinite."""
    if isinstance(kl, float | np.floating) and kl == math.inf:
        return math.inf
    return number(kl, "kl", otherwise=" or inf")
