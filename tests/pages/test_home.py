"""The first page says what its slider makes true."""

import pytest
from scipy.stats import entropy

from tests.pages.conftest import answers_of, open_page
from tests.pages.reading import charts, texts


def test_picture_follows_its_slider():
    assert answers_of(open_page("home")) == {"home_belief": {"picture"}}


@pytest.mark.parametrize(("belief", "unit", "base"), [(50, "bits", 2), (5, "dits", 10)])
def test_sentence_and_picture_say_what_a_roll_costs(belief, unit, base):
    app = open_page("home", home_belief=belief, unit=unit)
    costs = f"{entropy([1 / 6] * 6, [belief, *[(100 - belief) / 5] * 5], base=base):.3f} {unit}"
    said = f"a 1 comes up {belief}% of the time: every roll costs you {costs} on average."
    assert said in texts(app)
    [drawn] = charts(app)
    assert said in drawn.alt
    assert f"= {costs}" in drawn.spec
