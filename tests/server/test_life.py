"""From start to end: ready when warm, told so by probes, and draining before the end."""

import signal
import subprocess
import sys
import time
from contextlib import suppress

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed

from tests.browser.serving import ROOT, serving
from tests.server.served import drawn, rerun, served, until

STREAMLIT = ("-m", "streamlit", "run", "app.py")


def probe(address, path):
    """Return status and text of a probe."""
    answer = httpx2.get(f"{address}{path}", headers={"Host": "10.0.0.7:8501"})
    return answer.status_code, answer.text


def test_server_is_alive_at_once_and_ready_when_it_is_warm(tmp_path):
    log = tmp_path / "log"
    with serving(*STREAMLIT, log=log, STREAMLIT_SERVER_ALLOWED_HOSTS="localhost") as address:
        until(lambda: "URL" in log.read_text())
        assert probe(address, "/livez") == (200, "ok")
        answer = httpx2.get(f"{address}/readyz")
        assert answer.status_code == 503
        assert answer.text == "warming up"
        assert int(answer.headers["Retry-After"]) > 0
        # Whoever comes early is served.
        assert httpx2.get(f"{address}/die").status_code == 200
        until(lambda: probe(address, "/readyz") == (200, "ok"), 120)
        assert "warm up" not in log.read_text()


def test_first_learner_finds_nothing_left_to_load():
    """No module, and nothing that all learners share in a cache, is new when a page is drawn."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.server.first_learner"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    pages, news = run.stdout.split(maxsplit=1)
    assert int(pages) > 10
    assert news.strip() == "[]"


@pytest.mark.parametrize("seconds", [pytest.param("0", marks=pytest.mark.slow), "2"])
def test_end_is_told_before_it_comes_and_sockets_close_so_that_browsers_go_elsewhere(
    tmp_path, seconds
):
    with served(tmp_path / "log", KL_DRAIN_SECONDS=seconds) as app, app.socket() as socket:
        drawn(socket, rerun("die"))
        app.process.send_signal(signal.SIGTERM)
        told = time.monotonic()
        if float(seconds):
            until(lambda: probe(app.address, "/readyz") == (503, "ending"))
            # Nothing is lost meanwhile.
            assert drawn(socket, rerun("die"))
            assert probe(app.address, "/livez") == (200, "ok")
        with suppress(ConnectionClosed):
            for _ in socket:
                pass
        assert socket.close_code == 1012
        assert time.monotonic() - told >= float(seconds)
        app.process.wait(20)
    assert "Traceback" not in app.log.read_text()


def test_products_of_matrices_take_one_thread_however_the_app_is_started():
    """NumPy reads how many threads when it is loaded, so nothing may load it before."""
    ask = (
        "import app, kl_core, scipy.linalg; from threadpoolctl import threadpool_info; "
        "print({each['num_threads'] for each in threadpool_info()})"
    )
    environment = {"PATH": "", "HOME": str(ROOT)}
    run = subprocess.run(
        [sys.executable, "-c", f"import streamlit.web.cli, uvicorn; {ask}"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == "{1}"
