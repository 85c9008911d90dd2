"""What the lesson says about its numbers, in its three parts."""

from collections.abc import Iterable, Sequence

from charts.wording import number


def columns(names: Sequence[str], rows: Iterable[Sequence[str]]) -> dict[str, Sequence[str]]:
    """Return the rows of a table as its columns, by name."""
    return dict(zip(names, zip(*rows, strict=True), strict=True))


def times(factor: float) -> str:
    """Return how many times, without digits that nobody reads.

    Examples
    --------
    >>> times(0.8), times(2.8284), times(27449.7), times(float("inf"))
    ('0.80', '2.83', '27,450', '∞')
    """
    return f"{factor:,.0f}" if 100 <= factor < 1e6 else number(factor, 2)
