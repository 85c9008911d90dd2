"""The README's *Add a lesson*, followed word for word."""

import re
import shutil
import subprocess
import sys

import pytest

from tests.navigation import ROOT

PARTS = ("charts", "kl_core", "pages", "tests", "widgets", "docs", ".streamlit", "pyproject.toml")


def written(section):
    """Return the code of a section of the README, by the comment that says where it goes."""
    text = (ROOT / "README.md").read_text()
    [found] = re.findall(rf"^## {section}\n(.*?)(?=^## )", text, re.MULTILINE | re.DOTALL)
    return dict(re.findall(r"```python\n# (\S+?)(?:,[^\n]*)?\n(.*?)```", found, re.DOTALL))


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """Return a copy of the house with one more lesson, as the README says."""
    copy = tmp_path_factory.mktemp("house")
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, copy / part)
        else:
            shutil.copy(ROOT / part, copy / part)
    files = written("Add a lesson")
    line = files.pop("pages/main.py")
    for name, code in files.items():
        (copy / name).parent.mkdir(exist_ok=True)
        (copy / name).write_text(code)
    main = copy / "pages" / "main.py"
    last = '            lesson("die/page.py"'
    main.write_text(main.read_text().replace(last, line + last))
    return copy


def run(house, *command):
    """Run a Python module in that house."""
    command = (sys.executable, "-m", *command)
    ran = subprocess.run(command, cwd=house, capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout + ran.stderr


@pytest.mark.slow
def test_the_new_lesson_is_formatted_typed_and_in_its_place(house):
    for command in (
        ("ruff", "format", "--check", "pages/my_lesson", "pages/main.py"),
        ("ruff", "check", "pages/my_lesson"),
        ("mypy", "pages/my_lesson"),
    ):
        failed, said = run(house, *command)
        assert not failed, said


def test_what_holds_for_every_lesson_holds_for_the_new_one(house):
    tests = ("test_every_page", "test_films", "test_predictions", "test_reading_time")
    tests = tuple(f"tests/pages/{each}.py" for each in tests)
    failed, said = run(house, "pytest", "-q", "-k", "my_lesson or navigation or no_lesson", *tests)
    assert not failed, said
    assert int(re.search(r"(\d+) passed", said)[1]) >= 20
