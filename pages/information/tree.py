"""A code as a tree, in a picture and in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from charts.style import Figure, Palette, figure, scatter
from charts.wording import percent
from kl_core import Array
from pages.information.numbers import FACES


@dataclass(frozen=True)
class _Tree:
    """Where each node of a code's tree stands from left to right, and what it weighs.

    A node is named by the way down to it; its depth is how long that is.
    """

    place: Mapping[str, float]
    weight: Mapping[str, float]
    leaves: Mapping[str, str]

    @property
    def depth(self) -> int:
        return max(map(len, self.leaves))

    @property
    def inner(self) -> list[str]:
        return [word for word in self.place if word not in self.leaves]

    @property
    def branches(self) -> list[str]:
        """The nodes that hang from another one."""
        return [word for word in self.place if word]


def _tree(words: Sequence[str | None], probabilities: Array) -> _Tree:
    """Lay the tree of a code out: the leaves side by side, every node above what it joins."""
    leaves = sorted(
        (word, float(mass), outcome)
        for word, mass, outcome in zip(words, probabilities, FACES, strict=True)
        if word is not None
    )
    place = {word: float(at) for at, (word, _, _) in enumerate(leaves)}
    weight = {word: mass for word, mass, _ in leaves}
    # From the deepest level up, each node stands between the two below it and weighs both.
    for level in range(max(map(len, place)) - 1, -1, -1):
        for word in sorted({leaf[:level] for leaf, _, _ in leaves if len(leaf) > level}):
            below = [word + digit for digit in "01" if word + digit in place]
            place[word] = sum(place[each] for each in below) / len(below)
            weight[word] = sum(weight[each] for each in below)
    return _Tree(place, weight, {word: outcome for word, _, outcome in leaves})


def tree_figure(
    words: Sequence[str | None], probabilities: Array, name: str, colours: Palette
) -> Figure:
    """Return the tree of a prefix code: a word is the way from the root down to its leaf.

    Parameters
    ----------
    words : sequence of (str or None), length 6
        Code words of 0s and 1s; a face without one has no leaf.
    probabilities : ndarray, shape (6,)
        What each leaf weighs.
    name : str
        P or Q: whose code this is, and whose colour it has.
    colours : Palette
        Of the page's theme.
    """
    tree = _tree(words, probabilities)
    place, branches = tree.place, tree.branches
    return figure(
        [
            scatter(
                x=[at for word in branches for at in (place[word[:-1]], place[word], None)],
                y=[at for word in branches for at in (1 - len(word), -len(word), None)],
                mode="lines",
                line={"color": colours.muted, "width": 1.5},
                hoverinfo="skip",
            ),
            scatter(
                x=[(place[word] + place[word[:-1]]) / 2 for word in branches],
                y=[0.5 - len(word) for word in branches],
                mode="markers+text",
                text=[word[-1] for word in branches],
                textfont={"color": colours.ink, "size": 12},
                marker={"color": colours.paper, "size": 15},
                hoverinfo="skip",
            ),
            scatter(
                x=[place[word] for word in tree.inner],
                y=[-len(word) for word in tree.inner],
                mode="markers",
                marker={"color": colours.muted, "size": 9},
                text=[percent(tree.weight[word]) for word in tree.inner],
                hovertemplate="together %{text}<extra></extra>",
            ),
            scatter(
                x=[place[word] for word in tree.leaves],
                y=[-len(word) for word in tree.leaves],
                mode="markers+text",
                marker={
                    "color": colours.p if name == "P" else colours.q,
                    "size": 11,
                    "symbol": "square",
                },
                text=[
                    f"{outcome}<br><b>{word or 'no digit'}</b><br>{percent(tree.weight[word])}"
                    for word, outcome in tree.leaves.items()
                ],
                textposition="bottom center",
                textfont={"size": 11},
                hoverinfo="skip",
                cliponaxis=False,
            ),
        ],
        colours,
        title=f"The Huffman code made for {name}",
        height=150 + 62 * (tree.depth + 1),
        showlegend=False,
        margin={"l": 8, "r": 8, "t": 48, "b": 8},
        xaxis={"range": [-0.6, len(tree.leaves) - 0.4], "visible": False},
        yaxis={"range": [-tree.depth - 0.95, 0.3], "visible": False},
    )


def tree_in_words(words: Sequence[str | None], name: str) -> str:
    """Say how the code drawn as a tree, made for P or Q by `name`, came about."""
    lengths = sorted(len(word) for word in words if word is not None)
    missing = len(words) - len(lengths)
    ruled_out = (
        f" {missing} of 6 faces {'has' if missing == 1 else 'have'} no word: {name} rules "
        f"{'it' if missing == 1 else 'them'} out."
        if missing
        else ""
    )
    if len(lengths) == 1:
        return (
            f"Only one face can come, says {name}, so nothing needs to be said: its word is empty."
            f"{ruled_out}"
        )
    if len(lengths) == 2:
        return f"Only two faces can come, says {name}: one digit tells them apart.{ruled_out}"
    digits = (
        f"all {lengths[0]}" if lengths[0] == lengths[-1] else f"from {lengths[0]} to {lengths[-1]}"
    )
    return (
        f"In the code made for {name} every face that can come is a leaf, and the digits on the "
        f"way down are its word; words are {digits} digits long. "
        "The two rarest faces are joined first (among equals any), then again the two rarest, up "
        "to the root: so no face lies above a more frequent one, and no word is the beginning of "
        f"another.{ruled_out}"
    )
