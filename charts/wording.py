"""Numbers, names and sums as people read them."""

import math
from collections.abc import Iterable, Sequence


def number(value: float, digits: int = 3) -> str:
    """Return `value` as people read it: ∞, a true minus sign, and powers of ten when tiny or huge.

    Examples
    --------
    >>> number(0.34998), number(-0.2641), number(float("inf")), number(-0.0)
    ('0.350', '−0.264', '∞', '0.000')
    >>> number(2.5e-13), number(1234567.8)
    ('2.50×10⁻¹³', '1.23×10⁶')
    """
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value and not 0.5 * 10**-digits <= abs(value) < 1e5:
        return _with_power(f"{value:.{max(digits - 1, 0)}e}")
    return f"{value + 0.0:.{digits}f}".replace("-", "−")


def significant(value: float, digits: int) -> str:
    """Return `value` with all digits that count, at most `digits`, however small it is.

    Examples
    --------
    >>> significant(0.50481277619, 10), significant(7.2134752e-9, 4), significant(0.0, 10)
    ('0.5048127762', '7.213×10⁻⁹', '0')
    """
    return _with_power(f"{value:.{digits}g}")


def _with_power(text: str) -> str:
    """Return a number that Python wrote with an e, or without one, as people write it."""
    mantissa, _, exponent = text.partition("e")
    if exponent:
        power = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        mantissa = f"{mantissa}×10{power}"
    return mantissa.replace("-", "−")


def amount(value: float, unit: str, digits: int = 3) -> str:
    """Return `value` with its unit; infinity needs none.

    Examples
    --------
    >>> amount(0.34998, "bits"), amount(float("inf"), "bits")
    ('0.350 bits', '∞')
    """
    return number(value, digits) + (f" {unit}" if math.isfinite(value) else "")


def signed(value: float, digits: int = 3) -> str:
    """Return `value` as `number` does, with a plus sign where it is above 0.

    Examples
    --------
    >>> signed(0.123), signed(-0.264), signed(0)
    ('+0.123', '−0.264', '0.000')
    """
    return ("+" if value > 0 else "") + number(value, digits)


def position(value: float, digits: int = 2) -> str:
    """Return where something lies; what rounding has left of a zero is zero.

    Examples
    --------
    >>> position(-2.4919), position(-1.7e-16)
    ('−2.49', '0.00')
    """
    return number(round(float(value), digits), digits)


def give_or_take(value: float, error: float, digits: int = 2) -> str:
    r"""Return an estimate with its standard error; the spaces keep the two together in a cell.

    Examples
    --------
    >>> give_or_take(5.2317, 0.0419)
    '5.23\xa0±\xa00.04'
    """
    return f"{position(value, digits)}\u00a0±\u00a0{position(error, digits)}"


def percent(probability: float, digits: int = 1) -> str:
    """Return a probability as people say it.

    Examples
    --------
    >>> percent(1 / 6), percent(0.00001)
    ('16.7%', '1×10⁻³%')
    """
    return f"{number(100 * probability, digits)}%"


def times(factor: float) -> str:
    """Return how many times, without digits that nobody reads.

    Examples
    --------
    >>> times(0.8), times(2.8284), times(27449.7), times(float("inf"))
    ('0.80', '2.83', '27,450', '∞')
    """
    return f"{factor:,.0f}" if 100 <= factor < 1e6 else number(factor, 2)


def listed(names: Sequence[str], joined_by: str = "and") -> str:
    """Return names as a sentence lists them.

    Examples
    --------
    >>> listed(["2"]), listed(["2", "3", "4"]), listed(["sun", "rain"], "or")
    ('2', '2, 3 and 4', 'sun or rain')
    """
    *others, last = names
    return f"{', '.join(others)} {joined_by} {last}" if others else last


def digits_apart(one: float, other: float, digits: int = 3) -> int:
    """Return how many digits two numbers need to look different, at least `digits`.

    Examples
    --------
    >>> digits_apart(0.0011, 0.0014), digits_apart(1, 2), digits_apart(1, 1)
    (4, 3, 3)
    """
    enough = (n for n in range(digits, digits + 12) if number(one, n) != number(other, n))
    return next(enough, digits)


def counted(count: int, noun: str) -> str:
    """Return a number of things in words.

    Examples
    --------
    >>> counted(1, "day"), counted(10_000, "day")
    ('1 day', '10,000 days')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def readable(text: str, longest: int = 40) -> str:
    """Return somebody's text as one short line that Markdown shows as it is, between backticks."""
    line = "".join(letter if letter.isprintable() and letter != "`" else " " for letter in text)
    return line if len(line) <= longest else f"{line[:longest]}…"


def sum_today(terms: Iterable[tuple[str, str, str]], total: str, log: str) -> str:
    """Return Σ p log(p/q) as a sum in columns, from each outcome's p, q and term as text."""
    lines = [rf"\P{{{p}}}\,{log}(\P{{{p}}}/\Q{{{q}}}) & = {term}" for p, q, term in terms]
    return in_columns(lines, "rl", r"\KL{D(P\|Q)}", total)


def in_columns(lines: Iterable[str], columns: str, name: str, total: str) -> str:
    """Return lines one below the other, a rule, and their total under its name."""
    last = rf"\hline {'& ' * (len(columns) - 2)}{name} & = \KL{{{total}}}"
    rows = r" \\ ".join([*lines, last])
    return rf"\begin{{array}}{{{columns}}} {rows} \end{{array}}"
