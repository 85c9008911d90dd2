"""Hypothesis strategies for discrete distributions, and what rounding may do to a divergence."""

import math

import numpy as np
import pytest
from hypothesis import strategies as st

# Joint distributions multiply two of these, so the smallest stays far above where doubles end.
POSITIVE = st.floats(0.001, 1) | st.integers(-100, -1).map(lambda exponent: 10.0**exponent)
WITH_ZEROS = st.just(0.0) | POSITIVE
UP_TO_8 = st.integers(1, 8)

# The terms of Σ p log(p/q) below 0 total less than 1 in size, so Σ|terms| < D + 2. A term and its
# share of up to 16 additions cost about 20 × 2**-53 of that, and an identity has two sides.
ROUNDING = 1e-14


def close(value):
    """Return what equals `value` up to the rounding of one divergence on each side."""
    return pytest.approx(value, rel=ROUNDING, abs=ROUNDING)


def at_most(bound):
    """Return `bound` with the rounding of one divergence on each side added."""
    return bound + ROUNDING * (1 + bound)


def scaled(weights):
    """Return weights / sum without the package under test."""
    return np.array(weights) / math.fsum(weights)


@st.composite
def distributions(draw, count, *, elements=WITH_ZEROS, outcomes=UP_TO_8):
    """Draw `count` distributions over the same outcomes."""
    size = draw(outcomes)
    weights = st.lists(elements, min_size=size, max_size=size).filter(any)
    return [scaled(draw(weights)) for _ in range(count)]


@st.composite
def near_pairs(draw):
    """Draw P and a Q whose probabilities differ from P's by parts in 10 to 10**16."""
    (p,) = draw(distributions(1))
    step = 10.0 ** draw(st.integers(-16, -1))
    signs = draw(st.lists(st.integers(-1, 1), min_size=p.size, max_size=p.size))
    return [p, scaled(p * (1 + step * np.array(signs)))]


@st.composite
def joint_pairs(draw):
    """Draw two marginals, P's and Q's, and the conditional rows below each."""
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    elements = draw(st.sampled_from([POSITIVE, WITH_ZEROS]))
    marginals = draw(distributions(2, elements=elements, outcomes=st.just(rows)))
    below = draw(distributions(2 * rows, elements=elements, outcomes=st.just(columns)))
    return *marginals, np.array(below[:rows]), np.array(below[rows:])


def several(count, outcomes=UP_TO_8):
    """Draw `count` distributions, half the time without a zero, so that divergences are finite."""
    positive = distributions(count, elements=POSITIVE, outcomes=outcomes)
    return distributions(count, outcomes=outcomes) | positive


pairs = several(2) | near_pairs()
