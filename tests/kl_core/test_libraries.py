"""What is computed for PyTorch and Keras is what PyTorch 2.14 and Keras 3.15 returned."""

import numpy as np
import pytest
from numpy import inf, nan

from kl_core.libraries import keras_kl_divergence, torch_kl_div, torch_kl_divergence

PLAIN = [0.5, 0.3, 0.2], [0.25, 0.25, 0.5]
PEAKED = [0.9, 0.08, 0.02], [0.4, 0.3, 0.3]
UNNORMALISED = [0.5, 0.3, 0.2], [0.5, 0.5, 1.0]
Q_RULES_OUT = [0.5, 0.3, 0.2], [0.7, 0.0, 0.3]
P_RULES_OUT = [0.7, 0.0, 0.3], [0.5, 0.3, 0.2]
BOTH_RULE_OUT = [0.5, 0.5, 0.0], [0.25, 0.75, 0.0]
# Keras rounds its 10⁻⁷ to single precision, 1.0000000117e-07: that much remains in its logarithm.
SINGLE = {"rtol": 0, "atol": 1.2e-8}
PAIRS = [PLAIN, PEAKED, UNNORMALISED, Q_RULES_OUT, P_RULES_OUT, BOTH_RULE_OUT]


def log(values):
    with np.errstate(divide="ignore"):
        return np.log(values)


def returned(*values):
    """Pair what a library returned, in float64, with the arguments."""
    return [(*pair, value) for pair, value in zip(PAIRS, values, strict=True)]


@pytest.mark.parametrize(
    ("p", "q", "value"),
    returned(0.21801191094332797, 0.5699357233740661, -0.47513526961661734, inf,
             0.3571700980672982, nan),
)  # fmt: skip
def test_torch_kl_div_sums_over_its_second_argument(p, q, value):
    np.testing.assert_allclose(torch_kl_div(log(q), p, "sum"), value, rtol=1e-14)
    np.testing.assert_allclose(torch_kl_div(log(q), p), value / 3, rtol=1e-14)


@pytest.mark.parametrize(
    ("p", "q", "value"),
    returned(-1.3296530140645735, -0.765123215745267, -1.6296530140645737, -1.4396530140645734,
             -1.0208643020548935, -1.1931471805599454),
)  # fmt: skip
def test_torch_kl_div_without_the_logarithm(p, q, value):
    np.testing.assert_allclose(torch_kl_div(q, p, "sum"), value, rtol=1e-14)


def test_batchmean_divides_by_the_first_axis_be_it_that_of_the_outcomes():
    p, q = PLAIN
    total = torch_kl_div(log(q), p, "sum")
    # As PyTorch has it: reduced / input.size()[0].
    assert torch_kl_div(log(q), p, "batchmean") == total / 3
    assert torch_kl_div(log([q]), [p], "batchmean") == total
    assert torch_kl_div(log([q, q]), [p, p], "batchmean") == pytest.approx(total, rel=1e-15)
    assert torch_kl_div(0.0, 0.5, "batchmean") == torch_kl_div(0.0, 0.5, "sum")


@pytest.mark.parametrize(("p", "q"), PAIRS)
def test_torch_kl_div_with_logarithms_for_targets(p, q):
    assert np.isnan(torch_kl_div(log(p), log(q), "sum"))


@pytest.mark.parametrize(
    ("p", "q", "value"),
    returned(0.21801191094332795, 0.5699357233740662, -0.47513526961661734, inf, nan, nan),
)  # fmt: skip
def test_torch_kl_div_with_log_target(p, q, value):
    found = torch_kl_div(log(q), log(p), "sum", log_target=True)
    np.testing.assert_allclose(found, value, rtol=1e-14)


@pytest.mark.parametrize(
    ("shape", "value"),
    [((3,), 0.18997857445802202), ((1, 3), 0.5699357233740661), ((4, 3), 0.5699357233740661),
     ((2, 5, 3), 2.8496786168703303)],
)  # fmt: skip
def test_torch_batchmean_divides_by_the_first_length(shape, value):
    p, q = (np.broadcast_to(each, shape) for each in PEAKED)
    np.testing.assert_allclose(torch_kl_div(log(q), p, "batchmean"), value, rtol=1e-14)


@pytest.mark.parametrize(
    ("p", "q", "value"),
    returned(0.21801191094332795, 0.5699357233740665, 0.21801191094332795, inf,
             0.35717009806729827, 0.14384103622589062),
)  # fmt: skip
def test_torch_kl_divergence_of_categoricals(p, q, value):
    np.testing.assert_allclose(torch_kl_divergence(log(p), log(q)), value, rtol=1e-14)


@pytest.mark.parametrize(
    ("p", "q", "value"),
    returned(0.10941691704734552, 0.6679455442043091, 0.16472375535306955, 0.0336470295602183,
             0.41896675878956646, 0.28869038623445487),
)  # fmt: skip
def test_torch_kl_divergence_takes_chances_for_logits_without_complaint(p, q, value):
    np.testing.assert_allclose(torch_kl_divergence(log(p), q), value, rtol=1e-13)


@pytest.mark.parametrize(
    ("p", "q", "value"),
    returned(0.218011910943328, 0.5699357233740662, -0.47513526961661734, 4.224907710551648,
             0.35716860665499733, 0.14384103622589042),
)  # fmt: skip
def test_keras_is_never_infinite(p, q, value):
    np.testing.assert_allclose(keras_kl_divergence(p, q), value, **SINGLE)


@pytest.mark.parametrize(
    ("p", "q", "value"),
    returned(15.08844262520765, 15.742972423526952, 15.08844262520765, 15.08844262520765,
             15.507231337217327, 15.424948458712278),
)  # fmt: skip
def test_keras_with_logarithms_for_chances(p, q, value):
    np.testing.assert_allclose(keras_kl_divergence(p, log(q)), value, **SINGLE)
