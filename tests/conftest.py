"""What all tests share."""

from functools import cache

import pytest
from streamlit.components.v2 import manifest_scanner


@pytest.fixture(scope="session", autouse=True)
def installed_components() -> None:
    """Look for installed Streamlit components once: every AppTest would read all packages anew."""
    manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)
