"""The forecaster's sentences say what its weather and its days make true."""

import itertools
import re

import numpy as np
import pytest
from scipy.special import rel_entr
from scipy.stats import entropy, multinomial

from charts.units import UNITS
from pages.intuition import numbers, words
from tests.pages.intuition.weather import (
    KINDS,
    NO_SNOW,
    SUNNY,
    TIMID,
    TRUTH,
    average,
    costs,
    days_of,
    figures,
    lost,
)
from tests.pages.reading import NUMBER, printed, value_of
from tests.pages.truth import BASES, chances


def says(p=TRUTH, q=SUNNY):
    """Return the sentence under weather and forecast, in bits."""
    return words.in_words(chances(p), chances(q), UNITS["bits"])


def run(days, seed=1, p=TRUTH, q=SUNNY, unit="bits"):
    """Return the sentence under the running average."""
    pair, unit = (chances(p), chances(q)), UNITS[unit]
    passed = numbers.days_passed(*pair, days, seed, unit)
    return words.days_in_words(passed, numbers.band(*pair, days, unit), unit.kl(*pair), unit)


def swapped(p=TRUTH, q=SUNNY, unit="bits"):
    """Return what swapping P and Q does."""
    return words.other_way(chances(p), chances(q), UNITS[unit])


def test_sentence_names_what_costs_and_what_gives_back():
    sun, _, rain, _ = costs(TRUTH, SUNNY)
    assert f"Dearest is a day of rain (+{rain:.3f})" in says()
    assert f"A day of sun even gives some back (−{-sun:.3f})" in says()
    assert f"loses {lost(TRUTH, SUNNY)} of information a day" in says()


def test_weather_of_equal_cost_is_named_together():
    said = says([4, 4, 1, 1], [1, 1, 4, 4])
    assert "Dearest is a day of sun or cloud (+2.000)" in said
    assert "A day of rain or snow even gives some back (−2.000)" in said


def test_sure_weather_has_no_day_that_gives_back():
    said = says([1, 0, 0, 0])
    assert f"loses {-np.log2(0.6):.3f} bits of information a day" in said
    assert "Dearest is a day of sun (+0.737)" in said
    assert said.endswith("No day gives anything back.")


def test_all_that_is_ruled_out_is_named_if_it_comes():
    said = says([6, 3, 1, 0], [1, 0, 0, 0])
    assert "rules out cloud and rain, and they come on 40.0% of all days" in said


def in_words_of_chance(said):
    """Return the share that a sentence puts into words, and by how much it may be off."""
    parts = {"half": 2, "a third of": 3, "a quarter of": 4, "a fifth of": 5, "a tenth of": 10,
             "a hundredth of": 100}  # fmt: skip
    found = re.search(rf"({'|'.join(parts)}|{NUMBER}% of) the chance", said)
    if found[2]:
        share, digit = value_of(found[2])
        return share / 100, 0.501 * digit / 100
    return 1 / parts[found[1]], 1e-9


def test_dearest_day_says_what_share_of_its_chance_q_gave_it():
    rng, exact = np.random.default_rng(4), 0
    for _ in range(500):
        p, q = rng.integers(1, 30 if rng.random() < 0.5 else 4, (2, 4)) / 10
        if np.allclose(chances(p), chances(q)):
            continue
        smallest = (chances(q) / chances(p)).min()
        share, slack = in_words_of_chance(says(p, q))
        assert share == pytest.approx(smallest, abs=slack), says(p, q)
        # What cost something had less than all of its chance.
        assert share < 1
        exact += slack == 1e-9
    assert exact > 20


def test_rain_that_had_a_third_of_its_chance_costs_the_logarithm_of_three():
    assert "(+1.585): Q gave it a third of the chance that P gave." in says(
        [1, 1, 3, 3], [3, 3, 1, 1]
    )
    assert "rain (+1.322): Q gave it 40.0% of the chance that P gave." in says()


