"""The app in Chromium, served as `make run` serves it; pytest-playwright brings the pages."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    BrowserType,
    Locator,
    Page,
    expect,
)

from tests.browser.listening import listen, until_heard
from tests.browser.serving import CHROMIUM_OPTIONS, chromium, serving

PROJECTOR = {"width": 1280, "height": 720}
PHONE = {"width": 390, "height": 844}
STREAMLIT = ("-m", "streamlit", "run")


def few(cases: Iterable[str], *kept: str) -> list[object]:
    """Return cases of a test that a machine takes long for: `make slow` asks those not kept."""
    return [each if each in kept else pytest.param(each, marks=pytest.mark.slow) for each in cases]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """Drive the Chromium of this machine instead of one of Playwright's own."""
    return {"executable_path": chromium(), "args": CHROMIUM_OPTIONS}


@pytest.fixture(scope="session")
def base_url() -> Iterator[str]:
    """Serve the app; pages open relative to this address."""
    # Two tests at once are pressure; what a hand feels is looked at without.
    with serving(*STREAMLIT, "app.py", KL_PACE="1") as address:
        yield address


@pytest.fixture(scope="session")
def bare_address() -> Iterator[str]:
    """Serve a page of bare Streamlit elements."""
    with serving(*STREAMLIT, "tests/browser/bare_page.py") as address:
        yield address


