"""The pages of kl_core's API, which `make docs` writes."""

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import kl_core


@pytest.mark.slow
def test_pages_of_the_api_are_written_without_a_warning(tmp_path):
    script = Path(__file__).parents[1] / "docs" / "api.py"
    subprocess.run([sys.executable, "-W", "error", script, tmp_path], check=True)
    facade = (tmp_path / "kl_core.html").read_text("utf-8")
    assert all(f'id="{name}"' in facade for name in kl_core.__all__)
    # Types by their names, not spelled out.
    assert "numpy._typing" not in facade
    assert (tmp_path / "kl_core" / "rlhf.html").exists()


def test_overview_names_every_function():
    functions = {name for name in kl_core.__all__ if inspect.isfunction(getattr(kl_core, name))}
    assert functions <= set(re.findall(r"`(\w+)`", kl_core.__doc__ or ""))
