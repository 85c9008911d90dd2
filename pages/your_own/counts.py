"""A table of counts that somebody typed, pasted or uploaded: what it says, or what is wrong."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from charts.wording import listed, readable
from kl_core import Array
from pages.your_own.cells import NAMES, decimal_sign, is_number, shown, value
from pages.your_own.files import MOST, check_length
from pages.your_own.grid import Grid, read_grid
from pages.your_own.reading import ALL_GUESSED, AS_GUESSED, Guess, Reading
from pages.your_own.shape import find_columns, find_totals

# No share in the sum of a thousand such numbers is too small for a float.
SMALLEST, LARGEST = 1e-100, 1e100


@dataclass(frozen=True)
class Counts:
    """Two columns of counts, and how they were read.

    Attributes
    ----------
    labels : tuple of str, length k
        Of the categories, each once.
    p, q : ndarray, shape (k,)
        At least 0 and not all 0: counts, probabilities or other weights.
    heading : tuple of str, optional
        What the first row calls P and Q, where it is a heading.
    separator : str
        What the columns are separated by, in the plural.
    are_counts : bool
        Whether the numbers count observations; else they are shares or other weights.
    guesses : tuple of Guess
        What was guessed to read them so.
    """

    labels: tuple[str, ...]
    p: Array
    q: Array
    heading: tuple[str, str] | None
    separator: str
    are_counts: bool
    guesses: tuple[Guess, ...]


def read_counts(text: str, reading: Reading = ALL_GUESSED) -> Counts:
    r"""Return what a table says, read as somebody chooses, and as guessed where nothing is chosen.

    Rows are numbered as a spreadsheet does it, heading and empty rows included.

    Raises
    ------
    ValueError
        With a sentence for the learner that names the row and the rule, or asks.

    Examples
    --------
    >>> counts = read_counts("word;P;Q\nthe;12;9\nsea;3,5;0\nTotal;15,5;9")
    >>> counts.labels, counts.p, counts.q
    (('the', 'sea'), array([12. ,  3.5]), array([9., 0.]))
    >>> [guess.says for guess in counts.guesses]
    ['Row 4, `Total`, is the sum of the others and is left out.']
    >>> read_counts("the,12,9\nsea,3,x")
    Traceback (most recent call last):
    ValueError: Row 2: Q is `x`, which is no number; write one such as 12 or 0.5.
    """
    check_length("The table", text)
    grid = read_grid(text, reading)
    _check_how_many(grid)
    columns = find_columns(grid, reading)
    labels = _labels(grid, columns.label)
    used = {*columns.numbers, columns.p, columns.q}
    cells = {place: [row[place] for _, row in grid.rows] for place in sorted(used)}
    decimal, of_decimals = decimal_sign([*cells.values()], reading.decimal)
    pair = [cells[columns.p], cells[columns.q]]
    names = [f"{grid.counted} {row}" for row, _ in grid.rows]
    p, q = (_column(*each, names, decimal) for each in zip("PQ", pair, strict=True))
    totals, doubtful = find_totals(labels, p, q, reading.totals)
    kept = np.setdiff1d(np.arange(p.size), totals)
    _check_shares(p[kept], q[kept])
    called = [f"{names[place]}, {shown(labels[place])}," for place in [*totals, *doubtful]]
    of_totals = _of_totals(called, left_out=bool(totals), chosen=reading.totals != AS_GUESSED)
    percent = any("%" in cell for column in pair for cell in column)
    are_counts, of_kind = _are_counts(p[kept], q[kept], percent, reading.kind)
    of_draws = _of_draws(columns.label is None, labels, p, q)
    return Counts(
        tuple(labels[place] for place in kept),
        p[kept],
        q[kept],
        (grid.heading[columns.p], grid.heading[columns.q]) if grid.heading else None,
        grid.separator,
        are_counts,
        (*grid.guesses, *columns.guesses, *of_decimals, *of_totals, *of_kind, *of_draws),
    )


def _check_how_many(grid: Grid) -> None:
    """Raise ValueError if there are too few categories to compare, or too many to draw."""
    rows = len(grid.rows)
    if not rows and not grid.heading:
        raise ValueError(
            "The table is empty; give each category a row: a label, P's number and Q's number."
        )
    if not 2 <= rows <= MOST:
        hint = " If each row is a single draw, count them first." if rows > MOST else ""
        raise ValueError(
            f"The table has {rows:,} categor{'y' if rows == 1 else 'ies'}; it needs at least 2, "
            f"and at most {MOST:,} are read.{hint}"
        )


def _labels(grid: Grid, place: int | None) -> list[str]:
    """Return the labels in a column, each once; numbers where there is none."""
    if place is None:
        return [str(row) for row in range(1, len(grid.rows) + 1)]
    seen: dict[str, int] = {}
    for row, cells in grid.rows:
        label = cells[place]
        if not label:
            raise ValueError(f"{grid.counted} {row} has no label; give each category a name.")
        if label in seen:
            several = "Categories" if grid.counted == "Category" else "Rows"
            raise ValueError(
                f"{several} {seen[label]} and {row} have the same label, `{readable(label)}`; make "
                "them one row, or tell them apart."
            )
        seen[label] = row
    return [*seen]


def _column(name: str, cells: Sequence[str], rows: Sequence[str], decimal: str) -> Array:
    """Return the numbers of P or Q, from its cells and what their rows are called."""
    if not any(map(is_number, cells)) and len(set(cells)) > 1:
        raise ValueError(
            f"{rows[0]}: {name} is {shown(cells[0])}, which is no number, nor is any below. If "
            "each row is a single draw, count first how often each label comes up."
        )
    return np.array(
        [_number(f"{row}: {name}", cell, decimal) for row, cell in zip(rows, cells, strict=True)]
    )


def _check_shares(p: Array, q: Array) -> None:
    """Raise ValueError if there is nothing to divide a column by."""
    for name, column in (("P", p), ("Q", q)):
        if not column.any():
            raise ValueError(
                f"Every number of {name} is 0, so {name} has no shares; at least one must be above "
                "0."
            )


def _number(where: str, cell: str, decimal: str) -> float:
    """Return the number in a cell; `where` begins the sentence that refuses it."""
    if not cell:
        raise ValueError(f"{where} has no number; write 0 where nothing was counted.")
    number = value(cell, decimal)
    if number is None and is_number(cell):
        raise ValueError(
            f"{where} is {shown(cell)}, but decimals stand after a {NAMES[decimal]} here; use one "
            "sign for all, and none for thousands."
        )
    if number is None or math.isnan(number):
        raise ValueError(
            f"{where} is {shown(cell)}, which is no number; write one such as 12 or 0.5."
        )
    if number < 0:
        raise ValueError(
            f"{where} is {shown(cell)}; a count or a probability is never below 0. If these are "
            "measurements, count them first."
        )
    if number and not SMALLEST <= number <= LARGEST:
        raise ValueError(f"{where} is {shown(cell)}; it must be 0, or between 10⁻¹⁰⁰ and 10¹⁰⁰.")
    return number


def _are_counts(p: Array, q: Array, percent: bool, choice: str) -> tuple[bool, list[Guess]]:
    """Say whether numbers count observations, and what was guessed for that."""
    if choice != AS_GUESSED:
        return choice == "counts", []
    if percent or not are_whole(p, q):
        return False, []
    if max(abs(p.sum() - 100), abs(q.sum() - 100)) > 1:
        return True, []
    about = "" if p.sum() == q.sum() == 100 else "about "
    says = f"Both columns add up to {about}100, so they are taken for percentages, not for counts."
    return False, [Guess("kind", says)]


def are_whole(p: Array, q: Array) -> bool:
    """Say whether all numbers are whole ones."""
    return all(bool((column == np.rint(column)).all()) for column in (p, q))


def _of_totals(rows: Sequence[str], *, left_out: bool, chosen: bool) -> list[Guess]:
    """Return what is said of rows that are, or may be, the sums of the others."""
    if not rows:
        return []
    are = "is" if len(rows) == 1 else "are"
    if not left_out:
        says = f"{rows[0]} may be a row of totals; it is a category here."
    elif chosen:
        says = f"{listed(rows)} {are} left out, as you chose."
    elif len(rows) == 1:
        says = f"{rows[0]} is the sum of the others and is left out."
    else:
        says = f"{listed(rows)} are the sums of the others and are left out."
    return [Guess("totals", says)]


def _of_draws(unlabelled: bool, labels: Sequence[str], p: Array, q: Array) -> list[Guess]:
    """Return what is said of rows that may be single draws rather than categories."""
    totals = [float(column.sum()) for column in (p, q)]
    shares = any(math.isclose(total, whole, rel_tol=0.02) for total in totals for whole in (1, 100))
    numbered = any([*labels] == [str(at + start) for at in range(p.size)] for start in (0, 1))
    if not unlabelled and (not numbered or shares or are_whole(p, q)):
        return []
    says = "have no labels and are numbered" if unlabelled else "are only numbered"
    return [
        Guess(
            "",
            f"The rows {says}. If each of them is a single draw or measurement, not a category, "
            "count these first.",
        )
    ]