@pytest.fixture(scope="session")
def profile(
    browser_type: BrowserType,
    browser_type_launch_args: dict[str, object],
    base_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[BrowserContext]:
    """Open the browser of somebody who has been here: a page comes in half the time.

    Chromium keeps compiled scripts on disk, and only for a profile of its own, not for contexts.
    The options of pytest-playwright (`--tracing`, `--video`) see the contexts of newcomers only.
    """
    folder = tmp_path_factory.mktemp("profile")
    with browser_type.launch_persistent_context(
        folder, base_url=base_url, **browser_type_launch_args
    ) as context:
        context.on("page", listen)
        yield context


@pytest.fixture(scope="session")
def browser(profile: BrowserContext) -> Browser:
    """Return the browser, whose other contexts are those of newcomers."""
    return profile.browser


@pytest.fixture
def context(profile: BrowserContext) -> Iterator[BrowserContext]:
    """Lend the profile to a test; what it opened is closed, and what it stored forgotten."""
    before = profile.pages
    yield profile
    for page in profile.pages:
        if page not in before:
            forget(page)
            page.close()


@pytest.fixture
def new_context(new_context: Callable[..., BrowserContext]) -> Callable[..., BrowserContext]:
    """Open browsers of newcomers, whose talk with the server is listened to."""

    def opened(**options: object) -> BrowserContext:
        context = new_context(**options)
        context.on("page", listen)
        return context

    return opened


@pytest.fixture
def touched(new_context: Callable[..., BrowserContext]) -> Page:
    """Open a page on a touch screen."""
    return new_context(has_touch=True, viewport=PHONE).new_page()


def settled(page: Page) -> Page:
    """Wait until a page is drawn completely, charts out of sight too, and the script is at rest."""
    page.locator("h1").wait_for()
    page.locator("[data-testid=stSkeleton]").first.wait_for(state="detached")
    for _ in range(2):
        until_heard(page)
        page.wait_for_function(
            """() => document.querySelector('.stApp')?.dataset.testScriptState !== 'running'
                && document.documentElement.dataset.owed === '0'
                && !document.querySelector('[data-stale=true]')"""
        )
    # Charts out of sight are drawn when they come near, or for paper.
    page.wait_for_function(
        """() => { dispatchEvent(new Event('beforeprint'))
            return [...document.querySelectorAll('.kl-chart')].every(({ dataset }) =>
                dataset.source === 'server' && !('waiting' in dataset)) }"""
    )
    return page


def visit(page: Page, path: str) -> Page:
    """Open a path of the app and wait until it is drawn."""
    page.goto(path)
    return settled(page)


@dataclass
class Visit:
    """A page that is drawn, and the browser's complaints and words to strangers by then."""

    path: str
    page: Page
    troubles: list[str]


@contextmanager
def visited(
    profile: BrowserContext, path: str, scheme: str, screen: dict[str, int] = PROJECTOR
) -> Iterator[Visit]:
    """Open a path of the app, once for all tests that ask about it."""
    with closing(profile.new_page()) as page:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(screen)
        troubles = troubles_of(page)
        page.on("request", lambda request: request.url.startswith("http")
                and not request.url.startswith("http://localhost:")
                and troubles.append(f"stranger: {request.url}"))  # fmt: skip
        yield Visit(path, visit(page, path), troubles)
        forget(page)


def forget(page: Page) -> None:
    """Let the browser forget what a page of the app has stored in it."""
    if page.url.startswith("http"):
        page.evaluate("localStorage.clear()")


def resized(page: Page, screen: dict[str, int]) -> Page:
    """Give a page another screen and wait until its charts have their new size."""
    page.set_viewport_size(screen)
    page.wait_for_timeout(300)
    return settled(page)


def in_scheme(page: Page, scheme: str) -> Page:
    """Switch a page to another colour scheme, as the system does at dusk."""
    page.emulate_media(color_scheme=scheme)
    expect(page.get_by_test_id("stApp")).to_have_css("color-scheme", scheme)
    page.wait_for_timeout(300)
    return settled(page)


def expect_nothing_sideways(page: Page) -> None:
    """Check that a page is as wide as its screen."""
    for box in ("html", "[data-testid=stMain]"):
        scrolled, seen = page.locator(box).evaluate("box => [box.scrollWidth, box.clientWidth]")
        assert scrolled <= seen, box


def bare(page: Page, address: str) -> Page:
    """Open the page of bare Streamlit elements, which owes nothing, and wait until it is drawn."""
    page.goto(address)
    page.locator("h1").wait_for()
    page.wait_for_function(
        "() => document.querySelector('.stApp')?.dataset.testScriptState === 'notRunning'"
    )
    return page


def chart(page: Page, number: int = 0) -> list[dict[str, object]]:
    """Return the data of a chart as the browser draws it."""
    return (
        page.locator(".js-plotly-plot")
        .nth(number)
        .evaluate(
            "plot => plot._fullData.map(trace => ({y: [...trace.y], colour: trace.marker?.color}))"
        )
    )


def drawings(page: Page) -> list[dict[str, object]]:
    """Return all that the charts of a page show, chart by chart."""
    return page.locator(".js-plotly-plot").evaluate_all(
        """plots => plots.map(({_fullLayout: layout, _fullData: traces}) => ({
            title: layout.title.text,
            labels: layout.annotations.map(label => [label.text, label.x, label.y]),
            lines: layout.shapes.map(line => [line.x0, line.x1, line.y0, line.y1]),
            ranges: Object.keys(layout).filter(name => /^[xy]axis\\d*$/.test(name))
                .map(name => [name, ...layout[name].range]),
            traces: traces.map(trace => ({
                ...Object.fromEntries(["x", "y", "z", "text", "customdata"].map(name =>
                    [name, trace[name]?.length ? Array.from(trace[name], each =>
                        ArrayBuffer.isView(each) ? [...each] : each) : trace[name] ?? null])),
                colour: [trace.marker?.color ?? null, trace.line?.color ?? null],
                size: trace.marker?.size ?? null,
                width: trace.line?.width ?? null,
                errors: trace.error_x?.array ? [...trace.error_x.array] : null,
            })),
        }))"""
    )


def opened_elsewhere(page: Page, new_context: Callable[[], BrowserContext]) -> Page:
    """Open the link that Share shows as somebody else would, and compare all that both show."""
    page.get_by_role("button", name="Share this view").click()
    expect(page.get_by_role("img", name="QR code of the link")).to_be_visible()
    link = page.get_by_role("dialog").locator("pre code").inner_text().strip()
    assert link == page.evaluate("location.href")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    other = visit(new_context().new_page(), link)
    here = drawings(page)
    assert here
    assert drawings(other) == here
    assert (other.locator(".kl-words, .kl-numbers").all_inner_texts()
            == page.locator(".kl-words, .kl-numbers").all_inner_texts())  # fmt: skip
    for part in ("stMetricValue", "stRadio", "stSlider", "stMarkdown", "stHtml", "stCode",
                 "stAlert", "stCaptionContainer"):  # fmt: skip
        assert (other.get_by_test_id(part).all_inner_texts()
                == page.get_by_test_id(part).all_inner_texts()), part  # fmt: skip
    return other


def slider(page: Page, label: str) -> object:
    """Return the slider with this label."""
    return page.get_by_role("slider", name=label)


def plot(page: Page, number: int) -> Locator:
    """Return a chart as the browser has it."""
    return page.locator(".js-plotly-plot").nth(number)


def title(page: Page, number: int) -> Locator:
    """Return the title of a chart, as the browser draws it."""
    return plot(page, number).locator(".gtitle")


def words_of(page: Page, number: int = 0) -> Locator:
    """Return the sentence that a chart says itself, under its picture."""
    return page.locator(".kl-chart").nth(number).locator(".kl-words")


def numbers_of(page: Page, number: int = 0) -> list[str]:
    """Return the numbers that a chart shows large, under its picture."""
    return page.locator(".kl-chart").nth(number).locator(".kl-numbers strong").all_inner_texts()


def expect_in_sight_above(page: Page, number: int, *labels: str) -> None:
    """Check that a chart is whole and above these sliders, even where one is at the lower edge."""
    screen = page.viewport_size or {}
    for label in labels:
        slider(page, label).evaluate("each => each.closest('.stSlider').scrollIntoView(false)")
        page.wait_for_timeout(300)
        picture = page.locator(".kl-chart").nth(number).bounding_box()
        thumb = slider(page, label).bounding_box()
        assert picture["y"] >= 0, label
        assert picture["y"] + picture["height"] <= thumb["y"], label
        assert thumb["y"] + thumb["height"] <= screen["height"], label
        assert picture["x"] >= 0, label
        assert picture["x"] + picture["width"] <= screen["width"], label


def press(page: Page, label: str, *keys: str) -> None:
    """Press keys on the slider with this label."""
    slider(page, label).focus()
    for key in keys:
        page.keyboard.press(key)


def asked(page: Page) -> dict[str, str]:
    """Return what the address asks for."""
    query = parse_qs(urlsplit(page.url).query)
    return {name: values[0] for name, values in query.items()}


def open_code(page: Page) -> Locator:
    """Ask for the code that reproduces the number of a lesson, and return it."""
    page.get_by_text("The same number in Python").click()
    code = page.locator(".st-key-_code").get_by_test_id("stCode")
    code.wait_for()
    # A move that a busy browser had not told yet brings the code anew.
    settled(page)
    return code


def troubles_of(page: Page) -> list[str]:
    """Return a list that grows with everything the browser complains about from now on."""
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(f"page: {error}"))
    page.on("response", lambda response: response.status >= 400
            and troubles.append(f"{response.status}: {response.url}"))  # fmt: skip
    page.on("console", lambda message: message.type == "error"
            and "Failed to load resource" not in message.text
            and troubles.append(f"console: {message.text}"))  # fmt: skip
    return troubles


@pytest.fixture
def no_troubles(page: Page) -> Iterator[None]:
    """Let no test pass in which the browser complains, or the page shows a traceback."""
    troubles = troubles_of(page)
    yield
    assert troubles == []
    assert page.get_by_test_id("stException").count() == 0
