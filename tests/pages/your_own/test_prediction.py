"""The prediction on your own numbers comes true before one's eyes."""

import pytest
from scipy.stats import entropy

from pages.your_own.examples import TWELVE
from tests.pages.conftest import open_page
from tests.pages.reading import agree, texts, the_one


@pytest.mark.parametrize("choice", ["It grows without end", "It sinks to 0", "Just show me"])
def test_answer_puts_the_dice_into_the_table_and_goes_to_the_smallest_alpha(choice):
    app = open_page("your_own")
    app.radio(key="own_predict").set_value(choice).run()
    assert not app.exception
    assert app.text_area(key="own_table").value == TWELVE
    assert app.select_slider(key="own_alpha").value == 0.01
    p, q = (
        [float(line.split(",")[column]) + 0.01 for line in TWELVE.splitlines()[1:]]
        for column in (1, 2)
    )
    shown = the_one([texts(app)], r"D\(P‖Q\) is (\S+) bits with 0")[1]
    assert agree(shown, entropy(p, q, base=2))
    assert "your choice, not your data's" in texts(app)
