"""What the lesson says and draws about its runs of training, without the page."""

import math
import re
from functools import cache

import numpy as np
import pytest

from charts.style import LIGHT
from charts.units import UNITS
from kl_core.rlhf import account, optimal_policy
from pages.beta_penalty.numbers import World
from pages.beta_penalty.pictures.training import landing_picture, train_picture
from pages.beta_penalty.runs import Settings, TrainingRun, fresh_runs
from pages.beta_penalty.words import training as words
from tests.pages.beta_penalty.truth import (
    ANCHORS,
    K3,
    USUAL,
    check_landing,
    check_lines_of_training,
    check_run,
    optimum,
    records,
)
from tests.pages.reading import NUMBER, agree, all_agree, value_of, values
from tests.pages.truth import BASES, rewards, sft

USUAL_SETTINGS = {
    "method": "PPO", "rope": "fixed", "price": "0.02", "target": "3", "anchor": "the SFT model",
    "steps": 30, "rate": 40, "epochs": 2, "group": 8, "run_seed": 1,
}  # fmt: skip


def settings_of(world=USUAL, **changed):
    """Return settings as the controls of the page would say them."""
    controls = {f"beta_{name}": each for name, each in (USUAL_SETTINGS | changed).items()}
    return Settings.of(controls, World(*world))


@cache
def runs_of(settings: Settings) -> list[TrainingRun]:
    """Return the runs of these settings, done."""
    runs = fresh_runs(settings)
    for run in runs:
        while not run.done:
            run.advance()
    return runs


def told(settings, unit="bits", place=0):
    """Return what the page says about one of the runs."""
    runs = runs_of(settings)
    landing = words.landings(runs, settings, UNITS[unit])[place]
    return f"{landing} {words.reasons(runs[place], settings, UNITS[unit])}"


def step_by_step(settings, unit="bits"):
    """Return the chart of the runs step by step, as the browser gets it."""
    drawn = train_picture(runs_of(settings), [], settings, UNITS[unit], LIGHT)
    return drawn.to_dict()


@pytest.mark.parametrize("unit", ["bits", "dits"])
def test_training_is_a_direct_call(unit):
    settings, of = settings_of(), records()
    check_run(runs_of(settings)[0], of)
    ways = landing_picture(runs_of(settings), [], settings, UNITS[unit], LIGHT).to_dict()
    check_lines_of_training(step_by_step(settings, unit), ways, of, unit)
    check_landing(told(settings, unit), "PPO, β = 0.02", of, unit)
    first, last = (sft().decode(of[step - 1].batch.tokens[0]) for step in (1, 30))
    said = f"- PPO, β = 0.02, step 1: *{first}*\n- PPO, β = 0.02, step 30: *{last}*"
    assert words.latest(runs_of(settings)) == said


@pytest.mark.parametrize(
    ("setting", "value"),
    [("group", 4), ("epochs", 1), ("rate", 80), ("run_seed", 5),
     ("world", (50, 3))],
)  # fmt: skip
def test_every_setting_reaches_the_run(setting, value):
    method = "GRPO, unscaled" if setting == "group" else "PPO"
    of = records(method=method, **{setting: value})
    check_run(runs_of(settings_of(method=method, **{setting: value}))[0], of)
    assert of[-1].exact.kl != records(method=method)[-1].exact.kl


def test_settings_that_do_not_matter_lose_no_run():
    usual = settings_of().that_matter
    assert settings_of(target="5", group=4).that_matter == usual
    assert (
        settings_of(rope="adaptive", target="5").that_matter
        != settings_of(rope="adaptive").that_matter
    )
    assert settings_of(method="GRPO", group=4).that_matter != settings_of(method="GRPO").that_matter
    for name, value in (
        ("method", "GRPO"), ("rope", "adaptive"), ("price", "0.1"), ("steps", 75), ("epochs", 1),
        ("anchor", ANCHORS["previous"]), ("rate", 80), ("run_seed", 5), ("world", (50, 3)),
    ):  # fmt: skip
        assert settings_of(**{name: value}).that_matter != usual, name


@pytest.mark.parametrize(
    ("method", "price", "unit"),
    [
        ("PPO", "0.02", "bits"),
        ("PPO", "0.2", "nats"),
        ("GRPO", "0.04", "dits"),
        ("GRPO, unscaled", "0.2", "bits"),
    ],
)
def test_a_fixed_rope_is_told_from_where_its_optimum_lies(method, price, unit):
    nats = math.log(BASES[unit])
    of = records(method=method, price=float(price))
    settings = settings_of(method=method, price=price)
    text = told(settings, unit)
    check_landing(text, f"{method}, β = {price}", of, unit)
    said = re.search(
        rf"The exact optimum for β = {re.escape(price)} lies at {NUMBER} {unit}; the run is "
        rf"(beyond|short of) it by {NUMBER} {unit}\.",
        text,
    )
    asked, mine = optimum(USUAL, price)[0].kl, of[-1].exact.kl
    assert said[2] == ("beyond" if mine > asked else "short of")
    assert all_agree((said[1], said[3]), (asked / nats, abs(mine - asked) / nats))
    shapes = step_by_step(settings, unit)["layout"]["shapes"]
    assert [shape["y0"] for shape in shapes] == pytest.approx([asked / nats])
    assert (K3 in words.what_else(settings)) == (method != "PPO")
    if method != "GRPO":
        assert "weighs like" not in text
        return
    spread = np.mean([each.reward[1] * 8 for each in of[-50:]])  # 8 = √64 forecasts
    scores = rewards(*USUAL).score(of[-1].batch.tokens)
    assert of[-1].reward[1] * 8 == pytest.approx(scores.std(ddof=1))
    said = re.search(rf"about {NUMBER}: its β of {NUMBER} weighs like {NUMBER}, whose optimum lies "
                     rf"at {NUMBER} {unit}\.", text)  # fmt: skip
    weighs = float(price) * spread
    there = account(optimal_policy(sft(), rewards(*USUAL), weighs), rewards(*USUAL)).kl / nats
    assert all_agree(said.groups(), (spread, float(price), weighs, there))


