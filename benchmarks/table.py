"""Tables as Markdown, so that benchmarks/README.md can keep them as printed."""

from collections.abc import Sequence


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table under its title."""
    print(f"\n### {title}\n")
    for line in (head, ["---"] * len(head), *rows):
        print(f"| {' | '.join(line)} |")
