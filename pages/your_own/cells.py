"""Cells as numbers: grouped, with either decimal sign, as percentages, fractions or powers of ten.

Thousands may be parted by blanks of any width, by apostrophes, and by whichever of comma and point
is not the decimal sign: 1 234, 1'234, 1,234.5 and 1.234,5.
"""

import re
from collections.abc import Sequence

from charts.wording import readable
from pages.your_own.reading import AS_GUESSED, Guess

POINT, COMMA = ".", ","
NAMES = {POINT: "point", COMMA: "comma"}
_OTHER = {POINT: COMMA, COMMA: POINT}

# Minus signs and apostrophes of other keyboards, blanks of other widths, and what has no width.
_SAME = str.maketrans(
    dict.fromkeys("−–﹣－", "-")
    | dict.fromkeys("’ʼ´", "'")
    | dict.fromkeys("\u00a0\u202f\u2007\u2009", " ")
    | dict.fromkeys("\u200b\u2060\ufeff", "")
)
_SUPERSCRIPTS = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789")
_POWER = re.compile(r" ?[×·] ?10 ?\^?([-+\d⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_PARTED = re.compile(r"[-+]?\d{1,3}([ '])\d{3}(?:\1\d{3})*(?!\d)")
# By threes, or as in India: 12,34,567. Nobody writes 0,123 for more than a hundred.
_GROUPED = {
    COMMA: re.compile(r"[-+]?[1-9](\d{0,2}(,\d{3})+|\d?(,\d\d)+,\d{3})(\.\d*)?"),
    POINT: re.compile(r"[-+]?[1-9]\d{0,2}(\.\d{3})+(,\d*)?"),
}


def value(cell: str, decimal: str = POINT) -> float | None:
    """Return what a cell says as a number, infinity and NaN included; None if it is none.

    Examples
    --------
    >>> value("1,234.5"), value("1.234,5", ","), value("1’234"), value("−1/8")
    (1234.5, 1234.5, 1234.0, -0.125)
    >>> value("12,5 %", ","), value("1.23×10⁻³"), value("12,5"), value("sea")
    (0.125, 0.00123, None, None)
    """
    text = _plain(cell)
    above, *below = (_float(part, decimal) for part in _bare(text).split("/", 1))
    for denominator in below:
        above = above / denominator if above is not None and denominator else None
    return above / 100 if above is not None and text.endswith("%") else above


def is_number(cell: str) -> bool:
    """Say whether a cell is a number, with one decimal sign or the other."""
    return any(value(cell, sign) is not None for sign in NAMES)


def is_year(cell: str) -> bool:
    """Say whether a cell may well name a year.

    Examples
    --------
    >>> is_year("1960"), is_year("1,960"), is_year("12")
    (True, False, False)
    """
    return bool(re.fullmatch(r"(1[5-9]|20)\d\d", cell))


def shown(cell: str) -> str:
    """Return a cell as a sentence quotes it."""
    return f"`{readable(cell, 20)}`"


def decimal_sign(columns: Sequence[Sequence[str]], choice: str) -> tuple[str, list[Guess]]:
    """Return which sign stands before the decimals in some columns, and what was guessed for it.

    Raises
    ------
    ValueError
        With a question for the learner, where commas may be either.

    Examples
    --------
    >>> decimal_sign([["1,234", "0,5"]], "as guessed")
    (',', [Guess(field='decimal', says='The comma in `1,234` is taken for a decimal sign.')])
    """
    if choice != AS_GUESSED:
        return next(sign for sign, name in NAMES.items() if name == choice), []
    cells = [cell for column in columns for cell in column]
    proven = set(map(_proven, cells))
    # To some 1,234 is more than a thousand, to others little more than one; so is 1.234.
    unclear = {sign: [cell for cell in cells if _unclear(cell, sign)] for sign in NAMES}
    commas, points = unclear[COMMA], unclear[POINT]
    # Two thousands are likelier than two numbers that happen to have three decimals.
    if commas and not proven & {*NAMES} and (points or len(commas) == 1):
        raise ValueError(
            f"Is the comma in {shown(commas[0])} a decimal sign, or does it part thousands? Choose "
            "the *Decimal sign* under *Read it otherwise*."
        )
    decimal = COMMA if COMMA in proven else POINT
    if parting := unclear[_OTHER[decimal]]:
        says = f"The {NAMES[_OTHER[decimal]]} in {shown(parting[0])} is taken to part thousands."
    elif commas or (points and POINT not in proven and any(map(_mixed, columns))):
        says = f"The {NAMES[decimal]} in {shown(unclear[decimal][0])} is taken for a decimal sign."
    else:
        return decimal, []
    return decimal, [Guess("decimal", says)]


def _plain(cell: str) -> str:
    """Return a cell with the signs of one keyboard, and no blanks or apostrophes in its numbers."""
    text = cell.translate(_SAME).strip()
    if parted := _PARTED.match(text):
        text = re.sub("[ ']", "", parted[0]) + text[parted.end() :]
    return _POWER.sub(lambda power: f"e{power[1].translate(_SUPERSCRIPTS)}", text)


def _bare(text: str) -> str:
    """Return a number without its percent sign."""
    return text.removesuffix("%").strip()


def _float(text: str, decimal: str) -> float | None:
    """Return a number that is no percentage and no fraction."""
    other = _OTHER[decimal]
    if _GROUPED[other].fullmatch(text):
        text = text.replace(other, "")
    if other in text:
        return None
    try:
        return float(text.replace(COMMA, POINT))
    except ValueError:
        return None


def _proven(cell: str) -> str:
    """Return the sign that can only stand before decimals in a cell; "" if none does."""
    text = _bare(_plain(cell))
    for sign, other in _OTHER.items():
        grouped = _GROUPED[sign].fullmatch(text)
        if grouped and (other in text or text.count(sign) > 1):
            return other
        if not grouped and _is_alone(sign, text):
            return sign
    return ""


def _unclear(cell: str, sign: str) -> bool:
    """Say whether the one sign in a cell may stand before decimals or part thousands."""
    text = _bare(_plain(cell))
    return _is_alone(sign, text) and bool(_GROUPED[sign].fullmatch(text))


def _is_alone(sign: str, text: str) -> bool:
    """Say whether a number has this sign once, and not the other."""
    return text.count(sign) == 1 and _OTHER[sign] not in text


def _mixed(column: Sequence[str]) -> bool:
    """Say whether some numbers of a column have an unclear point, and others have no sign."""
    return len({_unclear(cell, POINT) for cell in column if value(cell)}) > 1
