"""Entropy, cross-entropy and the price of the wrong code, in code words and real messages."""

import math

import numpy as np
import streamlit as st

from charts import information as chart
from charts.style import amount, counted, number, palette, percent, signed
from kl_core import (
    block_probabilities,
    blocks_of,
    cross_entropy,
    entropy,
    expected_length,
    huffman_code,
    kl_divergence,
    log_ratios,
    normalize,
)
from widgets import frame, theme, units
from widgets.chart import Picture, moving, shown
from widgets.formula import formula, in_columns
from widgets.prediction import predict
from widgets.presenter import stage
from widgets.presets import Preset, presets
from widgets.redraw import redraw
from widgets.self_check import Question, self_check
from widgets.series import series
from widgets.table import table
from widgets.take_away import take_away
from widgets.weights import Weights

FACES = [f"face {face}" for face in range(1, 7)]
FAIR = [1.0] * 6
LOADED = [5.0, 2.0, 1.0, 1.0, 0.5, 0.5]
BOOK = [5.0, 1.0, 1.0, 1.0, 1.0, 1.0]
HALVES = [8.0, 4.0, 2.0, 1.0, 0.5, 0.5]
NEARLY_SURE = [9.0, 0.2, 0.2, 0.2, 0.2, 0.2]
NO_SIX = [1.0, 1.0, 1.0, 1.0, 1.0, 0.0]
DICE = Weights(
    "information",
    FACES,
    p=LOADED,
    q=FAIR,
    followers=("information_picture",),
)
ROLLS = [10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000]
BLOCKS = [1, 2, 3, 4]
FIRST = 12
START = {
    "information_tree": "Q",
    "information_rolls": 1000,
    "information_seed": 1,
    "information_block": 1,
    "information_predict": None,
    "information_check1": None,
    "information_check2": None,
    "information_check3": None,
    "information_check4": None,
}


def start_over():
    """Put everything on this page back to where it began, answers included."""
    DICE.put_back()
    st.session_state.update(START)


@st.cache_resource(max_entries=256, show_spinner=False)
def code_for(die, block):
    """Return the Huffman code for blocks of rolls of a die."""
    return huffman_code(block_probabilities(die, block))


def digit(unit):
    """Return how much one binary digit is, in `unit`."""
    return math.log(2) / unit.nats


@st.cache_data(max_entries=1024, show_spinner=False)
def per_roll(p, die, block):
    """Return the binary digits that a roll of P takes on average in the code made for a die."""
    lengths = code_for(die, block).lengths
    return float(expected_length(block_probabilities(p, block), lengths)) / block


def ask_prediction(unit):
    """Ask whether a code can spend less than a digit on a roll that tells next to nothing."""
    die = normalize(NEARLY_SURE)
    alone, together = (per_roll(die, die, block) * digit(unit) for block in (1, 4))
    predict(
        "information_predict",
        f"A die shows face 1 in {percent(die[0])} of all rolls, so a roll tells little: only "
        f"{amount(entropy(die, base=unit.base), unit.name)}, well below one binary digit. Can a "
        "code get there?",
        ["Yes, with one short word a face", "Yes, with words for several rolls", "No"],
        answer="Yes, with words for several rolls",
        reveal="A word cannot be shorter than one digit, so with one word a roll even the best "
        f"code takes {amount(alone, unit.name)} on average. A word for four rolls at once shares "
        f"its digits among them: **{amount(together, unit.name)}** a roll.",
    )


def three_lengths(p, q, unit):
    """Return H(P), D(P‖Q) and H(P, Q)."""
    return (
        float(entropy(p, base=unit.base)),
        float(kl_divergence(p, q, base=unit.base)),
        float(cross_entropy(p, q, base=unit.base)),
    )


def in_words(p, q, unit):
    """Say what the chart shows now."""
    own, extra, crossed = three_lengths(p, q, unit)
    needs = f"A roll of P tells {amount(own, unit.name)}: no code gets by with less, on average. "
    if np.array_equal(p, q):
        return needs + f"Q is P, so a code made for Q is the right one: the extra is 0 {unit.name}."
    if math.isinf(crossed):
        return (
            f"{needs}A code made for Q has no word for what Q rules out, and P rolls that "
            f"{percent(p[q == 0].sum())} of the time: no length is enough."
        )
    return (
        f"{needs}Words as long as Q asks for, −log q each, take {amount(crossed, unit.name)}. The "
        f"difference is D(P‖Q): {amount(extra, unit.name)} paid on every roll for the wrong code"
        f"{f', {percent(extra / own)} on top' if own / 1000 < extra < 10 * own else ''}."
    )


