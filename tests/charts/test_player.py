"""Figures that play: their frames, their two buttons and their handle."""

import plotly.graph_objects as go
import pytest

from charts.player import play
from charts.style import DARK, LIGHT, figure, scatter

NAMES = ["1", "2", "3"]
GROWING = [[{"y": [5, 6, 7][: stop + 1]}, {"x": [stop], "y": [5 + stop]}] for stop in range(3)]


def still():
    """Return a figure that does not play: a band, a line and a dot."""
    return figure(
        [
            scatter(x=[0, 2], y=[1, 1]),
            scatter(x=[0, 1, 2], y=[5, 6, 7]),
            scatter(x=[2], y=[7], mode="markers"),
        ],
        LIGHT,
        title="after 3 days",
        height=300,
        xaxis={"title": {"text": "days"}},
    )


def played(colours=LIGHT, **options):
    """Return the same figure, playing its line and its dot, as it is sent and checked by Plotly."""
    drawn = play(still(), NAMES, GROWING, [1, 2], prefix="day ", colours=colours, **options)
    return go.Figure(drawn.to_dict())


def test_figure_is_valid_plotly():
    # Plotly refuses what it does not know: `played` would have failed.
    assert len(played(DARK).frames) == 3
    assert len(played(DARK).data) == 3


def test_page_that_is_taken_along_holds_the_frames():
    drawn = play(still(), NAMES, GROWING, [1, 2], prefix="day ", colours=LIGHT)
    page = drawn.to_html(include_plotlyjs=False, auto_play=False)
    assert "Plotly.addFrames" in page
    assert "Play" in page


def test_every_frame_has_its_name_and_says_which_traces_it_replaces():
    frames = played().frames
    assert [frame.name for frame in frames] == NAMES
    assert [list(frame.traces) for frame in frames] == [[1, 2]] * 3
    for frame, (line, dot) in zip(frames, GROWING, strict=True):
        assert [list(each["y"]) for each in frame.data] == [line["y"], dot["y"]]
        assert list(frame.data[1]["x"]) == dot["x"]


def test_opens_on_the_last_frame():
    drawn = played()
    assert drawn.data == go.Figure(still().to_dict()).data
    [handle] = drawn.layout.sliders
    assert handle.active == 2
    for index, each in zip(drawn.frames[-1].traces, drawn.frames[-1].data, strict=True):
        assert list(drawn.data[index].y) == list(each["y"])


def test_handle_leads_to_every_frame_by_its_name():
    [handle] = played().layout.sliders
    assert handle.currentvalue.prefix == "day "
    assert [step.label for step in handle.steps] == NAMES
    assert {step.method for step in handle.steps} == {"animate"}
    assert [list(step.args[0]) for step in handle.steps] == [[name] for name in NAMES]
    # Whoever scrubs wants the frame now, not after those that still wait.
    assert {step.args[1]["mode"] for step in handle.steps} == {"immediate"}
    assert {step.args[1]["frame"]["duration"] for step in handle.steps} == {0}


def test_play_runs_all_frames_from_here_and_pause_drops_those_that_wait():
    [menu] = played(milliseconds=50).layout.updatemenus
    start, pause = menu.buttons
    assert "Play" in start.label
    assert "Pause" in pause.label
    assert start.method == pause.method == "animate"
    assert start.args[0] is None
    assert start.args[1]["fromcurrent"] is True
    assert start.args[1]["frame"]["duration"] == 50
    assert list(pause.args[0]) == [None]
    assert pause.args[1]["mode"] == "immediate"


def test_controls_take_no_room_from_the_plot():
    drawn, before = played().layout, still().layout
    grown = drawn.height - before.height
    assert grown > 0
    assert drawn.margin.b - before.margin.b == grown
    assert drawn.margin.t == before.margin.t
    # Below the plot, and inside the margin that was made for them.
    for control in (drawn.updatemenus[0], drawn.sliders[0]):
        assert (control.y, control.yanchor) == (0, "top")
        assert before.margin.b < control.pad.t < drawn.margin.b


def test_the_rest_of_the_figure_stays():
    drawn = played().layout
    assert drawn.title.text == "after 3 days"
    assert drawn.xaxis.title.text == "days"


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_controls_follow_the_theme(colours):
    drawn = played(colours).layout
    assert drawn.updatemenus[0].font.color == colours.ink
    assert drawn.updatemenus[0].bgcolor == colours.paper
    assert drawn.sliders[0].currentvalue.font.color == colours.ink


def test_every_frame_needs_a_name():
    with pytest.raises(ValueError, match="zip"):
        play(still(), NAMES[:2], GROWING, [1, 2], prefix="day ", colours=LIGHT)
