"""The tiny model that most of these tests train."""

import pytest

from tests.kl_core.rlhf.enumeration import tiny_model


@pytest.fixture(scope="module")
def small():
    return tiny_model()
