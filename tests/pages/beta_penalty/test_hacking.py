"""What the lesson says and draws about optimising too far, without the page."""

import math
import re

import numpy as np
import pytest

from charts.style import LIGHT
from charts.units import UNITS
from kl_core.rlhf import fit_over_optimisation, optimal_policy, sample
from pages.beta_penalty import numbers
from pages.beta_penalty.hacking import handles_of
from pages.beta_penalty.numbers import World
from pages.beta_penalty.pictures.hacking import hacking_picture
from pages.beta_penalty.questions import GUESSES, verdict
from pages.beta_penalty.words import hacking as words
from tests.pages.beta_penalty.truth import (
    BETAS,
    FEW,
    USUAL,
    along_the_rope,
    best_of,
    stars,
    unmoved,
)
from tests.pages.reading import NUMBER, PAIR, agree, all_agree, values
from tests.pages.truth import BASES, rewards, sft

WORLDS = [USUAL, FEW]


def found(world, unit="bits"):
    """Return both families as the lesson computes them."""
    return numbers.families(World(*world), UNITS[unit])


def drawn(world, beta="0.5", unit="bits", *, told=False):
    """Return the chart of both scores, as the browser gets it."""
    return hacking_picture(World(*world), beta, UNITS[unit], LIGHT, told=told).to_dict()


@pytest.mark.parametrize("world", WORLDS)
def test_best_beta_is_not_told_before_the_guess(world):
    assert stars(drawn(world)) == []
    assert verdict(None, found(world).rope) == "Guess first, and the star will show it."
    assert "turn" not in words.fits(found(world), UNITS["bits"], told=False)


@pytest.mark.parametrize(
    ("guess", "world"),
    [*((guess, USUAL) for guess in GUESSES), ("0.01 to below 0.03", FEW), ("below 0.003", FEW)],
)
def test_guess_is_answered_by_the_largest_mean_of_the_judge(guess, world):
    kl, reward, score, error = along_the_rope(world)
    best = int(score.argmax())
    ends = [float(each) for each in re.findall(r"[\d.]+", guess)]
    low, high = ends if len(ends) == 2 else (
        (ends[0], math.inf) if guess.endswith("more") else (0, ends[0])
    )  # fmt: skip
    text = verdict(guess, found(world, "nats").rope)
    said = re.search(
        r"The judge's score is largest at \*\*β = (\S+)\*\*: (\S+)\s±\s(\S+) of 7", text
    )
    right = low <= float(BETAS[best]) < high
    assert text.startswith("Right. " if right else f"Not {guess}. ")
    assert said[1] == BETAS[best]
    assert all_agree(said.groups()[1:], (score[best], error[best]))
    near = [
        beta for beta, each in zip(BETAS, score, strict=True)
        if each >= score[best] - 2 * math.sqrt(2) * error[best]
    ]  # fmt: skip
    doubt = re.search(r"anything from (\S+) to (\S+)\. ", text)
    assert doubt.groups() == (near[-1], near[0])
    assert f"{1000:,} samples" in text
    both = np.array([(kl[best] ** 0.5, reward[best]), (kl[best] ** 0.5, score[best])])
    np.testing.assert_allclose(stars(drawn(world, unit="nats", told=True)), both)


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
        rf"the reward goes from {NUMBER} to {NUMBER} and never turns; the judge's score goes from "
        rf"{NUMBER} to {NUMBER}, by way of {NUMBER}\. Your β = {re.escape(beta)}, the dot, has "
        rf"{PAIR}\. Dashed: the best of n, up to n = 256, which lies {NUMBER} {unit} from the SFT "
        rf"model \(its bound, log n − \(n − 1\)/n: {NUMBER} {unit}\)",
        words.end_to_end(families.rope, beta, farthest, here_unit),
    )
    assert (np.diff(reward) > -1e-12).all()
    expected = (
        reward[0], reward[-1], score[0], score[-1], score.max(), score[here], error[here],
        n_kl[-1] / nats, bound[-1] / nats,
    )  # fmt: skip
    assert all_agree(said.groups(), expected)

    said = re.search(
        rf"With η = 1, β = {re.escape(beta)} is the same policy as stopping after {NUMBER} steps.*"
        rf"the best of 16, {NUMBER} {unit} away, gets {PAIR} from the judge, the rope's optimum at "
        rf"that KL {PAIR}: best of 16 gets (more|less|the same within the noise)\.$",
        words.picks_a_point(families, beta, here_unit),
    )
    at, root = np.sqrt(n_kl[4]), np.sqrt(kl)
    rope, noise = np.interp(at, root, score), np.interp(at, root, error)
    *shown, relation = said.groups()
    expected = 1 / float(beta), n_kl[4] / nats, n_score[4], n_error[4], rope, noise
    assert all_agree(shown, expected)
    gap = n_score[4] - rope
    clear = abs(gap) > 2 * math.hypot(noise, n_error[4])
    assert relation == (("more" if gap > 0 else "less") if clear else "the same within the noise")

    # A change of unit scales d, which the forms of Gao et al. take up in their coefficients.
    usual = unmoved(world)[1].score[0]
    rl = fit_over_optimisation(root, score - usual, "rl")
    of_n = fit_over_optimisation(np.sqrt(n_kl), n_score - usual, "best-of-n")
    untold = words.fits(families, here_unit, told=False)
    assert untold.startswith("Dotted: the forms of Gao")
    assert "turn" not in untold
    said = re.search(
        rf"d = √KL in √{unit}\. RL, .*: R² = {NUMBER}\. (.*) Best-of-n, .*: R² = {NUMBER}\. ",
        words.fits(families, here_unit, told=True),
    )
    assert agree(said[1], rl.r_squared)
    assert agree(said[3], of_n.r_squared)
    turns = re.search(rf"It turns at √KL = {NUMBER}; .* is at {NUMBER}\.", said[2])
    if rl.peak < root[-1]:
        assert all_agree(turns.groups(), np.array([rl.peak, root[score.argmax()]]) / nats**0.5)
    else:
        assert said[2] == "It does not turn within this chart."


