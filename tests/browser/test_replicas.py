"""A browser that is served by two replicas behind nginx, one of which is killed."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import asked, settled, visit
from tests.browser.files import saved
from tests.browser.test_your_own import SMALL, field, upload
from tests.deploy.conftest import nginx, served

__all__ = ["nginx", "served"]  # fixtures: two replicas

pytestmark = pytest.mark.slow


def replica_of(served, before):
    """Return which replica the page that was opened after so much of the log is served by."""
    asked_for = "GET /_stcore/host-config 200 "
    for _ in range(100):
        lines = served.log.read_text()[before:].splitlines()
        if said := [line for line in lines if asked_for in line]:
            return int(said[-1].split(":")[-1].split()[0]) - served.port_of(0)
        time.sleep(0.05)
    raise AssertionError("the page has not asked for what it needs")


def test_uploads_and_downloads_find_their_session(new_context, served, tmp_path):
    met = set()
    for _ in range(8):
        before = len(served.log.read_text())
        context = new_context()
        page = visit(
            context.new_page(), f"{served.address}/your-own?own_table=a%2C1%2C2%0Ab%2C3%2C4"
        )
        upload(page, "numbers.csv", SMALL.encode())
        expect(field(page)).to_have_value(SMALL)
        settled(page)
        assert "sea" in saved(page, "Data (CSV)", tmp_path).read_text()
        context.close()
        met.add(replica_of(served, before))
        if len(met) == 2:
            return
    raise AssertionError("all were served by the same replica")


def test_killed_replica_loses_nothing(new_context, served):
    before = len(served.log.read_text())
    context = new_context()
    page = visit(context.new_page(), f"{served.address}/die?die_q6=0")
    [cookie] = [each for each in context.cookies() if each["name"] == "replica"]
    assert cookie["httpOnly"]
    slider = page.get_by_role("slider", name="Q, face 6")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("die_q6=0.1"))
    number = settled(page).locator(".kl-numbers strong").first
    shown = number.inner_text()
    gone = replica_of(served, before)
    with page.expect_websocket():
        served.kill(gone)
    try:
        settled(page)
        assert asked(page) == {"die_q6": "0.1"}
        expect(number).to_have_text(shown)
        # Streamlit locks what can be moved while nobody listens, and its focus is lost.
        expect(slider).to_be_enabled()
        slider.focus()
        page.keyboard.press("ArrowLeft")
        expect(number).to_have_text("∞")
        assert asked(page) == {"die_q6": "0"}
    finally:
        served.start(gone)
