"""The picture of the room, tested through its data."""

import numpy as np
import pytest

from charts.style import LIGHT
from kl_core import normalize
from pages.information.room import LONGEST, Room, best_lengths, title
from pages.information.room_picture import END, room_figure
from tests.pages.figures import PALETTES, check_one_palette, check_plotly
from tests.pages.information.truth import FAIR, HALVES, LOADED, NO_SIX

OVERFULL = [1, 3, 3, 3, 3, 3]


def picture(weights=HALVES, chosen=(3,) * 6, guess=2.5, *, told=False, colours=LIGHT):
    """Return the figure of words in their room."""
    return room_figure(Room(normalize(weights), chosen), guess, told=told, colours=colours)


def traces(drawn):
    """Return the areas, the ideal lengths, the two levels, and the room."""
    return drawn.data


@PALETTES
def test_figure_is_valid_plotly(colours):
    for view in ((), (HALVES, OVERFULL, None), (NO_SIX, [1] * 6, None)):
        check_plotly(picture(*view, colours=colours), colours)


def test_figure_has_the_colours_of_its_theme_only():
    check_one_palette(lambda colours: picture(HALVES, OVERFULL, told=True, colours=colours))


@pytest.mark.parametrize("weights", [HALVES, LOADED, NO_SIX])
def test_areas_are_what_a_roll_takes(weights):
    here = Room(normalize(weights), [2, 3, 4, 1, 6, 5])
    areas = traces(room_figure(here, None, told=False, colours=LIGHT))[0]
    assert np.dot(areas.width, areas.y) == pytest.approx(here.cost)
    np.testing.assert_allclose(areas.x - areas.width / 2, np.cumsum(areas.width) - areas.width)
    assert max(areas.y) <= LONGEST


def test_average_is_level_where_the_words_fit_and_gone_where_not():
    _, _, average, guess, _ = traces(picture())
    assert (list(average.y), list(guess.y)) == ([3.0, 3.0], [2.5, 2.5])
    _, _, average, guess, _ = traces(picture(HALVES, OVERFULL))
    assert (list(average.y), list(guess.y)) == ([], [2.5, 2.5])
    assert not traces(picture(guess=None))[3].y


@pytest.mark.parametrize(("guess", "above"), [(2.0, False), (3.0, False), (3.5, True)])
def test_names_of_the_levels_stay_apart(guess, above):
    names = {each.text: each.yanchor for each in picture(guess=guess).layout.annotations}
    assert names == {"average": "top" if above else "bottom", "guess": "bottom" if above else "top"}


@pytest.mark.parametrize(
    ("weights", "chosen", "told", "drawn"),
    [
        (HALVES, [3] * 6, False, False),
        (HALVES, [3] * 6, True, True),
        (HALVES, [1, 2, 3, 4, 5, 5], False, True),
        (FAIR, [3, 3, 2, 2, 3, 3], False, True),
        (FAIR, OVERFULL, True, True),
    ],
)
def test_ideal_lengths_are_drawn_once_they_are_told_or_found(weights, chosen, told, drawn):
    ideal = traces(picture(weights, chosen, told=told))[1]
    assert bool(len(ideal.x)) == ideal.showlegend == drawn
    if drawn:
        assert list(ideal.y[::2]) == pytest.approx(-np.log2(normalize(weights)))


def test_rooms_lie_side_by_side_and_what_has_none_is_hatched():
    room = traces(picture(HALVES, OVERFULL))[4]
    assert list(room.base) == [0, 1 / 2, 5 / 8, 3 / 4, 7 / 8, 1]
    assert list(room.x) == [1 / 2, *[1 / 8] * 5]
    assert list(room.marker.pattern.shape) == [""] * 5 + ["/"]
    assert [text.partition("<")[0] for text in room.text] == ["1", "2", "3", "4", "5", ""]
    assert "face 6, word none: no room: 12.5%" in room.customdata[5]


def test_room_of_each_word_begins_where_its_digits_say():
    here = Room(normalize(LOADED), [3, 1, 4, 3, 5, 5])
    room = traces(room_figure(here, None, told=False, colours=LIGHT))[4]
    for face, begin, share in zip(here.order, room.base, room.x, strict=True):
        word = here.words[face]
        assert begin == int(word, 2) / 2 ** len(word)
        assert share == 2.0 ** -len(word)


@pytest.mark.parametrize("chosen", [[1] * 6, [1, 1, 2, 2, 2, 2], [6] * 6])
def test_all_room_that_is_drawn_lies_in_the_picture(chosen):
    room = traces(picture(HALVES, chosen))[4]
    assert all(base + x <= END + 1e-12 for base, x in zip(room.base, room.x, strict=True))


def test_best_code_lines_up_with_the_chances():
    areas, *_, room = traces(picture(HALVES, best_lengths(normalize(HALVES))))
    assert list(room.x) == pytest.approx(list(areas.width))
    assert list(room.base) == pytest.approx(list(areas.x - areas.width / 2))


def test_axes_stay_whatever_the_lengths():
    for chosen in ([1] * 6, [3] * 6, [6] * 6):
        layout = picture(HALVES, chosen).layout
        ranges = [layout[name].range for name in ("xaxis", "yaxis", "xaxis2", "yaxis2")]
        assert ranges == [(0, END), (0, LONGEST + 0.4), (0, END), (-0.6, 0.6)]


def test_title_is_the_finding():
    assert picture().layout.title.text == title(Room(normalize(HALVES), [3] * 6))
    assert picture().layout.title.text == "3.000 digits a roll, and room to spare"
    assert picture(HALVES, OVERFULL).layout.title.text == "112.5% of the room: no such code"
