"""β beside the scale of its reward, and what is said of a guess, over random states."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from charts.units import UNITS
from pages.beta_penalty.scale import SCALES, Along, Rope, along, scaled, spread_of
from pages.beta_penalty.words import rope as words
from tests.pages.beta_penalty.truth import BETAS, FEW, LADDER, along_the_rope, spread
from tests.pages.reading import NUMBER, PAIR, agree, all_agree
from tests.pages.truth import USUAL, rewards, sft
from widgets.optima import World, whole_curve


@pytest.mark.parametrize("world", [USUAL, FEW])
def test_spread_is_that_of_sampled_rewards_and_of_small_divergences(world):
    found = spread_of(World(*world))
    drawn = rewards(*world).score(sft().sample(20_000, np.random.default_rng(4)))
    assert found == pytest.approx(drawn.std(), rel=0.03)
    assert found == pytest.approx(spread(world), rel=1e-3)


@pytest.mark.parametrize("scale", SCALES)
def test_only_the_quotient_of_reward_and_beta_counts(scale):
    for beta in ("1", "0.02", "0.001"):
        mine = Rope(World(*USUAL), beta, scale)
        assert mine.unscaled * mine.factor == pytest.approx(float(beta), rel=1e-15)
        plain = mine.world.best(mine.unscaled)
        reward = type(plain.reward)(plain.reward.weights * mine.factor, plain.reward.longest)
        for step in (0, 3):
            np.testing.assert_allclose(
                replace(plain, reward=reward).next_words(step)[0],
                plain.next_words(step)[0],
            )
        assert mine.value == pytest.approx(
            mine.mine.exact.reward - float(beta) * mine.mine.exact.kl, abs=1e-9
        )


@pytest.mark.parametrize(
    ("per_spread", "where"),
    [
        (0.0009, "below the book's ranges"),
        (0.001, "in the book's *free* range, 0.001 to 0.01"),
        (0.01, "in the book's *free* range, 0.001 to 0.01"),
        (0.0125, "between the book's two ranges"),
        (0.08, "between the book's two ranges"),
        (0.1, "in the book's *conservative* range, 0.1 to 0.5"),
        (0.5, "in the book's *conservative* range, 0.1 to 0.5"),
        (0.63, "above the book's ranges"),
    ],
)
def test_ranges_of_the_book_hold_their_ends(per_spread, where):
    assert words.book_says(per_spread) == where


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("beta", ["0.001", "0.02", "1"])
def test_scale_is_said_with_its_numbers(scale, beta):
    rope = Rope(World(*FEW), beta, scale)
    said = words.scale(rope)
    found = re.search(rf"their mean\) of {NUMBER}\.(.*) So β = {beta} is \*\*{NUMBER} times", said)
    own = spread(FEW)
    factor = 1 / own if scale == "one spread" else float(scale)
    assert agree(found[1], own, slack=1e-2)
    assert agree(found[3], float(beta) / (factor * own), slack=1e-2)
    assert (found[2] == "") == (scale == "1")
    if scale != "1":
        shown = re.findall(NUMBER, found[2])
        assert all(map(agree, shown, (factor, factor * own), (1e-2, 1e-2)))
    assert said.endswith(f"lies {words.book_says(rope.per_spread)}.")


def test_names_on_a_curve_are_multiplied_and_the_judge_is_not():
    curve = whole_curve(World(*FEW), UNITS["bits"])
    tenfold = scaled(curve, 10)
    assert tenfold.names[:3] == ["β = 10", "β = 8", "β = 6.3"]
    np.testing.assert_allclose(tenfold.reward, 10 * curve.reward)
    assert tenfold.judge is curve.judge
    assert tenfold.distance is curve.distance


def some_scores(rng):
    """Return any scores over β, some of them close to each other."""
    size = len(BETAS)
    judge = rng.uniform(3, 6) + 10 ** rng.uniform(-3, 0) * rng.normal(size=size)
    betas = np.array([*map(float, BETAS)])
    return Along(betas, np.arange(1.0, size + 1), judge, 10 ** rng.uniform(-4, -1, size))


@pytest.mark.parametrize("seed", range(100))
def test_a_guess_is_wrong_only_beyond_the_noise(seed):
    some = some_scores(np.random.default_rng(seed))
    best = int(some.judge.argmax())
    near = [
        beta for beta, score, error in zip(some.betas, some.judge, some.error, strict=True)
        if some.judge[best] - score <= 2 * math.hypot(error, some.error[best])
    ]  # fmt: skip
    assert some.near == (min(near), max(near))
    rope = Rope(World(*USUAL), "0.2")
    for guess in LADDER:
        said = words.answered(guess, rope, some)
        right = float(guess) == some.betas[best]
        close = min(near) <= float(guess) <= max(near)
        expected = "Right." if right else "As good as right." if close else "Not there."
        assert said.startswith(f"**{expected}**")
        # The picture ends a little beyond the β that can be chosen.
        where = "the star" if some.betas[best] > 0.0009 else "beyond the picture"
        peak = re.search(rf"largest at \*\*β = {NUMBER}\*\*, {where}: {PAIR} of 7\.", said)
        assert all_agree(peak.groups(), (some.betas[best], some.judge[best], some.error[best]))
        assert ("the peak lies from" in said) == (len(near) > 1)


def test_a_guess_is_told_what_it_gets():
    *_, score, error = along_the_rope(USUAL)
    rope = Rope(World(*USUAL), "0.2")
    for guess in ("1", "0.02", "0.001"):
        said = words.answered(guess, rope, along(rope))
        found = re.search(rf"At your guess, β = {guess}, it is {PAIR}; P's", said)
        at = BETAS.index(guess)
        assert all_agree(found.groups(), (score[at], error[at]))
