"""Views of the forecaster's lesson, and what it says in them."""

from tests.pages.conftest import numbered
from tests.pages.reading import passage


def sky(**weights):
    """Return URL parameters for the weights of P, Q or both."""
    both = {}
    for letter, each in weights.items():
        both |= numbered(f"intuition_{letter}", map(str, each))
    return both


def the_run(app):
    """Return the sentence under the running average."""
    return passage(app, "^(The days begin|One day: )")
