"""How a table may be read: what the learner may choose, and what was guessed where nothing is."""

from dataclasses import dataclass

AS_GUESSED = "as guessed"
MOST_COLUMNS = 20
_COLUMNS = tuple(f"column {place}" for place in range(1, MOST_COLUMNS + 1))

# Of each field of `Reading`: what its control is called, and what one may choose there.
CHOICES = {
    "separator": ("Columns are separated by", ("tabs", "semicolons", "commas", "bars", "blanks")),
    "decimal": ("Decimal sign", ("point", "comma")),
    "rows": ("Rows are", ("categories", "P and Q")),
    "first": ("First row", ("a heading", "a category")),
    "totals": ("Totals", ("left out", "categories")),
    "kind": ("Numbers are", ("counts", "shares")),
    "p": ("P is in", _COLUMNS),
    "q": ("Q is in", _COLUMNS),
}


@dataclass(frozen=True)
class Reading:
    """How to read a table, each by one of its `CHOICES` or as guessed.

    Attributes
    ----------
    separator : str
        What the columns are separated by.
    decimal : str
        Which sign stands before decimals; the other one parts thousands.
    rows : str
        Whether a row is a category, or all of P or Q.
    first : str
        What the first row is.
    totals : str
        What becomes of rows that are the sum of the others.
    kind : str
        Whether the numbers count observations, or are shares or other weights.
    p, q : str
        Which columns P and Q are in.
    """

    separator: str = AS_GUESSED
    decimal: str = AS_GUESSED
    rows: str = AS_GUESSED
    first: str = AS_GUESSED
    totals: str = AS_GUESSED
    kind: str = AS_GUESSED
    p: str = AS_GUESSED
    q: str = AS_GUESSED


ALL_GUESSED = Reading()


@dataclass(frozen=True)
class Guess:
    """What was guessed, in a sentence, and which field of `Reading` undoes it; "" if none can."""

    field: str
    says: str
