"""Values to check against: those that sources print, and a few worked out by hand or by SciPy."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import streamlit as st
from numpy.typing import ArrayLike

from kl_core import (
    GaussianMixture,
    cross_entropy,
    entropy,
    expected_length,
    gaussian,
    gaussian_kl,
    gaussian_moments,
    huffman_code,
    js_divergence,
    kl_divergence,
    mixture_kl,
    normalize,
    project_forward,
    project_reverse,
)
from kl_core.rlhf import account, best_of_n_kl, best_of_n_kl_estimate
from pages.summary.numbers import FAIR, LOADED
from widgets.papers import SCHULMANS_TABLE
from widgets.pipeline import best_policy, reward_model

BOOK = "the book"
COVER_THOMAS = "Cover & Thomas"
SCHULMAN = "Schulman 2020"
# His demonstration draws these fits and prints no number; quad and minimize of SciPy do.
BY_SCIPY = "Vieira's two bells, by SciPy"
# Nobody needs to print what is worked out so.
BY_HAND = "closed form"


@dataclass(frozen=True)
class Published:
    """A value as a source gives it, beside the same computed now.

    Attributes
    ----------
    what : str
        What was computed, in a few words.
    source : str
        Who printed it, or how else it was found.
    unit : str
        What it is measured in there; empty for a ratio.
    printed : str
        The value, digit by digit.
    now : float
        The value that `kl_core` gives.
    remark : str
        Where the two differ, or hardly agree: why.
    """

    what: str
    source: str
    unit: str
    printed: str
    now: float
    remark: str = ""

    @property
    def difference(self) -> float:
        """What is computed now, less what is printed."""
        return self.now - float(self.printed)

    @property
    def agrees(self) -> bool:
        """Whether the two differ by half a unit of the last printed digit at most.

        Examples
        --------
        >>> Published("", "", "", "0.350", 0.34998).agrees
        True
        >>> Published("", "", "", "0.350", 0.3489).agrees
        False
        """
        return abs(self.difference) <= 10.0**-self._decimals / 2

    @property
    def digits(self) -> int:
        """Two decimals more than are printed, as far as a double has them."""
        return min(self._decimals + 2, 17)

    @property
    def _decimals(self) -> int:
        return len(self.printed.partition(".")[2])


def published() -> list[Published]:
    """Return every published value, and what `kl_core` makes of it now."""
    return [*_discrete(), *_codes(), *_gaussians(), *_mixtures(), *_estimators()]


def _discrete() -> list[Published]:
    kullback, thirds = [9 / 25, 12 / 25, 4 / 25], normalize([1] * 3)
    coin, quarter = [1 / 2, 1 / 2], [3 / 4, 1 / 4]
    half, nine = [0.5, 0.5], [0.9, 0.1]

    def bits(p: ArrayLike, q: ArrayLike) -> float:
        return float(kl_divergence(p, q, base=2))

    def nats(p: ArrayLike, q: ArrayLike) -> float:
        return float(kl_divergence(p, q))

    return [
        Published("fair die against itself", BOOK, "bits", "0", bits(FAIR, FAIR)),
        Published("fair die against loaded die", BOOK, "bits", "0.350", bits(FAIR, LOADED)),
        Published("coins 1/2 and 1/4, D(P‖Q)", COVER_THOMAS, "bits", "0.2075", bits(coin, quarter)),
        Published("coins 1/2 and 1/4, D(Q‖P)", COVER_THOMAS, "bits", "0.1887", bits(quarter, coin)),
        Published(
            "binomial against uniform", "Wikipedia", "nats", "0.0852996", nats(kullback, thirds)
        ),
        Published(
            "uniform against binomial", "Wikipedia", "nats", "0.097455", nats(thirds, kullback)
        ),
        Published(
            "coins 0.5 and 0.9",
            "SciPy's manual",
            "nats",
            "0.5108256237659907",
            nats(half, nine),
        ),
        Published(
            "Jensen–Shannon, nothing shared",
            "Lin 1991",
            "bits",
            "1",
            float(js_divergence([1, 0], [0, 1], base=2)),
        ),
    ]


def _codes() -> list[Published]:
    dog, cat = [1 / 2, 1 / 4, 1 / 8, 1 / 8], [1 / 8, 1 / 2, 1 / 4, 1 / 8]
    five = [0.25, 0.25, 0.2, 0.15, 0.15]
    return [
        Published(
            "entropy of a coin of 0.9",
            "SciPy's manual",
            "bits",
            "0.46899559358928117",
            float(entropy([0.9, 0.1], base=2)),
        ),
        Published("entropy, four words", "Olah 2015", "bits", "1.75", float(entropy(dog, base=2))),
        Published(
            "cross-entropy, cat on dog's code",
            "Olah 2015",
            "bits",
            "2.25",
            float(cross_entropy(cat, dog, base=2)),
        ),
        Published(
            "cross-entropy, dog on cat's code",
            "Olah 2015",
            "bits",
            "2.375",
            float(cross_entropy(dog, cat, base=2)),
        ),
        Published(
            "Huffman code, five symbols",
            COVER_THOMAS,
            "bits",
            "2.3",
            float(expected_length(five, huffman_code(five).lengths)),
        ),
    ]


def _gaussians() -> list[Published]:
    # ln 2 - 3/8, 3/2 - ln 2, and 2²/2.
    return [
        Published(
            "N(0, 1) against N(0, 2²)",
            BY_HAND,
            "nats",
            "0.318147",
            float(gaussian_kl(0, 1, 0, 2)),
        ),
        Published(
            "N(0, 2²) against N(0, 1)",
            BY_HAND,
            "nats",
            "0.806853",
            float(gaussian_kl(0, 2, 0, 1)),
        ),
        Published("one spread apart", SCHULMAN, "nats", "0.5", float(gaussian_kl(0, 1, 1, 1))),
        Published(
            "two spreads apart, above 0.5 + 0.5",
            BY_HAND,
            "nats",
            "2",
            float(gaussian_kl(0, 1, 2, 1)),
        ),
    ]


def _mixtures() -> list[Published]:
    p = GaussianMixture([0.5, 0.5], [-2.5, 2.5], [0.8, 0.8])
    covers, seeks = project_forward(p), project_reverse(p)[0]
    wide = GaussianMixture([0.5, 0.5], [-2.5, 2.5], [0.9, 0.9])
    return [
        Published("two bells, forward: spread", BY_SCIPY, "", "2.624881", covers.std),
        Published("two bells, forward: D(P‖Q)", BY_SCIPY, "nats", "0.497582", covers.divergence),
        Published("two bells, reverse: |mean|", BY_SCIPY, "", "2.491896", abs(seeks.mean)),
        Published("two bells, reverse: spread", BY_SCIPY, "", "0.812599", seeks.std),
        Published("two bells, reverse: D(Q‖P)", BY_SCIPY, "nats", "0.690345", seeks.divergence),
        Published(
            "D(P‖Q) at that reverse Q",
            BY_SCIPY,
            "nats",
            "8.744",
            float(mixture_kl(p, gaussian(seeks.mean, seeks.std))),
        ),
        Published(
            "two bells against one narrow one",
            "a snippet that clips at 1e-10",
            "nats",
            "11.53",
            float(mixture_kl(wide, gaussian(-2.5, 0.3))),
            "The snippet is wrong: its clip cuts most of D off.",
        ),
    ]


def _estimators() -> list[Published]:
    rows = []
    for mean, estimators in SCHULMANS_TABLE.items():
        moments = gaussian_moments(0, 1, mean, 1)
        for name, (bias, spread) in estimators.items():
            each = moments[name]
            rows += [
                Published(
                    f"{name}, means {mean:g} apart: bias over D",
                    SCHULMAN,
                    "",
                    bias,
                    float(each.bias / each.truth),
                    "Rounded: it is 0.0025 exactly." if bias == "0.002" else "",
                ),
                Published(
                    f"{name}, means {mean:g} apart: spread over D",
                    SCHULMAN,
                    "",
                    spread,
                    float(each.std / each.truth),
                ),
            ]
    return rows


@dataclass(frozen=True)
class TwoWays:
    """A number computed in two ways that have nothing in common but the answer."""

    what: str
    one: str
    first: float
    other: str
    second: float


def two_ways() -> list[TwoWays]:
    """Return numbers that the lessons compute twice, in nats or in units of the reward."""
    reward, beta = reward_model(), 0.02
    policy = best_policy(beta)
    own = account(policy, reward)
    n, draws = 64, 100_000
    return [
        TwoWays(
            "D(P‖Q), book's die",
            "sum of terms",
            float(kl_divergence(FAIR, LOADED)),
            "H(P, Q) − H(P)",
            float(cross_entropy(FAIR, LOADED) - entropy(FAIR)),
        ),
        TwoWays(
            "D(P‖Q), two bells of one width",
            "closed form",
            float(gaussian_kl(0, 1, 1, 1)),
            "numerical integral",
            float(mixture_kl(gaussian(0, 1), gaussian(1, 1))),
        ),
        TwoWays(
            "reward − β·KL of the best policy",
            "forwards, over its forecasts",
            own.reward - beta * own.kl,
            "β·log E_ref[exp(r/β)]",
            policy.value,
        ),
        TwoWays(
            f"KL of the best of {n}",
            "log n − (n − 1)/n",
            best_of_n_kl(n),
            f"{draws:,} different rewards",
            best_of_n_kl_estimate(range(draws), n),
        ),
    ]


@st.cache_data(show_spinner=False)
def checked() -> tuple[list[Published], list[TwoWays]]:
    """Return what is published, and what is computed in two ways."""
    return published(), two_ways()


def data() -> Mapping[str, Iterable[object]]:
    """Return the published values with every digit, column by column."""
    values, _ = checked()
    return {
        "value": [each.what for each in values],
        "source": [each.source for each in values],
        "unit": [each.unit for each in values],
        "printed": [each.printed for each in values],
        "now": [each.now for each in values],
        "difference": [each.difference for each in values],
    }
