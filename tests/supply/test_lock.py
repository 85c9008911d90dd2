"""The lock: all that runs, in the versions of requirements.txt, by hash. `make lock` renews it."""

import importlib.metadata
import re
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.navigation import ROOT
from tests.supply.locked import LOCK, lines, locked

REQUIREMENTS = ROOT / "requirements.txt"
UV = Path(sys.executable).with_name("uv")
# As uv names them, and as markers do.
PLATFORMS = {
    "x86_64-unknown-linux-gnu": ("linux", "Linux", "x86_64", "posix"),
    "aarch64-unknown-linux-gnu": ("linux", "Linux", "aarch64", "posix"),
    "aarch64-apple-darwin": ("darwin", "Darwin", "arm64", "posix"),
    "x86_64-pc-windows-msvc": ("win32", "Windows", "AMD64", "nt"),
}
PYTHONS = ("3.11", "3.12", "3.13")


def environments():
    """Return what markers see on each platform, in each Python."""
    for (platform, system, machine, os), python in product(PLATFORMS.values(), PYTHONS):
        yield {
            "extra": "",
            "implementation_name": "cpython",
            "os_name": os,
            "platform_machine": machine,
            "platform_python_implementation": "CPython",
            "platform_system": system,
            "python_full_version": f"{python}.0",
            "python_version": python,
            "sys_platform": platform,
        }


def test_requirements_stand_in_the_lock():
    pinned = locked()
    wanted = [Requirement(line) for line in lines(REQUIREMENTS)]
    assert wanted
    for each in wanted:
        entry = pinned.get(canonicalize_name(each.name))
        assert entry, "make lock"
        assert str(each.specifier) == f"=={entry.version}", "make lock"
        assert entry.requirement.marker == each.marker, "make lock"


def test_every_package_is_one_version_by_hash():
    assert len(locked()) > 20
    for each in locked().values():
        assert each.version
        assert each.hashes, each.requirement
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in each.hashes)


def test_it_names_no_place_to_fetch_from():
    assert not re.search(r"://|^-|@", LOCK.read_text("utf-8"), re.MULTILINE)


def test_what_runs_here_is_what_is_locked():
    for name, each in locked().items():
        if each.is_for():
            assert importlib.metadata.version(name) == each.version, "make lock, or make check"


def test_it_holds_what_packages_need_on_every_platform_and_nothing_else():
    pinned = locked()
    needed = {canonicalize_name(Requirement(each).name) for each in lines(REQUIREMENTS)}
    for name, each in pinned.items():
        if not each.is_for():
            continue
        for need in map(Requirement, importlib.metadata.requires(name) or []):
            for environment in filter(each.is_for, environments()):
                if need.marker is None or need.marker.evaluate(environment):
                    found = canonicalize_name(need.name)
                    needed.add(found)
                    assert found in pinned, f"{name} needs {need}: make lock"
                    assert pinned[found].is_for(environment), f"{name} needs {need}: {environment}"
                    assert need.specifier.contains(pinned[found].version, prereleases=True)
    assert needed == set(pinned), "make lock"


@pytest.mark.slow
@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("python", PYTHONS)
def test_nothing_has_to_be_built(platform, python, tmp_path):
    where = ("--python-platform", platform, "--python-version", python, "--target", tmp_path)
    strict = ("--require-hashes", "--only-binary", ":all:", "--dry-run", "-r", LOCK)
    done = subprocess.run(
        [UV, "pip", "install", "--python", sys.executable, *where, *strict],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "+ streamlit==" in done.stderr
