"""What is no request of a learner's is refused and logged once, and nobody else notices."""

import socket as sockets
from contextlib import suppress
from urllib.parse import urlsplit

import httpx2
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus

from server.sockets import BURST, PER_SECOND
from tests.server.served import drawn, rerun, served, until


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """Serve the app for a host that has a name, to ten browsers at once."""
    log = tmp_path_factory.mktemp("server") / "log"
    settings = {"STREAMLIT_SERVER_ALLOWED_HOSTS": "localhost", "KL_SESSIONS": "10"}
    with served(log, **settings) as app:
        yield app


@pytest.fixture(autouse=True)
def neighbour(app):
    """Let a learner be served before and after, and find no traceback in the log."""
    with app.socket() as socket:
        drawn(socket, rerun("die"))
        yield
        assert drawn(socket, rerun("die"))
    assert "Traceback" not in app.log.read_text()


def asked(app, path, method="GET", headers=()):
    """Return status and body of an answer; the path is sent as it is."""
    to = urlsplit(app.address)
    lines = [f"{method} {path} HTTP/1.1", f"Host: {to.netloc}", "Connection: close", *headers]
    with sockets.create_connection((to.hostname, to.port)) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return int(answer.split()[1]), answer.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/no-such-lesson", 404),
        ("/no-such.png", 404),
        ("/die/more", 404),
        ("/wp-login.php?user=me", 404),
        ("/static/js/no-such.js", 404),
        ("/charts/1/no-such.js", 404),
        ("/media/no-such.html", 404),
        ("/_stcore/no-such", 404),
        ("/component/no/such", 404),
        ("/../../etc/passwd", 400),
        ("/static/../../app.py", 400),
        ("/static/%2e%2e/%2e%2e/app.py", 400),
        ("//elsewhere.example/", 400),
        ("/charts/1/..%2f..%2fapp.py", 404),
        ("/\\\\server\\share", 400),
        ("/%00", 400),
    ],
)
def test_path_that_is_none(app, path, status):
    with app.one_line(rf"GET \S+ {status} \d+ bytes [\d.]+ ms$"):
        found, body = asked(app, path)
    assert found == status
    assert b"root:" not in body
    assert b"st.App" not in body


def test_reader_who_is_lost_gets_the_app_itself(app):
    with app.one_line("GET /no-such-lesson 404"):
        answer = httpx2.get(f"{app.address}/no-such-lesson", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert 'data-served="/no-such-lesson"' in answer.text


def test_lesson_with_a_slash_at_its_end_is_found(app):
    answer = httpx2.get(f"{app.address}/die/?die_q6=0", follow_redirects=True)
    assert answer.status_code == 200
    assert str(answer.url).endswith("/die?die_q6=0")


@pytest.mark.parametrize("path", ["/", "/die", "/favicon.png", "/_stcore/health", "/livez"])
@pytest.mark.parametrize("method", ["POST", "DELETE", "TRACE", "BREW"])
def test_method_that_is_none(app, path, method):
    before = app.lines()
    assert asked(app, path, method)[0] == 405
    until(lambda: len(app.lines()) == len(before) + (path != "/livez"))


@pytest.mark.parametrize(("length", "status"), [(7_900, 200), (8_100, 414), (60_000, 414)])
def test_address_that_is_too_long(app, length, status):
    assert asked(app, f"/die?table={'x' * length}")[0] == status
    assert "xxx" not in app.log.read_text()


@pytest.mark.parametrize(("length", "status"), [(30_000, 200), (33_000, 431)])
def test_headers_that_are_too_long(app, length, status):
    assert asked(app, "/die", headers=[f"Cookie: a={'x' * length}"])[0] == status


@pytest.mark.parametrize("begins", ["GET /", "GET / HTTP/1.1\r\nHost: localhost\r\nA: "])
def test_request_without_an_end_is_cut_off(app, begins):
    to = urlsplit(app.address)
    with sockets.create_connection((to.hostname, to.port)) as connection, suppress(ConnectionError):
        connection.sendall(begins.encode())
        for _ in range(1000):
            connection.sendall(b"x" * 1000)
        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("host", ["elsewhere.example", "localhost.elsewhere.example", "", "a b"])
def test_host_that_is_another(app, host):
    to = urlsplit(app.address)
    with sockets.create_connection((to.hostname, to.port)) as connection:
        connection.sendall(f"GET /die HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")


def parts(content):
    """Return a file as a form holds it, bit by bit, so that nobody is told how long it is."""
    yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    for start in range(0, len(content), 65536):
        yield content[start : start + 65536]
    yield b"\r\n--x--\r\n"


@pytest.mark.parametrize(("size", "status"), [(900_000, 204), (3_000_000, 413)])
@pytest.mark.parametrize("told", [True, False])
def test_upload_that_is_too_large(app, size, status, told):
    content = b"x" * size
    with app.socket() as socket, httpx2.Client(base_url=app.address) as client:
        session = drawn(socket, rerun("your-own"))[0].new_session.initialize.session_id
        client.get("/_stcore/health")
        client.headers["X-Xsrftoken"] = client.cookies["_streamlit_xsrf"]
        place = f"/_stcore/upload_file/{session}/file"
        if told:
            answer = client.put(place, files={"file": ("a.csv", content)})
        else:
            form = {"Content-Type": "multipart/form-data; boundary=x"}
            answer = client.put(place, content=parts(content), headers=form)
    assert answer.status_code == status


def test_upload_from_elsewhere(app):
    with app.one_line("PUT /_stcore/upload_file/1/2 403"):
        answer = httpx2.put(f"{app.address}/_stcore/upload_file/1/2", files={"file": b"x"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"origin": "https://elsewhere.example"}, 403),
        ({"origin": "http://localhost.elsewhere.example"}, 403),
        ({"origin": "null"}, 403),
        ({"path": "/_stcore/elsewhere"}, 404),
        ({"path": "/_stcore/stream?" + "x" * 8_100}, 414),
    ],
)
def test_socket_that_is_refused(app, options, status):
    with (
        app.one_line(rf"WebSocket /_stcore/\w+ {status}$"),
        pytest.raises(InvalidStatus) as refused,
        app.socket(**options),
    ):
        pass
    assert refused.value.response.status_code == status


