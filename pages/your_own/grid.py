"""A text as a grid: what separates its cells, which row is a heading, which way round it is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pages.your_own.cells import is_number, is_year, shown
from pages.your_own.reading import AS_GUESSED, Guess, Reading
from pages.your_own.rows import SEPARATORS, Row, filled, split

_NEEDED = "a label, P's number and Q's number"
_OF_R_AND_PANDAS = {"rownames", "row.names", "unnamed: 0"}
_HEADINGS = """
age bin category choice city class code country day face gender group id item key kind label land
letter level month name outcome region sex state term token type value variable what word year
alter jahr kategorie monat wort année catégorie nom pays mot año categoría nombre país palabra
"""
_RUNNING = (["0", "1"], ["1", "2"])
# Such as 2010-2015.
_YEARS = re.compile(r"\d{4}\W\d{2,4}")


@dataclass(frozen=True)
class Grid:
    """A table as rows of cells, all of them equally wide.

    Attributes
    ----------
    rows : list of Row
        The categories.
    heading : list of str, optional
        What the first row calls the columns, where it is a heading.
    separator : str
        What the cells are separated by, in the plural.
    guesses : list of Guess
        What was guessed on the way.
    counted : str
        What the numbers of the rows count: "Row" of the text, or "Category" of a turned one.
    """

    rows: list[Row]
    heading: list[str] | None
    separator: str
    guesses: list[Guess]
    counted: str = "Row"


def read_grid(text: str, reading: Reading) -> Grid:
    """Return a text as a grid.

    Raises
    ------
    ValueError
        With a sentence for the learner that names the row and the rule.
    """
    guessed = reading.separator == AS_GUESSED
    name = _separator(text) if guessed else reading.separator
    rows = list(split(text, name, strict=True))
    if len(rows) == 1 and len(filled(rows[0][1])) > 3:
        return _one_row(filled(rows[0][1]), name)
    rows = _even(rows, name)
    if guessed and name == "commas":
        _ask_about_commas(rows)
    heading, guesses = _heading(rows, reading.first)
    grid = Grid(rows[1:] if heading else rows, heading, name, guesses)
    return _turned(grid, reading.rows)


def _separator(text: str) -> str:
    """Return what the columns are separated by: the first that makes a table of the text.

    Where nothing does, it is the first that gives the first row three columns.
    """
    names = [*SEPARATORS]
    if text.lstrip("\ufeff \n\r").startswith("|"):
        names.insert(0, names.pop(names.index("bars")))
    # A hundred rows tell.
    tables = {name: [filled(cells) for _, cells in split(text, name, most=100)] for name in names}
    for fits in (_is_table, _lacks_a_corner, _lacks_labels):
        for name, rows in tables.items():
            if rows and fits(rows):
                return name
    three = (
        name for name, rows in tables.items() if name != "blanks" and rows and len(rows[0]) > 2
    )
    return next(three, "commas")


def _is_table(rows: Sequence[list[str]]) -> bool:
    """Say whether rows are equally wide and hold two numbers each; the first may be a heading."""
    width = len(rows[0])
    return width > 2 and all(len(row) == width and _numbers(row) > 1 for row in rows[1:])


def _lacks_a_corner(rows: Sequence[list[str]]) -> bool:
    """Say whether the first row is the heading of a table, with no cell above the labels."""
    head, *body = rows
    return (
        len(body) > 0
        and len(head) + 1 == len(body[0])
        and _is_table(body)
        and (_are_names(head) or all(map(is_year, head)))
    )


def _lacks_labels(rows: Sequence[list[str]]) -> bool:
    """Say whether rows are two numbers each; the first may be a heading."""
    head, *body = rows
    return (
        all(len(row) == 2 for row in rows)
        and all(_numbers(row) == 2 for row in body)
        and (_numbers(head) == 2 or (len(body) > 0 and _are_names(head)))
    )


def _even(rows: Sequence[Row], name: str) -> list[Row]:
    """Return rows that are equally wide, and at least three columns unless labels are missing."""
    if not rows:
        return []
    cells = [filled(each) for _, each in rows]
    if _lacks_a_corner(cells):
        rows = [(rows[0][0], ["", *cells[0]]), *rows[1:]]
        cells[0].insert(0, "")
    if len(cells) > 2 and all(len(row) == 2 and not _numbers(row) for row in cells):
        raise ValueError(
            "No row holds a number. If each row is a single draw, count first how often each label "
            f"comes up; each row needs {_NEEDED}."
        )
    width = len(cells[0]) if _lacks_labels(cells) else max(len(cells[0]), 3)
    for (row, every), seen in zip(rows, cells, strict=True):
        if len(seen) > width or len(every) < width:
            raise ValueError(_uneven(row, len(seen), width, name))
    return [(row, every[:width]) for row, every in rows]


def _uneven(row: int, found: int, width: int, name: str) -> str:
    """Return the sentence that refuses a row of another width."""
    needs = f"each row needs three: {_NEEDED}." if width == 3 else f"the first row has {width}."
    hint = ""
    if found > 3 and name == "commas":
        hint = " Where commas are decimal signs, separate the columns with semicolons."
    elif found < 3:
        hint = " They may be separated by tabs, semicolons, commas, bars (|) or blanks."
    return f"Row {row} has {found} column{'' if found == 1 else 's'}; {needs}{hint}"


def _ask_about_commas(rows: Sequence[Row]) -> None:
    """Raise ValueError if each pair of numbers may as well be one with decimals."""
    if rows and all(len(row) == 5 and all(map(str.isdecimal, row[1:])) for _, row in rows):
        raise ValueError(
            "Each row has 5 columns. Where commas are decimal signs, separate the columns with "
            "semicolons; where not, choose *Columns are separated by* commas under *Read it "
            "otherwise*."
        )


def _one_row(cells: list[str], name: str) -> Grid:
    """Return the grid of a table that has lost its line breaks."""
    rows = [cells[place : place + 3] for place in range(0, len(cells), 3)]
    heading = rows.pop(0) if _are_names(rows[0]) else None
    if not all(_numbers(row[1:]) == 2 and not is_number(row[0]) for row in rows):
        raise ValueError(
            f"All {len(cells)} cells stand in one row. Give each category a row of its own, with "
            f"{_NEEDED}, or give P one row of numbers and Q the next."
        )
    says = f"All stood in one row; it is read as {len(rows)} rows of {_NEEDED}."
    guesses = [Guess("rows", says)]
    return Grid([*enumerate(rows, start=1)], heading, name, guesses, "Category")


def _heading(rows: Sequence[Row], choice: str) -> tuple[list[str] | None, list[Guess]]:
    """Return the first row if it is a heading, and what was guessed for that."""
    if not rows or choice == "a category":
        return None, []
    first, others = rows[0][1], [row for _, row in rows[1:]]
    named = first if len(first) == 2 else first[1:]
    if choice == "a heading" or _are_names(named) or _mostly_names(first):
        return first, []
    distinct = len(set(named)) == len(named)
    if len(others) < 2 or len(first) == 2 or not distinct or not all(map(is_number, named)):
        return None, []
    label, cells = first[0].casefold(), " and ".join(map(shown, named[:2]))
    years = all(map(is_year, named)) and not any(all(map(is_year, row[1:])) for row in others)
    rising = len(named) > 2 and sorted(named) == named
    if label in _OF_R_AND_PANDAS or (years and (rising or label in _HEADINGS.split())):
        why = f"its numbers, {cells}, name columns"
    elif not label and all(row[0] for row in others) and (years or named[:2] in _RUNNING):
        why = f"it has no label before {cells}"
    elif years:
        says = f"It may be a heading, as {cells} look like years; it is a category here."
        return None, [Guess("first", says)]
    else:
        return None, []
    return first, [Guess("first", f"It is taken for a heading, as {why}.")]


def _turned(grid: Grid, choice: str) -> Grid:
    """Return a grid whose rows are categories, from one whose rows are P and Q, if they are."""
    rows = [row for _, row in grid.rows]
    width = len(rows[0]) if rows else 0
    firsts = [row[0] for row in rows]
    labelled = firsts in _RUNNING or not all(
        is_number(cell) and not is_year(cell) for cell in firsts
    )
    guessed = len(rows) == 2 and all(_numbers(row[1:]) == width - 1 for row in rows)
    if choice == "categories" or (choice == AS_GUESSED and not guessed) or not rows:
        return grid
    if choice == AS_GUESSED and width < 4:
        if labelled or width < 3:
            return grid
        says = "The two rows may be P and Q; each of them is read as a category here."
        return replace(grid, guesses=[*grid.guesses, Guess("rows", says)])
    lines = rows if labelled else [["", *row] for row in rows]
    length = len(lines[0]) - 1
    top = (grid.heading or [])[-length:] or [str(place) for place in range(1, length + 1)]
    names, *columns = map(list, zip(["", *top], *lines, strict=True))
    says = f"Each row holds {length} numbers, so the first is taken for P and the second for Q."
    return Grid(
        [*enumerate(columns, start=1)],
        names if labelled else None,
        grid.separator,
        [*grid.guesses, *([Guess("rows", says)] if choice == AS_GUESSED else [])],
        "Category",
    )


def _numbers(cells: Sequence[str]) -> int:
    """Return how many cells are numbers."""
    return sum(map(is_number, cells))


def _are_names(cells: Sequence[str]) -> bool:
    """Say whether cells name columns, all of them."""
    return all(
        not is_number(cell) and (any(map(str.isalpha, cell)) or _YEARS.fullmatch(cell))
        for cell in cells
    )


def _mostly_names(cells: Sequence[str]) -> bool:
    """Say whether a row of many cells names its columns, some of them by a year or not at all."""
    names = [cell for cell in cells if cell and _are_names([cell])]
    numbers = [cell for cell in cells if is_number(cell) and not is_year(cell)]
    return len(cells) > 3 and len(names) > 1 and not numbers