def test_some_of_these_runs_stop_short_and_others_go_beyond():
    ends = {price: records(price=float(price))[-1].exact.kl for price in ("0.02", "0.2")}
    assert {kl > optimum(USUAL, price)[0].kl for price, kl in ends.items()} == {False, True}


def test_beta_of_grpo_is_the_one_that_was_asked_for():
    said = re.search(
        rf"its β of {NUMBER} weighs like", told(settings_of(method="GRPO", price="0.0025"))
    )
    assert value_of(said[1])[0] == pytest.approx(0.0025)


@pytest.mark.parametrize(
    ("rope", "method", "price"),
    [("adaptive", "PPO", "0.02"), ("proportional", "PPO", "0.02"), ("adaptive", "GRPO", "0")],
)
def test_an_adaptive_rope_is_told_from_its_target(rope, method, price):
    of = records(method=method, rope=rope, price=float(price), target=0.5)
    settings = settings_of(method=method, rope=rope, price=price, target="0.5")
    check_run(runs_of(settings)[0], of)
    begins = "0.001" if price == "0" else price
    text = told(settings)
    check_landing(text, f"{method}, {rope} from β = {begins}", of)
    said = re.search(rf"Over its last 30 steps its KL was {NUMBER} bits on average \(target: "
                     rf"{NUMBER} bits\), and β ended at {NUMBER}\.", text)  # fmt: skip
    recent = np.mean([each.kl[0] for each in of[-50:]])
    assert all_agree(said.groups()[:2], np.array([recent, 0.5]) / math.log(2))
    assert agree(said[3], of[-1].beta)
    assert of[0].beta == float(begins)
    assert of[-1].beta != of[0].beta
    assert ("GRPO measures rewards" in text) == (method == "GRPO")
    assert "whose optimum lies" not in text
    [line] = step_by_step(settings)["layout"]["shapes"]
    assert line["y0"] == pytest.approx(0.5 / math.log(2))
    assert line["line"]["dash"] == "dash"
    assert "The exact optimum for" not in text


def test_after_one_step_the_kl_of_an_adaptive_rope_is_nothing():
    settings = settings_of(rope="adaptive")
    [run] = fresh_runs(settings)
    run.advance()
    said = re.search(
        rf"At its first step its KL was {NUMBER} bits",
        words.reasons(run, settings, UNITS["bits"]),
    )
    assert value_of(said[1])[0] == 0


@pytest.mark.parametrize("method", ["PPO", "GRPO"])
def test_rope_to_the_policy_before_minds_the_step_only(method):
    price = 0.2 if method == "PPO" else 0.02
    settings = settings_of(method=method, anchor=ANCHORS["previous"], price=f"{price:g}")
    of = records(method=method, price=price, anchor="previous")
    check_run(runs_of(settings)[0], of)
    text = told(settings, "nats")
    check_landing(text, f"{method}, β = {price:g}, step by step", of, "nats")
    said = re.search(rf"\(the last: {NUMBER} nats\); nothing holds the run near the SFT model, "
                     rf"from which it is {NUMBER} nats away\.", text)  # fmt: skip
    assert all_agree(said.groups(), (of[-1].kl_previous, of[-1].exact.kl))
    assert not step_by_step(settings)["layout"]["shapes"]
    assert K3 not in words.what_else(settings)
    assert "weighs like" not in text


def test_a_penalty_that_does_not_exist_explains_nothing():
    assert "Its penalty" not in words.what_else(settings_of(method="GRPO", price="0"))


@pytest.mark.parametrize(
    ("method", "anchor"), [("PPO", "reference"), ("GRPO", "reference"), ("PPO", "previous")]
)
def test_no_rope_at_all(method, anchor):
    settings = settings_of(method=method, price="0", anchor=ANCHORS[anchor])
    of = records(method=method, price=0.0, anchor=anchor)
    check_run(runs_of(settings)[0], of)
    name = f"{method}, β = 0" + (", step by step" if anchor == "previous" else "")
    text = told(settings)
    check_landing(text, name, of)
    assert text.endswith("With β = 0 nothing asks it to stop; only the steps run out.")
    spec = step_by_step(settings)
    assert not spec["layout"]["shapes"]
    assert np.isnan(values(spec["data"][6]["y"])).all()
