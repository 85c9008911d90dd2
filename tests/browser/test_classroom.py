"""The app in the classroom: on a projector, as a code to scan, in a frame on a course's page."""

import io
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import combinations
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Frame, Locator, Page, expect
from scipy.stats import entropy

from tests.browser.accessibility import expect_nothing_new_for_axe
from tests.browser.conftest import (
    PHONE,
    PROJECTOR,
    asked,
    chart,
    drawings,
    expect_nothing_sideways,
    few,
    in_scheme,
    numbers_of,
    press,
    resized,
    settled,
    slider,
    troubles_of,
    visit,
    visited,
)
from tests.deep_links import deep_links
from tests.navigation import ADDRESSES, ROOT

FULL_HD = {"width": 1920, "height": 1080}
FIRST_SCREEN = ".st-key-_first_screen"
# Of the teaching guide's lesson plans.
STEPS = {
    link.heading: link
    for link in deep_links((ROOT / "docs" / "teaching.md").read_text())
    if link.heading and "present" in link.parameters
}
# What nobody sees: folded away.
UNSEEN = "details:not([open]) *"
CONTROLS = f":is(input, textarea, button:visible):not({UNSEEN})"
PARTS = (
    f"{FIRST_SCREEN} :is(.stElementContainer:not(:has(h1, h2)):visible, h1 > span:first-child), "
)
PARTS += ".st-key-_switches .stElementContainer"


def projected(page: Page, path: str, screen: dict[str, int] = PROJECTOR) -> Page:
    """Open a path of the app in the presenter view."""
    page.set_viewport_size(screen)
    return visit(page, f"{path}{'&' if '?' in path else '?'}present=true")


def switch(page: Page) -> None:
    """Press the switch of the presenter view."""
    page.get_by_text("Presenter view", exact=True).click()
    page.wait_for_timeout(300)
    settled(page)


def seen(part: Locator, page: Page) -> bool:
    """Say whether all of it lies on the screen."""
    box, screen = part.bounding_box(), page.viewport_size
    return (box["x"] >= 0 and box["x"] + box["width"] <= screen["width"]
            and box["y"] >= 0 and box["y"] + box["height"] <= screen["height"])  # fmt: skip


def font_size(part: Locator) -> float:
    """Return how large the browser writes it, in pixels."""
    return float(part.evaluate("part => getComputedStyle(part).fontSize.replace('px', '')"))


def type_sizes(page: Page) -> dict[str, float]:
    """Return how large the kinds of text are."""
    parts = {
        "prose": page.locator("[data-testid=stMarkdownContainer] p").first,
        "label": page.locator("[data-testid=stWidgetLabel] p:visible").first,
        "chart's title": page.locator(".js-plotly-plot .gtitle").first,
        "chart's ticks": page.locator(".js-plotly-plot .xtick text").first,
        "chart's axis": page.locator(".js-plotly-plot .ytitle, .js-plotly-plot .xtitle").first,
    }
    return {name: font_size(part) for name, part in parts.items()}


@pytest.fixture(scope="module", params=few(ADDRESSES, "/definition"))
def shown(request, profile):
    """Each page in the presenter view, visited once."""
    with visited(profile, f"{request.param}?present=true", "light") as visit_of_a_page:
        yield visit_of_a_page


@pytest.mark.parametrize("screen", [FULL_HD, PROJECTOR], ids=["1080", "720"])
def test_controls_and_their_chart_share_the_first_screen(shown, screen):
    page = resized(shown.page, screen)
    first = page.locator(FIRST_SCREEN)
    charts = first.locator(".js-plotly-plot").all()
    # Streamlit hides inputs under what it draws; what is out of sight is not drawn at all.
    controls = [
        each
        for each in first.locator(CONTROLS).all()
        if each.evaluate("it => it.checkVisibility()")
    ]
    assert charts
    assert controls
    said = ":is(.stMarkdown, .kl-words, .kl-numbers > div):visible"
    words = first.locator(f"{said}:not({UNSEEN})").all()
    assert first.locator(".kl-words:visible").count() == len(charts)
    parts = [first.locator("h1"), *charts, *controls, *words]
    unseen = [part for part in parts if not seen(part, page)]
    assert [part.evaluate("part => part.outerHTML.slice(0, 120)") for part in unseen] == []
    assert all(each.bounding_box()["height"] > 0.4 * screen["height"] for each in charts)