def lengths_figure(p, q, unit, colours):
    """Return the chart that answers the sliders."""
    return chart.lengths_figure(FACES, p, q, *three_lengths(p, q, unit), unit.name, colours)


def drawn(controls):
    """Return P and Q, and how the lengths add up; none while nothing could ever happen."""
    if not (pair := DICE.chances(controls)):
        return None
    unit = units.current()
    own, extra, crossed = three_lengths(*pair, unit)
    return Picture(
        lengths_figure(*pair, unit, palette(theme.scheme())),
        in_words(*pair, unit),
        {
            "H(P)": amount(own, unit.name),
            "D(P‖Q)": amount(extra, unit.name),
            "H(P, Q)": amount(crossed, unit.name),
        },
        DICE.handles(*pair),
    )


@st.fragment(key="information_picture")
def picture():
    """Show what answers the sliders of P and Q."""
    DICE.say_what_is_missing()
    moving(drawn, key="_information_chart", stops=DICE.stops())


def ideal_length(chance, unit):
    """Return -log of a chance, in `unit`."""
    return -math.log(chance) / unit.nats if chance else math.inf


def spelled(word):
    """Return a code word as a table shows it."""
    return "none" if word is None else word or "empty"


@st.fragment(key="information_codes")
def codes():
    """Show both codes word by word, and one as a tree."""
    unit = units.current()
    if not (pair := DICE.chances()):
        st.info("There is no code until P and Q both have a weight above 0.")
        return
    p, q = pair
    p_words, q_words = (code_for(die, 1).words for die in (p, q))

    left, right = st.columns([2, 3], gap="medium")
    with left:
        table(
            {
                "face": [str(face) for face in range(1, 7)],
                "P": [*map(percent, p)],
                "−log p": [number(ideal_length(chance, unit), 2) for chance in p],
                "word": [*map(spelled, p_words)],
                "Q": [*map(percent, q)],
                "−log q": [number(ideal_length(chance, unit), 2) for chance in q],
                "word ": [*map(spelled, q_words)],
            },
            label=f"Both codes, word by word; ideal lengths in {unit.name}",
            hues={"P": "blue", "word": "blue", "Q": "orange", "word ": "orange"},
        )
        st.caption(
            f"−log p and −log q are the lengths that words should have, in {unit.name}; the words "
            "are Huffman's, as close as whole digits come."
        )
    name = st.session_state["information_tree"]
    die, words = (p, p_words) if name == "P" else (q, q_words)
    tells = tree_in_words(words, name)
    with right:
        drawn = chart.tree_figure(words, die, FACES, name, palette(theme.scheme()))
        shown(drawn, tells, key="_information_tree_chart")
        st.markdown(tells)


def tree_in_words(words, name):
    """Say how the code drawn as a tree came about."""
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
        f"way down are its word; words are {digits} digit{'s' if lengths[-1] > 1 else ''} long. "
        "The two rarest faces are joined first, then again the two rarest, up to the root: so rare "
        f"faces lie deep, and no word is the beginning of another.{ruled_out}"
    )


def rolled(p):
    """Return the rolls of P that are sent."""
    rng = np.random.default_rng(st.session_state["information_seed"])
    return rng.choice(6, p=p, size=st.session_state["information_rolls"])


@st.cache_data(max_entries=64, show_spinner=False)
def sent(die, rolls, block):
    """Send rolls in the code made for a die.

    Returns the digits taken, their standard error a roll, and whether what arrived was what was
    sent; or None if some block of rolls has no word.
    """
    code = code_for(die, block)
    message = blocks_of(rolls, 6, block)
    lengths = code.lengths[message]
    if np.isinf(lengths).any():
        return None
    digits = code.encode(message)
    arrived = code.decode(digits, message.size)
    spread = lengths.std(ddof=1) / math.sqrt(message.size) if message.size > 1 else math.nan
    return digits.size, spread / block, bool((arrived == message).all())


def first_rolls(p, q, rolls, block):
    """Show how the first rolls are written in both codes."""
    whole = min(FIRST, rolls.size) // block * block
    message = blocks_of(rolls[:whole], 6, block)
    faces = rolls[:whole].reshape(-1, block) + 1
    places = range(1, whole + 1, block)
    table(
        {
            "roll": ["shows", "P's code", "Q's code"],
            **{
                f"{place}" if block == 1 else f"{place}–{place + block - 1}": [
                    " ".join(map(str, faces[at])),
                    *(spelled(code_for(die, block).words[symbol]) for die in (p, q)),
                ]
                for at, (place, symbol) in enumerate(zip(places, message, strict=True))
            },
        },
        label="The first rolls in both codes",
        hues={},
    )


