"""A table of counts that somebody typed, pasted or uploaded: what it says, or what is wrong."""

import csv
import io
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from charts.wording import readable
from kl_core import Array

MOST = 1000
LONGEST = 100_000
# No share in the sum of a thousand such numbers is too small for a float.
SMALLEST, LARGEST = 1e-100, 1e100

_SEPARATORS = {"tabs": "\t", "semicolons": ";", "commas": ","}
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# To some 1,234 is more than a thousand, to others a little more than one.
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(,\d{3})+")
_MARKUP = re.compile(r"</?\w|&\w+;|[*_`]|\$.*\$|\]\(|:\w+\[")
_FORMULA = ("=", "+", "-", "@")

Row = tuple[int, list[str]]


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
    """

    labels: tuple[str, ...]
    p: Array
    q: Array
    heading: tuple[str, str] | None
    separator: str


def read_counts(text: str) -> Counts:
    r"""Return what a table says.

    Rows are numbered as a spreadsheet does it, heading and empty rows included.

    Raises
    ------
    ValueError
        With a sentence for the learner that names the row and the rule.

    Examples
    --------
    >>> counts = read_counts("word;P;Q\nthe;12;9\nsea;3,5;0")
    >>> counts.labels, counts.p, counts.q
    (('the', 'sea'), array([12. ,  3.5]), array([9., 0.]))
    >>> read_counts("the,12,9\nsea,3")
    Traceback (most recent call last):
    ValueError: Row 2 has 2 columns; each row needs three: a label, P's number and Q's number.
    """
    _check_length("The table", text)
    separator, rows = _rows(text)
    heading = None
    if rows and all(map(_is_name, rows[0][1][1:])):
        _, (_, p_name, q_name) = rows.pop(0)
        heading = (p_name, q_name)
    if not rows and not heading:
        raise ValueError(
            "The table is empty; give each category a row: a label, P's number and Q's number."
        )
    if not 2 <= len(rows) <= MOST:
        raise ValueError(
            f"The table has {len(rows):,} categor{'y' if len(rows) == 1 else 'ies'}; it needs at "
            f"least 2, and at most {MOST:,} are read."
        )
    _check_labels(rows)
    decimal_comma = any(_has_decimal_comma(cell) for _, cells in rows for cell in cells[1:])
    return Counts(
        labels=tuple(cells[0] for _, cells in rows),
        p=_column("P", [(row, cells[1]) for row, cells in rows], decimal_comma),
        q=_column("Q", [(row, cells[2]) for row, cells in rows], decimal_comma),
        heading=heading,
        separator=separator,
    )


def decoded(name: str, content: bytes) -> str:
    r"""Return the text in a file.

    Raises
    ------
    ValueError
        With a sentence for the learner that says why the file cannot be read.

    Examples
    --------
    >>> decoded("words.csv", b"\xef\xbb\xbfthe,12,9")
    'the,12,9'
    >>> decoded("words.xlsx", b"PK\x03\x04\x00")
    Traceback (most recent call last):
    ValueError: `words.xlsx` is no text file; save the sheet as “CSV UTF-8” and upload that.
    """
    file, remedy = f"`{readable(name)}`", "save the sheet as “CSV UTF-8” and upload that."
    utf_16 = content.startswith(_UTF_16)
    if b"\0" in content and not utf_16:
        raise ValueError(f"{file} is no text file; {remedy}")
    try:
        text = content.decode("utf-16" if utf_16 else "utf-8-sig")
    except UnicodeDecodeError as problem:
        row = content.count(b"\n", 0, problem.start) + 1
        raise ValueError(
            f"Row {row} of {file} holds a character that is not UTF-8; {remedy}"
        ) from None
    _check_length(file, text)
    return text


def means_markup(label: str) -> bool:
    """Say whether a label would mean something as HTML, Markdown or a formula.

    Examples
    --------
    >>> [means_markup(label) for label in ("<b>sea</b>", "**sea**", "=1+1", "sea")]
    [True, True, True, False]
    """
    return label.startswith(_FORMULA) or bool(_MARKUP.search(label))


def harmless(label: str) -> str:
    """Return a label in a way that a spreadsheet takes for text, never for a formula.

    References
    ----------
    OWASP, "CSV Injection", https://owasp.org/www-community/attacks/CSV_Injection. Labels have no
    blanks around them, so that none can begin with a tab or a line break.

    Examples
    --------
    >>> harmless("=1+1"), harmless("sea")
    ("'=1+1", 'sea')
    """
    return f"'{label}" if label.startswith(_FORMULA) else label


def _check_length(what: str, text: str) -> None:
    """Raise ValueError if a text is too long to be read while somebody waits."""
    if len(text) > LONGEST:
        raise ValueError(
            f"{what} is {len(text):,} characters long; at most {LONGEST:,} are read, enough for "
            f"{MOST:,} categories."
        )


def _rows(text: str) -> tuple[str, list[Row]]:
    """Return what separates the columns, and the rows that hold anything.

    The separator is the first of tab, semicolon and comma that gives the first row three columns.
    """
    fits = (
        name
        for name, separator in _SEPARATORS.items()
        if any(len(cells) >= 3 for _, cells in list(_split(text, separator))[:1])
    )
    name = next(fits, "commas")
    rows = list(_split(text, _SEPARATORS[name], strict=True))
    for row, cells in rows:
        if len(cells) != 3:
            decimals = " Where commas are decimal signs, separate the columns with semicolons."
            raise ValueError(
                f"Row {row} has {len(cells)} column{'' if len(cells) == 1 else 's'}; each row "
                "needs three: a label, P's number and Q's number."
                + (decimals if len(cells) > 3 and name == "commas" else "")
            )
    return name, rows


def _split(text: str, separator: str, *, strict: bool = False) -> Iterator[Row]:
    """Yield the rows that hold anything, with their numbers; empty columns at the end don't count.

    If `strict`, a quotation mark that is never closed is an error.
    """
    lines = io.StringIO(text.removeprefix("\ufeff"), newline="")
    row = 0
    try:
        for row, line in enumerate(csv.reader(lines, delimiter=separator, strict=strict), start=1):
            cells = [cell.strip() for cell in line]
            while len(cells) > 3 and not cells[-1]:
                cells.pop()
            if any(cells):
                yield row, cells
    except csv.Error:
        raise ValueError(
            f"Row {row + 1} begins a label with a quotation mark that does not end it; write two "
            "for one that belongs to the label."
        ) from None


def _check_labels(rows: Sequence[Row]) -> None:
    """Raise ValueError unless every row has a label of its own."""
    seen: dict[str, int] = {}
    for row, (label, *_) in rows:
        if not label:
            raise ValueError(f"Row {row} has no label; give each category a name.")
        if label in seen:
            raise ValueError(
                f"Rows {seen[label]} and {row} have the same label, `{readable(label)}`; make them "
                "one row, or tell them apart."
            )
        seen[label] = row


def _column(name: str, cells: Sequence[tuple[int, str]], decimal_comma: bool) -> Array:
    """Return the numbers of P or Q, from each row and its cell."""
    numbers = [_number(f"Row {row}: {name}", cell, decimal_comma) for row, cell in cells]
    if not any(numbers):
        raise ValueError(
            f"Every number of {name} is 0, so {name} has no shares; at least one must be above 0."
        )
    return np.array(numbers)


def _number(where: str, cell: str, decimal_comma: bool) -> float:
    """Return the number in a cell; `where` begins the sentence that refuses it."""
    if not cell:
        raise ValueError(f"{where} has no number; write 0 where nothing was counted.")
    value = _value(cell)
    shown = f"`{readable(cell, 20)}`"
    if value is None or math.isnan(value):
        raise ValueError(f"{where} is {shown}, which is no number; write one such as 12 or 0.5.")
    if "," in cell and not decimal_comma:
        raise ValueError(
            f"{where} is {shown}: is that comma a decimal sign? Write it as a point, and thousands "
            "without any sign."
        )
    if "." in cell and decimal_comma:
        raise ValueError(
            f"{where} is {shown}, but other numbers have a decimal comma; use one sign for all, "
            "and none for thousands."
        )
    if value < 0:
        raise ValueError(f"{where} is {shown}; a count or a probability is never below 0.")
    if value and not SMALLEST <= value <= LARGEST:
        raise ValueError(f"{where} is {shown}; it must be 0, or between 10⁻¹⁰⁰ and 10¹⁰⁰.")
    return value


def _value(cell: str) -> float | None:
    """Return what a cell says as a number, infinity and NaN included; None if it is none."""
    text = cell.replace("−", "-").replace(",", ".")
    try:
        return float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        return None


def _is_name(cell: str) -> bool:
    """Say whether a cell of the first row names its column."""
    return any(map(str.isalpha, cell)) and _value(cell) is None


def _has_decimal_comma(cell: str) -> bool:
    """Say whether the comma in a cell can only be a decimal sign."""
    return cell.count(",") == 1 and "." not in cell and not _THOUSANDS.fullmatch(cell.strip("-−% "))
