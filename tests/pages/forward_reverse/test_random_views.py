"""What the lesson says holds wherever its sliders stand, not only where they begin."""

import math
import re

import numpy as np
import pytest

from charts.style import LIGHT
from charts.units import BITS, NATS
from pages.forward_reverse import folded_words, numbers, pictures, scores, words
from tests.pages.figures import title
from tests.pages.forward_reverse.claims import check_people, headings, mixture
from tests.pages.forward_reverse.truth import PRESETS, TWO, bell, divergence
from tests.pages.reading import NUMBER, printed, value_of


def random_rows(rng, size):
    """Return bells as the sliders and cells may have them."""
    columns = (rng.uniform(*limits, size).round(1) for limits in ((0.1, 1), (-8, 8), (0.2, 3)))
    return tuple(zip(*(each.tolist() for each in columns), strict=True))


def random_q(rng):
    """Return mean and spread on the steps of Q's sliders."""
    return tuple((rng.integers((-200, 2), (201, 161)) / 20).tolist())


def views(count, seed):
    """Return pairs of P's rows and a Q, by chance."""
    rng = np.random.default_rng(seed)
    return [(random_rows(rng, rng.integers(1, 5)), random_q(rng)) for _ in range(count)]


def far_apart(rng):
    """Return bells with a dozen of their spreads between neighbours."""
    size = int(rng.integers(2, 5))
    spreads = rng.uniform(0.1, 0.5, size)
    means = np.cumsum(12 * spreads.max() * rng.uniform(1, 1.5, size))
    weights = rng.uniform(0.1, 1, size)
    return tuple(zip(weights.tolist(), means.tolist(), spreads.tolist(), strict=True))


def check_hand(rows, q):
    """See that the larger one is the larger one as printed; return title and words."""
    view = numbers.compared(mixture(rows), q, BITS)
    figure, said = pictures.hand_figure(view, LIGHT), words.hand_in_words(view)
    shown = headings(each["text"] for each in figure.look["annotations"])
    assert re.findall(rf"D\(.‖.\) = {NUMBER} bits\.", said) == shown
    forward, reverse = (value_of(each)[0] for each in shown)
    larger = re.match(r"(D\(.‖.\)) is the larger", title(figure))
    if larger:
        assert (forward > reverse) == (larger[1] == "D(P‖Q)")
        assert forward != reverse
    else:
        assert forward == reverse
    for factor in re.findall(rf"(?:P|Q) is {NUMBER} times as dense", said):
        assert value_of(factor)[0] > 1, said
    for places in re.findall(r"around x = (.*?), where", said):
        listed = re.split(", | and ", places)
        assert len(set(listed)) == len(listed), said
    return title(figure), said


def test_larger_divergence_is_larger_as_printed():
    for rows, q in views(300, 1):
        check_hand(rows, q)
    # Two bells that nearly are one; of one spread they cost the same.
    assert "is the larger" in check_hand(bell(0.5, 1.2), (0.5, 1.25))[0]
    assert "cost the same" in check_hand(bell(0.5, 1.2), (0.55, 1.2))[0]


def test_both_sides_of_a_symmetric_view_are_named():
    _, said = check_hand(TWO, (0.0, 1.0))
    assert re.search(r"D\(P‖Q\).*around x = −(\d\.\d) and \1, where P is", said)
    _, said = check_hand(TWO, (1.0, 1.0))
    assert " and " not in said


def test_game_is_not_lost_by_what_is_printed_as_within():
    rng = np.random.default_rng(2)
    won = 0
    for rows, q in views(80, 2):
        p = mixture(rows)
        for game in ("forward", "reverse", "target"):
            if game == "forward" and rng.integers(2):
                cover = numbers.covering(p)
                q = round(cover.mean, 1), max(0.1, round(cover.std, 1))
            tried = scores.attempt(p, q, game, int(rng.integers(1, 1000)))
            said = scores.score_in_words(game, tried, 3, BITS)
            off, need = (
                value_of(re.search(pattern, said)[1])[0]
                for pattern in (rf": \*\*{NUMBER} bits\*\*", rf"ithin {NUMBER} bits")
            )
            won += tried.won
            assert (off <= need) == tried.won
            assert game == "target" or "too little" not in said
    assert 20 < won < 220
    said = scores.score_in_words("forward", scores.Attempt(0.05, 0.05102), 0, NATS)
    assert "**0.00102 nats** too much. Within 0.00100 nats you win" in said


