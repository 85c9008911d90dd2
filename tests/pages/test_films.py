"""Every film of every page shows what the page itself shows when its slider stands there."""

import numpy as np
import pytest

from tests.pages.conftest import films_told, open_page
from tests.pages.reading import sent, specs


@pytest.fixture
def films(page_name):
    """Return two pictures of each slider's film on a page, by chart, slider and value."""
    pictures = {}
    rng = np.random.default_rng(1)

    def two_of_each(key, made):
        for slider, each in made.stops.items():
            for which in rng.choice(len(each.values), 2, replace=False):
                value = each.values[int(which)]
                pictures[key, slider, value] = made.at(**{slider: value})

    with films_told(page_name, two_of_each):
        open_page(page_name)
    return pictures


def test_film_has_the_pictures_that_the_page_shows(films, page_name):
    assert films, f"{page_name} has no picture that moves"
    compared = 0
    for (_, slider, value), picture in films.items():
        # A slider that only moves cells is in no link; `tests/pages/forward_reverse`.
        if slider.startswith("_") or picture is None:
            continue
        app = open_page(page_name, **{slider: str(value)})
        assert sent(picture.figure) in specs(app), (slider, value)
        said = "\n\n".join(each.value for each in app.markdown)
        assert picture.words in said, (slider, value)
        compared += 1
    assert compared


def test_handles_move_sliders_of_their_picture(films):
    for (chart, _, _), picture in films.items():
        sliders = {slider for key, slider, _ in films if key == chart}
        for handle in picture.handles if picture else ():
            assert handle.slider in sliders
            assert np.isfinite([handle.x, handle.y]).all()
            assert set(handle.axes) <= set(picture.figure.to_dict()["layout"])
