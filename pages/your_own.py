"""Your own numbers: two columns of counts, how they compare, and what smoothing does to a zero."""

import re
from collections import Counter
from urllib.parse import quote_plus

import numpy as np
import streamlit as st
from scipy.special import rel_entr

from charts import your_own as chart
from charts.style import amount, listed, number, palette, percent, signed
from kl_core import (
    cross_entropy,
    entropy,
    js_divergence,
    kl_divergence,
    kl_terms,
    normalize,
    total_variation,
)
from kl_core.rlhf import forecasts
from widgets import frame, theme, units
from widgets.chart import Picture, Stops, moving
from widgets.counts import LONGEST, MOST, decoded, harmless, means_markup, read_counts
from widgets.formula import formula, in_columns
from widgets.frame import readable
from widgets.prediction import predict
from widgets.presenter import stage
from widgets.presets import Preset, presets
from widgets.redraw import redraw
from widgets.self_check import Question, self_check
from widgets.table import table
from widgets.take_away import take_away

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
P_ROLLS = [2, 2, 2, 2, 2, 2]
Q_ROLLS = [3, 2, 2, 1, 4, 0]


def as_text(heading, *columns):
    """Return columns as the text of a table."""
    return "\n".join([heading, *(",".join(map(str, row)) for row in zip(*columns, strict=True))])


def tally(heading, p_items, q_items):
    """Return how often each item comes up in P and in Q, as the text of a table."""
    p, q = Counter(p_items), Counter(q_items)
    labels = sorted(p | q)
    return as_text(heading, labels, [p[label] for label in labels], [q[label] for label in labels])


def letters(text):
    """Return the letters of a text, all small."""
    return filter(str.isalpha, text.lower())


def words(lines):
    """Return the words of some lines, all small."""
    return re.findall(r"\w+", " ".join(lines).lower())


FACES = [f"face {face}" for face in range(1, 7)]
LANGUAGES = tally("letter,English,German", letters(ENGLISH), letters(GERMAN))
FORECASTS = tally(
    "word,odd lines,even lines",
    words(forecasts().splitlines()[::2]),
    words(forecasts().splitlines()[1::2]),
)
BOOK = as_text("face,fair,loaded", FACES, [1] * 6, [5, 1, 1, 1, 1, 1])
TWELVE = as_text("face,P's die,Q's die", FACES, P_ROLLS, Q_ROLLS)
TEN_TIMES = as_text("answer,town,country", ["yes", "no", "no idea"], [42, 30, 8], [420, 300, 80])

DIRECTIONS = ["D(P‖Q)", "D(Q‖P)"]
ALPHAS = [0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10]
GRID = np.union1d(ALPHAS, np.geomspace(0.001, 10, 61))
IN_FORMULA = 5
IN_SNIPPET = 12
# Browsers, mail programs and proxies cut longer addresses off.
LONGEST_IN_LINK = 4000
START = {
    "own_table": LANGUAGES,
    "own_alpha": 0,
    "own_direction": DIRECTIONS[0],
    "own_top": 12,
    "own_predict": None,
    "own_check1": None,
    "own_check2": None,
    "own_check3": None,
    "own_check4": None,
}
FEWEST_DRAWN, MOST_DRAWN = 3, 40


def put(text):
    """Put a table into the field, and into the link: nothing in it is anybody's secret."""
    st.session_state.update(own_table=text, _own_in_link=True)


def start_over():
    """Put everything on this page back to where it began, answers included."""
    st.session_state.update(START, _own_in_link=True)


def upload_key():
    """Return the key of the field for files, which is a new and empty one after each upload."""
    return f"_own_file{st.session_state.get('_own_uploads', 0)}"


def take_file():
    """Put the text of an uploaded file into the field for the table, and leave it out of the link.

    A file that is no text stays where it is, so that the page can say what is wrong with it.
    """
    file = st.session_state[upload_key()]
    try:
        text = decoded(file.name, file.getvalue()) if file else None
    except ValueError:
        return
    if text is not None:
        uploads = st.session_state.get("_own_uploads", 0)
        st.session_state.update(own_table=text, _own_in_link=False, _own_uploads=uploads + 1)


def write_again():
    """Write the table into the address, or out of it, as the switch says."""
    # Streamlit writes what has been set anew, not what has merely been bound anew.
    st.session_state["own_table"] = st.session_state["own_table"]


