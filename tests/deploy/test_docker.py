"""The image, as far as it can be tried without an engine: lint, contents, and its own command."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.deploy.conftest import ROOT, free_ports
from tests.deploy.learner import Learner
from tests.navigation import ADDRESSES

DOCKERFILE = ROOT / "deploy" / "docker" / "Dockerfile"
TEXT = DOCKERFILE.read_text()
# Joined to one line each, comments left out.
STEPS = re.sub(r"^#.*\n", "", TEXT, flags=re.MULTILINE).replace("\\\n", " ").splitlines()
BIN = Path(sys.executable).parent


def step(name):
    """Return what follows the last instruction of this name."""
    return [each.split(maxsplit=1)[1] for each in STEPS if each.startswith(f"{name} ")][-1]


def copied():
    """Return what is copied from the repository, and to where."""
    for each in STEPS:
        if each.startswith("COPY ") and "--from" not in each:
            *sources, target = each.split()[1:]
            yield from ((source, target) for source in sources)


def environment():
    """Return the environment that the image sets, but for paths of its own."""
    pairs = (each.partition("=") for each in step("ENV").split())
    return {name: value for name, _, value in pairs if name not in ("PATH", "HOME")}


def test_hadolint_finds_nothing():
    said = subprocess.run(
        [BIN / "hadolint", DOCKERFILE], capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stdout


def test_bases_are_pinned_and_the_same():
    bases = {each.split()[1] for each in STEPS if each.startswith("FROM ")}
    [base] = bases
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", base)


def test_packages_are_those_of_the_hashed_lock():
    [install] = [each for each in STEPS if "pip install" in each]
    assert "--require-hashes" in install
    assert install.rstrip().endswith("-r requirements.lock")


def test_nobody_of_importance_runs_it_and_it_is_watched():
    assert int(step("USER")) > 0
    assert step("EXPOSE") == environment()["STREAMLIT_SERVER_PORT"]
    assert f":{step('EXPOSE')}/livez'" in step("HEALTHCHECK")


def test_only_what_the_image_takes_is_sent_to_the_builder():
    lines = DOCKERFILE.with_name("Dockerfile.dockerignore").read_text().splitlines()
    assert lines[1] == "*"
    sent = {each.removeprefix("!") for each in lines if each.startswith("!")}
    taken = {source for source, _ in copied()}
    assert sent == {each.replace(".streamlit", ".streamlit/config.toml") for each in taken}


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """Serve what the image holds, by its own command and environment; return a visitor."""
    folder = tmp_path_factory.mktemp("image")
    for source, target in copied():
        there = folder / target
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, there, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            there.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / source, there)
    [made] = [each for each in STEPS if "server.compressed" in each]
    assert made.endswith("/venv/bin/python -m server.compressed")
    subprocess.run([sys.executable, "-m", "server.compressed"], cwd=folder, check=True)
    port = free_ports(1)
    command = json.loads(step("CMD"))
    here = {"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(folder), "PYTHONPATH": ""}
    server = subprocess.Popen(
        command, cwd=folder, env=environment() | here | {"STREAMLIT_SERVER_PORT": str(port)}
    )
    visitor = Learner(port)
    try:
        for _ in range(600):
            try:
                if visitor.status("/readyz") == 200:
                    break
            except ConnectionError:
                time.sleep(0.1)
            assert server.poll() is None
        yield visitor
    finally:
        server.terminate()
        server.wait()


@pytest.mark.slow
@pytest.mark.parametrize("address", ADDRESSES)
def test_the_image_holds_what_every_lesson_needs(image, address):
    said = image.opens(address.strip("/"))
    assert said
    assert not any("Error" in each or "No such file" in each for each in said)


@pytest.mark.slow
def test_its_health_check_answers(image):
    [name, _, code] = json.loads(step("HEALTHCHECK").partition("CMD ")[2])
    assert name == "python"
    code = code.replace(f":{step('EXPOSE')}", f":{image.port}")
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    dead = code.replace(f":{image.port}", f":{free_ports(1)}")
    assert subprocess.run(
        [sys.executable, "-c", dead], check=False, stderr=subprocess.DEVNULL
    ).returncode