@pytest.mark.parametrize(
    ("unit", "once", "twice"),
    [("bits", "half", "a quarter of"), ("dits", "a tenth of", "a hundredth of"),
     ("nats", "36.8% of", "13.5% of")],
)  # fmt: skip
def test_one_unit_is_a_share_of_the_chance(unit, once, twice):
    said = words.one_unit(UNITS[unit])
    assert (
        f"**One {unit[:-1]}** is lost on a day to which the forecast gave {once} the chance" in said
    )
    assert f"two {unit}, if it gave {twice} the chance" in said


@pytest.mark.parametrize(("p", "q"), [([4, 3, 2, 0], [0, 3, 2, 4]), (TRUTH, NO_SNOW),
                                      (NO_SNOW, TRUTH), (TRUTH, TRUTH)])  # fmt: skip
def test_same_number_in_other_units_is_that_of_scipy(p, q):
    for unit in BASES:
        said = words.other_units(chances(p), chances(q), UNITS[unit])
        name = "D(Q‖P)" if "D(Q‖P)" in said else "D(P‖Q)"
        pair = (q, p) if name == "D(Q‖P)" else (p, q)
        for other, base in BASES.items():
            number = entropy(*pair, base=base)
            if np.isinf(number):
                assert f"{name} is ∞ in each" in said
            else:
                written = f"{number:.3f}"
                assert (f"is {written}" if other == unit else f"in {other} {written}") in said
        # ∞ tells nothing of units, so the other way round is told where it is finite.
        assert ("∞" in said) == np.isinf([entropy(p, q), entropy(q, p)]).all()


@pytest.mark.parametrize("at", [1, 2, 40])
def test_ruined_run_is_infinite_from_the_first_day_of_snow(at):
    seed = next(seed for seed in itertools.count(1) if (days_of(seed, 50) == 3).argmax() == at - 1
                and 3 in days_of(seed, 50))  # fmt: skip
    said = run(50, seed, q=NO_SNOW)
    assert f"Day {at} brings what the forecaster had ruled out" in said
    assert "from there on the average loss is infinite" in said
    assert ("Until then" in said) == (at > 1)
    if at > 1:
        before = f"{average(seed, at - 1, q=NO_SNOW):+.3f}".replace("-", "−")
        assert said.endswith(f"Until then the average was {before} bits a day.")
    assert "95%" not in said


def test_run_that_is_spared_says_that_snow_will_come():
    seed = next(seed for seed in itertools.count(1) if not (days_of(seed, 20) == 3).any())
    so_far = f"{average(seed, 20, q=NO_SNOW):.3f}".replace("-", "−")
    said = run(20, seed, q=NO_SNOW)
    assert f"So far the average loss is {so_far} bits a day" in said
    assert "will come: D(P‖Q) is infinite" in said


@pytest.mark.parametrize(
    ("days", "seed", "unit"),
    [
        (2, 1, "bits"),
        (10, 5, "nats"),
        (1000, 2, "dits"),
        (10_000, 1, "bits"),
        (10_000, 999, "nats"),
    ],
)
def test_sentence_after_the_days_is_the_average_of_these_days(days, seed, unit):
    said = run(days, seed, unit=unit)
    loss = f"{average(seed, days, unit=unit):+.3f}".replace("-", "−")
    assert f"After {days:,} days the average loss is **{loss}** {unit} a day" in said
    assert f"D(P‖Q) is {lost(TRUTH, SUNNY, unit).split()[0]}." in said
    first = "".join(list(KINDS.values())[kind] for kind in days_of(seed, days)[:14])
    assert said.startswith(f"The days begin {first}{'…' if days > 14 else ''} ")


@pytest.mark.parametrize("kind", range(4))
def test_one_day_costs_what_its_weather_costs(kind):
    seed = next(seed for seed in itertools.count(1) if days_of(seed, 1)[0] == kind)
    q = [6, 2.5, 1, 0.7]
    said = run(1, seed, q=q)
    loss = f"{costs(TRUTH, q)[kind]:+.3f}".replace("-", "−")
    assert said.startswith(f"One day: {list(KINDS.values())[kind]} ")
    assert f"After 1 day the average loss is **{loss}** bits a day" in said
    # A single day can bring no more than the dearest weather; 0.5 of 10 is more than 2.5%.
    low, high = figures(said.split("lie between")[1])
    assert (low, high) == (pytest.approx(costs(TRUTH, q).min(), abs=6e-4),
                           pytest.approx(costs(TRUTH, q).max(), abs=6e-4))  # fmt: skip
    assert said.endswith("this one does, too.")


