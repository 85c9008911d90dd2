"""Replicas behind nginx: who is served by which, what is refused, what is written down."""

import http.client
import re
import shutil
import socket
import ssl
import subprocess
import time
from itertools import count

import pytest
import streamlit
from websockets.exceptions import InvalidStatus

from deploy.local import FILES, ROOT, configured
from tests.deploy.conftest import free_ports
from tests.deploy.learner import ADDRESS, Learner, read

SCRIPT = next(
    f"/static/js/{each.name}"
    for each in sorted(
        (ROOT / streamlit.__path__[0] / "static" / "static" / "js").glob("index.*.js")
    )
)
COUNT = count()
OPENSSL = shutil.which("openssl")
UPLOAD = "/_stcore/upload_file/a-session/a-file"


def logged(served, *marks):
    """Return the lines of the log, once nginx has written one with each of these marks."""
    for _ in range(200):
        text = served.log.read_text()
        if all(mark in text for mark in marks):
            return text.splitlines()
        time.sleep(0.05)
    raise AssertionError(f"nginx has not logged {marks}:\n{text[-2000:]}")


def replicas_of(served, *learners):
    """Return which replicas answer these visitors, by addresses that nobody else asks for."""
    marks = [f" /of-{next(COUNT)} " for _ in learners]
    for each, mark in zip(learners, marks, strict=True):
        each.ask(mark.strip())
    lines = logged(served, *marks)
    return [
        # nginx lists every replica that it asked: the last one answered.
        re.findall(r"127\.0\.0\.1:\d+", next(line for line in lines if mark in line))[-1]
        for mark in marks
    ]


