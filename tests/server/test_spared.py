"""What is done once is done, and says the same."""

import socket
import subprocess
import sys

import pytest
from streamlit import config

from server import spared
from tests.navigation import ROOT


@pytest.fixture
def options(monkeypatch):
    """Return what reads options, and put back what it was."""
    monkeypatch.setattr(config, "get_options_for_section", config.get_options_for_section)
    return lambda: {each: config.get_options_for_section(each) for each in ("theme", "theme.dark")}


def test_options_that_are_read_once_are_the_same(options, monkeypatch):
    before = options()
    spared.read_options_once()
    assert options() == before
    monkeypatch.setattr(config, "get_config_options", pytest.fail)
    assert options() == before


def test_who_listens_sends_at_once_and_who_is_accepted_inherits_it():
    closed = socket.socket()
    closed.close()
    # As Streamlit makes it.
    with socket.socket(socket.AF_INET) as listens, socket.socket() as calls:
        listens.bind(("127.0.0.1", 0))
        listens.listen()
        spared.send_at_once()
        calls.connect(listens.getsockname())
        accepted, _ = listens.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert not calls.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_what_is_warm_is_passed_over():
    # In a process of its own: what other tests have left would be collected here.
    code = "import gc; from server import spared; spared.keep_what_is_warm(); "
    code += "print(gc.get_freeze_count())"
    kept = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert int(kept.stdout) > 10_000
