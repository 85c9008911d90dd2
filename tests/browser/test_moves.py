"""A picture moves with its slider, and agrees with the page when it rests."""

import re

import pytest
from playwright.sync_api import TimeoutError as TooLate
from playwright.sync_api import expect
from scipy.stats import entropy

from tests.browser.conftest import asked, drawings, few, settled, slider, visit
from tests.browser.hands import Finger, Mouse, dragged, room_of, thumb_of
from tests.browser.moves import (
    agrees_with_its_link,
    kept_up,
    said,
    shown,
    stands_at,
)

# Each lesson's main picture: the page, the slider, and which chart answers.
LESSONS = {
    "home": ("/", "Q, face 1", 0),
    "intuition": ("/intuition", "P, sun", 0),
    "definition": ("/definition", "P, sun", 0),
    "integral": ("/integral", "P, mean", 0),
    "die": ("/die", "Q, face 2", 0),
    "information, room": ("/information", "Digits for face 1", 0),
    "information, price": ("/information", "P, face 1", 1),
    "forward_reverse, P": ("/forward-reverse", "Mode 2, mean", 0),
    "forward_reverse, Q": ("/forward-reverse", "Q, mean", 0),
    "directions": ("/directions", "Q, sunny", 0),
    "beta_penalty": ("/beta-penalty", "β: how short", 0),
    "estimators": ("/estimators", "Gap", 0),
    "your_own": ("/your-own", "α, added", 0),
    "summary": ("/summary", "P, chance", 0),
}
# Lets the page hear the server as late as one far away.
LATE = """
    const native = WebSocket.prototype.addEventListener
    WebSocket.prototype.addEventListener = function (kind, hear, ...rest) {
        const late = event => setTimeout(() => hear(event), window.late ?? 0)
        return native.call(this, kind, kind === "message" ? late : hear, ...rest)
    }
"""
pytestmark = pytest.mark.usefixtures("no_troubles")


def until_it_follows(page, before, number=0):
    """Wait, with the slider held, until the picture is another one."""
    for _ in range(160):
        if shown(page, number)[0] != before[0]:
            return
        page.wait_for_timeout(50)
    pytest.fail("the picture does not follow while the slider is held")


@pytest.mark.parametrize("lesson", few(LESSONS, "die"))
def test_picture_follows_the_mouse_before_it_lets_go(page, lesson):
    path, label, number = LESSONS[lesson]
    visit(page, path)
    before, stood = shown(page, number), stands_at(page, label)
    with dragged(Mouse(page), slider(page, label).first):
        until_it_follows(page, before, number)
        assert stands_at(page, label) != stood
        held = kept_up(page, number)
    settled(page)
    assert said(page, number) == held
    agrees_with_its_link(page)


@pytest.mark.parametrize("lesson", few(LESSONS, "die"))
def test_picture_follows_a_finger_before_it_is_lifted(touched, lesson):
    path, label, number = LESSONS[lesson]
    visit(touched, path)
    before = shown(touched, number)
    with dragged(Finger(touched), slider(touched, label).first):
        until_it_follows(touched, before, number)
        held = kept_up(touched, number)
    settled(touched)
    assert said(touched, number) == held


@pytest.mark.slow
def test_film_shows_what_the_page_shows_at_that_value(page):
    visit(page, "/die?die_q1=2")
    before = shown(page)
    with dragged(Mouse(page), slider(page, "Q, face 2").first, share=0.5):
        until_it_follows(page, before)
        held, value = kept_up(page), stands_at(page, "Q, face 2")
    assert said(visit(page, f"/die?die_q1=2&die_q2={value}")) == held


@pytest.mark.slow
def test_film_of_an_earlier_state_is_not_shown(page):
    visit(page, "/die")
    with dragged(Mouse(page), slider(page, "Q, face 2").first, share=0.3):
        page.wait_for_timeout(500)
    settled(page)
    slider(page, "P, face 6").first.focus()
    page.keyboard.press("End")
    settled(page)
    with dragged(Mouse(page), slider(page, "Q, face 2").first, share=0.3):
        held, value = kept_up(page), stands_at(page, "Q, face 2")
    settled(page)
    assert said(page) == held
    assert asked(page)["die_q2"] == value
    agrees_with_its_link(page)


@pytest.mark.slow
def test_film_of_another_slider_is_not_shown(page):
    visit(page, "/die")
    with dragged(Mouse(page), slider(page, "Q, face 2").first, share=0.3):
        page.wait_for_timeout(500)
    with dragged(Mouse(page), slider(page, "P, face 3").first, share=0.6):
        held = kept_up(page)
    settled(page)
    assert said(page) == held
    agrees_with_its_link(page)


