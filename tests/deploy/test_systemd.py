"""The service, checked by systemd's own tools where they are, and against what is tried here."""

import configparser
import re
import shutil
import subprocess

import pytest

from deploy import local
from tests.deploy.conftest import ROOT

UNIT = ROOT / "deploy" / "systemd" / "klexplained@.service"
ANALYZE = shutil.which("systemd-analyze")


@pytest.fixture
def unit():
    """Return the sections of the unit."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read(UNIT)
    return parser


def test_the_service_runs_what_is_tried_here(unit):
    command = unit["Service"]["ExecStart"]
    assert command.endswith(f" -m streamlit {local.COMMAND} --server.port %i")


def test_nginx_knows_the_replicas_that_the_guide_starts():
    guide = (ROOT / "docs" / "hosting.md").read_text()
    started = set(re.findall(r"klexplained@(\d+)", guide))
    listed = (ROOT / "deploy" / "nginx" / "replicas.conf").read_text()
    assert started == set(re.findall(r"^server 127\.0\.0\.1:(\d+) ", listed, re.MULTILINE))


@pytest.mark.skipif(not ANALYZE, reason="needs systemd's own tool")
def test_systemd_accepts_the_unit_and_finds_little_exposed(tmp_path):
    text = UNIT.read_text()
    # What is installed on a host is not here; any program does.
    instance = tmp_path / "klexplained@8501.service"
    instance.write_text(
        text.replace("/opt/klexplained/.venv/bin/python", "/bin/true").replace(
            "WorkingDirectory=/opt/klexplained", f"WorkingDirectory={tmp_path}"
        )
    )
    verified = subprocess.run(
        [ANALYZE, "verify", instance], capture_output=True, text=True, check=False
    )
    assert verified.returncode == 0, verified.stderr
    assert "klexplained" not in verified.stderr
    judged = subprocess.run(
        [ANALYZE, "security", "--offline=true", "--threshold=15", instance],
        capture_output=True,
        text=True,
        check=False,
    )
    assert judged.returncode == 0, judged.stdout[-200:]
