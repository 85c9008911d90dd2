"""Labels as somebody wrote them: what they would mean as markup, and as a formula of a sheet."""

import re
from collections.abc import Sequence
from itertools import pairwise

_BIN = re.compile(r"[\[(]?(-?[\d.]+)\s*(?:[-–—,;…]|\.\.|to|bis|à)\s*(-?[\d.]+)[\])]?")
_MARKUP = re.compile(r"</?\w|&\w+;|`|\$.*\$|\]\(|:\w+\[|\*(?=\S)[^*]*\*|~~|^#+ ")
# Of an underscore inside a word Markdown makes nothing.
_OPENING, _CLOSING = re.compile(r"(?<![^\W_])_(?=[^\s_])"), re.compile(r"(?<=[^\s_])_+(?!\w)")
_FORMULA = ("=", "+", "-", "@")


def means_markup(label: str) -> bool:
    """Say whether a label would mean something as HTML, Markdown or a formula.

    Examples
    --------
    >>> [means_markup(label) for label in ("<b>sea</b>", "**sea**", "=1+1", "sea", "red_sea")]
    [True, True, True, False, False]
    """
    opening = _OPENING.search(label)
    emphasis = opening and _CLOSING.search(label, opening.end())
    return label.startswith(_FORMULA) or bool(emphasis or _MARKUP.search(label))


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


def are_uneven_bins(labels: Sequence[str]) -> bool:
    """Say whether labels name bins of different widths; the first and the last may have no end.

    Examples
    --------
    >>> are_uneven_bins(["0-10", "10-20", "20-50"]), are_uneven_bins(["0-9", "10-19", "20+"])
    (True, False)
    """
    found = [_BIN.fullmatch(label) for label in labels]
    open_ended = [
        not each and bool(re.search(r"\d", label))
        for each, label in zip(found, labels, strict=True)
    ]
    inner = found[open_ended[0] : len(found) - open_ended[-1]]
    try:
        bins = [(float(each[1]), float(each[2])) for each in inner if each]
    except ValueError:
        return False
    if len(bins) < 2 or len(bins) < len(inner) or not all(low < high for low, high in bins):
        return False
    widths = [high - low for low, high in bins]
    # Between 0-9 and 10-19 there is a step of 1, which a last bin of 90-100 leaves out.
    touch = all(one[1] == other[0] for one, other in pairwise(bins))
    return max(widths) - min(widths) > (1e-9 * max(widths) if touch else 1)
