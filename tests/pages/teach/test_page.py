"""The guide as a page: the whole of it, with links that lead to this very app."""

import re

import pytest
from streamlit import config

from pages.teach.page import AS_WRITTEN, GUIDE
from tests.pages.conftest import open_page
from tests.pages.reading import texts


def test_page_is_the_whole_guide():
    said = texts(open_page("teach"))
    for heading in re.findall(r"^##+ (.*)$", GUIDE.read_text(), re.MULTILINE):
        assert heading in said


@pytest.mark.parametrize("host", ["192.168.1.20", "kl.example.org"])
def test_links_have_the_address_that_a_teacher_set_once(host):
    config.set_option("browser.serverAddress", host)
    try:
        said = texts(open_page("teach"))
    finally:
        config.set_option("browser.serverAddress", "localhost")
    assert AS_WRITTEN not in said
    assert f"](http://{host}:8501/die" in said
