"""Replicas behind nginx from the command line."""

import json
import os
import signal
import subprocess
import sys

import pytest

from tests.deploy.conftest import ROOT, free_ports
from tests.deploy.learner import Learner


def alive(process):
    """Return whether a process runs."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.slow
def test_one_line_says_what_runs_and_a_signal_ends_all_of_it(nginx):
    assert nginx
    port = free_ports(2)
    command = [sys.executable, "-m", "deploy.local", "--replicas", "1", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        said = json.loads(running.stdout.readline())
        assert said["address"] == f"http://127.0.0.1:{port}"
        processes = [said["nginx"], *said["replicas"].values()]
        assert all(alive(each) for each in processes)
        assert Learner(port).status("/die") == 200
        running.send_signal(signal.SIGTERM)
    assert running.returncode == 0
    assert not any(alive(each) for each in processes)
