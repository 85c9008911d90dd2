"""A text as rows of cells, whichever sign separates them."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, takewhile

from pages.your_own.cells import is_number

# A row's number, as a spreadsheet counts it, and its cells.
Row = tuple[int, list[str]]

_SIGNS = {"tabs": "\t", "semicolons": ";", "commas": ","}
SEPARATORS = (*_SIGNS, "bars", "blanks")
# The line below a heading, as Markdown and databases draw it.
_RULE = frozenset("-=+|: \t")
_THOUSANDS = re.compile(r"(?<!\S)[1-9]\d{0,2} \d{3}(?!\d)")


def split(
    text: str, separator: str, *, strict: bool = False, most: int | None = None
) -> Iterator[Row]:
    """Yield the rows that hold anything, or the first `most` of them.

    If `strict`, a quotation mark that is never closed is an error.

    Examples
    --------
    >>> list(split("the | 12 | 9", "bars")), list(split("no idea  12 9", "blanks"))
    ([(1, ['the', '12', '9'])], [(1, ['no idea', '12', '9'])])
    """
    text = text.removeprefix("\ufeff")
    if separator in _SIGNS:
        lines = _quoted(text, _SIGNS[separator], strict=strict)
    else:
        lines = enumerate(
            _barred(text.splitlines())
            if separator == "bars"
            else _spaced(text.splitlines(), strict=strict),
            start=1,
        )
    rows = ((row, [cell.strip() for cell in line]) for row, line in lines)
    return islice((each for each in rows if any(each[1])), most)


def filled(cells: list[str]) -> list[str]:
    """Return the cells of a row without the empty ones at its end, but three at least."""
    end = len(cells)
    while end > 3 and not cells[end - 1]:
        end -= 1
    return cells[:end]


def _quoted(text: str, sign: str, *, strict: bool) -> Iterator[Row]:
    """Yield rows with labels that may be quoted, as spreadsheets write them."""
    row = 0
    try:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=strict)
        for row, line in enumerate(lines, start=1):
            yield row, line
    except csv.Error:
        raise ValueError(
            f"Row {row + 1} begins a label with a quotation mark that does not end it; write two "
            "for one that belongs to the label."
        ) from None


def _barred(lines: Iterable[str]) -> Iterator[list[str]]:
    """Yield the rows of a table in Markdown, or of one that a database prints."""
    for line in lines:
        inside = line.strip().removeprefix("|").removesuffix("|")
        cells = [] if _RULE.issuperset(line) else re.split(r"(?<!\\)\|", inside)
        yield [cell.replace(r"\|", "|") for cell in cells]


def _spaced(lines: Sequence[str], *, strict: bool) -> Iterator[list[str]]:
    """Yield the rows of a table with aligned columns, or with numbers at the ends of its lines."""
    aligned = [re.split(r"\s{2,}", line.strip()) for line in lines]
    if _is_aligned([cells for cells in aligned if cells != [""]]):
        yield from aligned
        return
    words = [re.findall(r"[^ \t]+", line) for line in lines]
    ends = [_numbers_at_the_end(line) for line in words]
    rows = [end for end, line in zip(ends, words, strict=True) if line]
    # A heading has no numbers; labels may end in some, but not all of them do.
    wide = min(rows[1:] if rows and not rows[0] else rows, default=0)
    for line, end in zip(words, ends, strict=True):
        numbers = " ".join(line[len(line) - end :])
        if strict and max(wide, end) > 2 and (thousands := _THOUSANDS.search(numbers)):
            raise ValueError(
                f"Is `{thousands[0]}` one number or two? Separate the columns with tabs or "
                "semicolons."
            )
        start = max(len(line) - wide, 0)
        label = " ".join(line[:start])
        yield [re.sub('^"(.*)"$', r"\1", cell) for cell in [label, *line[start:]] if cell]


def _is_aligned(rows: Sequence[list[str]]) -> bool:
    """Say whether rows are equally wide and end in two numbers; the first may be a heading."""
    wide = {len(row) for row in rows[1:]}
    return (
        len(wide) == 1
        and min(wide) > 2
        and {len(rows[0])} <= wide | {min(wide) - 1}
        and all(_numbers_at_the_end(row) > 1 for row in rows[1:])
    )


def _numbers_at_the_end(cells: Sequence[str]) -> int:
    """Return how many cells at the end of a row are numbers."""
    return sum(1 for _ in takewhile(is_number, reversed(cells)))
