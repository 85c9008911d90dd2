"""The shared pieces, as far as they can be seen without a browser."""

import re
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit
from xml.etree import ElementTree

import pytest
import segno
from streamlit import config
from streamlit.testing.v1 import AppTest

from charts.units import UNITS
from charts.wording import readable
from widgets import frame, share


@pytest.mark.parametrize(
    ("text", "value", "same"),
    [
        ("3", 3.0, True),
        ("1e0", 1, True),
        ("3.5", 3, False),
        ("nan", 1.0, False),
        ("bits", "bits", True),
        ("TRUE", True, True),
        ("nats", "bits", False),
        ("", None, False),
    ],
)
def test_an_address_and_a_value_mean_the_same(text, value, same):
    assert frame._same(text, value) is same


def test_text_from_an_address_is_shown_short_and_as_it_is():
    assert readable("x" * 5000) == "x" * 40 + "…"
    assert readable("a`b\nc\x00") == "a b c "


def test_addresses_of_lessons_have_hyphens(tmp_path):
    (tmp_path / "forward_reverse").mkdir()
    (tmp_path / "forward_reverse" / "page.py").touch()
    main = tmp_path / "main.py"
    main.write_text(
        "import streamlit as st\nfrom widgets import tour\n"
        "st.text(tour.lesson('forward_reverse/page.py', 'Title', 'casino', 1, '').page.url_path)"
    )
    assert AppTest.from_file(main).run().text[0].value == "forward-reverse"


@pytest.mark.parametrize("unit", UNITS.values())
def test_unit_knows_its_size_in_nats(unit):
    assert unit.base == pytest.approx(2.718281828459045**unit.nats)


def test_prediction_needs_its_answer():
    def page():
        from widgets.prediction import predict

        predict("key", "?", ["a", "b"], answer="c", reveal="")

    assert AppTest.from_function(page).run().exception


def test_address_is_the_page_with_what_differs_from_its_defaults():
    def page():
        import streamlit as st

        from widgets import share

        st.slider("x", 0, 9, 1, key="x", bind="query-params")
        st.slider("y", 0, 9, 1, key="y", bind="query-params")
        st.text(share.address())

    app = AppTest.from_function(page)
    app.query_params["x"] = "4"
    address = urlsplit(app.run().text[0].value)
    assert parse_qs(address.query) == {"x": ["4"]}


def test_address_leaves_out_the_screen_and_if_asked_the_answers():
    def page():
        import streamlit as st

        from widgets import share

        st.text(share.address())
        st.text(share.address(answers=False))
        st.text(share.address(answers=False, on_a_projector=True))

    app = AppTest.from_function(page)
    view = {"x": "a b&c", "x_predictor": "1", "unit": "nats"}
    answers = {"x_predict": "It rises", "x_guess": "0.1", "x_check1": "a", "x_check12": "b",
               "x_guess_told": "true", "x_guess_mean": "2"}  # fmt: skip
    app.query_params.update(view | answers | {"present": "true", "embed": "true"})
    asked = [dict(parse_qsl(urlsplit(text.value).query)) for text in app.run().text]
    assert asked == [view | answers, view, view | {"present": "true"}]


def test_address_may_put_controls_elsewhere():
    def page():
        import streamlit as st

        from widgets import share

        st.text(share.address(answers=False, heading="game", instead={"y": 2.5, "z": "a b&c"}))

    app = AppTest.from_function(page)
    app.query_params.update({"x": "1", "y": "7", "x_predict": "It rises"})
    address = urlsplit(app.run().text[0].value)
    assert dict(parse_qsl(address.query)) == {"x": "1", "y": "2.5", "z": "a b&c"}
    assert address.fragment == "game"


def test_challenge_shows_its_link_and_what_it_does():
    def page():
        from widgets import share

        share.challenge("Dare", "Beat 7.", {"score": 7}, heading="game", key="_dare")

    app = AppTest.from_function(page)
    app.query_params["x_predict"] = "It rises"
    app.run()
    assert not app.code
    app.button(key="_dare").click().run()
    assert app.code[0].value == "http://localhost:8501/?score=7#game"
    assert "Beat 7." in [each.value for each in app.markdown]


def test_guess_in_the_picture_is_told_by_its_switch():
    def page():
        import streamlit as st

        from widgets import controls, prediction, presenter, redraw

        def guess():
            prediction.commit_in_the_picture(
                "x_guess",
                "Where?",
                reveal=lambda: "There.",
                takeaway="It is there.",
                shows=lambda: st.session_state.update(_shown=True),
            )

        controls.open_page("page")
        with st.container():
            presenter.switch()
        redraw.draw_whole("page", guess)

    app = AppTest.from_function(page).run()
    assert not any("There." in each.value for each in app.markdown)
    app.toggle(key="x_guess_told").set_value(True).run()
    assert [each.value for each in app.markdown][-2:] == ["There.", "**It is there.**"]
    assert app.session_state["_shown"]


def folded():
    """Draw a page with something folded away."""
    import streamlit as st

    from widgets import controls
    from widgets.fold import fold

    controls.open_page("page")
    with fold("More", "About it.", anchor="more", key="x_more", label="Open") as opened:
        if opened:
            st.text("computed")
    st.button("Start over", on_click=controls.start_over)


