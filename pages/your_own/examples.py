"""The tables that the lesson offers, as the field holds them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from kl_core.rlhf import forecasts

ENGLISH = """
Tomorrow will be cloudy in the north and mild in the south. A fresh breeze comes up by noon, and on
the coast the waves grow high. It will snow in the mountains, and the roads may become icy. Six
villages expect fog along the rivers, quite thick until ten. Just before evening the sky clears, and
the night stays calm and dry.
"""
GERMAN = """
Morgen ist es im Norden bewölkt und im Süden mild. Bis Mittag kommt ein frischer Wind auf, und an
der Küste werden die Wellen hoch. In den Bergen schneit es, und die Straßen können vereisen. Sechs
Dörfer erwarten an den Flüssen Nebel, typisch für den Juni und bis zehn Uhr extrem dicht.
Quellwolken ziehen ab, und die Nacht bleibt ruhig und trocken.
"""
FACES = [f"face {face}" for face in range(1, 7)]


def _table(heading: str, *columns: Sequence[object]) -> str:
    """Return columns as the text of a table."""
    return "\n".join([heading, *(",".join(map(str, row)) for row in zip(*columns, strict=True))])


def _tally(heading: str, p_items: Iterable[str], q_items: Iterable[str]) -> str:
    """Return how often each item comes up in P and in Q, as the text of a table."""
    p, q = Counter(p_items), Counter(q_items)
    labels = sorted(p | q)
    return _table(heading, labels, [p[label] for label in labels], [q[label] for label in labels])


def _letters(text: str) -> Iterator[str]:
    """Return the letters of a text, all small."""
    return filter(str.isalpha, text.lower())


def _words(lines: Iterable[str]) -> list[str]:
    """Return the words of some lines, all small."""
    return re.findall(r"\w+", " ".join(lines).lower())


LANGUAGES = _tally("letter,English,German", _letters(ENGLISH), _letters(GERMAN))
FORECASTS = _tally(
    "word,odd lines,even lines",
    _words(forecasts().splitlines()[::2]),
    _words(forecasts().splitlines()[1::2]),
)
BOOK = _table("face,fair,loaded", FACES, [1] * 6, [5, 1, 1, 1, 1, 1])
TWELVE = _table("face,P's die,Q's die", FACES, [2, 2, 2, 2, 2, 2], [3, 2, 2, 1, 4, 0])
TEN_TIMES = _table("answer,town,country", ["yes", "no", "no idea"], [42, 30, 8], [420, 300, 80])