def test_nginx_accepts_the_files(nginx, tmp_path):
    first = configured(tmp_path, replicas=3, port=18000)
    said = subprocess.run(
        [nginx, "-t", "-c", str(first)], capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stderr
    assert "warn" not in said.stderr
    assert (tmp_path / "etc" / "replicas.conf").read_text().count("server 127.0.0.1:1800") == 3


def test_a_visitor_stays_with_a_replica_and_visitors_spread(served):
    visitors = [Learner(served.port) for _ in range(24)]
    first = replicas_of(served, *visitors)
    assert replicas_of(served, *visitors) == first
    assert set(first) == {f"127.0.0.1:{served.port_of(each)}" for each in range(2)}


def test_a_new_visitor_is_given_a_name_and_keeps_it(served):
    newcomer = Learner(served.port, name="")
    [page] = newcomer.ask("/die?die_p1=0.5")
    given = page.getheader("Set-Cookie")
    assert re.fullmatch(r"replica=[0-9a-f]{32}; Path=/; HttpOnly; SameSite=Lax", given)
    known = Learner(served.port, name=given.partition(";")[0].partition("=")[2])
    [again] = known.ask("/die")
    assert again.getheader("Set-Cookie") is None
    [forged] = Learner(served.port, name="not-chance").ask("/die")
    assert "replica=" in forged.getheader("Set-Cookie")


@pytest.mark.skipif(not OPENSSL, reason="needs openssl to make a certificate")
def test_with_a_certificate_the_name_is_kept_within_another_site(served, nginx, tmp_path):
    first, port = configured(tmp_path, replicas=2, port=served.port), free_ports(1)
    key, certificate = tmp_path / "privkey.pem", tmp_path / "fullchain.pem"
    made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    kept = ["-subj", "/CN=kl.example.edu", "-keyout", key, "-out", certificate]
    subprocess.run([OPENSSL, *made, *kept], check=True, capture_output=True)
    # The lines of listen.conf that a host takes the signs from, but for IPv6.
    _, _, lines = (FILES / "listen.conf").read_text().partition("instead of the above:\n")
    lines = re.sub(r"^# (?:listen \[.*\n)?", "", lines, flags=re.MULTILINE)
    lines = lines.replace("443", f"127.0.0.1:{port}")
    lines = lines.replace("/etc/letsencrypt/live/kl.example.edu", str(tmp_path))
    unused = (tmp_path / "etc" / "listen.conf").read_text().partition("\n")[2]
    (tmp_path / "etc" / "listen.conf").write_text(lines + unused)
    server = subprocess.Popen([nginx, "-c", first, "-g", "daemon off;"])
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        trusted = ssl.create_default_context(cafile=certificate)
        trusted.check_hostname = False
        browser = http.client.HTTPSConnection("127.0.0.1", port, context=trusted, timeout=10)
        browser.request("GET", "/die")
        given = browser.getresponse().getheader("Set-Cookie")
        browser.close()
    finally:
        server.terminate()
        server.wait()
    assert given.endswith("; Path=/; HttpOnly; SameSite=None; Secure; Partitioned")


def test_files_that_never_change_name_nobody_and_come_from_nginx(served):
    first, second = Learner(served.port, name="").ask(SCRIPT, SCRIPT)
    assert (first.status, second.status) == (200, 200)
    assert first.getheader("Set-Cookie") is None
    lines = logged(served, f"{SCRIPT} 200 ")
    asked = [line for line in lines if SCRIPT in line and not line.endswith("- -")]
    assert len(asked) == 1, "a replica was asked again"


def test_a_session_opens_and_shows_a_lesson(served):
    assert Learner(served.port).opens("die")[0] == "The die"


def test_a_killed_replica_costs_nobody_their_page(served):
    learners = [Learner(served.port) for _ in range(8)]
    with learners[0].session() as mine:
        read(mine, "die")
        hers = replicas_of(served, learners[0])[0]
        gone = int(hers.rpartition(":")[2]) - served.port_of(0)
        served.kill(gone)
        try:
            began = time.monotonic()
            for each in learners:
                assert each.opens("die")[0] == "The die"
                assert each.status("/die") == 200
            assert time.monotonic() - began < 5 * len(learners)
            left = f"127.0.0.1:{served.port_of(1 - gone)}"
            assert set(replicas_of(served, *learners)) == {left}
        finally:
            served.start(gone)
    time.sleep(1.1)  # For so long nginx passes over a replica that has failed.
    assert replicas_of(served, learners[0]) == [hers], "the replica is asked again"


@pytest.mark.slow
def test_while_all_replicas_restart_a_page_says_so_and_files_still_come(served):
    learner = Learner(served.port)
    assert learner.status(SCRIPT) == 200
    for each in range(2):
        served.kill(each)
    try:
        page, script = learner.ask("/die", SCRIPT)
        assert page.status == 503
        assert page.getheader("Retry-After") == "2"
        assert script.status == 200
    finally:
        for each in range(2):
            served.start(each)
    time.sleep(1.1)
    assert learner.opens("die")[0] == "The die"


@pytest.mark.parametrize(
    ("address", "request_", "status"),
    [
        (f"/die?own_text={'a' * 9000}", {}, 414),
        ("/die", {"method": "POST", "body": b"a" * 2000}, 413),
        (UPLOAD, {"method": "PUT", "body": b"a" * (12 << 20)}, 413),
        ("/_stcore/metrics", {}, 404),
    ],
)
def test_what_no_page_asks_for_is_refused(served, address, request_, status):
    assert Learner(served.port).status(address, **request_) == status


def test_who_asks_too_often_is_told_to_wait(served):
    hasty, other = Learner(served.port), Learner(served.port)
    answers = {each.status for each in hasty.ask(*[SCRIPT] * 800)}
    assert answers == {200, 429}
    assert other.status(SCRIPT) == 200, "who sits behind the same address pays for it"


def test_uploads_are_few(served):
    hasty = Learner(served.port)
    answers = [hasty.status(UPLOAD, method="PUT", body=b"a,1,2") for _ in range(16)]
    assert 429 in answers
    assert hasty.status("/die") == 200


def test_a_page_elsewhere_gets_no_session(served):
    learner = Learner(served.port)
    with learner.session(Origin=f"http://127.0.0.1:{served.port}") as opened:
        assert read(opened, "die")
    for origin in ("https://elsewhere.example", f"http://127.0.0.1:{served.port}.example", "null"):
        with pytest.raises(InvalidStatus, match="403"), learner.session(Origin=origin):
            pass


def test_the_log_says_what_was_asked_and_not_by_whom(served):
    secret = "quite-private"  # noqa: S105
    agent = {
        "User-Agent": "Mozilla/5.0 (Somebody)",
        "Referer": "https://course.example/quite-private",
    }
    learner = Learner(served.port)
    learner.ask(f"/die?own_text={secret}", **agent)
    learner.ask(f"/die?{secret}={'a' * 9000}", **agent)
    learner.ask(f"/media/{secret}.csv", f"/_stcore/upload_file/{secret}/1", **agent)
    learner.status(
        f"/_stcore/upload_file/{secret}/1?{secret}", method="PUT", body=b"a" * (12 << 20)
    )
    marks = ("GET /die 200", " 414 ", "GET /media ", "PUT /_stcore/upload_file 413")
    written = "\n".join(logged(served, *marks)) + (served.folder / "log" / "error.log").read_text()
    for private in (secret, ADDRESS, "Mozilla", "course.example", learner.name):
        assert private not in written


def test_uploads_need_no_secret_that_replicas_share(served):
    token = Learner(served.port_of(0)).ask("/_stcore/health")[0].getheader("Set-Cookie")
    name, _, value = token.partition(";")[0].partition("=")
    assert name == "_streamlit_xsrf"
    other = Learner(served.port_of(1), name="")
    given = {"Cookie": f"{name}={value}"}
    # Let in by either, who then looks for the session.
    assert other.status(UPLOAD, method="PUT", **given, **{"X-Xsrftoken": value}) == 400
    assert other.status(UPLOAD, method="PUT", **given) == 403