def test_what_is_folded_is_computed_once_it_is_open_and_a_link_opens_it():
    app = AppTest.from_function(folded).run()
    assert app.header[0].anchor == "more"
    assert "About it." in [each.value for each in app.markdown]
    assert not app.text
    app = AppTest.from_function(folded)
    app.query_params["x_more"] = "true"
    assert [each.value for each in app.run().text] == ["computed"]
    app.button[0].click().run()
    assert not app.text


def a_view():
    """Draw a page with a control that can be shared."""
    import streamlit as st

    from widgets import presenter, share

    presenter.switch()
    st.slider("x", 0, 9, 1, key="x", bind="query-params")
    share.share()


def shared(**chosen):
    """Return the page with the dialog open, where this is chosen, and the link that it shows."""
    app = AppTest.from_function(a_view)
    app.query_params["x"] = "4"
    for key, value in chosen.items():
        app.session_state[key] = value
    app.run()
    app.button(key="_share").click().run()
    assert not app.exception
    return app, app.code[0].value


@pytest.fixture
def public_address():
    """Give the server an address of its own, as STREAMLIT_BROWSER_SERVER_ADDRESS does."""
    config.set_option("browser.serverAddress", "192.168.1.20")
    yield
    config.set_option("browser.serverAddress", "localhost")


def test_link_that_no_phone_can_open_says_so():
    app, link = shared()
    assert link == "http://localhost:8501/?x=4"
    [said] = [each.value for each in app.warning]
    assert said.startswith("`localhost` is this computer alone: no phone can open that.")
    # What is to be done is in the guide, with the same words.
    [how] = re.findall(r"`(STREAMLIT_\S+ make run)`", said)
    guide = Path(__file__).parents[2] / "docs" / "teaching.md"
    assert f"\n{how}\n" in guide.read_text()


@pytest.mark.usefixtures("public_address")
def test_link_has_the_address_that_phones_reach():
    app, link = shared()
    assert link == "http://192.168.1.20:8501/?x=4"
    assert not app.warning


@pytest.mark.parametrize("host", ["kl.example.org", "192.168.1.7:8600", "[2001:db8::7]:8501"])
@pytest.mark.usefixtures("public_address")
def test_address_that_others_know_stays(host, monkeypatch):
    monkeypatch.setattr(share, "_NOWHERE", f"https://{host}/die")
    app, link = shared()
    assert link == f"https://{host}/die?x=4"
    assert not app.warning


@pytest.mark.parametrize("host", ["127.0.0.1:8501", "[::1]:8501", "0.0.0.0:8501"])
def test_other_names_of_this_computer_are_known(host, monkeypatch):
    monkeypatch.setattr(share, "_NOWHERE", f"http://{host}/die")
    app, _ = shared()
    assert "is this computer alone" in app.warning[0].value


def test_link_may_begin_at_the_questions():
    _, link = shared(_share_check=True)
    assert link == "http://localhost:8501/?x=4#check"


def drawn_squares(path):
    """Return the squares, as column and row, that the strokes of an SVG path cover."""
    squares, x, y = set(), 0.0, 0.0
    for move, across, up, length in re.findall(r"([Mm])(-?[\d.]+) (-?[\d.]+)h(\d+)", path):
        x, y = (float(across), float(up)) if move == "M" else (x + float(across), y + float(up))
        squares |= {(int(x) + step, int(y)) for step in range(int(length))}
        x += int(length)
    return squares


def test_qr_code_is_the_one_of_the_address_in_a_white_margin():
    url = "http://localhost:8501/die?die_p1=3"
    svg = ElementTree.fromstring(share.qr_code(url))  # noqa: S314
    ground, strokes = svg.iter("{http://www.w3.org/2000/svg}path")
    rows = segno.make(url, error="l", micro=False).matrix
    side = len(rows) + 8
    assert svg.get("viewBox") == f"0 0 {side} {side}"
    assert (ground.get("fill"), ground.get("d")) == ("#fff", f"M0 0h{side}v{side}h-{side}z")
    assert strokes.get("stroke") == "#000"
    assert drawn_squares(strokes.get("d")) == {
        (column + 4, row + 4) for row, line in enumerate(rows) for column, dark in enumerate(line)
        if dark
    }  # fmt: skip


def test_table_shows_text_as_it_is():
    def page():
        from widgets.table import table

        table({"<b>": ["<script>", "1"]}, label='"x"', hues={})

    [drawn] = AppTest.from_function(page).run().get("html")
    assert "<script>" not in drawn.proto.body
    assert "&lt;script&gt;</td>" in drawn.proto.body
    assert 'aria-label="&quot;x&quot;"' in drawn.proto.body


def test_table_puts_numbers_flush_right_and_words_flush_left():
    def page():
        from widgets.table import table

        table({"call": ["entropy"], "now": ["0.350"]}, label="x", hues={}, words=("call",))

    [drawn] = AppTest.from_function(page).run().get("html")
    for text, side in (("call</th>", "left"), ("entropy</td>", "left"), ("now</th>", "right"),
                       ("0.350</td>", "right")):  # fmt: skip
        [before, _] = drawn.proto.body.split(text)
        assert f"text-align: {side}" in before[before.rindex("<t") :]