@pytest.mark.parametrize(
    ("q", "unit"), [(SUNNY, "bits"), (SUNNY, "nats"), (TIMID, "dits"), ([3, 3, 3, 1], "bits")]
)
def test_middle_of_the_runs_holds_95_percent_of_all(q, unit):
    days = 50
    said = run(days, q=q, unit=unit)
    assert "The middle 95% of 1,000 simulated runs" in said
    low, high = figures(said.split("lie between")[1])
    # Every way in which fifty days can be shared out among four kinds of weather.
    came = np.array([(sun, cloud, rain, days - sun - cloud - rain)
                     for sun in range(days + 1) for cloud in range(days + 1 - sun)
                     for rain in range(days + 1 - sun - cloud)])  # fmt: skip
    chance = multinomial.pmf(came, days, chances(TRUTH))
    averages = came @ costs(TRUTH, q, unit) / days
    assert chance.sum() == pytest.approx(1)
    # A quantile of 1000 runs is off by 0.5% of the runs, as a standard error; the days by rounding.
    assert chance[averages < low - 5e-4].sum() < 0.025 + 0.015
    assert chance[averages <= low + 5e-4].sum() > 0.025 - 0.015
    assert chance[averages > high + 5e-4].sum() < 0.025 + 0.015
    assert chance[averages >= high - 5e-4].sum() > 0.025 - 0.015


@pytest.mark.parametrize("days", [1000, 10_000])
def test_middle_of_the_runs_narrows_with_the_square_root_of_the_days(days):
    low, high = figures(run(days).split("lie between")[1])
    each = costs(TRUTH, SUNNY)
    mean = chances(TRUTH) @ each
    spread = np.sqrt(chances(TRUTH) @ (each - mean) ** 2 / days)
    # The central limit theorem, and 4 standard errors of a quantile of 1000 runs.
    assert low == pytest.approx(mean - 1.96 * spread, abs=0.35 * spread + 5e-4)
    assert high == pytest.approx(mean + 1.96 * spread, abs=0.35 * spread + 5e-4)


@pytest.mark.parametrize(("of_all", "verdict"), [
    (0, "is one of the others"), (500, "does, too"), (999, "is one of the others")
])  # fmt: skip
def test_run_says_whether_it_is_among_the_middle_ones(of_all, verdict):
    seeds = sorted(range(1, 1001), key=lambda seed: average(seed, 100))
    assert run(100, seeds[of_all]).endswith(f"this one {verdict}.")


@pytest.mark.parametrize(("unit", "days"), [("bits", 1000), ("nats", 10), ("dits", 100)])
def test_runs_that_all_cost_the_same_are_all_among_the_middle_ones(unit, days):
    said = run(days, p=[1, 0, 0, 0], q=[1, 2, 3, 4], unit=unit)
    each = f"{np.log(10) / np.log(BASES[unit]):+.3f}"
    assert f"lie between {each} and {each} by then" in said
    assert said.endswith("this one does, too.")


@pytest.mark.parametrize(
    ("p", "q"),
    [([7.3, 2.2, 0.2, 0.3], [3.1, 0.5, 7.7, 0.7]), ([3.6, 5.9, 8.5, 3.2], [6.5, 7.4, 6.8, 1.9])],
)
def test_run_on_the_edge_of_the_middle_is_in_it(p, q):
    said = run(2, p=p, q=q)
    low, high = figures(said.split("lie between")[1])
    assert round(average(1, 2, p, q), 3) in (low, high)
    assert said.endswith("this one does, too.")


def test_chances_that_are_furthest_apart_are_written_so_that_one_sees_it():
    said = words.reach_zero(chances([10, 9.9, 9.8, 9.7]), chances([9.9, 9.8, 9.7, 9.6]))
    comes, forecast = figures(said.split("Furthest apart")[1])[:2]
    assert comes != forecast


