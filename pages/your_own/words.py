"""What the lesson on your own numbers says about them."""

from collections.abc import Sequence

import numpy as np

from charts.units import Unit
from charts.wording import amount, in_columns, listed, number, percent, readable, signed
from kl_core import Array, cross_entropy, entropy, js_divergence, total_variation
from pages.your_own.counts import Counts
from pages.your_own.labels import are_uneven_bins, harmless, means_markup
from pages.your_own.numbers import (
    Comparison,
    Places,
    Smoothing,
    apart_by_chance,
    digits_of,
    largest,
    made_up,
)
from pages.your_own.reading import AS_GUESSED, CHOICES, Reading

IN_FORMULA = 5
IN_SNIPPET = 12
WHAT_BELONGS = """
- **Counts**, or shares of any total: a row for each category, the same rows for P and for Q.
- **Single draws or measurements** are no counts yet: count how often each value comes up. Put
  measured numbers into bins first, the same bins for P and for Q.
- **Bins of different widths** compare as they are, as the widths cancel in p/q. The heights of a
  histogram that is drawn as a density do not: multiply each by the width of its bin.
- **Empty bins**: one that is 0 in both columns adds nothing, unless α gives it a share. One that is
  0 in Q alone makes D(P‖Q) infinite: merge it with its neighbour in both columns, or smooth.
  Merging never raises D(P‖Q), so choose the bins before you look at it.
"""


def plain(value: float) -> str:
    """Return a number of the table, or a sum of them; of counts every digit."""
    return f"{value:,.0f}" if float(value).is_integer() and value < 1e15 else number(value)


def named(labels: Sequence[str], places: Places, most: int = 3) -> str:
    """Return the labels of some categories, as a sentence lists them."""
    names = [f"`{readable(labels[place])}`" for place in places[:most]]
    more = len(places) - most
    return listed([*names, f"{more:,} more"] if more > 0 else names)


def with_alpha(alpha: float) -> str:
    """Return what was done to the counts, as a sentence ends."""
    return f" with {alpha:g} added to every count" if alpha else ""


def read_in_words(counts: Counts) -> str:
    """Say how the table was read."""
    names = ""
    if counts.heading:
        p_name, q_name = map(readable, counts.heading)
        names = f" The first row is the heading: P is `{p_name}`, Q is `{q_name}`."
    strange = [label for label in counts.labels if means_markup(label)]
    literally = (
        f" Labels are shown as they are written, `{readable(strange[0])}` too: nothing in them is "
        "carried out as HTML, Markdown or a formula."
        if strange
        else ""
    )
    return (
        f"{len(counts.labels):,} categories in columns separated by {counts.separator}; P adds up "
        f"to {plain(counts.p.sum())}, Q to {plain(counts.q.sum())}.{names}{literally}"
    )


def guesses_in_words(counts: Counts, reading: Reading) -> str:
    """Say what was guessed, what was chosen, and what is worth knowing; "" if there is nothing."""
    guessed = [
        f"**{CHOICES[guess.field][0]}**: {guess.says}" if guess.field else guess.says
        for guess in counts.guesses
    ]
    told = {guess.field for guess in counts.guesses}
    chosen = [
        f"**{label}**: {getattr(reading, field)}, as you chose."
        for field, (label, _) in CHOICES.items()
        if getattr(reading, field) != AS_GUESSED and field not in told
    ]
    lines = [*guessed, *chosen, *_of_bins(counts)]
    if chosen or told - {""}:
        lines.append("Is something wrong? Choose under *Read it otherwise*, below.")
    return "\n".join(f"- {line}" for line in lines)


def _of_bins(counts: Counts) -> list[str]:
    """Return what is said of bins of different widths, and of rows that are 0 in both columns."""
    said = []
    if are_uneven_bins(counts.labels):
        said.append(
            "The labels look like bins of different widths. Counts of such bins compare as they "
            "are; heights of a histogram must be multiplied by the widths first."
        )
    empty = np.flatnonzero(counts.p + counts.q == 0)
    if empty.size:
        several = empty.size > 1
        said.append(
            f"{named(counts.labels, empty)} {'are' if several else 'is'} 0 in both columns and "
            f"add{'' if several else 's'} nothing, unless α gives {'them' if several else 'it'} a "
            "share."
        )
    return said


def in_words(compared: Comparison, unit: Unit) -> str:
    """Say what the chart shows now."""
    here, model = compared.in_order
    if np.array_equal(here, model):
        return (
            "P and Q give every category the same share, so nothing is lost: "
            f"{compared.direction} is 0 {unit.name}"
            + ("." if compared.alpha else ". How much each adds up to does not matter.")
        )
    if ((here > 0) & (model == 0)).any():
        return _why_infinite(compared)
    first, second = compared.names
    return (
        f"{compared.direction} is "
        f"{amount(unit.kl(here, model), unit.name, compared.digits(unit))}"
        f"{with_alpha(compared.alpha)}: what one observation from {first} costs more on average, "
        f"if one believes in {second}. {_costs(compared, unit)}"
        f"{'' if compared.alpha else by_chance(compared.counts, unit)}"
    )


