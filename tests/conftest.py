"""What all tests share."""

from functools import cache

import pytest
from streamlit.components.v2 import manifest_scanner
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# Files whose tests share something dear: pages that are drawn, replicas, or a wheel.
TOGETHER = ("tests/browser/", "tests/deploy/", "tests/test_wheel.py")


class FilesThatShareTogether(LoadScopeScheduling):
    """Hand tests out one by one, but those of a file that share something to one worker.

    The groups of pytest-xdist 3.8 would say this, but pytest 9.2 does not let it name them.
    """

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.partition("::")[0] if nodeid.startswith(TOGETHER) else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FilesThatShareTogether:
    """Hand the tests out in the order that they are in: browsers first, as they take longest."""
    config.option.loadscopereorder = False
    return FilesThatShareTogether(config, log)


@pytest.fixture(scope="session", autouse=True)
def installed_components() -> None:
    """Look for installed Streamlit components once: every AppTest would read all packages anew."""
    manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