@pytest.mark.parametrize(
    ("p", "q", "unit"), [(TRUTH, SUNNY, "bits"), ([1, 2, 3, 4], SUNNY, "nats"),
                         (NO_SNOW, TRUTH, "bits"), ([1, 0, 0, 0], SUNNY, "dits")]
)  # fmt: skip
def test_best_of_ten_thousand_forecasters_is_that_of_numpy(p, q, unit):
    forecasts = np.random.default_rng(0).dirichlet([1, 1, 1, 1], 10_000)
    best = rel_entr(chances(p), forecasts).sum(axis=1).min() / np.log(BASES[unit])
    assert best > 1e-4
    unit = UNITS[unit]
    found = numbers.best_by_chance(chances(p)) / unit.nats
    said = words.below_zero(unit.kl(chances(p), chances(q)), found, unit)
    assert f"Of 10,000 forecasts drawn by chance the best is at {best:.4f} {unit.name}." in said
    assert f"Your Q is at {lost(p, q, unit.name)}." in said


@pytest.mark.parametrize("unit", BASES)
def test_swapping_says_both_divergences(unit):
    said = swapped(q=TIMID, unit=unit)
    assert f"D(P‖Q) is {lost(TRUTH, TIMID, unit)}, D(Q‖P) is {lost(TIMID, TRUTH, unit)}" in said
    assert "A distance would be the same both ways" in said


@pytest.mark.parametrize("q", [[4.1, 3, 2.5, 0.5], [4, 3.1, 2.4, 0.5], [4, 3, 2.5, 0.4]])
def test_divergences_that_differ_are_written_so_that_one_sees_it(q):
    said = swapped(q=q)
    there, back = figures(said.split("‖")[1])[0], figures(said.split("‖")[2])[0]
    assert "A distance would be the same both ways" in said
    assert there != back
    assert (there > back) == (entropy(TRUTH, q) > entropy(q, TRUTH))


def mirrored(rng):
    """Return weights of P and Q, who would only trade names if they were swapped."""
    a, b, c, d = (rng.choice(100, 4, replace=False) + 1) / 10
    p, q = [([a, b, c, d], [b, a, d, c]), ([a, b, c, c], [b, a, c, c])][rng.integers(2)]
    order = rng.permutation(4)
    return np.array(p)[order], np.array(q)[order]


def test_mirrored_weather_is_equal_both_ways_until_one_slider_moves():
    rng = np.random.default_rng(1)
    for _ in range(300):
        p, q = mirrored(rng)
        assert entropy(p, q) == pytest.approx(entropy(q, p), rel=1e-9)
        assert "equal, since swapping P and Q only gives the weather other names" in swapped(p, q)
        p[rng.integers(4)] += 0.1
        said = swapped(p, q)
        assert "A distance would be the same both ways" in said
        assert figures(said.split("‖")[1])[0] != figures(said.split("‖")[2])[0]


def test_equal_both_ways_without_a_mirror_is_not_said_to_be_one():
    # Cloud and snow are as much too rare in Q as rain and sun are too frequent, but not one by one.
    p, q = [0.1, 0.3, 0.2, 0.4], [0.05, 0.15, 0.4, 0.4]
    assert entropy(p, q) == pytest.approx(entropy(q, p), rel=1e-9)
    assert "equal, as they are for few P and Q" in swapped(p, q)


def test_three_kinds_of_equal_cost_are_listed_with_commas():
    assert "a day of sun, cloud or snow" in says([3, 3, 1, 3], [2, 2, 4, 2])


def test_run_outside_the_middle_is_written_so_that_one_sees_it():
    rng = np.random.default_rng(2)
    outside = 0
    for seed in range(1, 1001):
        q = [SUNNY, TIMID, [3.9, 3, 2.6, 0.5]][rng.integers(3)]
        said = run(int(rng.choice(numbers.DAYS[3:9])), seed, q=q)
        found = re.search(
            rf"is \*\*\+?{NUMBER}\*\*.*between \+?{NUMBER} and \+?{NUMBER} by then", said
        )
        loss, low, high = (value_of(each)[0] for each in found.groups())
        if "is one of the others" in said:
            outside += 1
            assert loss < low or loss > high, said
        else:
            assert low <= loss <= high, said
    assert outside > 20