@pytest.mark.parametrize(
    "address",
    few(["/information#price", "/properties#triangle", "/die#roll"], "/information#price"),
)
def test_link_to_a_later_stage_brings_all_of_it_on_one_screen(page, address):
    path, anchor = address.split("#")
    page.set_viewport_size(PROJECTOR)
    visit(page, f"{path}?present=true#{anchor}")
    stage = page.locator(f".st-key-_stage_{anchor}")
    expect(stage.locator(".js-plotly-plot")).to_be_visible()
    page.wait_for_timeout(500)
    expect(stage).to_be_in_viewport(ratio=0.98)
    hidden = stage.evaluate("stage => stage.scrollHeight - stage.clientHeight")
    controls = [
        each for each in stage.locator(CONTROLS).all()
        if each.evaluate("it => it.checkVisibility()")
    ]  # fmt: skip
    parts = [*controls, *stage.locator(".kl-chart, .stMarkdown:visible").all()]
    unseen = [part for part in parts if not seen(part, page)]
    assert [part.evaluate("part => part.outerHTML.slice(0, 120)") for part in unseen] == []
    assert hidden <= 0


def test_nothing_on_the_first_screen_lies_on_anything_else(shown):
    boxes = (
        resized(shown.page, PROJECTOR)
        .locator(PARTS)
        .evaluate_all(
            """parts => parts.map(part => [part.innerText, part.getBoundingClientRect()])
            .filter(([_, box]) => box.width && box.height)
            .map(([text, box]) => [text, box.left, box.right, box.top, box.bottom])"""
        )
    )
    met = [(one[0], other[0]) for one, other in combinations(boxes, 2)
           if one[1] < other[2] - 1 and other[1] < one[2] - 1
           and one[3] < other[4] - 1 and other[3] < one[4] - 1]  # fmt: skip
    assert met == []


@pytest.mark.parametrize("scheme", few(["light", "dark"], "dark"))
def test_axe_finds_nothing_new_in_the_presenter_view(shown, scheme, bare_address):
    in_scheme(resized(shown.page, PROJECTOR), scheme)
    expect_nothing_new_for_axe(shown.page, scheme, bare_address)


@pytest.mark.parametrize("screen", [PHONE, PROJECTOR], ids=["phone", "projector"])
def test_nothing_scrolls_sideways_in_the_presenter_view(shown, screen):
    expect_nothing_sideways(resized(shown.page, screen))


@pytest.mark.parametrize("heading", few(STEPS, "price"))
def test_step_that_opens_at_a_heading_is_on_one_screen(page, heading):
    page.set_viewport_size(PROJECTOR)
    visit(page, STEPS[heading].address)
    # The picture lies between them.
    expect(page.locator(f"#{heading}")).to_be_in_viewport(ratio=1)
    said = page.locator(".kl-words").filter(has_text=STEPS[heading].promise)
    expect(said).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("address", few(["/", "/die", "/forward-reverse"], "/die"))
def test_type_is_larger_and_no_sidebar_shows(page, address):
    page.set_viewport_size(PROJECTOR)
    usual = type_sizes(visit(page, address))
    expect(page.get_by_test_id("stSidebar")).to_be_visible()
    larger = type_sizes(projected(page, address))
    assert all(larger[name] >= 1.2 * size for name, size in usual.items()), (usual, larger)
    for gone in ("stSidebar", "stHeader"):
        expect(page.get_by_test_id(gone)).to_be_hidden()


