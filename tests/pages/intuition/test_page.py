"""The forecaster's lesson shows what its weather and its days make true."""

import itertools
import re

import numpy as np
import pytest
from scipy.stats import entropy

from tests.pages.conftest import (
    answers_of,
    bound_controls,
    move,
    open_page,
    press,
)
from tests.pages.intuition.views import sky, the_run
from tests.pages.intuition.weather import (
    KINDS,
    NO_SNOW,
    SUNNY,
    TIMID,
    TRUTH,
    average,
    days_of,
    lost,
)
from tests.pages.reading import (
    chart,
    metrics,
    passage,
    read_out,
    texts,
    weights,
)
from tests.pages.truth import BASES


def task(app, number):
    """Return one of the three things to try."""
    return passage(app, rf"^\*\*{number}\. ")


def test_pictures_follow_their_sliders():
    skies = {key: {"picture"} for key in sky(p=TRUTH, q=SUNNY)}
    keys = ("intuition_days", "intuition_seed", "intuition_guess")
    days = {key: {"days_pass"} for key in keys}
    assert answers_of(open_page("intuition")) == skies | days


def test_opening_is_infinite_one_way_and_small_the_other():
    app = open_page("intuition", intuition_predict="Both the same")
    assert metrics(app) == [lost(TRUTH, NO_SNOW), lost(NO_SNOW, TRUTH)] == ["∞", "0.074 bits"]
    assert "D(Q‖P) is 0.074 bits" in passage(app, "^The forecaster rules out")


def test_unit_is_one_press_beside_the_sentence_about_it():
    app = press(open_page("intuition", intuition_predict="Both the same"), "Measure in nats")
    assert app.radio(key="unit").value == "nats"
    assert metrics(app) == ["∞", f"{entropy(NO_SNOW, TRUTH):.3f} nats"]
    assert {"Measure in bits", "Measure in dits"} < {each.label for each in app.button}


@pytest.mark.parametrize(
    ("p", "q"),
    [([2.4, 0, 8.5, 0], [2.4, 6.8, 1.7, 0]), ([1, 0, 0, 0.3], [0.1, 6.9, 0, 2.1])],
)
def test_weather_given_its_due_gives_nothing_back_by_rounding(p, q):
    said = passage(open_page("intuition", **sky(p=p, q=q)), "^Believing")
    assert "×10⁻" not in said
    assert said.endswith("No day gives anything back.")


@pytest.mark.parametrize(
    ("label", "q"),
    [
        ("The sunny forecaster", SUNNY),
        ("The timid forecaster", TIMID),
        ("“It never snows”", NO_SNOW),
    ],
)
def test_presets_set_the_sliders(label, q):
    app = press(
        open_page(
            "intuition", **sky(p=[1, 2, 3, 4], q=[4, 0, 2, 1]), intuition_predict="Both the same"
        ),
        label,
    )
    assert (weights(app, "intuition_p"), weights(app, "intuition_q")) == (TRUTH, q)
    assert metrics(app) == [lost(TRUTH, q), lost(q, TRUTH)]


def test_swap_makes_the_forecast_the_truth():
    app = press(open_page("intuition", **sky(q=SUNNY)), "Swap P and Q")
    assert (weights(app, "intuition_p"), weights(app, "intuition_q")) == (SUNNY, TRUTH)
    assert metrics(app) == [lost(SUNNY, TRUTH), lost(TRUTH, SUNNY)]
    press(app, "Swap P and Q")
    assert (weights(app, "intuition_p"), weights(app, "intuition_q")) == (TRUTH, SUNNY)


@pytest.mark.parametrize("letter", ["p", "q"])
def test_all_weights_zero_says_how_to_mend_it_and_keeps_the_rest(letter):
    kept = {"intuition_days": 500, "intuition_seed": 7, "intuition_check1": "It is P"}
    app = open_page("intuition", **sky(**{letter: [0] * 4}), **kept)
    [warning] = app.warning
    assert f"All weights of {letter.upper()} are 0" in warning.value
    assert "Give at least one outcome" in warning.value
    assert len(app.info) == 2
    assert metrics(app) == []
    controls = bound_controls(app)
    assert {key: controls[key].value for key in kept} == kept
    app = move(app, f"intuition_{letter}1", 2.0)
    assert not app.warning
    assert not app.info
    assert len(app.metric) == 2
    assert {key: bound_controls(app)[key].value for key in kept} == kept


def test_ruled_out_snow_is_infinite_and_says_so():
    app = open_page("intuition", intuition_predict="Both the same")
    assert metrics(app) == ["∞", lost(NO_SNOW, TRUTH)]
    said = passage(app, "^The forecaster rules out")
    assert "rules out snow, and it comes on 5.0% of all days" in said
    assert "D(P‖Q) is infinite" in said
    assert "Your Q is at ∞." in task(app, 2)
    assert chart(app, "_intuition_chart").title.endswith("average: ∞")


