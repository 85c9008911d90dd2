"""What every page tells a browser first: what to fetch, and what runs before Streamlit."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.testclient import TestClient

from server import page
from server.life import Life
from server.static import StaticFiles
from tests.navigation import ADDRESSES
from widgets.chart import files

STREAMLITS = page.STATIC / "index.html"


@pytest.fixture(scope="module")
def client():
    """Return a client of a server that knows the pages."""
    return TestClient(StaticFiles(Starlette(), Life()), headers={"Accept": "text/html"})


class Scripts(HTMLParser):
    """The scripts of a page: the attributes of each, and what it holds."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        """Begin a script."""
        if tag == "script":
            self.found.append((dict(attrs), ""))

    def handle_data(self, data):
        """Read a script."""
        if self.found and self.cdata_elem == "script":
            attributes, text = self.found.pop()
            self.found.append((attributes, text + data))


def scripts_of(text):
    """Return the scripts of a page."""
    parser = Scripts()
    parser.feed(text)
    return parser.found


def test_pages_are_those_of_the_navigation():
    assert sorted(page.addresses()) == sorted([*ADDRESSES, "/teach"])


def test_page_tells_early_what_its_charts_need(client):
    links = client.get("/").headers["Link"]
    assert f"<{files.address('plotly.js')}>; rel=preload; as=script" in links
    assert f"<{files.address('chart.css')}>; rel=preload; as=style" in links
    assert f"<{files.address('chart.js')}>; rel=modulepreload" in links
    assert "Link" not in client.get(f"/{files.address('film.js')}").headers


def test_page_tells_early_of_streamlits_parts_and_all_they_import(client):
    links = client.get("/").headers["Link"]
    told = re.findall(r"<static/js/([^>]+)>; rel=modulepreload", links)
    assert len(set(told)) == len(told)
    streamlits = STREAMLITS.read_text()
    for part in page.PARTS:
        assert any(name.startswith(f"{part}.") for name in told)
    for name in told:
        assert name not in streamlits
        script = (page.STATIC / "static" / "js" / name).read_text()
        for needed in re.findall(r'import(?:[^"()]+from)?"\./([^"]+)"', script):
            assert needed in told or needed in streamlits


def test_page_of_another_streamlit_names_fewer_parts(tmp_path):
    assert page.parts_of_streamlit(tmp_path) == []


@pytest.mark.parametrize("address", ["/", "/die", "/forward-reverse"])
def test_script_is_the_first_of_the_page_and_all_else_is_as_it_was(client, address):
    text = client.get(address).text
    (attributes, script), *_ = scripts_of(text)
    assert attributes == {"data-served": address}
    first = f'<script data-served="{address}">{script}</script>'
    assert text == STREAMLITS.read_text().replace("<head>", f"<head>{first}")


def test_policy_allows_each_script_within_a_page_and_no_other(client):
    inline = [text for attributes, text in scripts_of(client.get("/die").text)
              if "src" not in attributes]  # fmt: skip
    assert len(inline) == 2
    hashes = [b64encode(sha256(text.encode()).digest()).decode() for text in inline]
    assert page.scripts() == [f"'sha256-{each}'" for each in hashes]


@pytest.mark.parametrize("served", ["/die", "/</script>", '/"><script>alert(1)</script>'])
def test_no_path_writes_into_the_page(served):
    scripts = scripts_of(page.html(served))
    assert len(scripts) == len(scripts_of(page.html("/")))
    assert scripts[0][0] == {"data-served": served}


@pytest.mark.parametrize(("base", "below"), [("", ""), ("/", ""), ("kl", "/kl"), ("/kl/", "/kl")])
def test_page_is_served_below_the_path_that_a_host_has_set(monkeypatch, base, below):
    monkeypatch.setattr(streamlit, "get_option", {"server.baseUrlPath": base}.__getitem__)
    client = TestClient(StaticFiles(Starlette(), Life()))
    assert 'data-served="/die"' in client.get(f"{below}/die").text
    assert client.get(f"{below}/{files.address('film.js')}").status_code == 200
    assert client.get("/elsewhere/die").status_code == 404


def test_page_is_asked_for_anew_and_sent_only_when_it_changed(client):
    answer = client.get("/die")
    assert answer.headers["Cache-Control"] == "no-cache"
    again = client.get("/die", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert again.content == b""
    streamlits = {
        "If-None-Match": '"Streamlits"',
        "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT",
    }
    assert client.get("/die", headers=streamlits).text == answer.text


def test_head_of_a_page_names_what_to_fetch_and_holds_nothing(client):
    answer = client.head("/die")
    assert answer.status_code == 200
    assert answer.content == b""
    assert files.address("chart.js") in answer.headers["Link"]