def test_mirror_ascent_reaches_the_optimum():
    # After k steps the policy is ∝ π_SFT·exp(η·k·r), seen here on log-ratios of whole forecasts.
    beta, eta = 0.02, 1
    said = words.picks_a_point(found(USUAL), "0.02", UNITS["bits"])
    steps = float(re.search(rf"stopping after {NUMBER} steps", said)[1])
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
    kl, reward, score, _ = along_the_rope(world)
    usual_kl, usual_reward, usual_score, _ = along_the_rope(USUAL)
    lines = [trace for trace in traces if trace.get("mode") == "lines"]
    grey = [trace for trace in lines if "with 2,000 pairs" in trace["hovertemplate"]]
    if world == USUAL:
        assert grey == []
    else:
        for trace, expected in zip(grey, (usual_reward, usual_score), strict=True):
            np.testing.assert_allclose(values(trace["x"]), np.sqrt(usual_kl / nats))
            np.testing.assert_allclose(values(trace["y"]), expected)
        said = re.search(
            rf"With these {NUMBER} pairs the judge's score peaks at {NUMBER}; with the first "
            rf"2,000, in grey, at {NUMBER}\.",
            words.other_pairs(World(*world), found(world).rope, found(USUAL).rope),
        )
        assert all_agree(said.groups(), (world[0], score.max(), usual_score.max()))
    policy = [trace for trace in lines if trace["hovertemplate"].startswith("policy")]
    for trace, expected in zip(policy, (reward, score), strict=True):
        np.testing.assert_allclose(values(trace["x"]), np.sqrt(kl / nats))
        np.testing.assert_allclose(values(trace["y"]), expected)
        assert trace["customdata"] == [f"β = {beta}" for beta in BETAS]
    [first, _] = [trace for trace in lines if trace["hovertemplate"].startswith("best-of-n")]
    np.testing.assert_allclose(values(first["x"]), np.sqrt(best_of(world)[0] / nats))
    dots = [trace for trace in traces if trace.get("mode") == "markers"]
    at = BETAS.index("0.1")
    assert [values(dot["y"])[0] for dot in dots] == pytest.approx([reward[at], score[at]])


@pytest.mark.parametrize(("world", "unit"), [(USUAL, "bits"), (FEW, "nats")])
def test_points_of_beta_can_be_dragged_along_both_lines(world, unit):
    kl, reward, score, _ = along_the_rope(world)
    for at in range(BETAS.index("0.001") + 1):
        handles = handles_of(found(world, unit).rope, at)
        root = math.sqrt(kl[at] / math.log(BASES[unit]))
        ends = {each.axes: (each.x, each.y) for each in handles}
        assert ends[("xaxis", "yaxis")] == pytest.approx((root, reward[at]))
        assert ends[("xaxis", "yaxis2")] == pytest.approx((root, score[at]))
        assert {(each.slider, each.way, each.hue) for each in handles} == {
            ("beta_beta", "both", "q")
        }