def test_ruined_run_is_infinite_in_words_and_in_python():
    seed = next(seed for seed in itertools.count(1) if days_of(seed, 50)[1] == 3)
    app = open_page("intuition", **sky(q=NO_SNOW), intuition_days=50, intuition_seed=seed)
    assert "brings what the forecaster had ruled out" in the_run(app)
    assert float(app.code[0].value.split("in bits: ")[1].split("\n")[0]) == np.inf


def test_forecast_that_is_the_truth_is_done():
    app = open_page("intuition", **sky(q=TRUTH))
    assert metrics(app) == ["0.000 bits", "0.000 bits"]
    assert "**Done.**" in task(app, 1)
    assert "D(P‖Q) is 0 bits" in passage(app, "^The forecast is the truth")
    assert "equal, because P and Q are" in task(app, 3)
    assert "Your Q is at 0.000 bits" in task(app, 2)
    assert chart(app, "_intuition_bowl") is None
    assert "After 1,000 days the average loss is **0.000** bits a day" in the_run(app)


def test_moving_q_onto_p_is_done_on_the_last_move():
    app = open_page("intuition", **sky(q=[4, 3, 2.5, 0.6]))
    assert "Done" not in task(app, 1)
    assert "Furthest apart now: snow, which comes on 5.0%" in task(app, 1)
    assert chart(app, "_intuition_bowl")
    app = move(app, "intuition_q4", 0.5)
    assert "**Done.**" in task(app, 1)
    app = move(app, "intuition_q1", 4.1)
    assert (
        "Furthest apart now: sun, which comes on 40.0% of all days and is forecast for 40.6%"
        in (task(app, 1))
    )


def same_weather_everywhere(app, unit):
    """Check that every part of the page takes P and Q for the same."""
    assert "The forecast is the truth: no day costs anything" in texts(app)
    assert "**Done.**" in task(app, 1)
    assert metrics(app) == [f"0.000 {unit}"] * 2
    assert f"D(P‖Q) is 0.000 {unit}, D(Q‖P) is 0.000 {unit}: equal, because" in task(app, 3)
    assert f"the average loss is **0.000** {unit} a day; D(P‖Q) is 0.000" in the_run(app)
    assert "this one does, too" in the_run(app)
    assert "×10⁻" not in texts(app).split("import numpy")[0]
    for key in ("_intuition_chart", "_intuition_settling"):
        assert "×10⁻" not in chart(app, key).title
    assert chart(app, "_intuition_bowl") is None


def test_weights_in_proportion_are_the_same_weather():
    app = open_page("intuition", **sky(p=[1, 2, 3, 4], q=[2, 4, 6, 8]))
    same_weather_everywhere(app, "bits")


@pytest.mark.parametrize("unit", BASES)
def test_weather_that_differs_by_rounding_only_is_the_same(unit):
    app = open_page("intuition", **sky(p=[0.1, 0.2, 0.3, 0.4], q=[0.3, 0.6, 0.9, 1.2]), unit=unit)
    same_weather_everywhere(app, unit)


def test_days_follow_the_weather_that_is_set():
    p, q = [1, 2, 3, 4], [4, 3, 2, 1]
    app = open_page("intuition", **sky(p=p, q=q), intuition_days=200, intuition_seed=3)
    assert f"is **{average(3, 200, p, q):+.3f}** bits" in the_run(app)


def test_average_is_drawn_as_it_is_said():
    app = open_page("intuition", **sky(q=SUNNY), intuition_days=200, intuition_seed=8)
    drawn = chart(app, "_intuition_settling")
    assert drawn.alt == read_out(the_run(app))
    assert drawn.title == f"After 200 days: {average(8, 200):.3f}; D = 0.175 bits"


def test_charts_have_their_sentences_as_plain_text_alternatives():
    app = open_page("intuition", **sky(q=SUNNY))
    for key, pattern in (("chart", "^Believing"), ("settling", "^The days"), ("bowl", "^The str")):
        assert chart(app, f"_intuition_{key}").alt == read_out(passage(app, pattern))


def test_one_day_is_nowhere_called_days():
    app = open_page("intuition", intuition_days=1)
    assert "1 days" not in texts(app)
    assert "1 days" not in chart(app, "_intuition_settling").title


def test_same_days_say_the_same_and_others_do_not():
    said = texts(open_page("intuition", intuition_seed=3))
    assert said == texts(open_page("intuition", intuition_seed=3))
    app = open_page("intuition", intuition_seed=4)
    other = texts(app)
    assert the_run(app) not in said
    # Which days pass changes the run and its code, and nothing else.
    lines = [set(each.splitlines()) for each in (said, other)]
    assert all("days" in line or "default_rng" in line for line in lines[0] ^ lines[1])


def test_other_days_takes_the_next_run():
    app = press(open_page("intuition", **sky(q=SUNNY), intuition_seed=3), "Other days")
    assert bound_controls(app)["intuition_seed"].value == 4
    assert f"{average(4, 1000):+.3f}" in the_run(app)
    app = press(open_page("intuition", intuition_seed=1000), "Other days")
    assert bound_controls(app)["intuition_seed"].value == 1