@pytest.mark.slow
def test_server_runs_few_times_while_a_film_plays(page):
    visit(page, "/die")
    page.evaluate(
        """() => { window.runs = 0
            new MutationObserver(list => list.forEach(({oldValue, target}) => {
                if (target.dataset.testScriptState === 'running' && oldValue !== 'running') runs++
            })).observe(document.querySelector('.stApp'), {attributes: true,
                attributeOldValue: true, attributeFilter: ['data-test-script-state']}) }"""
    )
    with dragged(Mouse(page), slider(page, "Q, face 2").first, share=0.9):
        page.wait_for_timeout(300)
    settled(page)
    assert 1 <= page.evaluate("runs") <= 4


SENT_WHILE_HELD = "A slider no longer tells the server while it is dragged: see sliders.js, `tell`"


@pytest.mark.slow
def test_slider_without_a_film_tells_the_server_while_it_is_dragged(page):
    visit(page, "/information")
    label = "How many rolls"
    before = drawings(page)
    with dragged(Mouse(page), slider(page, label).first):
        try:
            page.wait_for_function("() => location.search.includes('information_rolls')")
        except TooLate as problem:
            raise AssertionError(SENT_WHILE_HELD) from problem
        page.wait_for_timeout(600)
        # The thumb has kept to the hand, which is where it should be.
        x, _ = thumb_of(slider(page, label).first)
        assert drawings(page) != before
    assert abs(x - thumb_of(slider(page, label).first)[0]) < 30
    agrees_with_its_link(page)


@pytest.mark.slow
def test_thumb_stays_under_the_hand_though_its_drag_is_cut_into_pieces(page):
    visit(page, "/intuition")
    thing = slider(page, "Which days").first
    x, y = thumb_of(thing)
    way = 0.5 * room_of(thing)
    hand = Mouse(page)
    hand.down(x, y)
    for step in range(1, 41):
        hand.move(x + way * step / 40, y)
        page.wait_for_timeout(40)
    now = thing.locator("xpath=ancestor::*[@data-rac][1]").bounding_box()
    assert abs(now["x"] + now["width"] / 2 - (x + way)) < 4
    hand.up()
    agrees_with_its_link(page)


@pytest.mark.slow
def test_mouse_that_leaves_the_window(page):
    visit(page, "/die")
    x, y = thumb_of(slider(page, "Q, face 2").first)
    page.mouse.move(x, y)
    page.mouse.down()
    page.wait_for_timeout(400)
    for step in range(10):
        page.mouse.move(x + 300 * step, y - 100 * step)
        page.wait_for_timeout(30)
    page.mouse.up()
    settled(page)
    assert stands_at(page, "Q, face 2") == "10"
    assert page.locator("html[data-moving]").count() == 0
    agrees_with_its_link(page)


@pytest.mark.slow
def test_escape_while_dragging_changes_nothing(page):
    visit(page, "/die")
    with dragged(Mouse(page), slider(page, "Q, face 2").first):
        page.keyboard.press("Escape")
        page.wait_for_timeout(300)
    settled(page)
    assert stands_at(page, "Q, face 2") == asked(page)["die_q2"]
    agrees_with_its_link(page)


def test_click_on_the_track(page):
    visit(page, "/die")
    x, y = thumb_of(slider(page, "Q, face 2").first)
    page.mouse.click(x + 60, y)
    expect(page).to_have_url(re.compile("die_q2="))
    agrees_with_its_link(page)


def test_held_arrow_key(page):
    visit(page, "/die")
    slider(page, "Q, face 2").first.focus()
    page.wait_for_timeout(600)
    before = shown(page)
    for _ in range(25):
        page.keyboard.down("ArrowRight")
        page.wait_for_timeout(33)
    during = shown(page)
    page.keyboard.up("ArrowRight")
    assert during[0] != before[0]
    settled(page)
    assert stands_at(page, "Q, face 2") == asked(page)["die_q2"] == "3.5"
    agrees_with_its_link(page)