@pytest.mark.slow
def test_switching_loses_nothing_and_back_all_is_as_it_was(page):
    page.set_viewport_size(PROJECTOR)
    visit(page, "/die?die_q6=0&die_predict=Infinite&unit=nats&die_rolls=500")
    state, said = asked(page), page.get_by_test_id("stMain").inner_text()
    shows, sizes = drawings(page), type_sizes(page)
    switch(page)
    assert asked(page) == state | {"present": "true"}
    assert slider(page, "Q, face 6").input_value() == "0"
    assert [[trace["y"] for trace in each["traces"]] for each in drawings(page)] == [
        [trace["y"] for trace in each["traces"]] for each in shows
    ]
    switch(page)
    assert asked(page) == state
    assert page.get_by_test_id("stMain").inner_text() == said
    assert drawings(page) == shows
    assert type_sizes(page) == sizes
    expect(page.get_by_test_id("stSidebar")).to_be_visible()


def test_next_lesson_is_presented_too(page):
    projected(page, "/die?die_q6=0")
    page.locator("[data-testid=stMain] [data-testid=stPageLink]").last.click()
    page.get_by_role("heading", name="Never below 0. A distance?", exact=True).wait_for()
    settled(page)
    assert asked(page) == {"present": "true"}
    expect(page.locator(f"{FIRST_SCREEN} .js-plotly-plot")).to_be_in_viewport(ratio=1)
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()


@pytest.mark.slow
def test_keyboard_alone_presents(page):
    page.set_viewport_size(PROJECTOR)
    visit(page, "/die")
    before = chart(page)
    page.get_by_role("switch", name="Presenter view").focus()
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile("present=true"))
    settled(page)
    press(page, "Q, face 1", "End")
    settled(page)
    fair, loaded = [1] * 6, [10, 1, 1, 1, 1, 1]
    both = entropy(fair, loaded, base=2), entropy(loaded, fair, base=2)
    assert numbers_of(page) == [f"{each:.3f} bits" for each in both]
    assert chart(page)[1]["y"][0] == pytest.approx(100 * 10 / 15)
    assert chart(page) != before
    page.get_by_role("switch", name="Presenter view").focus()
    page.keyboard.press("Space")
    expect(page).not_to_have_url(re.compile("present"))
    settled(page)
    assert slider(page, "Q, face 1").input_value() == "10"


def dialog(page: Page | Frame) -> Locator:
    """Open the dialog with the link, and return it once its code is there."""
    page.get_by_role("button", name="Share this view").click()
    code = page.get_by_role("img", name="QR code of the link")
    expect(code).to_be_visible()
    expect(code).to_have_js_property("complete", True)
    return page.get_by_role("dialog")


def link(shown: Locator) -> str:
    """Return the link that the dialog shows."""
    return shown.locator("pre code").inner_text().strip()


