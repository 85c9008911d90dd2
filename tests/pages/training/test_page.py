"""The page of the lesson on training: run, stop, go on, keep and compare."""

import math
import re

import pytest

from charts.units import UNITS
from pages.training.numbers import BAND, hacked
from pages.training.pictures.landing import FARTHEST_GUESS
from pages.training.questions import DUEL, GUESS_TOLD
from pages.training.settings import TARGETS
from tests.pages.conftest import answers_of, linked, move, open_page, press, set_up
from tests.pages.reading import (
    NUMBER,
    PAIR,
    all_agree,
    chart,
    check_alternatives,
    paragraphs,
    sentence,
    specs,
    texts,
)
from tests.pages.training.truth import (
    check_landing,
    check_lines_of_training,
    check_run,
    judged,
    opened,
    records,
)
from tests.pages.truth import sft


def trained(**parameters):
    """Return the page with a run of training that is done."""
    return opened(**{"train": "true", "steps": 30} | parameters)


def test_pictures_follow_their_sliders():
    # The guess moves in the picture that says where it lies.
    runs = ("price", "target", "steps", "rate", "epochs", "group", "run_seed")
    answers = {f"beta_{name}": {"training"} for name in runs} | {"training_guess": {"training"}}
    assert answers_of(open_page("training")) == answers
    # Whatever a run depends on.
    assert answers_of(opened(method="GRPO", rope="adaptive")) == answers


def run_of(app, place=0):
    """Return a run of training as the session holds it."""
    return app.session_state["_training_runs"][1][place]


def landing(app, name):
    """Return the paragraph on where a run has ended."""
    start = f"**{name}**"
    return next(each for each in paragraphs(app) if each.startswith(start) and ": reward" in each)


def both_charts(app):
    """Return the charts of training, step by step and the ways of the runs."""
    steps, ways = chart(app, "_training_run"), chart(app, "_training_landing")
    assert steps.title == "What each step did"
    return steps.figure, ways.figure


def ways_of(app):
    """Return the lines of the runs in the chart of where they land."""
    return [each for each in both_charts(app)[1]["data"] if each["mode"] == "lines+markers"]


@pytest.mark.parametrize("unit", ["bits", "dits"])
def test_training_goes_to_the_end_and_is_a_direct_call(unit):
    app = opened(steps=30, unit=unit)
    assert "Nothing is trained yet" in app.info[-1].value
    move(app, "beta_train", True)
    assert sentence(app, r"^Done after step 30 of 30\.$")
    assert "Nothing is trained yet" not in texts(app)
    of = records()
    check_run(run_of(app), of)
    check_lines_of_training(*both_charts(app), of, unit)
    check_landing(landing(app, "PPO, β = 0.02"), "PPO, β = 0.02", of, unit)
    first, last = (sft().decode(of[step - 1].batch.tokens[0]) for step in (1, 30))
    said = f"- PPO, β = 0.02, step 1: *{first}*\n- PPO, β = 0.02, step 30: *{last}*"
    assert any(each.value == said for each in app.markdown)


def test_every_setting_reaches_the_run():
    # Each by itself: `test_training.py`.
    app = trained(
        method="GRPO, unscaled", group=4, epochs=1, rate=80, run_seed=5, pairs=50, price="0.1"
    )
    of = records(
        method="GRPO, unscaled", group=4, epochs=1, rate=80, run_seed=5, price=0.1, world=(50, 1)
    )
    check_run(run_of(app), of)


def test_a_run_that_is_stopped_and_goes_on_is_the_same_run():
    app = opened(steps=30)
    for _ in range(13):
        run_of(app).advance()
    app.run()
    assert sentence(app, r"^Stopped after step 13 of 30\. Switch \*Train\* on again to go on from")
    of = records()
    check_run(run_of(app), of[:13])
    check_landing(landing(app, "PPO, β = 0.02"), "PPO, β = 0.02", of[:13])
    check_lines_of_training(*both_charts(app), of[:13])
    move(app, "beta_train", True)
    assert sentence(app, r"^Done after step 30 of 30\.$")
    check_run(run_of(app), of)
    check_landing(landing(app, "PPO, β = 0.02"), "PPO, β = 0.02", of)
    press(app, "Stop training")
    assert set_up(app)["beta_train"] is False
    assert sentence(app, r"^Done after step 30 of 30\.$")
    check_run(run_of(app), of)


def test_changed_settings_start_a_new_run_and_other_controls_do_not():
    app = trained()
    run = run_of(app)
    for key, value in (("beta_target", "5"), ("beta_group", 4), ("unit", "nats")):
        move(app, key, value)
        assert run_of(app) is run
    move(app, "beta_price", "0.1")
    check_run(run_of(app), records(price=0.1))
    check_landing(landing(app, "PPO, β = 0.1"), "PPO, β = 0.1", records(price=0.1), "nats")
    move(app, "beta_train", False)
    move(app, "beta_run_seed", 4)
    assert "Nothing is trained yet" in app.info[-1].value
    assert set_up(press(app, "Another run"))["beta_run_seed"] == 5
    assert run_of(app).steps == 0