def test_optimum_is_not_too_little_by_rounding():
    # Mean and spread of these are steps of Q's sliders.
    for middle, spread, wide in ((5.6, 0.75, 5.65), (5.4, 2.25, 5.85), (6, 1.35, 6.15)):
        p = mixture(((1, -middle, spread), (1, middle, spread)))
        tried = scores.attempt(p, (0.0, wide), "forward", 1)
        said = scores.score_in_words("forward", tried, 0, BITS)
        assert "**0.0000 bits** off" in said
        assert "you have it" in said


def test_descent_that_rises_says_so():
    rng = np.random.default_rng(3)
    risen = 0
    for _ in range(150):
        rows = list(PRESETS.values())[rng.integers(6)]
        p = mixture(rows)
        start = [numbers.covering(p), *numbers.seeking(p)][rng.integers(2)]
        q = (
            round(start.mean + rng.normal() / 4, 2),
            round(start.std * math.exp(rng.normal() / 5), 2),
        )
        paths = numbers.descents(
            p, q, numbers.OPTIMISERS[rng.integers(3)], rng.choice([0.1, 0.5, 1])
        )
        film = words.film_in_words(numbers.descents_in_unit(paths, NATS), NATS)
        told = re.findall(rf"(falls|rises|goes) from {NUMBER} to {NUMBER} nats", film)
        fits = {"forward": [numbers.covering(p)], "reverse": numbers.seeking(p)}
        for (how, *shown), (direction, path) in zip(told, paths.items(), strict=True):
            first, last = (value_of(each)[0] for each in shown)
            assert how == ("falls" if last < first else "rises" if last > first else "goes")
            said = words.arrival(direction, path, fits[direction], NATS)
            assert (f"up from {shown[0]}" in said) == (how == "rises")
            assert how != "rises" or "too short" not in said
        assert ("uphill" in film) == ("rises" in [how for how, *_ in told])
        risen += "uphill" in film
    assert risen > 5


def test_far_apart_the_reverse_direction_seeks_one_mode_and_the_forward_one_none():
    rng = np.random.default_rng(4)
    for _ in range(30):
        p = mixture(far_apart(rng))
        assert numbers.spans(p, numbers.seeking(p)[0])[1] == 1
        # As far as the middles of all bells are from the mean, so far is it stretched.
        cover, weights = numbers.covering(p), np.array(p.weights)
        between = weights @ (np.array(p.means) - p.mean) ** 2
        assert cover.std**2 == pytest.approx(between + weights @ np.array(p.stds) ** 2)


def test_missing_the_other_modes_costs_about_the_logarithm_of_the_weight():
    rng = np.random.default_rng(5)
    for _ in range(60):
        rows = far_apart(rng)
        total = sum(weight for weight, *_ in rows)
        for weight, mean, spread in rows:
            q = bell(mean, spread)
            reverse = divergence(q, rows)
            assert reverse == pytest.approx(math.log(total / weight), rel=1e-3)
            assert reverse < divergence(rows, q) / 2


def test_equally_good_bells_between_the_directions_are_called_so():
    said = folded_words.between_in_words(0.0, numbers.optima_at(mixture(TWO), 0.0), [])
    assert "the best Q, one of 2 that are equally good, has mean" in said
    said = folded_words.between_in_words(1.0, numbers.optima_at(mixture(TWO), 1.0), [])
    assert "the best Q has mean" in said


@pytest.mark.parametrize("unit", [BITS, NATS])
def test_snippet_says_what_is_left_of_0(unit):
    for q in ((0.5, 1.2), (0.5, 1.25), (-3.1, 0.1)):
        for rows in (bell(0.5, 1.2), ((0.3, 0.5, 1.2), (0.7, 0.5, 1.2))):
            code = words.snippet(mixture(rows), q, unit)
            assert re.findall(rf"# in {unit.name}: (\S+)", code) == printed(code).split()[:2]


