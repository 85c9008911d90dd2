"""What a call with bad input has to raise."""

import re

import pytest


def raises(message):
    """Expect a ValueError whose text begins with `message`."""
    return pytest.raises(ValueError, match="^" + re.escape(message))