def _why_infinite(compared: Comparison) -> str:
    """Say which categories make the divergence infinite."""
    first, second = compared.names
    here, model = compared.in_order
    missing = np.flatnonzero((here > 0) & (model == 0))
    several = missing.size > 1
    return (
        f"{named(compared.counts.labels, missing)} {'have' if several else 'has'} no count in "
        f"{second}, but {'are' if several else 'is'} {percent(here[missing].sum())} of {first}. "
        f"{second} says that {'they' if several else 'it'} cannot be, and the first one that comes "
        f"up proves {second} wrong: {compared.direction} is infinite. Raise α to see what "
        "smoothing makes of it."
    )


def _costs(compared: Comparison, unit: Unit) -> str:
    """Say which categories cost most, and which gives most back."""
    labels, terms, digits = compared.counts.labels, compared.terms(unit), compared.digits(unit)
    order = np.argsort(-terms, kind="stable")
    dear, cheapest = [place for place in order[:3] if terms[place] > 0], order[-1]
    costs = listed(
        [f"`{readable(labels[place])}` ({signed(terms[place], digits)})" for place in dear]
    )
    returns = (
        f"None gives more back than `{readable(labels[cheapest])}` "
        f"({signed(terms[cheapest], digits)}), which {compared.names[1]} overrates."
        if terms[cheapest] < 0
        else "No category gives any back."
    )
    return f"No category costs more than {costs}. {returns}"


def by_chance(counts: Counts, unit: Unit) -> str:
    """Say how far apart two samples as large as these mostly are if both come from one source."""
    apart = apart_by_chance(counts)
    if apart is None:
        return ""
    low, high = (value / unit.nats for value in apart)
    digits = digits_of([low, high])
    return (
        " If each of these counts is an observation of its own, two samples of "
        f"{plain(counts.p.sum())} and {plain(counts.q.sum())} from one and the same source are, by "
        f"chance alone, mostly {number(low, digits)} to {amount(high, unit.name, digits)} apart."
    )


def measures(compared: Comparison, unit: Unit) -> dict[str, list[str]]:
    """Return how the measures build on each other, P first and Q first, column by column."""
    p, q = compared.shares
    there, back = _measures_of(p, q, unit), _measures_of(q, p, unit)
    digits = digits_of([*there[2:], *back[2:]])
    return {
        f"in {unit.name}": [
            "entropy of the first",
            "cross-entropy",
            "divergence, their difference",
            "Jensen–Shannon divergence",
            "total variation, no unit",
        ],
        "P, then Q": [number(value, digits) for value in there],
        "Q, then P": [number(value, digits) for value in back],
    }


def _measures_of(first: Array, second: Array, unit: Unit) -> list[float]:
    """Return each measure of a pair, in their order."""
    return [
        float(value)
        for value in (
            entropy(first, base=unit.base),
            cross_entropy(first, second, base=unit.base),
            unit.kl(first, second),
            js_divergence(first, second, base=unit.base),
            total_variation(first, second),
        )
    ]


def measures_in_words(unit: Unit) -> str:
    """Say how the measures hang together, and which of them may exceed 1."""
    return (
        "The divergence is the cross-entropy less the entropy above it. Can it exceed 1? Yes: it "
        "is no probability, and no number bounds it. Jensen–Shannon never exceeds the logarithm "
        f"of 2, {amount(unit.kl(np.array([1.0, 0]), np.array([0.5, 0.5])), unit.name)}; total "
        "variation never exceeds 1."
    )


def largest_terms(compared: Comparison, count: int, unit: Unit) -> dict[str, list[str]]:
    """Return every number of the chart, column by column: the largest terms, others, the sum."""
    terms = compared.terms(unit)
    top, others = largest(terms, count)
    labels, (p, q) = compared.counts.labels, compared.shares
    first, second = (name.lower() for name in compared.names)
    digits = compared.digits(unit)

    def column(values: Array) -> list[float]:
        rest = [float(values[others].sum())] if others.size else []
        return [*map(float, values[top]), *rest, float(values.sum())]

    shares = [*zip(column(p), column(q), strict=True)]
    rest = [f"{others.size:,} other{'s' if others.size > 1 else ''}"] if others.size else []
    return {
        "category": [*(readable(labels[place], 24) for place in top), *rest, "sum"],
        "P": [*map(plain, column(compared.counts.p))],
        "Q": [*map(plain, column(compared.counts.q))],
        "p": [percents(*pair)[0] for pair in shares],
        "q": [percents(*pair)[1] for pair in shares],
        f"{first}·log({first}/{second})": [signed(term, digits) for term in column(terms)],
    }


def percents(*shares: float) -> list[str]:
    """Return shares that are compared, with two digits that count of each.

    Examples
    --------
    >>> percents(0.35, 0.42), percents(0.0014, 0.0007)
    (['35.0%', '42.0%'], ['0.140%', '0.070%'])
    """
    digits = digits_of([100 * share for share in shares], 1)
    return [percent(share, digits) for share in shares]