def test_a_link_trains_on_opening_and_shows_the_same_to_all():
    app = move(opened(steps=30, method="GRPO, unscaled", price="0.05"), "beta_train", True)
    again = linked("training", app)
    assert not again.warning
    assert set_up(again) == set_up(app)
    assert texts(again) == texts(app)
    assert specs(again) == specs(app)


def test_all_three_race_with_the_same_seed():
    app = trained(rope="race all three", price="0.05", target="1")
    names = {
        "fixed": "PPO, β = 0.05",
        "adaptive": "PPO, adaptive from β = 0.05",
        "proportional": "PPO, proportional from β = 0.05",
    }
    dashes = {}
    for place, (rope, name) in enumerate(names.items()):
        of = records(rope=rope, price=0.05, target=math.log(2))
        check_run(run_of(app, place), of)
        check_landing(text := landing(app, name), name, of)
        label = "PPO" if rope == "fixed" else f"PPO, {rope}"
        [why] = [each.value for each in app.markdown if each.value.startswith(f"**{label}.** ")]
        assert ("The exact optimum for β = 0.05" in why) == (rope == "fixed")
        assert ("(target: " in why) == (rope != "fixed")
        dashes[re.match(r"\*\*.*?\*\* \((.*?)\), step", text)[1]] = name
    assert list(dashes) == ["solid line", "dashed", "dotted"]
    drawn = ways_of(app)
    assert [trace["line"]["dash"] for trace in drawn] == ["solid", "dash", "dot"]
    assert [trace["hovertemplate"].partition(", step")[0] for trace in drawn] == list(
        dashes.values()
    )


def kept_lines(app):
    """Return the sentences that compare with kept runs."""
    return [each.value for each in app.markdown if each.value.startswith("Kept: ")]


def check_kept(line, name, kept, mine):
    """See that a line compares a kept run with this one, by these records."""
    exact = {step: kept[step - 1].exact for step in (1, *range(5, len(kept), 5), len(kept))}
    end = mine[-1].exact
    nearest = min(exact, key=lambda step: abs(exact[step].kl - end.kl))
    said = re.match(
        rf"Kept: \*{re.escape(name)}\*\. Of its exact points, step (\d+) came nearest to the KL of "
        rf"this run \({NUMBER} bits\), with reward {NUMBER} and {PAIR} from the judge\. This run "
        rf"is at {NUMBER} and {PAIR}\.",
        line,
    )
    there = exact[nearest]
    expected = (
        nearest, there.kl / math.log(2), there.reward, *judged(kept, nearest), end.reward,
        *judged(mine, len(mine)),
    )  # fmt: skip
    assert all_agree(said.groups(), expected)


def test_kept_runs_are_compared_three_at_most_and_forgotten():
    app = trained()
    names, kept = [], []
    for price in ("0.02", "0.1", "0.05", "0.2"):
        if price != "0.02":
            move(app, "beta_price", price)
            move(app, "beta_train", True)
        press(app, "Keep to compare")
        assert set_up(app)["beta_train"] is False
        names.append(f"PPO, β = {price}")
        kept.append(records(price=float(price)))
        assert [run.name for _, run in app.session_state["_training_kept"]] == names[-3:]
    move(app, "beta_method", "GRPO")
    move(app, "beta_train", True)
    lines = kept_lines(app)
    for line, name, of in zip(lines, names[-3:], kept[-3:], strict=True):
        check_kept(line, name, of, records(method="GRPO", price=0.2))
    drawn = ways_of(app)
    assert len(drawn) == 4
    assert len({trace["line"]["dash"] for trace in drawn}) == 4
    assert [trace["hovertemplate"].partition(", step")[0] for trace in drawn] == [
        *names[-3:], "GRPO, β = 0.2",
    ]  # fmt: skip
    press(app, "Forget kept runs")
    app.run()
    assert kept_lines(app) == []
    assert len(ways_of(app)) == 1
    assert "Forget kept runs" not in [button.label for button in app.button]
    check_run(run_of(app), records(method="GRPO", price=0.2))


def test_kept_runs_of_another_reward_model_are_hidden_not_lost():
    app = press(trained(), "Keep to compare")
    move(app, "training_pairs", 50)
    move(app, "beta_train", True)
    assert kept_lines(app) == []
    assert "Forget kept runs" not in [button.label for button in app.button]
    check_landing(
        landing(app, "PPO, β = 0.02"), "PPO, β = 0.02", records(world=(50, 1)), world=(50, 1)
    )
    move(app, "training_pairs", 2000)
    [line] = kept_lines(app)
    check_kept(line, "PPO, β = 0.02", records(), records())


def test_a_run_kept_half_way_is_compared_where_it_was_stopped():
    app = opened(steps=30)
    for _ in range(13):
        run_of(app).advance()
    app.run()
    press(app, "Keep to compare")
    move(app, "beta_price", "0.05")
    move(app, "beta_train", True)
    [line] = kept_lines(app)
    check_kept(line, "PPO, β = 0.02", records()[:13], records(price=0.05))


