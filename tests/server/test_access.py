"""The access log: a line each, of what was asked and not by whom."""

import re

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient

from server.access import AccessLog, printable


async def echo(socket):
    """Answer until nobody asks."""
    await socket.accept()
    async for text in socket.iter_text():
        if text == "bad":
            await socket.close(1003)
            return
        await socket.send_text(text)


async def parts(_):
    """Answer bit by bit."""

    async def text():
        for _ in range(10):
            yield "x" * 100

    return StreamingResponse(text())


ROUTES = [
    Route("/die", lambda _: PlainTextResponse("page"), methods=["GET", "POST"]),
    Route("/parts", parts),
    Route("/static/a.js", lambda _: PlainTextResponse("file")),
    Route("/readyz", lambda _: PlainTextResponse("wait", 503)),
    WebSocketRoute("/_stcore/stream", echo),
]


@pytest.fixture
def logged(caplog):
    """Return a client of a server that logs what its argument says, and what it has logged."""
    caplog.set_level("INFO", "server.access")

    def client(which):
        return TestClient(AccessLog(Starlette(routes=ROUTES), which))

    return client, lambda: [record.getMessage() for record in caplog.records]


def test_line_says_what_was_asked_how_it_was_answered_and_how_long_it_took(logged):
    client, lines = logged
    client("all").get("/parts")
    assert re.fullmatch(r"GET /parts 200 1000 bytes \d+\.\d ms", *lines())


def test_line_does_not_say_who_asked_nor_for_what_view(logged):
    client, lines = logged
    client("all").get(
        "/die?own_table=mine",
        headers={
            "User-Agent": "Mine/1.0",
            "Referer": "https://mine.example/",
            "Cookie": "session=mine",
            "X-Forwarded-For": "192.0.2.7",
        },
    )
    [line] = lines()
    assert not re.search("mine|table|192|testclient", line, re.IGNORECASE)


def test_no_path_makes_a_second_line(logged):
    client, lines = logged
    client("all").get("/die%0D%0A2026-01-01 INFO GET /admin 200%E2%80%A8%1B[31m%00")
    [line] = lines()
    assert line.isprintable()
    assert line.isascii()
    assert len(line.split()) == 7


def test_path_that_is_long_is_cut():
    assert len(printable("x" * 10_000)) < 200


def test_files_and_probes_do_not_flood_the_log(logged):
    client, lines = logged
    for path in ("/static/a.js", "/readyz"):
        client("all").get(path)
    assert lines() == []
    client("all").get("/static/b.js")
    assert len(lines()) == 1


def test_host_may_want_refusals_only_or_nothing(logged):
    client, lines = logged
    for which in ("refused", "none"):
        client(which).get("/die")
    client("none").get("/lost")
    assert lines() == []
    client("refused").get("/lost")
    assert len(lines()) == 1


def test_socket_is_logged_when_it_opens_and_when_it_closes(logged):
    client, lines = logged
    with client("all").websocket_connect("/_stcore/stream?own_table=mine") as socket:
        socket.send_text("hello")
        assert socket.receive_text() == "hello"
        socket.close(1001)
    opened, closed = lines()
    assert opened == "WebSocket /_stcore/stream 101"
    assert re.fullmatch(r"WebSocket /_stcore/stream closed 1001 after \d+\.\d s", closed)


def test_socket_that_is_closed_for_what_it_said_is_logged_as_refused(logged):
    client, lines = logged
    for said in ("hello", "bad"):
        with client("refused").websocket_connect("/_stcore/stream") as socket:
            socket.send_text(said)
            socket.receive()
    assert re.fullmatch(r"WebSocket /_stcore/stream closed 1003 after \d+\.\d s", *lines())