def smoothing_in_words(counts: Counts, smoothing: Smoothing, unit: Unit) -> str:
    """Say what α does now."""
    alpha, changes = smoothing.alpha, smoothing.changes()
    never = [name for name, without, _ in changes if np.isinf(without)]
    if not alpha and never:
        several = len(never) > 1
        return (
            f"Nothing is added, so {listed(never)} {'are' if several else 'is'} infinite. Follow "
            f"the line{'s' if several else ''} to the left end: as α goes to 0, "
            f"{'they grow' if several else 'it grows'} beyond every bound, and there is no height "
            "to settle at. So no α gives *the* answer."
        )
    if not alpha:
        return (
            "Nothing is added, and nothing needs to be: both divergences are finite as they are, "
            "so there is nothing for α to mend."
        )
    digits = smoothing.digits()
    moves = [
        f"{name} goes from {amount(without, unit.name, digits)} to "
        f"{amount(with_it, unit.name, digits)}"
        for name, without, with_it in changes
    ]
    says = (
        f"With {alpha:g} added to every count {listed(moves)}. The additions make up "
        f"{percent(made_up(counts.p, alpha))} of P and {percent(made_up(counts.q, alpha))} of Q: "
        "that much was never counted."
    )
    if not counts.are_counts:
        says += (
            " But your numbers are no counts: the same α weighs more beside 0.3 and 0.7 than "
            "beside 30 and 70. Put counts in, if you have them."
        )
    return says


def formula_in_symbols(compared: Comparison, unit: Unit) -> str:
    """Return the divergence in TeX; above it, the first of its shares."""
    first, second = compared.names
    return (
        r"\begin{aligned}"
        r"\P{p_i} &= \frac{\P{n_i} + \alpha}{\P{n} + k\,\alpha} \qquad "
        r"\Q{q_i} = \frac{\Q{m_i} + \alpha}{\Q{m} + k\,\alpha} \\[0.6em]"
        rf"D(\{first}{{{first}}}\|\{second}{{{second}}}) &= \sum_{{i=1}}^{{k}} "
        rf"\{first}{{{first.lower()}_i}}\,{unit.log}"
        rf"\frac{{\{first}{{{first.lower()}_i}}}}{{\{second}{{{second.lower()}_i}}}}"
        r"\end{aligned}"
    )


def formula_today(compared: Comparison, unit: Unit) -> str:
    """Return the divergence written out in TeX, for the largest terms."""
    first, second = compared.names
    here, model = compared.in_order
    terms = compared.terms(unit)
    top, others = largest(terms, IN_FORMULA)
    lines, digits = [], compared.digits(unit)
    for place in top:
        pair = float(here[place]), float(model[place])
        one, other = (number(share, digits_of(pair)) for share in pair)
        lines.append(
            rf"\{first}{{{one}}}\,{unit.log}(\{first}{{{one}}}/\{second}{{{other}}}) & = "
            f"{signed(terms[place], digits)}"
        )
    if others.size:
        lines.append(rf"\text{{{others.size:,} more}} & = {signed(terms[others].sum(), digits)}")
    total = amount(max(float(terms.sum()), 0.0), unit.tex, digits)
    return in_columns(lines, "rl", rf"\KL{{D({first}\|{second})}}", total)


def snippet(compared: Comparison, unit: Unit) -> str:
    """Return Python that computes the number; the counts of a long table come from its file."""
    counts, alpha = compared.counts, compared.alpha
    divergence = unit.kl(*compared.shares)
    if len(counts.labels) <= IN_SNIPPET:
        imports = ["import numpy as np", ""]
        read_in = [f"p = np.array({counts.p.tolist()})", f"q = np.array({counts.q.tolist()})"]
    else:
        imports = ["import csv", "", "import numpy as np", ""]
        read_in = [
            'with open("your_own.csv", encoding="utf-8", newline="") as file:',
            "    rows = list(csv.DictReader(file))",
            'p = np.array([float(row["p_count"]) for row in rows])',
            'q = np.array([float(row["q_count"]) for row in rows])',
        ]
    lines = [
        *imports,
        "from kl_core import kl_divergence, normalize",
        "",
        *read_in,
        f"p, q = normalize(p + {alpha}), normalize(q + {alpha})",
        f"print(kl_divergence(p, q, base={unit.code}))  # D(P‖Q) in {unit.name}: {divergence!r}",
    ]
    return "\n".join([*lines, ""])


def apostrophes_in_words(counts: Counts) -> str:
    """Say which labels the CSV file keeps from being formulas; "" where there are none."""
    formulas = [label for label in counts.labels if harmless(label) != label]
    if not formulas:
        return ""
    return (
        f"In the CSV file an apostrophe stands before `{readable(formulas[0])}`"
        + (" and its like" if len(formulas) > 1 else "")
        + ": a spreadsheet would take it for a formula."
    )
