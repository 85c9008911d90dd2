"""What the lesson says and draws about optimising too far, without the page."""

import itertools
import math
import re
from dataclasses import replace

import numpy as np
import pytest

from charts.style import LIGHT
from charts.units import UNITS
from kl_core.rlhf import best_of_n_kl, fit_over_optimisation, optimal_policy, sample
from pages.beta_penalty import numbers
from pages.beta_penalty.hacking import handles_of
from pages.beta_penalty.pictures.hacking import hacking_picture
from pages.beta_penalty.scale import Rope
from pages.beta_penalty.words import hacking as words
from tests.pages.beta_penalty.truth import BETAS, FEW, along_the_rope, best_of, stars
from tests.pages.reading import NUMBER, PAIR, agree, all_agree, value_of, values
from tests.pages.truth import BASES, USUAL, rewards, sft, unmoved
from widgets.optima import Curve, World

WORLDS = [USUAL, FEW]


def found(world, unit="bits"):
    """Return both families as the lesson computes them."""
    return numbers.families(World(*world), UNITS[unit])


def drawn(world, beta="0.5", unit="bits"):
    """Return the chart of both scores, as the browser gets it."""
    return hacking_picture(Rope(World(*world), beta), UNITS[unit], LIGHT).to_dict()


@pytest.mark.parametrize("world", WORLDS)
def test_star_stands_where_the_judges_mean_is_largest(world):
    kl, reward, score, _ = along_the_rope(world)
    best = int(score.argmax())
    both = np.array([(kl[best] ** 0.5, reward[best]), (kl[best] ** 0.5, score[best])])
    np.testing.assert_allclose(stars(drawn(world, unit="nats")), both)


@pytest.mark.parametrize(
    ("beta", "world", "unit"),
    [("0.02", USUAL, "bits"), ("0.001", FEW, "nats"), ("0.63", FEW, "dits")],
)
def test_hacking_in_words_and_numbers(beta, world, unit):
    nats = math.log(BASES[unit])
    kl, reward, score, error = along_the_rope(world)
    n_kl, bound, n_score, n_error = best_of(world)
    here = BETAS.index(beta)
    here_unit, families = UNITS[unit], found(world, unit)
    farthest = numbers.best_of(World(*world))[-1]
    said = re.search(
        rf"the reward goes from {NUMBER} to {NUMBER}: no policy as far from P earns more\. Your "
        rf"β = {re.escape(beta)}, the dot, earns {NUMBER} and gets {PAIR} from the judge\. Dashed: "
        rf"the best of n forecasts of P, up to n = 256, which lies {NUMBER} {unit} from P "
        rf"\(its bound, .*: {NUMBER} {unit}\)",
        words.end_to_end(families.rope, Rope(World(*world), beta), farthest, here_unit),
    )
    assert (np.diff(reward) > -1e-12).all()
    expected = (
        reward[0], reward[-1], reward[here], score[here], error[here],
        n_kl[-1] / nats, bound[-1] / nats,
    )  # fmt: skip
    assert all_agree(said.groups(), expected)

    said = re.search(
        rf"With η = 1, β = {re.escape(beta)} {re.escape(words.mirror_steps(beta))}: the rope.*"
        rf"the best of 16, {NUMBER} {unit} away, gets {PAIR} from the judge, the rope's optimum at "
        rf"that KL {PAIR}: best of 16 gets (more|less|the same within the noise)\.$",
        words.picks_a_point(families, beta, here_unit),
    )
    at, root = np.sqrt(n_kl[4]), np.sqrt(kl)
    rope, noise = np.interp(at, root, score), np.interp(at, root, error)
    *shown, relation = said.groups()
    expected = n_kl[4] / nats, n_score[4], n_error[4], rope, noise
    assert all_agree(shown, expected)
    gap = n_score[4] - rope
    clear = abs(gap) > 2 * math.hypot(noise, n_error[4])
    assert relation == (("more" if gap > 0 else "less") if clear else "the same within the noise")

    # A change of unit scales d, which the forms of Gao et al. take up in their coefficients.
    usual = unmoved(world)[1].score[0]
    rl = fit_over_optimisation(root, score - usual, "rl")
    of_n = fit_over_optimisation(np.sqrt(n_kl), n_score - usual, "best-of-n")
    said = re.search(
        rf"d = √KL in √{unit}\. RL, .*: R² = {NUMBER}\. (.*) Best-of-n, .*: R² = {NUMBER}\. ",
        words.fits(families, here_unit),
    )
    assert agree(said[1], rl.r_squared)
    assert agree(said[3], of_n.r_squared)
    turns = re.search(rf"It turns at √KL = {NUMBER}; .* is at {NUMBER}\.", said[2])
    if rl.peak < root[-1]:
        assert all_agree(turns.groups(), np.array([rl.peak, root[score.argmax()]]) / nats**0.5)
    else:
        assert said[2] == "It does not turn within this chart."


