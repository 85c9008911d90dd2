"""What all tests share."""

from functools import cache

import pytest
from streamlit.components.v2 import manifest_scanner
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# Browser tests that ask the same of every page.
OF_EVERY_PAGE = tuple(
    f"tests/browser/test_{name}.py" for name in ("classroom", "deep_links", "every_page")
)


class BrowserTestsTogether(LoadScopeScheduling):
    """Keep tests in one worker that share something dear: a server and a browser, or a wheel.

    The groups of pytest-xdist 3.8 would say this, but pytest 9.2 does not let it name them.
    """

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(OF_EVERY_PAGE):
            return "of every page"
        shared = ("tests/browser/", "tests/test_wheel.py")
        return next((each for each in shared if nodeid.startswith(each)), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> BrowserTestsTogether:
    """Hand the tests out in the order that they are in."""
    config.option.loadscopereorder = False
    return BrowserTestsTogether(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let whoever is done with all else begin a second browser, while the first one is busy."""
    items.sort(key=lambda item: item.nodeid.startswith(OF_EVERY_PAGE))


@pytest.fixture(scope="session", autouse=True)
def installed_components() -> None:
    """Look for installed Streamlit components once: every AppTest would read all packages anew."""
    manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
