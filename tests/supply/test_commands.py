"""`make secrets` and `make audit` say no when they should."""

import os
import random
import shutil
import string
import subprocess
import sys

import pytest

from tests.navigation import ROOT


def made(target, *, where=ROOT, **environment):
    """Return the exit code of a target and all it says, with the tools of this environment."""
    tools = f"VENV={sys.prefix}", f"--old-file={sys.prefix}/.dev"
    done = subprocess.run(
        [shutil.which("make"), "--directory", where, f"--file={ROOT / 'Makefile'}", *tools, target],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def git(where, *command):
    who = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.org")
    subprocess.run(
        [shutil.which("git"), "-C", where, *who, *command], check=True, capture_output=True
    )


@pytest.fixture
def secret(tmp_path):
    """Return what looks like a token, in a file that was committed."""
    token = "ghp_" + "".join(random.Random(1).choices(string.ascii_letters + string.digits, k=36))
    (tmp_path / "settings.py").write_text(f'TOKEN = "{token}"\n')
    git(tmp_path, "init")
    git(tmp_path, "add", "settings.py")
    git(tmp_path, "commit", "--message", "Add settings")
    return token


def test_a_secret_is_found_and_not_printed(tmp_path, secret):
    code, said = made("secrets", where=tmp_path)
    assert code
    assert "settings.py" in said
    assert secret not in said


@pytest.mark.usefixtures("secret")
def test_a_secret_is_found_in_what_git_remembers(tmp_path):
    git(tmp_path, "rm", "settings.py")
    git(tmp_path, "commit", "--message", "Remove settings")
    code, said = made("secrets", where=tmp_path)
    assert code
    assert "settings.py" in said


def test_no_secret_is_found_where_there_is_none(tmp_path):
    (tmp_path / "settings.py").write_text("TOKEN = None\n")
    assert made("secrets", where=tmp_path)[0] == 0


def test_an_audit_that_could_not_ask_is_not_clean():
    nowhere = "http://127.0.0.1:9"
    code, said = made("audit", HTTP_PROXY=nowhere, HTTPS_PROXY=nowhere, https_proxy=nowhere)
    assert code
    assert "did not answer for all" in said
    assert "No known vulnerabilities" not in said
    assert "Traceback" not in said
