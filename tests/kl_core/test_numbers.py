"""One number in, one number out: what is asked of a single distribution is no array."""

from inspect import getmembers, isfunction, signature

import numpy as np
import pytest

import kl_core
from kl_core import (
    GaussianMixture,
    NumberOrArray,
    PlaneMixture,
    SkewNormal,
    expected_gradients,
    gaussian_moments,
    libraries,
    rlhf,
)

P, Q = [0.5, 0.5], [0.25, 0.75]
BELL, BELLS = SkewNormal(0, 1, 0.5, end=2), GaussianMixture(P, [-1, 1], [1, 2])
PLANE = PlaneMixture([1], [[0, 0]], [np.eye(2)])
MOMENTS = gaussian_moments(0, 1, 1, 1)
CURVES = [rlhf.OverOptimisation(form, 1.0, 0.5, 1.0) for form in ("rl", "best-of-n")]

CALLS = [
    (kl_core.alpha_divergence, (BELLS, 0, 1, 0.5)),
    (kl_core.binned_kl, (np.log(P), np.log(Q))),
    (kl_core.chance_below_zero, (0, 1, 1, 1)),
    (kl_core.cross_entropy, (P, Q)),
    (kl_core.decision_roll, ([1.0, 2.0, 4.0], 19)),
    (kl_core.entropy, (P,)),
    (kl_core.expected_length, (P, [1, 2])),
    (kl_core.kraft_sum, ([1, 2],)),
    (kl_core.gaussian_kl, (0, 1, 1, 2)),
    (kl_core.js_divergence, (P, Q)),
    *((each, (value,)) for each in kl_core.ESTIMATORS.values() for value in (0.5, 0, np.array(1))),
    (kl_core.kl_divergence, (P, Q)),
    (kl_core.kl_from_logs, (np.log(P), np.log(Q))),
    (kl_core.kl_integral, (BELL, SkewNormal(0, 1))),
    (kl_core.multivariate_gaussian_kl, ([0, 0], np.eye(2), [1, 0], np.eye(2))),
    (kl_core.total_variation, (P, Q)),
    (kl_core.wald_expected_rolls, (P, Q, 19)),
    (libraries.keras_kl_divergence, (P, Q)),
    (libraries.torch_kl_div, (np.log(Q), P)),
    (libraries.torch_kl_divergence, (np.log(P), np.log(Q))),
    *((method, (0.5,)) for method in (BELL.pdf, BELL.logpdf, BELLS.pdf, BELLS.logpdf, BELLS.cdf)),
    *((method, ([0, 1],)) for method in (PLANE.pdf, PLANE.logpdf)),
    *((curve.at, (2,)) for curve in CURVES),
    *((each.standard_error, (9,)) for each in MOMENTS.values()),
    *((each.typical_error, (9,)) for each in MOMENTS.values()),
    *(
        (getattr, (each, of))
        for each in MOMENTS.values()
        for of in ("mean", "std", "truth", "bias")
    ),
    *((getattr, (each, "noise")) for each in expected_gradients(P, Q).values()),
]


@pytest.mark.parametrize(
    ("call", "arguments"), CALLS, ids=lambda each: getattr(each, "__name__", "")
)
def test_one_number_comes_out(call, arguments):
    # np.float64 is a float; np.ndarray, with or without axes, is neither.
    assert isinstance(call(*arguments), float | np.int64)


def test_every_function_that_may_return_one_number_is_asked():
    functions = [
        each for module in (kl_core, rlhf, libraries) for _, each in getmembers(module, isfunction)
    ]
    asked = {call for call, _ in CALLS}
    assert asked >= {
        each for each in functions if signature(each).return_annotation is NumberOrArray
    }
