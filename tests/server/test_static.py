"""Files that browsers fetch: what is sent is what was asked for, small, and kept for good."""

import gzip
from pathlib import Path

import brotli
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from server import compressed, page
from server.life import Life
from server.static import StaticFiles
from widgets.chart import files

SCRIPT = max(
    (page.STATIC / "static" / "js").glob("index.*.js"), key=lambda file: file.stat().st_size
)
FONT = min((page.STATIC / "static" / "media").glob("*.woff2"), key=lambda file: file.stat().st_size)
STATIC = {
    f"/{files.address('plotly.js')}": files.FILES["plotly.js"],
    f"/{files.address('chart.js')}": files.FILES["chart.js"],
    f"/static/js/{SCRIPT.name}": SCRIPT,
    f"/static/media/{FONT.name}": FONT,
}
COMPRESSED = [address for address, file in STATIC.items() if file != FONT]


@pytest.fixture(scope="module")
def client():
    """Return a client of a server that is ready; what is no file answers "else"."""
    rest = Starlette(routes=[Route("/{path:path}", lambda _: PlainTextResponse("else"))])
    served = StaticFiles(rest, Life())
    served.add_foreign()
    with TestClient(served) as client:
        del client.headers["Accept-Encoding"]
        yield client


def raw(client, address, **headers):
    """Return the answer to a request, and its body as it came over the wire."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    with client.stream("GET", address, headers=headers) as answer:
        return answer, b"".join(answer.iter_raw())


@pytest.mark.parametrize("address", STATIC)
def test_file_is_what_is_on_disk(client, address):
    answer, body = raw(client, address)
    assert body == STATIC[address].read_bytes()
    assert "Content-Encoding" not in answer.headers
    assert int(answer.headers["Content-Length"]) == len(body)


@pytest.mark.parametrize("address", STATIC)
def test_file_is_kept_for_good(client, address):
    kept = client.get(address).headers["Cache-Control"]
    assert "immutable" in kept
    assert int(kept.partition("max-age=")[2].partition(",")[0]) >= 31_536_000


@pytest.mark.parametrize("address", COMPRESSED)
@pytest.mark.parametrize(
    ("accepts", "encoding", "unpack"),
    [
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
        ("gzip", "gzip", gzip.decompress),
        ("br;q=0, gzip;q=0.5", "gzip", gzip.decompress),
        ("gzip;q=0, br;q=0", None, bytes),
        ("identity", None, bytes),
        ("brown", None, bytes),
    ],
)
def test_file_comes_in_the_smallest_way_that_is_understood(
    client, address, accepts, encoding, unpack
):
    answer, body = raw(client, address, Accept_Encoding=accepts)
    assert answer.headers.get("Content-Encoding") == encoding
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert unpack(body) == STATIC[address].read_bytes()
    assert int(answer.headers["Content-Length"]) == len(body)
    if encoding:
        assert len(body) < 0.45 * len(STATIC[address].read_bytes())


def test_font_is_not_compressed_twice(client):
    answer, _ = raw(client, f"/static/media/{FONT.name}", Accept_Encoding="br, gzip")
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("address", COMPRESSED)
def test_file_that_a_browser_has_is_not_sent(client, address):
    mark = client.get(address).headers["ETag"]
    answer, body = raw(client, address, If_None_Match=mark, Accept_Encoding="br")
    assert (answer.status_code, body) == (304, b"")
    answer, body = raw(client, address, If_None_Match='"another"')
    assert answer.status_code == 200
    assert body


def test_part_of_a_file_is_a_part_of_the_file_as_it_is(client):
    address = f"/static/js/{SCRIPT.name}"
    answer, body = raw(client, address, Range="bytes=10-19", Accept_Encoding="br")
    assert answer.status_code == 206
    assert body == SCRIPT.read_bytes()[10:20]
    assert answer.headers["Content-Range"] == f"bytes 10-19/{SCRIPT.stat().st_size}"
    beyond, _ = raw(client, address, Range="bytes=99999999-")
    assert beyond.status_code == 416


@pytest.mark.parametrize("address", STATIC)
def test_head_of_a_file_holds_nothing(client, address):
    answer = client.head(address)
    assert answer.status_code == 200
    assert answer.content == b""
    assert int(answer.headers["Content-Length"]) == STATIC[address].stat().st_size


@pytest.mark.parametrize("address", [*STATIC, "/die"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_file_can_only_be_read(client, address, method):
    assert client.request(method, address).status_code == 405


def test_page_of_another_version_gets_todays_files_and_keeps_none(client):
    answer = client.get("/charts/before/film.js")
    assert answer.content == files.FILES["film.js"].read_bytes()
    assert answer.headers["Cache-Control"] == "no-cache"
    assert client.get("/charts/before/secrets.js").status_code == 404
    assert client.get("/charts/before/..%2f..%2fapp.py").status_code == 404


def test_all_else_is_left_to_streamlit(client):
    assert client.get("/_stcore/health").text == "else"
    assert client.get("/media/1a2b.html").text == "else"


def test_replicas_mark_the_same_file_alike(client, monkeypatch, tmp_path):
    elsewhere = compressed.ours(tmp_path)
    monkeypatch.setattr(compressed, "ours", lambda: elsewhere)
    other = TestClient(StaticFiles(Starlette(), Life()))
    assert client.get("/die").headers["ETag"] == other.get("/die").headers["ETag"]


def test_files_are_compressed_once(tmp_path):
    asked = []

    def fill(folder: Path) -> None:
        asked.append(folder)
        (folder / "a.js").write_text("a" * 1000)

    first = compressed.kept("some", fill, tmp_path)
    assert compressed.kept("some", fill, tmp_path) == first
    assert len(asked) == 1
    assert {each.name for each in first.iterdir()} == {"a.js", "a.js.br", "a.js.gz"}
    assert [each.name for each in tmp_path.iterdir()] == ["some"]


def test_files_are_compressed_elsewhere_where_nothing_can_be_kept(tmp_path):
    nowhere = tmp_path / "file"
    nowhere.touch()
    made = compressed.kept("some", lambda folder: (folder / "a.js").touch(), nowhere)
    assert (made / "a.js").exists()


def test_processes_that_compress_at_once_share_what_the_quicker_made(tmp_path):
    def slow(folder: Path) -> None:
        (folder / "a.js").write_text("slow")
        compressed.kept("some", lambda other: (other / "a.js").write_text("quick"), tmp_path)

    assert (compressed.kept("some", slow, tmp_path) / "a.js").read_text() == "quick"
    assert [each.name for each in tmp_path.iterdir()] == ["some"]