def test_share_of_runs_that_luck_decides_is_that_of_every_way_to_share_the_days():
    p, q, days = chances(TRUTH), chances(SUNNY), 20
    came = np.array([each for each in itertools.product(range(days + 1), repeat=4)
                     if sum(each) == days])  # fmt: skip
    ahead = multinomial.pmf(came, days, p)[came @ costs(TRUTH, SUNNY) < -1e-9].sum()
    assert numbers.ahead_by_luck(p, q, days) == pytest.approx(ahead, rel=1e-9)
    runs = np.random.default_rng(5).multinomial(days, p, 40_000) @ costs(TRUTH, SUNNY)
    assert (runs < -1e-9).mean() == pytest.approx(ahead, abs=0.01)


def test_tie_is_no_lead():
    # Sun and rain once each: what the one costs the other gives back.
    assert numbers.ahead_by_luck(chances([1, 2]), chances([2, 1]), 2) == pytest.approx(1 / 9)


def test_infinite_both_ways_is_no_coincidence():
    said = swapped([4, 3, 2, 0], [0, 3, 2, 4])
    assert "D(P‖Q) is ∞, D(Q‖P) is ∞" in said
    assert "coincidence" not in said


def test_small_divergences_that_differ_are_not_called_equal():
    p, q = [10, 9.9, 9.8, 0.1], [9.9, 9.8, 9.7, 0.1]
    there, back = entropy(p, q), entropy(q, p)
    assert abs(there - back) > 0.001 * there
    assert "equal" not in swapped(p, q)


@pytest.mark.parametrize("unit", BASES)
def test_formula_adds_up_to_the_divergence(unit):
    p, q = [4, 3, 2, 1], [2, 2, 5, 1]
    rows = words.formula_lines(chances(p), chances(q), UNITS[unit])
    terms = rel_entr(chances(p), chances(q)) / np.log(BASES[unit])
    assert [figures(row)[-1] for row in rows] == pytest.approx(terms, abs=6e-4)
    assert [figures(row)[-2] for row in rows] == pytest.approx(costs(p, q, unit), abs=6e-4)
    assert all(kind in row for kind, row in zip(KINDS, rows, strict=True))


@pytest.mark.parametrize(
    ("unit", "days", "q"),
    [("bits", 1000, SUNNY), ("nats", 1, SUNNY), ("dits", 10_000, TIMID), ("bits", 20, NO_SNOW)],
)
def test_snippet_prints_the_numbers_on_screen(unit, days, q):
    pair, seed = (chances(TRUTH), chances(q)), 6
    passed = numbers.days_passed(*pair, days, seed, UNITS[unit])
    snippet = words.snippet(TRUTH, q, passed, seed, UNITS[unit])
    losses, there = printed(snippet).split()
    assert float(there) == pytest.approx(entropy(TRUTH, q, base=BASES[unit]))
    assert float(losses) == pytest.approx(average(seed, days, q=q, unit=unit))
    shown = f"{float(losses):.3f}" if np.isfinite(float(losses)) else "infinite"
    assert shown.replace("-", "−") in run(days, seed, q=q, unit=unit)
    first, second = (line for line in snippet.splitlines() if line.startswith("print("))
    assert first.endswith(f"in {unit}: {losses}")
    assert second.endswith(f"D(P‖Q): {there}")


@pytest.mark.parametrize("share", [0.1, 0.3, 0.7, 2])
def test_snippet_says_what_rounding_leaves_where_p_and_q_are_in_proportion(share):
    p, q = [1, 2, 3, 4], [share * weight for weight in (1, 2, 3, 4)]
    passed = numbers.days_passed(chances(p), chances(p), 100, 1, UNITS["bits"])
    snippet = words.snippet(p, q, passed, 1, UNITS["bits"])
    assert re.findall(r"# .*: (\S+)$", snippet, re.M) == printed(snippet).split()