def test_guess_is_judged_by_its_cost():
    rng = np.random.default_rng(6)
    near = set()
    p = mixture(TWO)
    for _ in range(60):
        q = random_q(rng) if rng.integers(2) else (0.0, round(2.2 + rng.integers(20) / 20, 2))
        said = words.guess_in_words(p, q, BITS)
        cost, least = (value_of(each)[0] for each in re.findall(rf"\*\*{NUMBER} bits\*\*", said))
        exact = divergence(TWO, bell(*q)) / math.log(2)
        assert cost == pytest.approx(exact, rel=1e-4, abs=6e-4)
        assert cost > least
        assert ("Very near" in said) == (exact <= 1.05 * numbers.covering(p).divergence / BITS.nats)
        near.add("Very near" in said)
    assert near == {True, False}
    # What else it says of the P that is asked about.
    assert p.pdf(0.0) < 0.05 * p.pdf(2.5)


def test_takeaway_holds_for_every_p_with_its_spread_held_or_free():
    rng = np.random.default_rng(8)
    left = 0
    for _ in range(60):
        p = mixture(random_rows(rng, rng.integers(2, 5)))
        held = float(rng.choice([0.2, 1, 4]))
        for cover in (numbers.covering(p), numbers.covering(p, held)):
            assert cover.mean == pytest.approx(p.mean)
        assert numbers.covering(p).std == pytest.approx(p.std)
        left += numbers.spans(p, numbers.seeking(p)[0])[1] < len(p.means)
    # It *may* leave modes out.
    assert 5 < left < 60


def test_what_is_said_with_a_held_spread_is_so():
    rng = np.random.default_rng(9)
    endings = set()
    for _ in range(60):
        rows = random_rows(rng, rng.integers(1, 4)) if rng.integers(4) else TWO
        p, (mean, _) = mixture(rows), random_q(rng)
        if rows == TWO:
            mean = float(rng.choice([0.0, 0.05, 2.5]))
        held = float(rng.choice([0.3, 1, 3]))
        path = numbers.descents(p, (mean, held), "natural gradient", 0.1, hold=True)
        found = numbers.optima(p, path["reverse"], NATS, held)
        said = words.optima_in_words(p, found, "natural gradient", NATS, held)
        assert said.startswith(f"With its spread held at {held:.2f}: ")
        assert "spread of P itself" not in said
        assert value_of(re.search(rf"at mean {NUMBER}|itself: mean {NUMBER}", said)[2])[0] == \
            pytest.approx(p.mean, abs=0.006)  # fmt: skip
        count = re.search(r"has (\d+) local optima", said)
        assert (int(count[1]) if count else 1) == len(numbers.seeking(p, held))
        ended = words.arrival("reverse", path["reverse"], numbers.seeking(p, held), NATS)
        if "level" in ended:
            at = path["reverse"].means[-1]
            left, right = (divergence(bell(at + by, held), rows) for by in (-0.02, 0.02))
            assert left == pytest.approx(right, abs=1e-4)
            assert "none of them when it stops" in said
        endings.add(re.search("level|used up|too long|close to|steps? to", ended)[0])
    assert {"level", "steps to"} <= endings


def test_both_people_keep_to_a_held_spread():
    rng = np.random.default_rng(10)
    for held in (0.3, 1.0, 1.0, 3.0, 8.0):
        rows = random_rows(rng, rng.integers(1, 4))
        best = numbers.best_of(mixture(rows), held)
        check_people(
            words.cautious_person(mixture(rows), best["forward"][0], held),
            words.focused_person(mixture(rows), best["reverse"][0], held),
            rows,
            held,
        )


def test_places_that_read_the_same_are_one():
    _, said = check_hand(PRESETS["One heavy tail"], (-2.5, 0.8))
    assert "x = 0.3, where" in said
