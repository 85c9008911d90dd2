"""The folder that a Space is filled with."""

import subprocess

import yaml

from tests.deploy.conftest import ROOT

SCRIPT = ROOT / "deploy" / "huggingface" / "assemble.sh"


def test_a_space_holds_the_image_and_says_where_it_listens(tmp_path):
    git = ["git", "-C", tmp_path, "-c", "user.name=host", "-c", "user.email=host@example.edu"]
    (tmp_path / "left-over.py").write_text("")
    for command in (["init", "-q"], ["add", "--all"], ["commit", "-q", "-m", "Begin a Space"]):
        subprocess.run([*git, *command], check=True)
    subprocess.run([SCRIPT, tmp_path], check=True)
    held = subprocess.run(
        [*git, "ls-files"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert {"README.md", "Dockerfile", ".dockerignore", "app.py", "pages/die/page.py"} < set(held)
    assert "left-over.py" not in held
    # The Hub takes pictures only by another way.
    assert not [each for each in held if each.endswith(".png")]
    said = yaml.safe_load((tmp_path / "README.md").read_text().split("---\n")[1])
    image = (tmp_path / "Dockerfile").read_text()
    assert said["sdk"] == "docker"
    assert f"EXPOSE {said['app_port']}\n" in image
    assert image.endswith("\nENV STREAMLIT_SERVER_ENABLE_XSRF_PROTECTION=false\n")
