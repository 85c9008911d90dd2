"""What the lesson says and draws about its runs of training, without the page."""

import math
import re
import statistics
from functools import cache

import numpy as np
import pytest

from charts.style import LIGHT
from charts.units import UNITS
from kl_core.rlhf import (
    GRPO,
    PPO,
    Batch,
    TrainedPolicy,
    account,
    optimal_policy,
    sample,
    sequence_kl,
)
from kl_core.rlhf._objectives import advantages
from pages.training.pictures.landing import landing_picture
from pages.training.pictures.steps import train_picture
from pages.training.runs import TrainingRun, fresh_runs
from pages.training.settings import Settings
from pages.training.words import landing as words
from tests.pages.reading import NUMBER, agree, all_agree, value_of, values
from tests.pages.training.truth import (
    ANCHORS,
    K3,
    check_landing,
    check_lines_of_training,
    check_run,
    records,
)
from tests.pages.truth import BASES, USUAL, optimum, rewards, sft
from widgets.optima import World

USUAL_SETTINGS = {
    "method": "PPO", "rope": "fixed", "price": "0.02", "target": "3", "anchor": "the SFT model",
    "steps": 30, "rate": 40, "epochs": 2, "group": 8, "run_seed": 1,
}  # fmt: skip


def settings_of(world=USUAL, beside=(), **changed):
    """Return settings as the controls of the page would say them, the target in nats."""
    beside = {f"training_{name}": True for name in beside}
    controls = {f"beta_{name}": each for name, each in (USUAL_SETTINGS | changed).items()}
    controls = {
        "training_ppo": False,
        "training_grpo": False,
        "training_adaptive": False,
    } | controls
    return Settings.of(controls | beside, World(*world), UNITS["nats"])


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
    spread = spread_of_groups(of, 8)
    said = re.search(rf"about {NUMBER}: its β of {NUMBER} weighs like {NUMBER} without that, whose "
                     rf"optimum lies at {NUMBER} {unit}\.", text)  # fmt: skip
    weighs = float(price) * spread
    there = account(optimal_policy(sft(), rewards(*USUAL), weighs), rewards(*USUAL)).kl / nats
    assert all_agree(said.groups(), (spread, float(price), weighs, there))


def spread_of_groups(of, group):
    """Return the mean standard deviation of rewards in a group over the last fifty batches."""
    scores = [rewards(*USUAL).score(each.batch.tokens) for each in of[-50:]]
    return np.mean([statistics.pstdev(each) for batch in scores
                    for each in batch.reshape(-1, group)])  # fmt: skip


@pytest.mark.parametrize("group", [2, 4, 16])
def test_spread_of_grpo_is_that_of_its_groups_and_not_of_the_batch(group):
    of = records(method="GRPO", group=group)
    spread = spread_of_groups(of, group)
    said = re.search(
        rf"about {NUMBER}: its β of 0.02 weighs like {NUMBER} without that",
        told(settings_of(method="GRPO", group=group)),
    )
    assert all_agree(said.groups(), (spread, 0.02 * spread))
    assert not agree(said[1], spread_of_groups(of, 64))


@pytest.mark.parametrize("seed", range(300))
def test_a_price_has_three_digits_that_matter(seed):
    beta = 10 ** np.random.default_rng(seed).uniform(-12, 12)
    said = words.price_of(beta)
    assert "e" not in said
    # Beyond what any rope asks for one digit will do.
    assert value_of(said)[0] == pytest.approx(beta, rel=0.0051 if beta < 1e5 else 0.34)
    assert words.price_of(0.00058) == "0.00058"
    assert words.price_of(0) == "0"


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
    said = re.search(
        rf"\(on average {NUMBER} nats, as its batch sees it\); nothing holds the run near the SFT "
        rf"model, from which it is {NUMBER} nats away\.",
        text,
    )
    steps = [sequence_kl(each.batch.policy, each.policy) for each in of]
    assert all_agree(said.groups(), (np.mean([each.watched for each in of]), of[-1].exact.kl))
    # To the batch that it has learned from a step looks longer than it is; and the last step is no
    # measure of the others.
    assert 1 < value_of(said[1])[0] / np.mean(steps) < 1.2
    assert steps[-1] < 0.1 * np.mean(steps)
    assert not step_by_step(settings)["layout"]["shapes"]
    assert K3 not in words.what_else(settings)
    assert "weighs like" not in text


def test_an_adaptive_rope_to_the_policy_before_names_the_step_it_aims_at():
    text = told(settings_of(rope="adaptive", anchor=ANCHORS["previous"], target="0.5"))
    said = re.search(
        rf"\(on average {NUMBER} bits, as its batch sees it; target: {NUMBER} bits\); nothing", text
    )
    of = records(rope="adaptive", anchor="previous", target=0.5)
    expected = np.array([np.mean([each.watched for each in of]), 0.5]) / math.log(2)
    assert all_agree(said.groups(), expected)


def test_the_most_that_can_be_had_is_more_as_printed():
    [run] = fresh_runs(settings_of())
    run.advance()
    for more in 10 ** np.random.default_rng(1).uniform(-6, 0, 300):
        most = run.start.reward + more
        said = words._landing(run, "", most, UNITS["bits"])
        base, shown = re.search(
            rf"SFT model {NUMBER}\).*earns more than {NUMBER}: the run", said
        ).groups()
        assert value_of(shown)[0] > value_of(base)[0]
        assert all_agree((base, shown), (run.start.reward, most))


def test_a_run_without_a_rope_says_how_near_its_end_is():
    ends = "or once all its forecasts are the same and nothing is left to compare: its last 64 "
    assert words.without_a_rope(12, 64).endswith(f"{ends}still hold 12 different ones.")
    assert words.without_a_rope(1, 64).endswith(f"{ends}are.")


@pytest.mark.parametrize("algorithm", [PPO(), GRPO(), GRPO(as_published=False)], ids=str)
def test_where_all_forecasts_are_the_same_nothing_is_left_to_compare(algorithm):
    tokens = np.repeat(sample(sft(), 1, np.random.default_rng(3)), 64, axis=0)
    batch = Batch.of(TrainedPolicy.untrained(sft()), tokens)
    gains = advantages(algorithm, batch, rewards(*USUAL).score(tokens), 0.0)
    np.testing.assert_allclose(gains, 0, atol=1e-12)


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
    different = len({*map(tuple, of[-1].batch.tokens.tolist())})
    assert text.endswith(words.without_a_rope(different, 64))
    spec = step_by_step(settings)
    assert not spec["layout"]["shapes"]
    assert np.isnan(values(spec["data"][7]["y"])).all()