def messages_in_words(p, q, rolls, block, took, unit):
    """Say what the message took in both codes."""
    used = rolls.size // block * block
    rest = rolls.size - used
    opening = f"{used:,} rolls"
    if rest:
        opening += (
            f" ({rest} more {'does' if rest == 1 else 'do'} not fill a block of {block} and "
            f"{'is' if rest == 1 else 'are'} left out)"
        )
    p_took, q_took = took
    if q_took is None:
        first = int(np.argmax(q[rolls] == 0)) + 1
        return (
            f"Roll {first} shows face {rolls[first - 1] + 1}, for which the code made for Q has no "
            f"word: the message cannot be sent. P's code takes {p_took[0]:,} binary digits for "
            f"{opening}."
        )
    own, extra, crossed = three_lengths(p, q, unit)
    costs = [each[0] * digit(unit) / used for each in took]
    spreads = [each[1] * digit(unit) for each in took]
    paid = costs[1] - costs[0]
    verdict = (
        f"the wrong code cost **{signed(paid)}** {unit.name} a roll"
        if paid >= 0
        else f"by luck the wrong code saved **{number(-paid)}** {unit.name} a roll"
    )
    back = (
        "Decoded, both give back exactly the rolls that were sent."
        if p_took[2] and q_took[2]
        else "Decoding did not give the rolls back: please report this."
    )
    aims = f"H(P) is {number(own)}, H(P, Q) {number(crossed)} and D(P‖Q) {number(extra)}"
    return (
        f"{opening} took {p_took[0]:,} binary digits in P's code and {q_took[0]:,} in Q's. A roll "
        f"took **{number(costs[0])} ± {number(spreads[0])}** and **{number(costs[1])} ± "
        f"{number(spreads[1])}** {unit.name} (mean ± standard error): {verdict}. {aims}. {back}"
    )


@st.fragment(key="information_messages")
def messages():
    """Send real rolls in both codes and count the digits."""
    unit = units.current()
    if not (pair := DICE.chances()):
        st.info("There is nothing to roll until P and Q both have a weight above 0.")
        return
    p, q = pair
    block, rolls = st.session_state["information_block"], rolled(p)
    took = [sent(die, rolls, block) for die in pair]
    used = rolls.size // block * block
    own, _, crossed = three_lengths(p, q, unit)
    words = messages_in_words(p, q, rolls, block, took, unit)
    drawn = chart.counted_figure(
        (own, crossed),
        [per_roll(p, die, block) * digit(unit) for die in pair],
        [each[0] * digit(unit) / used if each else math.inf for each in took],
        [each[1] * digit(unit) if each else math.nan for each in took],
        used,
        unit.name,
        palette(theme.scheme()),
    )
    shown(drawn, words, key="_information_counted")
    st.markdown(words)
    first_rolls(p, q, rolls, block)


def blocks_in_words(p, q, shares, unit):
    """Say what coding in blocks gains, for P's code and for Q's."""
    block = st.session_state["information_block"]
    own, _, crossed = three_lengths(p, q, unit)
    here = shares[0][block - 1]
    gap = max(here - own, 0.0)
    words = int((p > 0).sum()) ** block
    exact = gap < 1e-9
    above = "exactly H(P)" if exact else f"{number(gap)} above H(P)"
    whole = (
        "Every −log₂ p is a whole number here, so words can be exactly as long as they should."
        if exact
        else "Rounding to whole digits always costs less than one digit a word: less than "
        f"{amount(digit(unit) / block, unit.name)} a roll here."
    )
    opening = (
        "With one word a roll" if block == 1 else f"In blocks of {block} ({counted(words, 'word')})"
    )
    told = f"{opening} P's code takes {amount(here, unit.name)} a roll, {above}. {whole}"
    if math.isinf(crossed):
        return f"{told} Q's code has no word for what Q rules out, in blocks of any length."
    there = shares[1][block - 1]
    side = "above" if there >= crossed else "below"
    off = abs(there - crossed)
    beside = "exactly" if off < 1e-9 else f"{number(off)} {side}"
    told += f" Q's code takes {amount(there, unit.name)}, {beside} H(P, Q)."
    if there < crossed - 1e-9:
        told += (
            " Below is no mistake: its whole-digit words happen to suit P better than lengths of "
            "−log q would. Below H(P) no code can get."
        )
    return told