@pytest.mark.slow
def test_second_finger_elsewhere_does_no_harm(touched):
    visit(touched, "/die")
    x, y = thumb_of(slider(touched, "Q, face 6").first)
    other = slider(touched, "P, face 6").first.locator("xpath=ancestor::*[@data-rac][1]")
    box = other.bounding_box()
    screen = Finger(touched).screen

    def touch(kind, *points):
        screen.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [*points]})

    one = {"x": x, "y": y, "id": 1}
    two = {"x": box["x"] + 8, "y": box["y"] + 8, "id": 2}
    touch("touchStart", one)
    touched.wait_for_timeout(400)
    for step in range(10):
        touch("touchMove", {**one, "x": x + 5 * step})
        touched.wait_for_timeout(30)
    touch("touchStart", {**one, "x": x + 45}, two)
    for step in range(10):
        touch("touchMove", {**one, "x": x + 45}, {**two, "x": two["x"] + 4 * step})
        touched.wait_for_timeout(30)
    touch("touchEnd")
    settled(touched)
    for key, label in (("die_q6", "Q, face 6"), ("die_p6", "P, face 6")):
        assert asked(touched).get(key, "1") == stands_at(touched, label)
    agrees_with_its_link(touched)


def test_two_sliders_within_a_tenth_of_a_second(page):
    visit(page, "/die")
    slider(page, "P, face 1").first.focus()
    page.keyboard.press("End")
    slider(page, "Q, face 6").first.focus()
    page.keyboard.press("End")
    settled(page)
    assert asked(page)["die_p1"] == asked(page)["die_q6"] == "10"
    agrees_with_its_link(page)


@pytest.mark.parametrize("lesson", few(["die", "forward_reverse, Q", "beta_penalty"], "die"))
def test_key_while_the_page_is_still_being_drawn(page, lesson):
    path, label, _ = LESSONS[lesson]
    page.goto(path, wait_until="commit")
    slider(page, label).first.press("End")
    settled(page)
    assert len(asked(page)) == 1
    agrees_with_its_link(page)


@pytest.mark.slow
def test_page_that_streamlit_has_lost_is_loaded_anew(new_context):
    page = visit(new_context().new_page(), "/die?die_q2=4")
    page.evaluate(
        """() => { window.before = true
            setTimeout(() => { throw new Error('Bad delta path index 13') }) }"""
    )
    page.wait_for_function("() => !window.before")
    settled(page)
    assert stands_at(page, "Q, face 2") == "4"


@pytest.mark.parametrize("late", [0, 600])
def test_answer_while_a_slider_is_coming_to_rest(page, late):
    page.add_init_script(LATE)
    visit(page, "/die")
    page.evaluate("late => { window.late = late }", late)
    slider(page, "P, face 1").first.focus()
    page.keyboard.press("End")
    page.get_by_text("Large, but finite").first.click()
    settled(page)
    assert page.get_by_text("A surprise, then").count() == 1
    agrees_with_its_link(page)


@pytest.mark.slow
def test_slow_connection(page):
    visit(page, "/die")
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 200, "downloadThroughput": -1, "uploadThroughput": -1},
    )
    before = shown(page)
    with dragged(Mouse(page), slider(page, "Q, face 2").first):
        until_it_follows(page, before)
        one = shown(page)
        x, y = thumb_of(slider(page, "Q, face 2").first)
        page.mouse.move(x - 25, y)
        page.wait_for_timeout(100)
        assert shown(page)[0] != one[0]
    agrees_with_its_link(page)


@pytest.mark.slow
def test_drag_while_a_run_of_training_is_on(page):
    visit(page, "/training?training_guess_told=true&beta_steps=300")
    page.get_by_test_id("stCheckbox").filter(has_text=re.compile("^Train$")).click()
    page.get_by_test_id("stProgress").wait_for()
    before = shown(page)
    with dragged(Mouse(page), slider(page, "Your guess").first, share=0.4):
        until_it_follows(page, before)
    page.get_by_role("button", name="Stop training").click()
    settled(page)
    assert f"{asked(page)['training_guess']} bits" == stands_at(page, "Your guess")


@pytest.mark.slow
@pytest.mark.parametrize("missing", ["**/charts/**", "**/plotly.js"])
def test_sentence_stands_where_charts_cannot_be_fetched(new_context, missing):
    page = new_context().new_page()
    page.route(missing, lambda route: route.abort())
    page.goto("/die")
    seen = page.get_by_text("Each roll of P costs a believer").filter(visible=True)
    expect(seen).to_have_count(1)
    expect(page.locator(".kl-plot").filter(visible=True)).to_have_count(0)
    slider(page, "Q, face 2").first.focus()
    page.keyboard.press("End")
    expect(page).to_have_url(re.compile("die_q2=10"))
    lost = entropy([1] * 6, [5, 10, 1, 1, 1, 1], base=2)
    sentence = page.get_by_text(f"Each roll of P costs a believer in Q {lost:.3f} bits")
    expect(sentence.filter(visible=True)).to_have_count(1)