def fits_in_link():
    """Say whether the table is short enough for a link."""
    text = st.session_state.get("own_table", LANGUAGES)
    return len(text) <= LONGEST_IN_LINK and len(quote_plus(text)) <= LONGEST_IN_LINK


def in_link():
    """Say whether the link holds the table."""
    return st.session_state.get("_own_in_link", True) and fits_in_link()


def table_field():
    """Draw the field that holds the table."""
    st.text_area(
        "A row for each category: its label, P's number and Q's number",
        LANGUAGES,
        height=300,
        key="own_table",
        bind="query-params" if in_link() else None,
        persist_state="session",
    )


def upload_field():
    """Draw the field for files, and say what is wrong with the file in it."""
    file = st.file_uploader(
        "Or take it from a CSV file",
        max_upload_size=1,
        key=upload_key(),
        on_change=take_file,
        help=f"Columns separated by commas, semicolons or tabs; up to {MOST:,} categories, "
        f"{LONGEST:,} characters. The first row may be a heading.",
    )
    if file:
        try:
            decoded(file.name, file.getvalue())
        except ValueError as problem:
            st.warning(f"{problem} The table stays as it is.", icon=":material/error:")


def link_switch():
    """Draw the switch that keeps the table in the link or out of it, and say what that means."""
    st.toggle(
        "Keep this table in the link",
        True,
        key="_own_in_link",
        persist_state="session",
        on_change=write_again,
        disabled=not fits_in_link(),
    )
    if in_link():
        st.caption(
            "The address of this page holds your table: whoever gets the link gets it too, and "
            "servers on the way may note it."
        )
    else:
        why = "" if fits_in_link() else "This table is too long for a link. "
        st.caption(
            f"{why}The table is in this browser tab only: a reload, or the link of this page, "
            "brings the example back."
        )
    st.caption(
        "The app computes with your numbers in the memory of this visit: it writes them to no file "
        "and no log, and drops them after you have closed the tab."
    )


def read_in_words(counts):
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


def plain(value):
    """Return a number of the table, or a sum of them; of counts every digit."""
    return f"{value:,.0f}" if float(value).is_integer() and value < 1e15 else number(value)


def read():
    """Return what the table says; None, and a sentence, while something is wrong with it."""
    try:
        counts = read_counts(st.session_state["own_table"])
    except ValueError as problem:
        st.warning(
            f"{problem} Until then there is nothing to compute; everything else stays as it is.",
            icon=":material/error:",
        )
        return None
    st.caption(read_in_words(counts))
    return counts


def smoothed(counts, alpha):
    """Return P and Q with α added to every count.

    Shares that differ by no more than rounding are the same: 0.1 of 0.3 is 1 of 3.
    """
    p, q = normalize(counts.p + alpha), normalize(counts.q + alpha)
    return p, np.where(np.isclose(p, q, rtol=1e-12, atol=0), p, q)


def current(controls=st.session_state):
    """Return P and Q as they are smoothed now."""
    return smoothed(counts, controls["own_alpha"])


def in_order(p, q, direction):
    """Return the pair in the order in which the divergence takes it."""
    return (p, q) if direction == DIRECTIONS[0] else (q, p)


def largest(terms, count):
    """Return the places of the largest terms, the one that costs most first, and of all others."""
    by_size = np.argsort(-np.abs(terms), kind="stable")
    top, others = np.split(by_size, [count])
    return top[np.argsort(-terms[top], kind="stable")], others


def named(places, most=3):
    """Return the labels of some categories, as a sentence lists them."""
    names = [f"`{readable(counts.labels[place])}`" for place in places[:most]]
    more = len(places) - most
    return listed([*names, f"{more:,} more"] if more > 0 else names)


def with_alpha(alpha):
    """Return what was done to the counts, as a sentence ends."""
    return f" with {alpha:g} added to every count" if alpha else ""


