"""What `pip install .` gives: kl_core alone, and all it promises runs where nothing else is."""

import json
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
import streamlit as st

import kl_core
from tests.pages.conftest import LESSONS, open_page

ROOT = Path(__file__).parents[1]
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")

# An environment takes ten seconds.
pytestmark = pytest.mark.slow

# `assert_type` fails where a checker sees no types, too. Arrays go in wherever lists do, and one
# number comes out as a number.
TYPED = """
from typing import assert_type

import numpy as np

from kl_core import (
    Array,
    GaussianFit,
    GaussianMixture,
    NumberOrArray,
    PlaneMixture,
    branch_breaks,
    descend,
    gaussian_moments,
    kl_divergence,
    kl_gradient,
    kl_terms,
    mean_and_error,
    normalize,
    plane_kl,
    project_alphas,
    project_reverse,
)
from kl_core.libraries import torch_kl_div
from kl_core.rlhf import LanguageModel, forecasts, sequence_kl

p, q = normalize([5, 1, 1]), [0.5, 0.25, 0.25]
bits: float = kl_divergence(p, q, base=2)
print(round(kl_divergence(p, q), 6), kl_divergence([p, p], q).round(6).tolist())
assert_type(kl_terms(p, q), Array)

bells = GaussianMixture(p, np.array([-1.0, 0.0, 1.0]), [1] * 3)
assert_type(bells.means, tuple[float, ...])
assert_type(project_reverse(bells), tuple[GaussianFit, ...])
heights: Array = bells.pdf(bells.sample(10, np.random.default_rng(1)))
height: float = bells.pdf(0)
path = descend(bells, np.array([1.0, 1.0]), "reverse")
alphas = np.linspace(0, 1, 21)
assert_type(branch_breaks(bells, alphas, project_alphas(bells, alphas)), list[float])
plane = PlaneMixture([0.5, 0.5], [[-2, 0], [2, 0]], [np.eye(2), np.eye(2)])
assert_type(plane_kl(plane, plane, base=2), float)

noise: float = gaussian_moments(0, 1, 1, 1)["k1"].std
assert_type(mean_and_error([1, 3]), tuple[float, float])
assert_type(kl_gradient(p, q, "forward"), Array)
called: float = torch_kl_div(np.log(q), p, "sum")
assert_type(sequence_kl(LanguageModel.from_text(forecasts())), float)


def in_bits(nats: NumberOrArray) -> NumberOrArray:
    return nats / np.log(2)
"""

DOCTESTS = """
import doctest, importlib, pkgutil, kl_core

for found in pkgutil.walk_packages(kl_core.__path__, "kl_core."):
    print(*doctest.testmod(importlib.import_module(found.name)), found.name)
"""


def run(*command: object, cwd: Path | None = None, said: str | None = None) -> str:
    """Return what a command prints; it fails loudly."""
    done = subprocess.run(
        [*map(str, command)], cwd=cwd, input=said, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel, built by the pinned hatchling."""
    folder = tmp_path_factory.mktemp("wheel")
    run(*PIP, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT)
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return the Python of an environment with the wheel and its needs, in the app's versions."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder)
    pinned = "--constraint", ROOT / "requirements.txt"
    run(*PIP, "--python", folder / "bin" / "python", "install", "--no-compile", *pinned, wheel)
    yield folder / "bin" / "python"
    # Some 150 MB, and pytest keeps the folders of three runs.
    shutil.rmtree(folder)


@pytest.fixture
def runs(python: Path, tmp_path: Path) -> Callable[[str], str]:
    """Run code in that environment, in an empty folder, with warnings as errors."""
    return lambda code: run(python, "-I", "-W", "error", "-", cwd=tmp_path, said=code)


def numbers(parts: Iterable[str]) -> list[float]:
    """Return those parts that are numbers; infinity is one."""
    found = []
    for part in parts:
        try:
            found.append(float(part))
        except ValueError:
            continue
    return found


def promised(code: str) -> list[float]:
    """Return the numbers that stand in a comment behind what is printed.

    Examples
    --------
    >>> promised("print(a)  # 1,000 days, in bits: 0.25")
    [0.25]
    >>> promised("print(b, c)  # 0.5, inf, natural logarithm")
    [0.5, inf]
    """
    comments = re.findall(r"^ *print\(.*\)  # (?:.*: )?(.*)$", code, re.M)
    return numbers(", ".join(comments).split(", "))


def prints_what_it_says(code: str, runs: Callable[[str], str]) -> None:
    """See that a snippet prints the numbers of its comments, and no others on a line of theirs."""
    printed = numbers(runs(code).splitlines())
    assert printed == pytest.approx(promised(code), rel=1e-12, abs=1e-15, nan_ok=True), code
    assert printed, code


def test_wheel_holds_the_library_and_nothing_else(wheel):
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    folder = ROOT / "kl_core"
    ours = {str(path.relative_to(ROOT)) for path in folder.rglob("*") if path.is_file()}
    assert inside == {name for name in ours if "__pycache__" not in name}
    assert {"kl_core/py.typed", "kl_core/rlhf/forecasts.txt"} <= inside
    assert wheel.name == f"kl_core-{kl_core.__version__}-py3-none-any.whl"


def test_it_needs_numpy_and_scipy_alone(python, runs):
    installed = json.loads(run(*PIP, "--python", python, "list", "--format", "json"))
    assert {each["name"] for each in installed} == {"kl-core", "numpy", "scipy"}
    said = runs("import kl_core; print(kl_core.__version__, kl_core.__file__)").split()
    assert said[0] == kl_core.__version__
    assert Path(said[1]).is_relative_to(python.parents[1])


def test_examples_of_its_docstrings_run(runs):
    lines = [line.split() for line in runs(DOCTESTS).splitlines()]
    assert {failed for failed, _, _ in lines} == {"0"}
    assert sum(int(attempted) for _, attempted, _ in lines) > 100


def test_examples_of_its_readme_run(runs):
    text = (ROOT / "kl_core" / "README.md").read_text("utf-8")
    for code in re.findall(r"^```python\n(.*?)^```", text, re.M | re.S):
        prints_what_it_says(code, runs)


def test_users_see_its_types(python, tmp_path):
    (tmp_path / "typed.py").write_text(TYPED, encoding="utf-8")
    mypy = sys.executable, "-m", "mypy", "--strict", "--python-executable", python
    run(*mypy, "--config-file", "", "--cache-dir", "cache", "typed.py", cwd=tmp_path)


@pytest.mark.parametrize("lesson", LESSONS)
def test_code_to_take_away_prints_what_it_says(lesson, runs, tmp_path, monkeypatch):
    offered: dict[str, Callable[[], str]] = {}

    def download(_label: str, data: Callable[[], str], name: str, *_: object, **__: object) -> None:
        offered[name] = data

    monkeypatch.setattr(st, "download_button", download)
    snippets = [code.value for code in open_page(lesson).code if "kl_core" in code.value]
    for name, data in offered.items():
        if name in "".join(snippets):
            (tmp_path / name).write_text(data(), encoding="utf-8")
    assert snippets
    for code in snippets:
        prints_what_it_says(code, runs)
