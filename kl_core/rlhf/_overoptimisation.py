"""What optimising a reward model too far does: best-of-n, and the curves of Gao et al."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln

from kl_core._validation import Array, NumberOrArray, finite_array, whole

Form = Literal["rl", "best-of-n"]


def best_of_n_kl(n: int) -> float:
    """Return log n − (n − 1)/n in nats: no best of n lies further from the reference.

    It is the divergence itself only where no two of n draws can tie, as with continuous rewards; of
    sequences one may be drawn twice, and it is a bound, close while each of them is rare.

    Raises
    ------
    ValueError
        If `n` is below 1.

    References
    ----------
    Stiennon et al. (2020), arXiv 2009.01325; a bound: Beirami et al. (2024), arXiv 2401.01879.

    Examples
    --------
    >>> best_of_n_kl(1), round(best_of_n_kl(64), 3)
    (0.0, 3.175)

    Of two equally likely sequences, the better one is the best of two draws three times in four:

    >>> round(best_of_n_kl(2), 3), round(best_of_n_kl_estimate([0, 1], 2), 3)
    (0.193, 0.131)
    """
    n = whole(n, "n")
    return math.log(n) - (n - 1) / n


def best_of_n_kl_estimate(rewards: ArrayLike, n: int) -> float:
    """Return the divergence of best-of-n in nats, from the rewards of a sample; ties lower it.

    With a share m of the sample at one reward and F at most there, best-of-n ends there with
    chance Fⁿ − (F − m)ⁿ, and picks among its sequences as the reference would.

    Parameters
    ----------
    rewards : array_like, shape (samples,)
        Of sequences drawn from the reference.
    n : int
        Draws of which the best is kept; far fewer than there are samples.

    Raises
    ------
    ValueError
        If `n` is below 1 or a reward is not finite.

    Examples
    --------
    >>> round(best_of_n_kl_estimate([0, 1], 2), 4)
    0.1308
    """
    n = whole(n, "n")
    rewards = finite_array(rewards, "rewards")
    if rewards.ndim != 1 or not rewards.size:
        raise ValueError(f"rewards must be one for each sample, got shape {rewards.shape}")
    _, tied = np.unique(rewards, return_counts=True)
    size = tied.sum()
    share, upto = tied / size, tied.cumsum() / size
    ends = upto**n - np.append(0.0, upto[:-1]) ** n
    # A chance that has underflowed adds nothing.
    seen = ends > 0
    return float(max((ends[seen] * np.log(ends[seen] / share[seen])).sum(), 0.0))


def best_of_n_mean(rewards: ArrayLike, values: ArrayLike, n: int) -> tuple[float, float]:
    """Return the mean value of the best of n, by reward, and its standard error.

    Averaged over every choice of n from the sample (Nakano et al. 2021, arXiv 2112.09332, appendix
    I), so that nothing is drawn anew; where rewards tie, the values are averaged.

    Parameters
    ----------
    rewards, values : array_like, shape (samples,)
        What the best is chosen by, and what is averaged.
    n : int
        From 1 to the number of samples.

    Raises
    ------
    ValueError
        If `n` is not among them, shapes differ or a number is not finite.

    Examples
    --------
    >>> best_of_n_mean([1, 2, 3], [10, 20, 30], 3)[0]
    30.0
    """
    rewards, values = finite_array(rewards, "rewards"), finite_array(values, "values")
    if rewards.ndim != 1 or rewards.shape != values.shape:
        raise ValueError(
            f"rewards and values must be as long as each other, got shapes {rewards.shape} and "
            f"{values.shape}"
        )
    size = rewards.size
    if not size:
        raise ValueError("rewards must hold at least one sample, got none")
    whole(n, "n", most=size)
    _, place, tied = np.unique(rewards, return_inverse=True, return_counts=True)
    upto = tied.cumsum()

    def all_among(count: Array) -> Array:
        """Return the chance that n of the sample are all among the `count` lowest."""
        safe = np.maximum(count, n)
        logs = gammaln(safe + 1) - gammaln(safe - n + 1) - gammaln(size + 1) + gammaln(size - n + 1)
        return np.where(count >= n, np.exp(logs), 0.0)

    weights = ((all_among(upto) - all_among(upto - tied)) / tied)[place]
    weights /= weights.sum()
    mean = float(weights @ values)
    # The infinitesimal jackknife: one more sample at a reward changes the mean of those that tie
    # with it, and how often every reward is the best.
    share, below = upto / size, np.append(0, upto[:-1]) / size
    means = np.bincount(place, values) / tied
    within = ((share**n - below**n) * size / tied)[place] * (values - means[place])
    steps = -n * share[:-1] ** (n - 1) * np.diff(means)
    chosen = np.append(steps[::-1].cumsum()[::-1], 0.0)[place]
    return mean, float(np.sqrt(((within + chosen - chosen.mean()) ** 2).sum())) / size


@dataclass(frozen=True)
class OverOptimisation:
    """A curve of Gao et al. through measured scores, as a function of d = √KL.

    Attributes
    ----------
    form : str
        ``"rl"``: d·(α − β·log d); ``"best-of-n"``: d·(α − β·d).
    alpha, beta : float
        The coefficients. This β has nothing to do with the penalty's.
    r_squared : float
        Share of the variance that the curve explains; NaN when there is none.
    """

    form: Form
    alpha: float
    beta: float
    r_squared: float

    def at(self, distance: ArrayLike) -> NumberOrArray:
        """Return the gain over the reference at d, shape as `distance`."""
        d = finite_array(distance, "distance")
        return d * (self.alpha - self.beta * _bend(d, self.form))

    @property
    def peak(self) -> float:
        """The d above 0 at which the curve is highest; NaN where there is none."""
        if self.beta <= 0 or (self.alpha <= 0 and self.form == "best-of-n"):
            return math.nan
        ratio = self.alpha / self.beta
        if self.form == "best-of-n":
            return ratio / 2
        with np.errstate(over="ignore"):
            return float(np.exp(ratio - 1))


def fit_over_optimisation(distance: ArrayLike, gain: ArrayLike, form: Form) -> OverOptimisation:
    """Return the curve of Gao et al. with the least squared error.

    Parameters
    ----------
    distance : array_like, shape (n,)
        d = √KL, with KL in nats; at least 0.
    gain : array_like, shape (n,)
        Scores less the reference's.
    form : str
        ``"rl"`` or ``"best-of-n"``.

    Raises
    ------
    ValueError
        If the form is another, there are fewer than three points, shapes differ, or a distance is
        negative.

    References
    ----------
    Gao, Schulman & Hilton (2022), arXiv 2210.10760, section 3.

    Examples
    --------
    >>> d = np.array([1.0, 2.0, 3.0])
    >>> fit = fit_over_optimisation(d, d * (3 - 0.5 * d), "best-of-n")
    >>> round(fit.alpha, 6), round(fit.beta, 6), round(fit.peak, 6)
    (3.0, 0.5, 3.0)
    """
    if form not in ("rl", "best-of-n"):
        raise ValueError(f"form must be 'rl' or 'best-of-n', got {form!r}")
    d, gains = finite_array(distance, "distance"), finite_array(gain, "gain")
    if d.ndim != 1 or d.shape != gains.shape or d.size < 3:
        raise ValueError(
            f"distance and gain must hold the same number of points, at least 3; got shapes "
            f"{d.shape} and {gains.shape}"
        )
    if d.min() < 0:
        raise ValueError(f"distance[{d.argmin()}] is {float(d.min())!r}; a distance is at least 0")
    columns = np.column_stack([d, -d * _bend(d, form)])
    (alpha, beta), *_ = np.linalg.lstsq(columns, gains)
    left = gains - columns @ (alpha, beta)
    spread = float(((gains - gains.mean()) ** 2).sum())
    r_squared = 1 - float(left @ left) / spread if spread > 0 else math.nan
    return OverOptimisation(form, float(alpha), float(beta), r_squared)


def _bend(d: Array, form: Form) -> Array:
    if form == "best-of-n":
        return d
    # d·log d goes to 0 with d.
    return np.log(np.where(d > 0, d, 1.0))