def evaluated(formula, n):
    """Return what a formula of logarithms gives for n."""
    base = formula.partition(" ")[0].removeprefix("log").translate(str.maketrans("₀₁₂", "012"))
    code = re.sub(r"^\S+ n", "log(n)" if base == "ln" else f"log(n, {base})", formula)
    code = re.sub(r"ln (\d+)", r"log(\1)", code).replace("−", "-").replace("·", "*")
    return eval(code, {"log": math.log, "n": n})  # noqa: S307


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("n", [1, 2, 16, 256])
def test_bound_of_best_of_n_is_right_in_every_unit(unit, n):
    formula = words.bound_of_best(UNITS[unit])
    expected = best_of_n_kl(n) / math.log(BASES[unit])
    assert evaluated(formula, n) == pytest.approx(expected, abs=1e-12)
    farthest = numbers.best_of(World(*USUAL))[-1]
    rope = Rope(World(*USUAL), "0.5")
    said = words.end_to_end(found(USUAL, unit).rope, rope, farthest, UNITS[unit])
    assert f"(its bound, {formula}: " in said


@pytest.mark.parametrize("beta", BETAS)
def test_steps_of_mirror_ascent_are_whole(beta):
    said = words.mirror_steps(beta)
    first, *second = map(value_of, re.findall(NUMBER, said))
    assert "." not in said
    if second:
        assert said.startswith("lies between stopping after ")
        # With η = 1, k steps lead to β = 1/k.
        assert 1 / second[0][0] < float(beta) < 1 / first[0]
        assert second[0][0] == first[0] + 1
        assert said.endswith(" steps")
    else:
        assert said.startswith("is the same policy as stopping after ")
        assert 1 / first[0] == pytest.approx(float(beta), rel=1e-12)
        assert said.endswith(" step" if first[0] == 1 else " steps")


def some_curve(rng):
    """Return a curve of any scores of the judge, some of them close to each other."""
    size = len(BETAS)
    judge = rng.uniform(4, 7) + 10 ** rng.uniform(-3, 0) * rng.normal(size=size)
    error = 10 ** rng.uniform(-4, -1, size)
    return Curve(np.arange(1.0, size + 1), np.arange(1.0, size + 1), judge, error, BETAS)


@pytest.mark.parametrize("seed", range(300))
def test_a_lift_is_named_where_it_is_clear_and_holds_as_printed(seed):
    rng = np.random.default_rng(seed)
    mine = some_curve(rng)
    usual = replace(mine, judge=mine.judge + 10 ** rng.uniform(-5, 0) * rng.normal())
    said = re.search(
        rf"peaks at {PAIR}; .* at {PAIR}: (higher|lower|the same within the noise)\.$",
        words.other_pairs(World(50, 3), mine, usual),
    )
    (one, doubt), (other, others) = ((each.judge.max(), each.error[each.judge.argmax()])
                                     for each in (mine, usual))  # fmt: skip
    assert all_agree(said.groups()[:4], (one, doubt, other, others))
    shown, before = value_of(said[1])[0], value_of(said[3])[0]
    if abs(one - other) <= 2 * math.hypot(doubt, others):
        assert said[5] == "the same within the noise"
    else:
        assert said[5] == ("higher" if one > other else "lower")
        assert (shown > before) == (one > other)
        assert shown != before


