"""What all tests share."""

from functools import cache

import pytest
from streamlit.components.v2 import manifest_scanner
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling


class BrowserTestsTogether(LoadScopeScheduling):
    """Keep the browser tests in one worker: one server, one browser, and a core for each.

    The groups of pytest-xdist 3.8 would say this, but pytest 9.2 does not let it name them.
    """

    def _split_scope(self, nodeid: str) -> str:
        return "browser" if nodeid.startswith("tests/browser/") else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> BrowserTestsTogether:
    """Hand the tests out."""
    return BrowserTestsTogether(config, log)


@pytest.fixture(scope="session", autouse=True)
def installed_components() -> None:
    """Look for installed Streamlit components once: every AppTest would read all packages anew."""
    manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