def in_words(p, q, direction, alpha, unit):
    """Say what the chart shows now."""
    first, second = direction[2], direction[4]
    here, model = in_order(p, q, direction)
    terms = kl_terms(here, model, base=unit.base)
    divergence = amount(kl_divergence(here, model, base=unit.base), unit.name)
    if np.array_equal(p, q):
        return (
            f"P and Q give every category the same share, so nothing is lost: {direction} is 0 "
            f"{unit.name}. How much each adds up to does not matter."
        )
    missing = np.flatnonzero((here > 0) & (model == 0))
    if missing.size:
        share = percent(here[missing].sum())
        several = missing.size > 1
        return (
            f"{named(missing)} {'have' if several else 'has'} no count in {second}, but "
            f"{'are' if several else 'is'} {share} of {first}. {second} says that "
            f"{'they' if several else 'it'} cannot be, and the first one that comes up proves "
            f"{second} wrong: {direction} is infinite. Raise α to see what smoothing makes of it."
        )
    order = np.argsort(-terms, kind="stable")
    dear = [place for place in order[:3] if terms[place] > 0]
    costs = listed(
        [f"`{readable(counts.labels[place])}` ({signed(terms[place])})" for place in dear]
    )
    cheapest = order[-1]
    returns = (
        f" None gives more back than `{readable(counts.labels[cheapest])}` "
        f"({signed(terms[cheapest])}), which {second} overrates."
        if terms[cheapest] < 0
        else " No category gives any back."
    )
    return (
        f"{direction} is {divergence}{with_alpha(alpha)}: what one observation from {first} costs "
        f"on average, if one believes in {second}. No category costs more than {costs}.{returns}"
        f"{'' if alpha else by_chance(unit)}"
    )


def by_chance(unit):
    """Say how far apart two samples as large as these would be if both came from one source.

    n·D between a sample and its source is about half a χ² with a degree of freedom less than there
    are categories (Wilks); between two samples both of them add their part.
    """
    totals = np.array([counts.p.sum(), counts.q.sum()])
    seen = int((counts.p + counts.q > 0).sum())
    whole = all((column == np.rint(column)).all() for column in (counts.p, counts.q))
    if not whole or seen < 2 or totals.min() < 5 * seen:
        return ""
    expected = (seen - 1) / 2 * (1 / totals).sum() / unit.nats
    return (
        f" By chance alone, two samples of {plain(totals[0])} and {plain(totals[1])} from one and "
        f"the same source would differ by about {amount(expected, unit.name)}."
    )


def terms_figure(p, q, direction, count, unit, colours):
    """Return the chart that answers the controls, with the `count` largest terms."""
    terms = kl_terms(*in_order(p, q, direction), base=unit.base)
    top, others = largest(terms, count)
    return chart.terms_figure(
        [counts.labels[place] for place in top],
        p[top],
        q[top],
        terms[top],
        (others.size, float(terms[others].sum())),
        name=direction,
        unit=unit.name,
        colours=colours,
    )


def drawn(controls):
    """Return the picture of the terms, both divergences with it; none without a table."""
    if not counts:
        return None
    unit, direction = units.current(), controls["own_direction"]
    p, q = current(controls)
    return Picture(
        terms_figure(p, q, direction, controls["own_top"], unit, palette(theme.scheme())),
        in_words(p, q, direction, controls["own_alpha"], unit),
        {
            name: amount(kl_divergence(*in_order(p, q, name), base=unit.base), unit.name)
            for name in DIRECTIONS
        },
    )


@st.fragment(key="own_picture")
def picture():
    """Show the terms, both divergences, and what the chart says in words."""
    moving(
        drawn,
        key="_own_chart",
        stops={
            "own_alpha": Stops.among(ALPHAS),
            "own_top": Stops.along(FEWEST_DRAWN, MOST_DRAWN, 1),
        },
    )


def measures_table(p, q, unit):
    """Show how the measures build on each other, P first and Q first."""
    pairs = ((p, q), (q, p))
    table(
        {
            f"in {unit.name}": [
                "entropy of the first",
                "cross-entropy",
                "divergence, their difference",
                "Jensen–Shannon divergence",
                "total variation, no unit",
            ],
            **{
                name: [
                    number(entropy(one, base=unit.base)),
                    number(cross_entropy(one, other, base=unit.base)),
                    number(kl_divergence(one, other, base=unit.base)),
                    number(js_divergence(one, other, base=unit.base)),
                    number(total_variation(one, other)),
                ]
                for name, (one, other) in zip(("P, then Q", "Q, then P"), pairs, strict=True)
            },
        },
        label=f"All measures, in {unit.name}",
        hues={"P, then Q": "blue", "Q, then P": "orange"},
        words=(f"in {unit.name}",),
    )