@st.fragment(key="information_blocks")
def blocks():
    """Show how coding several rolls at once closes in on the entropy."""
    unit = units.current()
    if not (pair := DICE.chances()):
        return
    p, q = pair
    own, _, crossed = three_lengths(p, q, unit)
    shares = [[per_roll(p, die, block) * digit(unit) for block in BLOCKS] for die in pair]
    words = blocks_in_words(p, q, shares, unit)
    drawn = chart.blocks_figure(
        shares,
        (own, crossed),
        st.session_state["information_block"],
        unit.name,
        palette(theme.scheme()),
    )
    shown(drawn, words, key="_information_blocks_chart")
    st.markdown(words)


@st.fragment(key="information_formula")
def formula_today():
    """Write D as the difference of two lengths."""
    unit = units.current()
    if not (pair := DICE.chances()):
        return
    own, extra, crossed = three_lengths(*pair, unit)
    formula(
        r"\begin{aligned}"
        rf"H(\P{{P}}) &= -\sum_x \P{{p(x)}}\,{unit.log}\,\P{{p(x)}} \\"
        rf"H(\P{{P}}, \Q{{Q}}) &= -\sum_x \P{{p(x)}}\,{unit.log}\,\Q{{q(x)}} \\"
        r"D(\P{P}\|\Q{Q}) &= H(\P{P}, \Q{Q}) - H(\P{P})\end{aligned}",
        in_columns(
            [
                rf"H(\P{{P}}, \Q{{Q}}) & = \phantom{{-}}\Q{{{number(crossed)}}}",
                rf"-H(\P{{P}}) & = -\P{{{number(own)}}}",
            ],
            "rl",
            r"\KL{D(P\|Q)}",
            rf"\phantom{{-}}{amount(extra, unit.tex)}",
        ),
    )


def data(p, q, unit):
    """Return both codes with every digit."""
    return {
        "face": range(1, 7),
        "p": p,
        "q": q,
        f"ideal_p_{unit.name}": [ideal_length(chance, unit) for chance in p],
        f"ideal_q_{unit.name}": [ideal_length(chance, unit) for chance in q],
        f"extra_{unit.name}": log_ratios(p, q, base=unit.base),
        "p_word": [*map(spelled, code_for(p, 1).words)],
        "q_word": [*map(spelled, code_for(q, 1).words)],
    }


def snippet(p, q, unit):
    """Return Python that computes the three lengths and sends the same rolls."""
    state = st.session_state
    block = state["information_block"]
    own, extra, crossed = three_lengths(p, q, unit)
    took = [sent(die, rolled(p), block) for die in (p, q)]
    lines = [
        "import numpy as np",
        "from kl_core import (block_probabilities, blocks_of, cross_entropy, entropy,",
        "                     huffman_code, kl_divergence, normalize)",
        "",
        f"p = normalize({DICE.of('p')})",
        f"q = normalize({DICE.of('q')})",
        f"print(entropy(p, base={unit.code}))  # H(P) in {unit.name}: {own!r}",
        f"print(cross_entropy(p, q, base={unit.code}))  # H(P, Q): {crossed!r}",
        f"print(kl_divergence(p, q, base={unit.code}))  # D(P‖Q): {extra!r}",
        "",
        f"rolls = np.random.default_rng({state['information_seed']}).choice(6, p=p, "
        f"size={state['information_rolls']})",
    ]
    for letter, result in zip("pq", took, strict=True):
        if result:
            lines.append(
                f"print(huffman_code(block_probabilities({letter}, {block}))"
                f".encoded_length(blocks_of(rolls, 6, {block})))  # binary digits in "
                f"{letter.upper()}'s code: {result[0]}"
            )
    return "\n".join([*lines, ""])


@st.fragment(key="information_take_away")
def take_it():
    """Offer this view as a link, as data, as a chart and as code."""
    unit, colours = units.current(), palette(theme.scheme())
    if pair := DICE.chances():
        take_away(
            "information",
            data=lambda: data(*pair, unit),
            html=lambda: lengths_figure(*pair, unit, colours).to_html(),
            snippet=snippet(*pair, unit),
        )