@pytest.mark.parametrize("unit", BASES)
def test_unit_restates_every_number(unit):
    app = open_page("intuition", **sky(q=SUNNY), unit=unit)
    assert metrics(app) == [lost(TRUTH, SUNNY, unit), lost(SUNNY, TRUTH, unit)]
    assert f"loses {lost(TRUTH, SUNNY, unit)} of information" in texts(app)
    assert f"D(P‖·) falls from {lost(TRUTH, SUNNY, unit)} to 0" in texts(app)
    assert f"Your Q is at {lost(TRUTH, SUNNY, unit)}." in task(app, 2)
    assert f"D(P‖Q) is {lost(TRUTH, SUNNY, unit)}, D(Q‖P)" in task(app, 3)
    assert unit in app.latex[1].value
    assert lost(TRUTH, SUNNY, unit).split()[0] in app.latex[1].value


def test_way_through_p_ends_there_if_p_has_nothing_to_give():
    app = press(open_page("intuition"), "Swap P and Q")
    drawn = chart(app, "_intuition_bowl")
    assert drawn.alt in texts(app)
    # P is at 0: behind it snow would come less often than never.
    assert drawn.figure["layout"]["xaxis"]["range"][0] == pytest.approx(-0.05)
    assert "rises behind" not in drawn.alt
    assert "climbs again" not in drawn.title


def test_way_through_p_rises_behind_it():
    drawn = chart(open_page("intuition", **sky(q=SUNNY)), "_intuition_bowl")
    assert drawn.alt.endswith("falls from 0.175 bits to 0 at P and rises behind it.")
    assert drawn.figure["layout"]["xaxis"]["range"][0] < -0.5


def test_weather_that_never_comes_costs_nothing_however_expected():
    p = [4, 3, 3, 0]
    app = open_page("intuition", **sky(p=p, q=SUNNY), intuition_seed=1)
    assert metrics(app) == [lost(p, SUNNY), "∞"]
    assert "snow" not in passage(app, "^Believing")
    assert KINDS["snow"] not in the_run(app)
    assert f"is **{average(1, 1000, p):+.3f}** bits" in the_run(app)
    snow = next(line for line in app.latex[1].value.split(r"\\") if "snow" in line)
    assert snow.rstrip().endswith("= 0.000")


def test_weather_that_nobody_knows_costs_nothing():
    p, q = [4, 3, 3, 0], [6, 3, 1, 0]
    app = open_page("intuition", **sky(p=p, q=q))
    assert metrics(app) == [lost(p[:3], q[:3]), lost(q[:3], p[:3])]
    assert "snow" not in passage(app, "^Believing")


@pytest.mark.parametrize("unit", BASES)
def test_same_number_stands_in_all_three_units(unit):
    said = passage(open_page("intuition", **sky(q=SUNNY), unit=unit), "^Bits, nats and dits")
    assert f"D(P‖Q) is {lost(TRUTH, SUNNY, unit)}" in said
    for other in BASES.keys() - {unit}:
        assert f"in {other} {entropy(TRUTH, SUNNY, base=BASES[other]):.3f}" in said


def test_snippet_has_the_numbers_on_screen():
    app = open_page("intuition", **sky(q=TIMID), unit="dits", intuition_seed=6, intuition_days=50)
    snippet = app.code[0].value
    assert "default_rng(6)" in snippet
    assert "size=50" in snippet
    losses, divergence = re.findall(r"(?:dits|D\(P‖Q\)): (\S+)", snippet)
    assert metrics(app)[0] == lost(TRUTH, TIMID, "dits") == f"{float(divergence):.3f} dits"
    assert f"**{float(losses):+.3f}**".replace("-", "−") in the_run(app)
    assert float(losses) == pytest.approx(average(6, 50, q=TIMID, unit="dits"))


def test_tiny_weight_is_computed_not_rounded_away():
    q = [6, 2.5, 1, 1e-12]
    app = open_page("intuition", **sky(q=q))
    assert not app.warning
    assert metrics(app)[0] == lost(TRUTH, q)


def test_nonsense_in_one_parameter_keeps_the_others():
    app = open_page("intuition", intuition_p1="nan", intuition_p2="3.5", intuition_seed="12")
    assert weights(app, "intuition_p") == [4, 3.5, 2.5, 0.5]
    assert bound_controls(app)["intuition_seed"].value == 12
    [warning] = app.warning
    assert "`intuition_p1 = nan`" in warning.value
    assert "shows `4.0`" in warning.value


def test_number_of_days_that_is_not_on_offer_keeps_the_others():
    app = open_page("intuition", intuition_days="7", intuition_q1="3")
    assert bound_controls(app)["intuition_days"].value == 1000
    assert weights(app, "intuition_q") == [3, *NO_SNOW[1:]]
    [warning] = app.warning
    assert "`intuition_days = 7`" in warning.value
    assert "shows `1000`" in warning.value