def terms_table(p, q, direction, unit):
    """Show every number of the chart."""
    terms = kl_terms(*in_order(p, q, direction), base=unit.base)
    top, others = largest(terms, st.session_state["own_top"])
    rest = others.size > 0
    first, second = direction[2].lower(), direction[4].lower()

    def column(values, text):
        return [
            *(text(values[place]) for place in top),
            *([text(values[others].sum())] * rest),
            text(values.sum()),
        ]

    table(
        {
            "category": [
                *(readable(counts.labels[place], 24) for place in top),
                *([f"{others.size:,} other{'s' if others.size > 1 else ''}"] * rest),
                "sum",
            ],
            "P": column(counts.p, plain),
            "Q": column(counts.q, plain),
            "p": column(p, percent),
            "q": column(q, percent),
            f"{first}·log({first}/{second})": column(terms, signed),
        },
        label=f"The largest terms of {direction}, in {unit.name}",
        hues={"P": "blue", "p": "blue", "Q": "orange", "q": "orange"},
        words=("category",),
    )


@st.fragment(key="own_numbers")
def all_numbers():
    """Show every measure, and every number of the chart."""
    if not counts:
        return
    unit, direction = units.current(), st.session_state["own_direction"]
    p, q = current()
    left, right = st.columns([2, 3], gap="medium")
    with left:
        measures_table(p, q, unit)
        st.caption("The divergence is the cross-entropy less the entropy above it.")
    with right:
        terms_table(p, q, direction, unit)
        st.caption(
            "P and Q are your numbers, p and q their shares"
            f"{with_alpha(st.session_state['own_alpha'])}. The last column is in {unit.name}; its "
            f"sum is {direction}."
        )


def made_up(column, alpha):
    """Return which part of a smoothed column was never counted."""
    added = alpha * column.size
    return added / (column.sum() + added)


def smoothing_in_words(alpha, there, back, unit):
    """Say what α does now; `there` and `back` are each divergence without it and with it."""
    pairs = [*zip(DIRECTIONS, (there, back), strict=True)]
    never = [name for name, (without, _) in pairs if np.isinf(without)]
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
        f"{name} goes from {amount(without, unit.name)} to {amount(now, unit.name)}"
        for name, (without, now) in pairs
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


def smoothing_drawn(controls):
    """Return the picture of both divergences over α; none without a table."""
    if not counts:
        return None
    unit, alpha = units.current(), controls["own_alpha"]
    p, q = (normalize(column + GRID[:, np.newaxis]) for column in (counts.p, counts.q))
    there, back = kl_divergence(p, q, base=unit.base), kl_divergence(q, p, base=unit.base)
    now = int(np.flatnonzero(alpha == GRID)[0])
    return Picture(
        chart.smoothing_figure(
            GRID, there, back, alpha, unit=unit.name, colours=palette(theme.scheme())
        ),
        smoothing_in_words(alpha, (there[0], there[now]), (back[0], back[now]), unit),
    )


@st.fragment(key="own_smoothing")
def smoothing():
    """Show what every α would make of both divergences."""
    moving(
        smoothing_drawn,
        key="_own_smoothing_chart",
        stops={"own_alpha": Stops.among(ALPHAS)},
    )


@st.fragment(key="own_formula")
def formula_today():
    """Write the divergence out, for the largest terms; above it, the first of its shares."""
    if not counts:
        return
    unit, direction = units.current(), st.session_state["own_direction"]
    p, q = current()
    here, model = in_order(p, q, direction)
    first, second = direction[2], direction[4]
    terms = kl_terms(here, model, base=unit.base)
    top, others = largest(terms, IN_FORMULA)
    formula(
        r"\begin{aligned}"
        r"\P{p_i} &= \frac{\P{n_i} + \alpha}{\P{n} + k\,\alpha} \qquad "
        r"\Q{q_i} = \frac{\Q{m_i} + \alpha}{\Q{m} + k\,\alpha} \\[0.6em]"
        rf"D(\{first}{{{first}}}\|\{second}{{{second}}}) &= \sum_{{i=1}}^{{k}} "
        rf"\{first}{{{first.lower()}_i}}\,{unit.log}"
        rf"\frac{{\{first}{{{first.lower()}_i}}}}{{\{second}{{{second.lower()}_i}}}}"
        r"\end{aligned}",
        in_columns(
            [
                *(
                    rf"\{first}{{{number(here[place])}}}\,{unit.log}(\{first}{{{number(here[place])}}}/"
                    rf"\{second}{{{number(model[place])}}}) & = {signed(terms[place])}"
                    for place in top
                ),
                *(
                    [rf"\text{{{others.size:,} more}} & = {signed(terms[others].sum())}"]
                    if others.size
                    else []
                ),
            ],
            "rl",
            rf"\KL{{D({first}\|{second})}}",
            amount(max(terms.sum(), 0.0), unit.tex),
        ),
    )
    st.caption(
        "n and m are the numbers of P and of Q, with an index in row i of k, without one in total."
    )


