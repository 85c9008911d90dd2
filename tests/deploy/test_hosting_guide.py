"""What the hosting guide tells a host to do can be done."""

import re
import shlex
import subprocess

import pytest

from tests.deploy.conftest import ROOT

GUIDE = (ROOT / "docs" / "hosting.md").read_text()
BLOCKS = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
# Paths of this repository, as commands and sentences name them.
PATHS = re.findall(r"(?<![\w/])(?:deploy|docs|benchmarks|pages)/[\w@./-]+\w", GUIDE)


@pytest.mark.parametrize("path", sorted(set(PATHS)))
def test_every_file_that_it_names_is_there(path):
    assert (ROOT / path).exists()


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.split("\n")[0])
def test_every_command_can_be_read_by_a_shell(block):
    assert subprocess.run(["/bin/sh", "-n"], input=block, text=True, check=False).returncode == 0
    for line in block.replace("\\\n", " ").splitlines():
        assert shlex.split(line)


def test_every_link_within_leads_to_a_heading():
    headings = {
        re.sub(r"[^\w -]", "", each).lower().replace(" ", "-")
        for each in re.findall(r"^#+ (.*)$", GUIDE, re.MULTILINE)
    }
    links = re.findall(r"\]\(#([\w-]+)\)", GUIDE)
    assert links
    assert set(links) <= headings


def test_what_is_compiled_is_what_the_image_takes():
    image = (ROOT / "deploy" / "docker" / "Dockerfile").read_text()
    packages = set(re.findall(r"^COPY (\w+) \1$", image, re.MULTILINE))
    for compiled in re.findall(r"compileall -q app\.py (.*)", GUIDE):
        assert set(compiled.split()) == packages


def test_every_setting_that_it_names_exists():
    from streamlit import config

    named = set(re.findall(r"STREAMLIT_\w+", GUIDE))
    known = {each.env_var for each in config._config_options_template.values()}
    assert named
    assert named <= known
