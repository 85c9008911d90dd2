"""The app as each platform starts it: the first visitor, who comes by a link, gets the lesson."""

import json
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import STREAMLIT, settled
from tests.browser.serving import serving
from tests.browser.test_classroom import course
from tests.browser.test_your_own import SMALL, field, upload
from tests.deploy.test_docker import environment, step

__all__ = ["course"]  # a fixture: the page of another site
# https://docs.streamlit.io/deploy/streamlit-community-cloud/deploy-your-app/file-organization
COMMUNITY_CLOUD = (*STREAMLIT, "app.py")
# What `deploy/huggingface/assemble.sh` adds to the image.
OF_A_SPACE = {"STREAMLIT_SERVER_ENABLE_XSRF_PROTECTION": "false"}


def of_the_image():
    """Return the image's own command, by this Python, and its environment."""
    name, *arguments = json.loads(step("CMD"))
    kept = {name: value for name, value in environment().items() if not name.endswith("_PORT")}
    return ("-m", name, *arguments), kept


def expect_the_lesson(page, address):
    """Check that a link into a lesson opens it, as the first request of a newcomer."""
    page.goto(f"{address}/die?die_q6=0")
    settled(page)
    expect(page.locator("h1")).to_have_text("The die")
    expect(page.locator(".kl-numbers strong").first).to_have_text("∞")


def test_first_visitor_by_link_on_community_cloud(new_context):
    with serving(*COMMUNITY_CLOUD) as address:
        expect_the_lesson(new_context().new_page(), address)


@pytest.mark.slow
def test_first_visitor_by_link_on_an_image(new_context):
    command, settings = of_the_image()
    with serving(*command, **settings) as address:
        expect_the_lesson(new_context().new_page(), address)


@pytest.mark.slow
@pytest.mark.parametrize("settings", [OF_A_SPACE, {}], ids=["Space", "not set"])
def test_upload_within_another_site_takes_the_setting_of_a_space(new_context, course, settings):
    with serving(*COMMUNITY_CLOUD, **settings) as address:
        page = new_context().new_page()
        lesson = f"{address}/your-own?own_table=a%2C1%2C2%0Ab%2C3%2C4"
        page.goto(f"{course}/?lesson={quote(lesson)}")
        lesson = page.frame_locator("iframe").locator("h1").element_handle().owner_frame()
        expect(field(lesson)).to_be_visible()
        with page.expect_response("**/_stcore/upload_file/**") as answer:
            upload(lesson, "numbers.csv", SMALL.encode())
        if settings:
            assert answer.value.ok
            expect(field(lesson)).to_have_value(SMALL)
        else:
            assert answer.value.status == 403