def data(p, q, unit):
    """Return the table with every digit, column by column."""
    return {
        "label": map(harmless, counts.labels),
        "p_count": counts.p,
        "q_count": counts.q,
        "p": p,
        "q": q,
        f"p_term_{unit.name}": kl_terms(p, q, base=unit.base),
        f"q_term_{unit.name}": kl_terms(q, p, base=unit.base),
    }


def snippet(p, q, unit):
    """Return Python that computes the number; the counts of a long table come from its file."""
    alpha = st.session_state["own_alpha"]
    divergence = float(kl_divergence(p, q, base=unit.base))
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


@st.fragment(key="own_take_away")
def take_it():
    """Offer this view as a link, as data, as a chart and as code."""
    if not counts:
        return
    unit, colours = units.current(), palette(theme.scheme())
    direction, count = st.session_state["own_direction"], st.session_state["own_top"]
    p, q = current()
    take_away(
        "your_own",
        data=lambda: data(p, q, unit),
        html=lambda: terms_figure(p, q, direction, count, unit, colours).to_html(),
        snippet=snippet(p, q, unit),
        missing="" if in_link() else "your table, which is in this browser tab only",
    )
    formulas = [label for label in counts.labels if harmless(label) != label]
    if formulas:
        st.caption(
            f"In the CSV file an apostrophe stands before `{readable(formulas[0])}`"
            + (" and its like" if len(formulas) > 1 else "")
            + ": a spreadsheet would take it for a formula."
        )


def ask_prediction(unit):
    """Ask what becomes of an infinite divergence as smoothing gets weaker."""
    counted_zero = read_counts(TWELVE)
    values = {
        alpha: kl_divergence(*smoothed(counted_zero, alpha), base=unit.base)
        for alpha in (1, 0.1, 0.01)
    }
    predict(
        "own_predict",
        "Two dice are rolled twelve times each. Q's shows no six, P's does, so D(P‖Q) is infinite. "
        "Add a little to every count, the zero too, and it is finite. What happens to it as you "
        "add less and less?",
        [
            "It settles at the true D(P‖Q)",
            "It grows without end",
            "It sinks to 0",
        ],
        answer="It grows without end",
        reveal="With 1 added to every count D(P‖Q) is "
        f"{amount(values[1], unit.name)}, with 0.1 it is {amount(values[0.1], unit.name)}, with "
        f"0.01 {amount(values[0.01], unit.name)}, and so on: each tenth part adds about as much "
        "again. Twelve rolls do not tell how rare Q's six is, so what you add decides. Press "
        "*Twelve rolls each* and move α.",
    )


