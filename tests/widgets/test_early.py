"""What every page tells a browser first: what to fetch, and what runs before Streamlit."""

import re
from pathlib import Path

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import FileResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from widgets.chart import files
from widgets.early import PARTS, ToldEarly, first_script, parts_of_streamlit

PAGE = Path(streamlit.__file__).parent / "static" / "index.html"
AS_A_BROWSER = {"Accept": "text/html", "Accept-Encoding": "gzip"}


@pytest.fixture
def client():
    """Return a client of a server that serves the files, and Streamlit's page everywhere else."""
    page = Route("/{path:path}", lambda _: FileResponse(PAGE))
    middleware = [Middleware(ToldEarly), Middleware(GZipMiddleware)]
    return TestClient(
        Starlette(routes=[*files.ROUTES, page], middleware=middleware), headers=AS_A_BROWSER
    )


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
    static = Path(streamlit.__file__).parent / "static"
    page = (static / "index.html").read_text()
    for part in PARTS:
        assert any(name.startswith(f"{part}.") for name in told)
    for name in told:
        assert name not in page
        script = (static / "static" / "js" / name).read_text()
        for needed in re.findall(r'import(?:[^"()]+from)?"\./([^"]+)"', script):
            assert needed in told or needed in page


def test_page_of_another_streamlit_names_fewer_parts(tmp_path):
    assert parts_of_streamlit(tmp_path) == []


def test_script_is_the_first_of_the_page_and_all_else_is_as_it_was(client):
    page = client.get("/die").text
    script = first_script("/die").decode()
    assert page == PAGE.read_text().replace("<head>", f"<head>{script}")
    assert page.index("<script") == page.index(script)


def test_page_is_never_taken_from_what_a_browser_knows_of_streamlits(client):
    known = {"If-None-Match": "*", "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}
    answer = client.get("/die", headers={**known, "Range": "bytes=0-9"})
    assert answer.status_code == 200
    assert "const served" in answer.text
    assert not {"etag", "last-modified", "accept-ranges"} & {*answer.headers}


def test_head_of_a_page_names_what_to_fetch_and_holds_nothing(client):
    answer = client.head("/die")
    assert answer.content == b""
    assert "Content-Length" not in answer.headers
    assert files.address("chart.js") in answer.headers["Link"]


@pytest.mark.parametrize(
    ("base", "path", "served"),
    [
        ("", "/", '"/"'),
        ("", "/die", '"/die"'),
        ("/kl", "/kl/die", '"/die"'),
        ("kl/", "/kl/", '"/"'),
        ("", '/</script>"', '"/\\u003c/script>\\""'),
    ],
)
def test_script_says_where_the_page_is_served_below_the_app(monkeypatch, base, path, served):
    monkeypatch.setattr(streamlit, "get_option", {"server.baseUrlPath": base}.__getitem__)
    script = first_script(path).decode()
    assert f"const served = {served}\n" in script
    assert script.count("</script>") == 1


@pytest.mark.parametrize("path", ["/media/1a2b.html", "/media/charts/x"])
def test_file_to_download_is_left_as_it_is(client, path):
    answer = client.get(path)
    assert "Link" not in answer.headers
    assert answer.text == PAGE.read_text()
