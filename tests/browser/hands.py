"""Hands on a page: a mouse or a finger that drags, and what it has hold of."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Locator, Page

STEPS = 12


class Mouse:
    """A mouse."""

    def __init__(self, page: Page) -> None:
        """Take it up."""
        self.page = page

    def down(self, x: float, y: float) -> None:
        """Press the button there."""
        self.page.mouse.move(x, y)
        self.page.mouse.down()

    def move(self, x: float, y: float) -> None:
        """Move there."""
        self.page.mouse.move(x, y)

    def up(self) -> None:
        """Let the button go."""
        self.page.mouse.up()


class Finger:
    """A finger on a touch screen; several share one."""

    def __init__(self, page: Page, number: int = 1) -> None:
        """Take it out."""
        self.screen = page.context.new_cdp_session(page)
        self.number = number

    def _touch(self, kind: str, **point: float) -> None:
        points = [{**point, "id": self.number}] if point else []
        self.screen.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def down(self, x: float, y: float) -> None:
        """Put it there."""
        self._touch("touchStart", x=x, y=y)

    def move(self, x: float, y: float) -> None:
        """Move it there."""
        self._touch("touchMove", x=x, y=y)

    def up(self) -> None:
        """Lift it."""
        self._touch("touchEnd")


def thumb_of(slider: Locator) -> tuple[float, float]:
    """Bring a slider into sight, clear of what sticks to the top, and return where its thumb is."""
    slider.evaluate("range => range.closest('.stSlider').scrollIntoView(false)")
    slider.page.wait_for_timeout(400)
    box = slider.locator("xpath=ancestor::*[@data-rac][1]").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def room_of(slider: Locator) -> float:
    """Return how far, in pixels, a slider's thumb can go; less than 0 to the left."""
    x, _ = thumb_of(slider)
    track = slider.locator("xpath=ancestor::*[@data-rac][2]").bounding_box()
    right, left = track["x"] + track["width"] - x, x - track["x"]
    return right if right > left else -left


@contextmanager
def dragged(hand: Mouse | Finger, slider: Locator, share: float = 0.6) -> Iterator[None]:
    """Drag a slider's thumb that share of its way, and let go at the end of the block."""
    x, y = thumb_of(slider)
    way = share * room_of(slider)
    hand.down(x, y)
    slider.page.wait_for_timeout(300)
    for step in range(1, STEPS + 1):
        hand.move(x + way * step / STEPS, y)
        slider.page.wait_for_timeout(30)
    yield
    hand.up()


def grip_of(page, number):
    """Return where one of the handles of the first chart is."""
    box = page.locator(".kl-chart").first.locator(".kl-grip").nth(number).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def pull(page, hand, number, across, up):
    """Drag a handle and keep hold of it."""
    page.locator(".kl-chart").first.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    x, y = grip_of(page, number)
    hand.down(x, y)
    page.wait_for_timeout(900)
    for step in range(1, 11):
        hand.move(x + across * step / 10, y + up * step / 10)
        page.wait_for_timeout(30)
    return x + across, y + up


def until_it_moves(page, label, stood):
    """Wait, with something held, until a slider says something else; a film may come late."""
    page.wait_for_function(
        """([label, stood]) => [...document.querySelectorAll('input[type=range]')].some(range =>
            range.getAttribute('aria-label').startsWith(label)
            && range.getAttribute('aria-valuetext') !== stood)""",
        arg=[label, stood],
    )