def questions(unit):
    """Return the questions, with the numbers in this unit."""
    counted_zero = read_counts(TWELVE)
    one, little = (
        amount(kl_divergence(*smoothed(counted_zero, alpha), base=unit.base), unit.name)
        for alpha in (1, 0.01)
    )
    raw = rel_entr([3, 6, 1], [30, 60, 10]).sum() / unit.nats
    return [
        Question(
            "P has a category that was counted 0 times in Q. What does the zero say?",
            {
                "It did not come up in this sample": "Right: twelve rolls of a fair die show no "
                f"six {percent((5 / 6) ** 12)} of the time. D(P‖Q) takes the share of 0 at its "
                "word all the same, and becomes infinite.",
                "It cannot come up": "That is how D(P‖Q) takes it, hence the infinity. But even a "
                f"fair die shows no six {percent((5 / 6) ** 12)} of the time in twelve rolls.",
                "Its row should be deleted": "Then the very category in which P and Q differ most "
                "is gone, and D(P‖Q) is finite because nobody looks.",
            },
            right="It did not come up in this sample",
            see="[The die, six ruled out](die?die_q6=0)",
        ),
        Question(
            f"Between two dice rolled twelve times each, D(P‖Q) is {one} with 1 added to every "
            f"count, and {little} with 0.01. Which is right?",
            {
                "Each, for its choice of α": "Right: without α it would be infinite, so α decides "
                "much of the number. Say which α you took, and compare only numbers with the "
                "same one.",
                "The one with 0.01, as it changes less": "It changes the counts less, but the "
                "answer is no truer: with 0.0001 it would be larger still, without end.",
                "The one with 1, as Laplace has it": "Laplace's rule is a convention, and not "
                "the only one: Jeffreys adds ½. The data favour neither.",
            },
            right="Each, for its choice of α",
        ),
        Question(
            "P was counted over 80 people, Q over 800. What must be done before D(P‖Q)?",
            {
                "Divide each column by its own total": "Right, and that is all: shares of 80 and "
                "of 800 compare. Only chance weighs more in the smaller sample, and so would α.",
                "Leave out nine tenths of Q": "That would throw knowledge away, and Q's shares "
                "would only become less certain.",
                "Divide both columns by 880": "Then neither adds up to 1, and what comes out is "
                "no divergence. Each is divided by its own total.",
            },
            right="Divide each column by its own total",
        ),
        Question(
            "Counts 3, 6, 1 and 30, 60, 10 go into Σ p·log(p/q) as they are, and out comes "
            f"{number(raw)}. What went wrong?",
            {
                "They were not divided by their totals": "Right: both columns have the same "
                "shares, so D(P‖Q) is 0. Only of shares is it true that it is never negative.",
                "Nothing: D(P‖Q) is negative where Q is larger": "Single terms are, the sum never "
                "is (Gibbs' inequality), as long as each column adds up to 1. These do not.",
                "P is too small a sample": "A small sample makes shares uncertain, never D(P‖Q) "
                "negative. These columns do not add up to 1.",
            },
            right="They were not divided by their totals",
            see="[The definition](definition)",
        ),
    ]


first_screen = frame.header(
    "Your own numbers",
    "Divide two columns of counts by their totals, and D(P‖Q) compares them. One zero in Q can "
    "make it infinite; what you add to mend that is your choice, not your data's.",
)
ask_prediction(units.current())
st.header("Your table", anchor="table")
field, source = st.columns([3, 2], gap="medium")
with field:
    table_field()
with source:
    upload_field()
    link_switch()
# Read once: only the field changes it, and that draws the whole page.
counts = read()
with stage(first_screen, "Move it", anchor="move"):
    presets(
        "own",
        [
            Preset(
                "Two languages",
                put,
                (LANGUAGES,),
                "The letters of one weather forecast, in English (P) and in German (Q).",
            ),
            Preset(
                "332 forecasts",
                put,
                (FORECASTS,),
                "The words of the forecasts from the lesson *The safety rope*: every other "
                "forecast is P, the rest are Q.",
            ),
            Preset("The book's die", put, (BOOK,)),
            Preset("Twelve rolls each", put, (TWELVE,), "In twelve rolls Q's die shows no six."),
            Preset("Ten times as many", put, (TEN_TIMES,), "The same shares of another total."),
        ],
        start_over=start_over,
    )
    controls, answer = st.columns([2, 3], gap="medium")
    with controls:
        st.select_slider(
            "α, added to every count",
            ALPHAS,
            START["own_alpha"],
            key="own_alpha",
            bind="query-params",
            on_change=redraw,
            args=("own_picture", "own_smoothing"),
        )
        st.radio(
            "Draw the terms of",
            DIRECTIONS,
            key="own_direction",
            bind="query-params",
            horizontal=True,
        )
        st.slider(
            "How many categories to draw, the largest terms first",
            FEWEST_DRAWN,
            MOST_DRAWN,
            START["own_top"],
            key="own_top",
            bind="query-params",
            on_change=redraw,
            args=("own_picture",),
        )
    with answer:
        picture()
st.header("Every number", anchor="numbers")
all_numbers()
st.header("What smoothing does", anchor="smoothing")
st.markdown(
    "A count of 0 becomes a share of 0: Q says *never*. If P shows it all the same, log(p/0) is "
    "infinite, and so is D(P‖Q). But a zero count often means only *not yet*. **Additive "
    "smoothing** adds the same α to every count of both columns before they are divided, as if "
    "each category had been seen α times more. Then no share is 0, and both divergences are "
    "finite. (α = 1 is Laplace's rule, α = ½ is Jeffreys'.) But α is not in your data.",
    width=720,
)
smoothing()
formula_today()
self_check("own", questions(units.current()))
take_it()