QUESTIONS = [
    Question(
        "What does H(P, Q) − H(P) count?",
        {
            "What the wrong code costs on each roll": "Right: the best code for P takes H(P), the "
            "one made for Q takes H(P, Q), and the difference is D(P‖Q).",
            "How many digits the best code takes": "That is H(P) alone. The difference is what "
            "comes on top when the code was made for another die.",
            "How often decoding fails": "Neither code ever fails: both can be read back exactly. "
            "The wrong one only takes longer.",
        },
        right="What the wrong code costs on each roll",
    ),
    Question(
        "A language model Q is trained to lower the cross-entropy H(P, Q) on text from P. What "
        "happens to D(P‖Q)?",
        {
            "It falls by just as much": "Right: H(P) belongs to the text and does not move, so "
            "every step down in H(P, Q) is a step down in D(P‖Q).",
            "Nothing certain": "H(P, Q) is H(P) + D(P‖Q), and training cannot change H(P): the "
            "two fall together.",
            "It reaches 0 when H(P, Q) does": "H(P, Q) never gets below H(P), and text is never "
            "quite predictable. D reaches 0 when H(P, Q) reaches H(P).",
        },
        right="It falls by just as much",
    ),
    Question(
        "H(P) is far below one binary digit. Why does a Huffman code for single rolls still take "
        "about one?",
        {
            "Every word has at least one digit": "Right: as soon as two faces are possible. Only "
            "words for several rolls can share a digit.",
            "Huffman codes are not optimal": "They are, among all codes with a word for each roll. "
            "It is the word for each roll that costs.",
            "Entropy only holds for fair dice": "It holds for any die, and blocks of rolls come as "
            "close to it as one likes.",
        },
        right="Every word has at least one digit",
    ),
    Question(
        "A Huffman code made for Q takes less than H(P, Q) on rolls of P. Is that possible?",
        {
            "Yes": "Right: H(P, Q) is for words of length −log q exactly. Whole-digit words lie on "
            "either side, and P may like the shorter ones. Below H(P) no code can get.",
            "No, H(P, Q) is a lower bound": "The lower bound is H(P). H(P, Q) is what words of "
            "length −log q would take, and Huffman's are rounded.",
            "Only by chance, in a few rolls": "It can be so on average over all rolls, too: the "
            "rounding of the words may suit P.",
        },
        right="Yes",
    ),
]

first_screen = frame.header(
    "The wrong code",
    "A code made for Q takes H(P, Q) for each roll of P where the best code takes H(P): D(P‖Q) is "
    "the price of the wrong code.",
)
st.markdown(
    "To send rolls of a die as 0s and 1s, give each face a word. Frequent faces should get short "
    "words: a face with chance p deserves −log p. The average of that over all rolls is the "
    "**entropy** H(P). Whoever believes in :orange[**Q**] makes words of length −log q instead, "
    "and on rolls of :blue[**P**] these average to the **cross-entropy** H(P, Q).",
    width=720,
)
ask_prediction(units.current())
with stage(first_screen, "Move it", anchor="move"):
    presets(
        "information",
        [
            Preset("The book's die", DICE.put, (FAIR, BOOK)),
            Preset("Halves and quarters", DICE.put, (HALVES, HALVES[::-1])),
            Preset("Nearly sure", DICE.put, (NEARLY_SURE, FAIR)),
            Preset("Rule out the six", DICE.put, (FAIR, NO_SIX)),
            Preset("Swap P and Q", DICE.swap),
        ],
        start_over=start_over,
    )
    controls, answer = st.columns([2, 3], gap="medium")
    with controls:
        DICE.sliders(":blue[**P**], true die", ":orange[**Q**], the model")
        st.caption("Weights: each is divided by the sum of its six, so that they become chances.")
    with answer:
        picture()
st.header("Two codes", anchor="codes")
st.radio(
    "Draw the tree of the code made for",
    ["Q", "P"],
    key="information_tree",
    bind="query-params",
    horizontal=True,
)
codes()
st.header("Send real rolls", anchor="send")
controls, answer = st.columns([2, 3], gap="medium")
with controls:
    st.select_slider(
        "How many rolls of P",
        ROLLS,
        START["information_rolls"],
        key="information_rolls",
        bind="query-params",
        on_change=redraw,
        args=("information_messages",),
    )
    series(
        "information_seed",
        "Series of rolls",
        again="Roll again",
        icon="🎲",
        followers=("information_messages",),
    )
    st.select_slider(
        "Rolls in a block, with one word for all of them",
        BLOCKS,
        START["information_block"],
        key="information_block",
        bind="query-params",
        on_change=redraw,
        args=("information_messages",),
    )
    here = units.current()
    st.caption(
        "Words are made of binary digits, 0 and 1. "
        + ("One is 1 bit." if here.name == "bits" else f"One is {amount(digit(here), here.name)}.")
    )
with answer:
    messages()
st.header("Below whole digits", anchor="blocks")
st.markdown(
    "A word has a whole number of digits, and entropy has not. Give one word to a block of rolls, "
    "and they share its digits: the code made for P then closes in on H(P). Q's code, made for "
    "other rolls than it meets, may wander.",
    width=720,
)
blocks()
formula_today()
self_check("information", QUESTIONS)
take_it()
