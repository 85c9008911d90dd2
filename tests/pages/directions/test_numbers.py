"""Each call lands on the divergence that it is."""

import numpy as np
from numpy import inf, nan
from scipy.stats import entropy

from charts.units import BITS, NATS
from kl_core import normalize
from pages.directions.decoder import CALLS
from pages.directions.numbers import Decoded, P, Q, data, landing

BOTH = normalize(P), normalize(Q)


def test_landing_is_the_same_number_not_a_near_one():
    assert landing(0.8, 0.8, 1.3) == "D(P‖Q)"
    assert landing(1.3 * (1 + 1e-6), 0.8, 1.3) == "D(Q‖P)"
    assert landing(0.801, 0.8, 1.3) == "neither"
    assert landing(inf, inf, inf) == "both"
    assert landing(-inf, inf, inf) == "neither"
    assert landing(nan, 0.8, 1.3) == "neither"


def test_calls_land_where_the_table_says_they_do():
    decoded = Decoded(*BOTH, 1.0, mixed_up=False, unit=BITS)
    assert decoded.lines == [call.direction for call in CALLS]


def test_data_holds_every_digit_in_the_unit():
    columns = data(Decoded(*BOTH, 2.0, mixed_up=False, unit=NATS))
    shifted = entropy(*BOTH) - np.log(2)
    answers = dict(zip(columns["call"], columns["answer_nats"], strict=True))
    np.testing.assert_allclose(answers["scipy.special.rel_entr(p, q).sum()"], shifted)
    np.testing.assert_allclose(columns["d_p_q_nats"], [entropy(*BOTH)] * len(CALLS))
    np.testing.assert_allclose(columns["d_q_p_nats"], [entropy(*BOTH[::-1])] * len(CALLS))
    assert len({len(list(column)) for column in columns.values()}) == 1
