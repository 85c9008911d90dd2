"""The table of the book says what is true, and links to views that show it."""

import math
import re
from collections import defaultdict

import pytest
from scipy.stats import entropy

from charts.units import UNITS
from pages.summary import book
from pages.summary.questions import questions
from tests.deep_links import deep_links
from tests.navigation import LESSONS
from tests.pages.conftest import open_page
from tests.pages.reading import headings_over, texts
from tests.pages.truth import BASES, FAIR, LOADED


def row(idea, unit="bits"):
    """Return the line of the table with this idea."""
    [line] = [
        line for line in book.table(UNITS[unit]).splitlines() if line.startswith(f"| **{idea}")
    ]
    return line


def links(unit):
    """Return every link of the page and of the answers to its questions."""
    page = deep_links(texts(open_page("summary", unit=unit)))
    mending = (link for each in questions(UNITS[unit]) for link in deep_links(each.see))
    return sorted({*page, *mending})


@pytest.mark.parametrize("unit", ["bits", "nats"])
def test_every_link_shows_what_it_promises(unit):
    views = defaultdict(list)
    for link in links(unit):
        views[link.address.partition("#")[0]].append(link)
        # A view of another unit would show other numbers.
        assert unit == "bits" or "unit=" in link.query, link
    assert sum(map(len, views.values())) > 25
    for address, same in views.items():
        app = open_page(same[0].lesson, **same[0].parameters)
        # And it opens there, or at the top where that says it.
        assert [link for link in same
                if link.heading not in headings_over(app, link.promise)] == []  # fmt: skip
        assert not app.warning, address


def test_every_lesson_is_linked():
    assert set(LESSONS) - {link.lesson for link in links("bits")} == {"summary"}


def test_table_is_on_the_page():
    assert book.table(UNITS["nats"]) in texts(open_page("summary", unit="nats"))


@pytest.mark.parametrize(("unit", "base"), BASES.items())
def test_numbers_of_the_table_are_those_of_scipy(unit, base):
    def of(p, q):
        return f"{entropy(p, q, base=base):.3f}"

    lost = of([4, 3, 2.5, 0.5], [6, 2.5, 1, 0.5])
    assert f"{lost} {unit} a day" in row("The intuition", unit)
    die = row("The die", unit)
    assert f"{of(FAIR, LOADED)} {unit}; the other way round {of(LOADED, FAIR)}" in die
    p = [5, 2, 1, 1, 0.5, 0.5]
    own = float(entropy(p, base=base))
    extra = float(entropy(p, FAIR, base=base))
    assert f"{own + extra:.3f} = {own:.3f} + {extra:.3f} {unit}" in row("Entropy, cross-", unit)
    sum_, first, second = map(float, re.search(
        r"([\d.]+) = ([\d.]+) \+ ([\d.]+) ", row("Entropy, cross-", unit)).groups())  # fmt: skip
    assert sum_ == pytest.approx(first + second, abs=1e-9)
    step = 0.5 / math.log(base)
    assert f"two steps of {step:.3f} between bells, but {4 * step:.3f} {unit}" in (
        row("Not a metric", unit)
    )


def test_rows_of_the_directions_have_the_published_optima():
    assert "mean 0.00, spread 2.62, at 0.498 nats" in row("Forward", "nats")
    assert "mean 2.49, spread 0.81, at 0.690 nats" in row("Reverse", "nats")


def test_rows_of_the_rope_are_those_of_the_lesson():
    for beta in ("0.1", "0.01"):
        lesson = open_page("beta_penalty", beta_beta=beta)
        [kl] = [metric.value for metric in lesson.metric if metric.label == "D(Q‖P), exact"]
        assert kl in row("The KL penalty of RL")
    # By hand: PPO doubles above 1.5 times the target; Ziegler adds 0.1·0.2 of itself.
    assert "turns β = 0.02 into 0.04, Ziegler's into 0.0204" in row("Adaptive β")