def test_ten_times_the_pairs_lift_the_peak_by_no_more_than_noise():
    many = 20_000, 1
    said = words.other_pairs(World(*many), found(many).rope, found(USUAL).rope)
    assert said.endswith(": the same within the noise.")
    said = words.other_pairs(World(*FEW), found(FEW).rope, found(USUAL).rope)
    assert said.endswith(": lower.")


def test_mirror_ascent_reaches_the_optimum():
    # After k steps the policy is ∝ π_SFT·exp(η·k·r), seen here on log-ratios of whole forecasts.
    beta, eta = 0.02, 1
    steps = float(re.search(rf"stopping after {NUMBER} steps", words.mirror_steps("0.02"))[1])
    policy = optimal_policy(sft(), rewards(*USUAL), beta)
    tokens = sample(sft(), 20, np.random.default_rng(5))
    contexts = sft().visited(tokens)
    gained = np.zeros(20)
    for step in range(sft().longest):
        _, log_ratio = policy.next_words(step, contexts[:, step])
        gained += np.where(tokens[:, step] < 0, 0, log_ratio[np.arange(20), tokens[:, step]])
    climbed = eta * steps * rewards(*USUAL).score(tokens)
    np.testing.assert_allclose(np.ptp(gained - climbed), 0, atol=1e-8)


@pytest.mark.parametrize("world", [*WORLDS, (2000, 1000)])
def test_chart_of_hacking_holds_both_families_and_the_first_pairs_in_grey(world):
    traces = drawn(world, "0.1", "dits")["data"]
    nats = math.log(10)
    kl, reward, score, error = along_the_rope(world)
    usual_kl, usual_reward, usual_score, usual_error = along_the_rope(USUAL)
    lines = [trace for trace in traces if trace.get("mode") == "lines"]
    grey = [trace for trace in lines if "with 2,000 pairs" in trace["hovertemplate"]]
    if world == USUAL:
        assert grey == []
    else:
        for trace, expected in zip(grey, (usual_reward, usual_score), strict=True):
            np.testing.assert_allclose(values(trace["x"]), np.sqrt(usual_kl / nats))
            np.testing.assert_allclose(values(trace["y"]), expected)
        said = re.search(
            rf"With these {NUMBER} pairs the judge's score peaks at {PAIR}; with the first "
            rf"2,000, in grey, at {PAIR}: ",
            words.other_pairs(World(*world), found(world).rope, found(USUAL).rope),
        )
        peaks = ((each.max(), doubt[each.argmax()])
                 for each, doubt in ((score, error), (usual_score, usual_error)))  # fmt: skip
        assert all_agree(said.groups(), (world[0], *itertools.chain(*peaks)))
    policy = [trace for trace in lines if trace["hovertemplate"].startswith("policy")]
    for trace, expected in zip(policy, (reward, score), strict=True):
        np.testing.assert_allclose(values(trace["x"]), np.sqrt(kl / nats))
        np.testing.assert_allclose(values(trace["y"]), expected)
        assert trace["customdata"] == [f"β = {beta}" for beta in BETAS]
    [first, _] = [trace for trace in lines if trace["hovertemplate"].startswith("best-of-n")]
    np.testing.assert_allclose(values(first["x"]), np.sqrt(best_of(world)[0] / nats))
    dots = [trace for trace in traces if trace.get("marker", {}).get("symbol") == "circle"]
    at = BETAS.index("0.1")
    assert [values(dot["y"])[0] for dot in dots] == pytest.approx([reward[at], score[at]])


@pytest.mark.parametrize(("world", "unit"), [(USUAL, "bits"), (FEW, "nats")])
def test_points_of_beta_can_be_dragged_along_both_lines(world, unit):
    kl, reward, score, _ = along_the_rope(world)
    for at in range(BETAS.index("0.001") + 1):
        handles = handles_of(Rope(World(*world), BETAS[at]), UNITS[unit])
        root = math.sqrt(kl[at] / math.log(BASES[unit]))
        ends = {each.axes: (each.x, each.y) for each in handles}
        assert ends[("xaxis", "yaxis")] == pytest.approx((root, reward[at]))
        assert ends[("xaxis", "yaxis2")] == pytest.approx((root, score[at]))
        assert {(each.slider, each.way, each.hue) for each in handles} == {
            ("beta_beta", "both", "q")
        }