@pytest.mark.parametrize("scheme", few(["light", "dark"], "dark"))
@pytest.mark.parametrize("present", few(["", "&present=true"], ""))
def test_code_fills_the_screen_and_has_its_white_margin(page, scheme, present):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size(PROJECTOR)
    visit(page, f"/die?die_q6=0{present}")
    code = dialog(page).get_by_role("img", name="QR code of the link")
    page.wait_for_timeout(700)
    box = code.bounding_box()
    assert seen(code, page)
    assert box["width"] == pytest.approx(box["height"])
    assert box["height"] >= 0.68 * PROJECTOR["height"]
    image = Image.open(io.BytesIO(code.screenshot())).convert("L")
    assert image.getpixel((image.width // 2, 12)) == 255
    assert image.getpixel((12, image.height // 2)) == 255
    assert image.getextrema() == (0, 255)


@pytest.mark.slow
def test_link_may_leave_the_answers_out(page, new_context):
    visit(page, "/die?die_q6=0&die_predict=Infinite&die_check1=Nothing&unit=nats")
    shown = dialog(page)
    assert link(shown) == page.evaluate("location.href")
    shown.get_by_text("Leave out my answers").click()
    expect(shown.locator("pre code")).not_to_contain_text("Infinite")
    other = visit(new_context().new_page(), link(shown))
    assert asked(other) == {"die_q6": "0", "unit": "nats"}
    assert other.locator("[data-testid=stRadio] input:checked").count() == 1  # the unit
    assert drawings(other) == drawings(page)


@pytest.mark.slow
def test_shared_from_a_projector_the_link_is_for_phones(page):
    projected(page, "/die?die_q6=0&die_predict=Infinite")
    shown = dialog(page)
    assert shown.get_by_role("checkbox", name="Leave out my answers").is_checked()
    assert parse_qs(urlsplit(link(shown)).query) == {"die_q6": ["0"]}
    shown.get_by_text("In the presenter view").click()
    expect(shown.locator("pre code")).to_contain_text("present=true")


def test_no_answers_no_question_about_them(page):
    visit(page, "/die?die_q6=0")
    assert dialog(page).get_by_role("checkbox", name="Leave out my answers").count() == 0


class CoursePage(BaseHTTPRequestHandler):
    """A page of somebody else's that holds a lesson in a frame."""

    def do_GET(self) -> None:
        """Answer with a frame around the address that the query names."""
        source = parse_qs(urlsplit(self.path).query).get("lesson", [""])[0]
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(
            f'<!doctype html><title>Course</title><iframe title="lesson" src="{source}" '
            'style="width: 900px; height: 640px"></iframe>'.encode()
        )

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def course() -> Iterator[str]:
    """Serve the course's page from another origin than the app's."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), CoursePage)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def embedded(page: Page, course: str, lesson: str) -> Frame:
    """Open the course's page, and return the frame once the lesson in it is drawn."""
    page.goto(f"{course}/?lesson={quote(lesson)}")
    frame = page.frame_locator("iframe").locator("h1").element_handle().owner_frame()
    frame.locator(".js-plotly-plot").first.wait_for()
    page.wait_for_timeout(1500)
    return frame


@pytest.mark.parametrize("scheme", few(["light", "dark"], "light"))
def test_lesson_in_a_frame_shows_the_view_and_moves(page, course, base_url, scheme):
    troubles = troubles_of(page)
    page.emulate_media(color_scheme=scheme)
    frame = embedded(page, course, f"{base_url}/die?embed=true&die_q6=0")
    assert "infinite" in frame.get_by_test_id("stMain").inner_text()
    expect(frame.get_by_test_id("stSidebar")).to_have_count(0)
    expect(frame.get_by_test_id("stMainMenu")).to_have_count(0)
    assert frame.locator(".stApp").evaluate("app => getComputedStyle(app).colorScheme") == scheme
    frame.get_by_role("slider", name="Q, face 6").focus()
    page.keyboard.press("ArrowRight")
    expect(frame.locator(".kl-numbers strong").first).not_to_have_text("∞")
    page.wait_for_timeout(500)
    own = parse_qs(urlsplit(frame.evaluate("location.href")).query)
    assert own == {"embed": ["true"], "die_q6": ["0.1"]}
    assert troubles == []


@pytest.mark.slow
def test_link_out_of_a_frame_opens_outside_it(page, course, base_url):
    frame = embedded(page, course, f"{base_url}/die?embed=true&die_q6=0")
    assert link(dialog(frame)) == f"{base_url}/die?die_q6=0"


@pytest.mark.slow
def test_next_lesson_in_a_frame_stays_embedded(page, course, base_url):
    frame = embedded(page, course, f"{base_url}/die?embed=true")
    frame.locator("[data-testid=stMain] [data-testid=stPageLink]").last.click()
    frame.get_by_role("heading", name="Never below 0. A distance?", exact=True).wait_for()
    assert frame.evaluate("location.href") == f"{base_url}/properties?embed=true"
    expect(frame.get_by_test_id("stSidebar")).to_have_count(0)
    frame.evaluate("location.reload()")
    expect(
        frame.get_by_role("heading", name="Never below 0. A distance?", exact=True)
    ).to_be_visible()
    expect(frame.get_by_test_id("stSidebar")).to_have_count(0)
