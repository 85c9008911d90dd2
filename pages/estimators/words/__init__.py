"""What the lesson says about its numbers, in its three parts."""

from collections.abc import Iterable, Sequence


def columns(names: Sequence[str], rows: Iterable[Sequence[str]]) -> dict[str, Sequence[str]]:
    """Return the rows of a table as its columns, by name."""
    return dict(zip(names, zip(*rows, strict=True), strict=True))
