"""Tables that the tests of this lesson read, what they hold, read by hand, and their page."""

from functools import partial

import numpy as np

from pages.your_own.counts import read_counts
from pages.your_own.numbers import Comparison
from tests.pages.conftest import open_page

# The page with these parameters.
lesson = partial(open_page, "your_own")

SMALL = "word,P,Q\nthe,12,9\nsea,3,0\nhill,5,6"
SMOOTH = "what,P,Q\na,5,1\nb,3,2\nc,2,7"
SHARES = "w,P,Q\na,0.5,0.2\nb,0.5,0.8"
HOSTILE = (
    "what,P,Q\n<img src=x onerror=alert(1)>,5,1\n**bold**,3,2\n=1+1,2,4\n$x^2$,1,9\n:red[x],4,4"
)


def columns(text, alpha=0.0):
    """Return both columns of a table, read by hand, with `alpha` added."""
    rows = [line.split(",") for line in text.splitlines()[1:]]
    return [np.array([float(row[place]) + alpha for row in rows]) for place in (1, 2)]


def compared(text, alpha=0, direction="D(P‖Q)"):
    """Return a table as the lesson compares it."""
    return Comparison(read_counts(text), alpha, direction)
