"""What axe finds on a page that it does not find on one of bare Streamlit elements."""

from functools import cache

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.conftest import bare


def expect_nothing_new_for_axe(page: Page, scheme: str, bare_address: str) -> None:
    """Fail with what axe finds on a page, and where, if bare Streamlit does not have it."""
    usual = _usual(page.context.browser, scheme, bare_address)
    new = {rule: html for rule, html in _violations(page).items() if rule not in usual}
    assert new == {}, new


@cache
def _usual(browser: Browser, scheme: str, bare_address: str) -> frozenset[str]:
    page = browser.new_page(color_scheme=scheme)
    bare(page, bare_address).wait_for_load_state("networkidle")
    found = frozenset(_violations(page))
    page.close()
    return found


def _violations(page: Page) -> dict[str, str]:
    """Return the first place of each rule that is broken, once all has faded in."""
    page.wait_for_function(
        """() => document.getAnimations().every(({ playState, effect }) =>
            playState !== 'running' || effect.getComputedTiming().endTime === Infinity)"""
    )
    # Of WCAG 2.2, and off by default.
    with_small_targets = {"rules": {"target-size": {"enabled": True}}}
    found = Axe().run(page, options=with_small_targets).response["violations"]
    return {each["id"]: each["nodes"][0]["html"] for each in found}
