"""`docs/licences.md` says what is shipped."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest
import streamlit
from packaging.utils import canonicalize_name

from tests.navigation import ROOT
from tests.supply.locked import locked


@pytest.fixture(scope="module")
def licences():
    """Return the script that writes the table."""
    spec = importlib.util.spec_from_file_location("licences", ROOT / "docs" / "licences.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


@pytest.fixture(scope="module")
def text(licences):
    return licences.PAGE.read_text("utf-8")


def test_every_locked_package_is_listed(text, licences):
    listed = re.findall(r"^\| (\S+) +\| [^|]+ +\|$", text, re.MULTILINE)
    excepted = {name for name in licences.EXCEPTIONS if f"**{name}** is under" in text}
    names = {canonicalize_name(each) for each in listed if each != "Name"}
    assert names | excepted == set(locked())
    assert not names & excepted


@pytest.mark.skipif(sys.platform != "linux", reason="a package or two is for other systems only")
def test_they_are_what_the_installed_packages_say(text, licences):
    assert licences.page() == text, "make licences"


def test_a_licence_that_is_not_permissive_stops_it(licences, monkeypatch, capfd):
    monkeypatch.setattr(licences, "EXCEPTIONS", set())
    with pytest.raises(subprocess.CalledProcessError):
        licences.table()
    assert "certifi" in capfd.readouterr().err


def test_every_font_is_listed(text):
    fonts = list((Path(streamlit.__file__).parent / "static").rglob("*.woff2"))
    families = {re.match(r"(\w+?)(?=VF|Variable|_|-)", font.name)[1] for font in fonts}
    assert len(families) >= 5
    [*rows] = re.findall(r"^\| fonts?: ([^|]+)", text, re.MULTILINE)
    assert families == set(re.findall(r"\w+", " ".join(rows)))
    assert not list(ROOT.glob("widgets/**/*.woff*"))


def test_no_lesson_draws_with_what_is_weakly_copyleft():
    sources = [path for room in ("pages", "widgets") for path in (ROOT / room).rglob("*.py")]
    assert sources
    assert not [path for path in sources if re.search("mermaid|graphviz", path.read_text("utf-8"))]
