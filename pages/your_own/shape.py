"""Which columns of a grid are labels, P and Q, and which of its rows are the sums of the others."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kl_core import Array
from pages.your_own.cells import is_number, shown
from pages.your_own.grid import Grid
from pages.your_own.reading import AS_GUESSED, Guess, Reading

# What a row of totals is called; of two words, both together.
_TOTALS = """
total totals sum overall all totaal som summe gesamt gesamtsumme gesamtergebnis insgesamt zusammen
somme ensemble totale totali somma suma totales totaux totais soma summa totalt ialt celkem součet
spolu razem ogółem łącznie összesen összeg yhteensä toplam σύνολο итого всего сумма всього разом
ukupno skupaj kokku kopā išviso 合計 合计 總計 总计 总和 計 小計 합계 총계 계 الإجمالي المجموع مجموع
סהכ कुल योग รวม tổngcộng jumlah σ
"""


@dataclass(frozen=True)
class Columns:
    """Where labels, P and Q are.

    Attributes
    ----------
    label : int, optional
        None where the rows have no labels.
    p, q : int
        The columns of P and Q.
    numbers : list of int
        All columns of numbers.
    guesses : list of Guess
        What was guessed.
    """

    label: int | None
    p: int
    q: int
    numbers: list[int]
    guesses: list[Guess]


def find_columns(grid: Grid, reading: Reading) -> Columns:
    """Return where labels, P and Q are.

    Raises
    ------
    ValueError
        With a sentence for the learner, where a column is asked for or needed that is not there.
    """
    width = len(grid.rows[0][1])
    text = [place for place in range(width) if not _is_mostly_numbers(grid, place)]
    label = None if width == 2 else text[0] if len(text) == 1 or (text and width > 3) else 0
    numbers = [at for at in range(width) if at != label and (width < 4 or at not in text)]
    asked = [_asked(choice, width) for choice in (reading.p, reading.q)]
    p, q = _both(asked, [at for at in numbers if at > (label or 0)], numbers, grid)
    if label in (p, q):
        label = next((at for at in text if at not in (p, q)), None)
    guesses = []
    if len(numbers) > 2 and None in asked:
        says = (
            f"Of {len(numbers)} columns of numbers P is {_named(grid, p)} and Q is "
            f"{_named(grid, q)}; the others are left out."
        )
        guesses.append(Guess("p", says))
    if label and None in asked:
        guesses.append(Guess("p", f"The labels are in {_named(grid, label)}."))
    return Columns(label, p, q, numbers, guesses)


def find_totals(
    labels: Sequence[str], p: Array, q: Array, choice: str
) -> tuple[list[int], list[int]]:
    """Return the places of rows that are sums of the others, and of one that may be but stays.

    Examples
    --------
    >>> find_totals(["a", "b", "Total"], np.array([1, 2, 3]), np.array([3, 1, 4]), "as guessed")
    ([2], [])
    """
    if choice == "categories":
        return [], []
    called = [place for place, label in enumerate(labels) if _is_total(label)]
    if sums := [place for place in called if _is_sum(place, called, p, q, 0.01)]:
        return sums, []
    ends = [place for place in (len(labels) - 1, 0) if _is_sum(place, [place], p, q, 1e-9)][:1]
    largest = [place for place in called if p[place] == p.max() and q[place] == q.max()][:1]
    # That one of few is the sum of the others may be chance, and that one of all is a half.
    halves = any(round(float(column.sum()), 6) in (1, 100) for column in (p, q))
    if choice != AS_GUESSED or (ends and len(labels) > 3 and not halves):
        return (ends or largest) if len(labels) > 2 else [], []
    return [], ends or largest


def _is_mostly_numbers(grid: Grid, place: int) -> bool:
    """Say whether a column holds numbers; a wrong one here and there does not make it labels."""
    return 2 * sum(is_number(row[place]) for _, row in grid.rows) >= len(grid.rows)


def _asked(choice: str, width: int) -> int | None:
    """Return the place of a column that somebody asks for."""
    if choice == AS_GUESSED:
        return None
    place = int(choice.removeprefix("column "))
    if place > width:
        raise ValueError(f"There is no column {place}: the table has {width}.")
    return place - 1


def _both(
    asked: Sequence[int | None], right: Sequence[int], numbers: Sequence[int], grid: Grid
) -> tuple[int, int]:
    """Return the columns of P and Q: those asked for, else the first ones.

    Columns on the right of the labels come first: on the left there may be a running number.
    """
    heading = grid.heading or []
    usual = right if len(right) > 1 else numbers
    no_totals = [at for at in usual if not (heading and _is_total(heading[at]))]
    usual = no_totals if len(no_totals) > 1 else usual
    p, q = asked
    p = next((at for at in usual if at != q), None) if p is None else p
    after = sorted(usual, key=lambda at: p is not None and at < p)
    q = next((at for at in after if at != p), None) if q is None else q
    if p is None or q is None:
        raise ValueError(
            f"There {'is 1 column' if len(numbers) == 1 else 'are no columns'} of numbers; P and "
            "Q need one each."
        )
    return p, q


def _named(grid: Grid, place: int) -> str:
    """Return what a sentence calls a column."""
    name = grid.heading[place] if grid.heading else ""
    return f"column {place + 1}" + (f" ({shown(name)})" if name else "")


def _is_total(name: str) -> bool:
    """Say whether a name is that of a total."""
    words = re.split(r"[\s\d:*().,\"״'-]+", name.casefold())
    return bool({*_TOTALS.split()} & {*words, "".join(words)})


def _is_sum(place: int, without: Sequence[int], p: Array, q: Array, close: float) -> bool:
    """Say whether a row is the sum of all others but those `without`, to a relative error."""
    rest = np.setdiff1d(np.arange(p.size), without)
    return rest.size > 1 and all(
        column[place] > 0
        and bool(np.isclose(column[rest].sum(), column[place], rtol=close, atol=0))
        for column in (p, q)
    )
