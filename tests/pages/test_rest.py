"""What a page draws at rest is what all of it would be."""

import re

import numpy as np
import pytest
from streamlit.proto.Delta_pb2 import Delta
from streamlit.runtime.scriptrunner import RerunException
from streamlit.testing.v1 import local_script_runner

from pages.forward_reverse.modes import MOST
from tests.pages.conftest import bound_controls, films_told, open_page
from widgets import controls, redraw
from widgets.prediction import JUST_SHOW_ME, TOLD

# So many sliders of a page are moved.
TRIED = 4
# Sliders that the page itself follows, and why.
WHOLE = {
    "home_round": "what buttons put depends on the die",
    "die_odds": "a question names them",
    "beta_pairs": "one waits for another reward model, at a switch",
    "beta_seed": "one waits for another reward model, at a switch",
    "forward_challenge": "out of sight: in links only",
    "forward_challenge_moves": "out of sight: in links only",
    **{f"forward_p{mode}_weight": "a mode of weight 0 has no other sliders"
       for mode in range(1, MOST + 1)},
}  # fmt: skip


@pytest.fixture
def sent(monkeypatch):
    """Return what the last run has sent, by its place on the page; runs go on noting it."""
    elements = {}
    parse = local_script_runner.parse_tree_from_messages

    def noted(messages):
        elements.clear()
        for message in messages:
            if message.WhichOneof("type") == "delta":
                elements[tuple(message.metadata.delta_path)] = _told(message.delta)
        return parse(messages)

    monkeypatch.setattr(local_script_runner, "parse_tree_from_messages", noted)
    return elements


def _told(delta):
    """Return what an element says, but for what is another in every run."""
    told = Delta()
    told.CopyFrom(delta)
    if told.new_element.bidi_component.component_name == "answered":
        told.new_element.bidi_component.ClearField("json")
    if told.new_element.HasField("download_button"):
        told.new_element.download_button.ClearField("deferred_file_id")
    if chart := told.new_element.bidi_component.bytes:
        # Of the view it has a mark, which matters to its next film; that comes with its own.
        told.new_element.bidi_component.bytes = re.sub(rb'"view":"\w*"', b"", chart)
    return told.SerializeToString()


@pytest.fixture(params=[False, True], ids=["asked", "answered"])
def answers(request, page_name):
    """Return what a link asks for that answers no question of a page, or each of them."""
    if not request.param:
        return {}
    controls = bound_controls(open_page(page_name))
    told = {key: "true" for key in controls if key.endswith(TOLD)}
    shown = {
        key: JUST_SHOW_ME
        for key, control in controls.items()
        if JUST_SHOW_ME in getattr(control, "options", ())
    }
    assert told or shown or page_name == "home"
    return told | shown


@pytest.fixture
def rests(monkeypatch):
    """Let each move come to rest at once; return in a list whether it has drawn only parts."""
    drawn = [False]

    def moved_and_at_rest(key, also=None):
        with pytest.raises(RerunException):
            redraw.redraw(key, also)
        drawn[0] = True
        redraw.come_to_rest()
        drawn[0] = False

    monkeypatch.setattr(controls, "redraw", moved_and_at_rest)
    return drawn


def test_sliders_come_to_rest_without_the_page(page_name, answers):
    pictures = {}
    with films_told(page_name, lambda _, films: pictures.update(films.stops)):
        app = open_page(page_name, **answers)
    sliders = {*pictures, *(each.key for each in (*app.slider, *app.select_slider))}
    assert pictures.keys() - WHOLE.keys()
    body = app.session_state["_read_by_body"]
    assert sliders & (body.at_once | body.at_rest) <= WHOLE.keys()
    parts = app.session_state["_read"].values()
    assert pictures.keys() <= set().union(*(reads.at_once | reads.at_rest for reads in parts))


def test_parts_that_a_page_draws_at_rest_are_what_all_of_it_would_be(
    page_name, answers, sent, rests
):
    # Once more: of what a link has answered, the first run tells the browser.
    app = open_page(page_name, **answers).run()
    sliders = [
        each for each in (*app.slider, *app.select_slider) if each.key in bound_controls(app)
    ]
    rng = np.random.default_rng(0)
    for which in rng.permutation(len(sliders))[:TRIED]:
        before, whole = dict(sent), app._tree
        slider = sliders[which]
        value = elsewhere(slider)
        slider.set_value(value).run()
        assert not app.exception, slider.key
        by_parts, parts = rests.pop(), dict(sent)
        rests.append(False)
        app._tree = whole
        app.query_params[slider.key] = str(value)
        app.run()
        assert not app.exception, slider.key
        if by_parts:
            shown = before | parts
            missed = {place for place in sent if shown.get(place) != sent[place]}
            assert not missed, (slider.key, [sent[each][:700] for each in sorted(missed)])
        sliders = [next(each for each in (*app.slider, *app.select_slider) if each.key == old.key)
                   for old in sliders]  # fmt: skip


def elsewhere(slider):
    """Return a value that a slider does not have, on one of its steps."""
    if slider.type == "select_slider":
        options = [*slider.options]
        return next(each for each in options[len(options) // 2 :] + options if each != slider.value)
    if slider.value + 2 * slider.step <= slider.max:
        return slider.value + 2 * slider.step
    return slider.value - 2 * slider.step