def test_start_over_forgets_what_was_trained_and_kept():
    fresh = open_page("training")
    app = press(trained(method="GRPO", rope="adaptive", price="0.1"), "Keep to compare")
    assert app.session_state["_training_kept"]
    move(app, "beta_train", True)
    press(app, "Start over")
    assert set_up(app) == set_up(fresh)
    assert "_training_kept" not in app.session_state
    assert "Nothing is trained yet" in app.info[-1].value
    assert chart(app, "_training_run") is None


def test_nonsense_in_a_link_falls_back_and_says_so():
    usual = set_up(open_page("training"))
    nonsense = {"beta_target": "0", "beta_price": "-1", "beta_steps": "7", "beta_method": "DPO",
                "beta_train": "maybe"}  # fmt: skip
    app = open_page("training", **nonsense)
    assert len(app.warning) == len(nonsense)
    for key, value in nonsense.items():
        [said] = [each.value for each in app.warning if f"`{key} = " in each.value]
        assert said.startswith(f"This link asks for `{key} = {value}`")
        assert f"it shows `{usual[key]}`" in said
    assert set_up(app) == usual


def test_every_chart_has_words_as_its_text_alternative():
    check_alternatives(trained(), 2)
    check_alternatives(open_page("training"), 1)


def test_methods_go_side_by_side_in_one_press():
    app = open_page("training", beta_steps="30", training_grpo="true", training_adaptive="true",
                    beta_target="0.5", unit="nats")  # fmt: skip
    move(app, "beta_train", True)
    expected = {
        "PPO": records(), "GRPO": records(method="GRPO"),
        "PPO, adaptive": records(rope="adaptive", target=0.5),
    }  # fmt: skip
    for place, of in enumerate(expected.values()):
        check_run(run_of(app, place), of)
    for figure in both_charts(app):
        named = {trace["name"]: trace["line"]["dash"] for trace in figure["data"]
                 if trace.get("name") and trace.get("showlegend") is not False}  # fmt: skip
        assert [*named] == [*expected]
        assert len({*named.values()}) == 3
    assert "GRPO's penalty, k3 in the loss, does not have the slope" in texts(app)
    # What is chosen already does not run twice.
    alone = open_page("training", beta_steps="30", training_ppo="true")
    assert len(alone.session_state["_training_runs"][1]) == 1


@pytest.mark.parametrize(("unit", "nats"), [("bits", math.log(2)), ("dits", math.log(10))])
def test_target_is_in_the_learners_unit(unit, nats):
    app = trained(rope="adaptive", target="0.5", unit=unit)
    check_run(run_of(app), records(rope="adaptive", target=0.5 * nats))
    assert f"(target: 0.500 {unit})" in texts(app)
    assert app.select_slider(key="beta_target").label.endswith(f", in {unit}")


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_every_target_binds(target, unit):
    # Without a rope a run leaves it behind.
    free = records(price=0.0, steps=75)
    assert max(each.kl[0] for each in free) > BAND * float(target) * unit.nats


def test_guess_starts_both_runs_and_is_told_how_far_off():
    app = open_page("training", training_guess="25", beta_price="0.5")
    # Two runs of 150 steps take their time on a busy machine.
    app.default_timeout = 180
    move(app, GUESS_TOLD, True)
    shown = set_up(app)
    assert {key: shown[key] for key in DUEL} == DUEL
    ppo, grpo = app.session_state["_training_runs"][1]
    assert (ppo.of.label, grpo.of.label) == ("PPO", "GRPO")
    assert ppo.done
    assert grpo.done
    said = sentence(
        app,
        rf"You say 25 bits\. GRPO is \*\*{NUMBER} bits\*\* away after 150 steps, PPO {NUMBER} "
        rf"bits\. .* spread in a group, {NUMBER} at the end",
    )
    ends = [run.end.kl / math.log(2) for run in (grpo, ppo)]
    assert all_agree(said.groups(), [*ends, grpo.recent_spread])
    # What the question is there for, and what the slider can say.
    assert 5 * ends[1] < ends[0] < FARTHEST_GUESS
    assert "β is a price in the currency of the reward" in texts(app)
    # Hacking is named where the run meets it, and nowhere else.
    assert f"Reward hacking, from step {hacked(grpo).step} on" in texts(app).replace("*", "")
    before = texts(open_page("training"))
    for failure in ("hacking", "degeneration"):
        assert failure not in before
    # Other controls are another run.
    other = texts(move(app, "beta_steps", 30))
    assert "GRPO is **" not in other


@pytest.mark.slow
def test_short_steps_without_an_anchor_lead_further_than_they_add_up_to():
    app = open_page("training")
    app.default_timeout = 180
    press(app, "Short steps, no anchor")
    run, far = run_of(app), run_of(app).end.kl
    assert run.done
    # As the self-check tells.
    assert far > 10 * sum(run.watched)
    assert far > 10 * records(steps=150)[-1].exact.kl