def test_browser_that_is_one_too_many(app):
    with app.socket() as a, app.socket() as b:
        others = [app.socket() for _ in range(7)]
        for other in others:
            other.__enter__()
        with app.one_line("503$"), pytest.raises(InvalidStatus) as refused, app.socket():
            pass
        assert refused.value.response.status_code == 503
        assert "Retry-After" in refused.value.response.headers
        for other in others:
            other.__exit__(None, None, None)
        assert a
        assert b
    with app.socket() as again:
        drawn(again, rerun())


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("hello", 1003),
        (b"\xff" * 100, 1002),
        (b"\x00" * 100, 1002),
        (b"x" * 5_000_000, 1009),
        (b"x" * 20_000_000, 1009),
    ],
    ids=["text", "ones", "zeros", "large", "larger"],
)
def test_frame_that_is_none(app, frame, code):
    with app.one_line(f"WebSocket /_stcore/stream closed {code} after"), app.socket() as socket:
        drawn(socket, rerun("die"))
        with suppress(ConnectionClosed):
            socket.send(frame)
            for _ in socket:
                pass
        # Whoever has not read all of a frame cannot always say why it stops.
        assert socket.close_code in (code, 1006)


def values():
    """Return values for a control, each of a type."""
    message = BackMsg()
    states = message.rerun_script.widget_states
    states.widgets.add().string_value = "hello"
    states.widgets.add().int_value = -5
    states.widgets.add().bool_value = True
    states.widgets.add().bytes_value = b"\xff" * 100
    states.widgets.add().json_value = "{"
    states.widgets.add().double_array_value.data.extend([float("nan"), 1e308])
    states.widgets.add().double_array_value.data.extend([])
    states.widgets.add().double_array_value.data.extend([1.0] * 100_000)
    states.widgets.add().string_array_value.data.extend(["x"] * 1000)
    return states.widgets


def controls(answers):
    """Return a control of each kind among what was drawn."""
    found = {}
    for element in (answer.delta.new_element for answer in answers):
        kind = element.WhichOneof("type")
        name = kind and getattr(getattr(element, kind), "id", "")
        if name:
            found[kind] = name
    return found


@pytest.mark.parametrize("lesson", ["die", pytest.param("your-own", marks=pytest.mark.slow)])
def test_value_that_is_of_another_type(app, lesson):
    with app.socket() as socket:
        found = controls(drawn(socket, rerun(lesson)))
    assert {"slider", "radio", "button", "bidi_component"} <= {*found}
    for name in found.values():
        for value in values():
            before = app.lines()
            with app.socket() as socket:
                drawn(socket, rerun(lesson))
                message = rerun(lesson)
                value.id = name
                message.rerun_script.widget_states.widgets.append(value)
                drawn(socket, message)
            # Of a value that a page cannot use, an error says once where.
            assert len(app.lines()) <= len(before) + 1, value


def test_flood_of_moves_keeps_nobody_waiting(app):
    with app.socket() as flood:
        drawn(flood, rerun())
        for _ in range(BURST + PER_SECOND):
            flood.send(rerun().SerializeToString())
        with app.socket() as other:
            assert drawn(other, rerun("die"))
        # All that it says is heard in the end.
        flood.send(rerun("no-such-page").SerializeToString())
        answer = ForwardMsg()
        while answer.WhichOneof("type") != "page_not_found":
            answer.ParseFromString(flood.recv(timeout=30))
