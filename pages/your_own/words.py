"""What the lesson on your own numbers says about them."""

from collections.abc import Callable, Sequence

import numpy as np

from charts.units import Unit
from charts.wording import amount, in_columns, listed, number, percent, readable, signed
from kl_core import Array, cross_entropy, entropy, js_divergence, total_variation
from pages.your_own.counts import Counts, harmless, means_markup
from pages.your_own.numbers import (
    Comparison,
    Places,
    Smoothing,
    expected_by_chance,
    largest,
    made_up,
)

IN_FORMULA = 5
IN_SNIPPET = 12


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


def in_words(compared: Comparison, unit: Unit) -> str:
    """Say what the chart shows now."""
    here, model = compared.in_order
    if np.array_equal(here, model):
        return (
            "P and Q give every category the same share, so nothing is lost: "
            f"{compared.direction} is 0 {unit.name}. How much each adds up to does not matter."
        )
    if ((here > 0) & (model == 0)).any():
        return _why_infinite(compared)
    first, second = compared.names
    return (
        f"{compared.direction} is {amount(unit.kl(here, model), unit.name)}"
        f"{with_alpha(compared.alpha)}: what one observation from {first} costs on "
        f"average, if one believes in {second}. {_costs(compared, unit)}"
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
    labels, terms = compared.counts.labels, compared.terms(unit)
    order = np.argsort(-terms, kind="stable")
    dear, cheapest = [place for place in order[:3] if terms[place] > 0], order[-1]
    costs = listed([f"`{readable(labels[place])}` ({signed(terms[place])})" for place in dear])
    returns = (
        f"None gives more back than `{readable(labels[cheapest])}` ({signed(terms[cheapest])}), "
        f"which {compared.names[1]} overrates."
        if terms[cheapest] < 0
        else "No category gives any back."
    )
    return f"No category costs more than {costs}. {returns}"


def by_chance(counts: Counts, unit: Unit) -> str:
    """Say how far apart two samples as large as these would be if both came from one source."""
    expected = expected_by_chance(counts)
    if expected is None:
        return ""
    return (
        f" By chance alone, two samples of {plain(counts.p.sum())} and {plain(counts.q.sum())} "
        "from one and the same source would differ by about "
        f"{amount(expected / unit.nats, unit.name)}."
    )


def measures(compared: Comparison, unit: Unit) -> dict[str, list[str]]:
    """Return how the measures build on each other, P first and Q first, column by column."""
    p, q = compared.shares
    return {
        f"in {unit.name}": [
            "entropy of the first",
            "cross-entropy",
            "divergence, their difference",
            "Jensen–Shannon divergence",
            "total variation, no unit",
        ],
        "P, then Q": _measures_of(p, q, unit),
        "Q, then P": _measures_of(q, p, unit),
    }


def _measures_of(first: Array, second: Array, unit: Unit) -> list[str]:
    """Return each measure of a pair, in their order."""
    return [
        number(float(value))
        for value in (
            entropy(first, base=unit.base),
            cross_entropy(first, second, base=unit.base),
            unit.kl(first, second),
            js_divergence(first, second, base=unit.base),
            total_variation(first, second),
        )
    ]


def largest_terms(compared: Comparison, count: int, unit: Unit) -> dict[str, list[str]]:
    """Return every number of the chart, column by column: the largest terms, others, the sum."""
    terms = compared.terms(unit)
    top, others = largest(terms, count)
    labels, (p, q) = compared.counts.labels, compared.shares
    first, second = (name.lower() for name in compared.names)

    def column(values: Array, text: Callable[[float], str]) -> list[str]:
        rest = [text(values[others].sum())] if others.size else []
        return [*(text(values[place]) for place in top), *rest, text(values.sum())]

    rest = [f"{others.size:,} other{'s' if others.size > 1 else ''}"] if others.size else []
    return {
        "category": [*(readable(labels[place], 24) for place in top), *rest, "sum"],
        "P": column(compared.counts.p, plain),
        "Q": column(compared.counts.q, plain),
        "p": column(p, percent),
        "q": column(q, percent),
        f"{first}·log({first}/{second})": column(terms, signed),
    }


def smoothing_in_words(counts: Counts, smoothing: Smoothing, unit: Unit) -> str:
    """Say what α does now."""
    alpha, changes = smoothing.alpha, smoothing.changes()
    never = [name for name, without, _ in changes if np.isinf(without)]
    if not alpha and never:
        several = len(never) > 1
        return (
            f"Nothing is added, so {listed(never)} {'are' if several else 'is'} infinite. Follow "
            f"the line{'s' if several else ''} to the left: the less one adds, the larger "
            f"{'they grow' if several else 'it grows'}, and there is no height to settle at. So no "
            "α gives *the* answer."
        )
    if not alpha:
        return (
            "Nothing is added, and nothing needs to be: both divergences are finite as they are. "
            "Any α could only change them."
        )
    moves = [
        f"{name} goes from {amount(without, unit.name)} to {amount(with_it, unit.name)}"
        for name, without, with_it in changes
    ]
    says = (
        f"With {alpha:g} added to every count {listed(moves)}. The additions make up "
        f"{percent(made_up(counts.p, alpha))} of P and {percent(made_up(counts.q, alpha))} of Q: "
        "that much was never counted."
    )
    if min(counts.p.sum(), counts.q.sum()) <= 1 + 1e-6:
        says += (
            " Numbers that add up to 1 are shares already, and beside them any α is large: put "
            "counts in, if you have them."
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
    lines = [
        rf"\{first}{{{number(here[place])}}}\,{unit.log}(\{first}{{{number(here[place])}}}/"
        rf"\{second}{{{number(model[place])}}}) & = {signed(terms[place])}"
        for place in top
    ]
    if others.size:
        lines.append(rf"\text{{{others.size:,} more}} & = {signed(terms[others].sum())}")
    total = amount(max(float(terms.sum()), 0.0), unit.tex)
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
