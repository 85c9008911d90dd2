"""What sets β, the price of a nat, from step to step: a rope that is fixed or adaptive."""

import math
from dataclasses import dataclass, replace
from typing import Protocol, Self

from kl_core.rlhf._validation import check_above_zero

# Where adaptive rules stop: no run comes back from further out.
LEAST_BETA, LARGEST_BETA = 1e-12, 1e12


class Controller(Protocol):
    """What sets β from step to step."""

    @property
    def beta(self) -> float:
        """The price of a nat of KL at this step."""

    def after(self, kl: float) -> Self:
        """Return the controller for the next step, given the KL of this one, in nats."""


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
        if not 0 <= self.beta < math.inf:
            raise ValueError(f"beta must be a finite number, at least 0, got {self.beta!r}")

    def after(self, kl: float) -> Self:  # noqa: ARG002  # fixed
        """Return itself."""
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
        check_above_zero(beta=self.beta, target=self.target)

    def after(self, kl: float) -> Self:
        """Return the controller for the next step."""
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
        check_above_zero(beta=self.beta, target=self.target, gain=self.gain)
        if self.gain >= 5:
            raise ValueError(f"gain must be below 5, or β could turn negative; got {self.gain!r}")

    def after(self, kl: float) -> Self:
        """Return the controller for the next step."""
        error = min(max(kl / self.target - 1, -0.2), 0.2)
        beta = self.beta * (1 + self.gain * error)
        return replace(self, beta=min(max(beta, LEAST_BETA), LARGEST_BETA))
