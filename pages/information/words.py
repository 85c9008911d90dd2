"""What the coding lesson says about its numbers."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from charts.units import Unit
from charts.wording import amount, number, percent, signed
from charts.wording import counted as how_many
from kl_core import Array, Symbols, blocks_of, normalize
from pages.information import numbers
from pages.information.numbers import (
    Counted,
    Message,
    code_for,
    digit,
    has_whole_lengths,
    ideal_length,
    spelled,
    three_lengths,
)

# So many rolls are written out in both codes.
FIRST = 12


def in_words(p: Array, q: Array, unit: Unit) -> str:
    """Say what the chart of the lengths shows now."""
    lengths = three_lengths(p, q, unit)
    own, extra = lengths.own, lengths.extra
    needs = f"A roll of P tells {amount(own, unit.name)}: no code gets by with less, on average. "
    if np.array_equal(p, q):
        return needs + f"Q is P, so a code made for Q is the right one: the extra is 0 {unit.name}."
    if math.isinf(lengths.crossed):
        return (
            f"{needs}A code made for Q has no word for what Q rules out, and P rolls that "
            f"{percent(p[q == 0].sum())} of the time: no length is enough."
        )
    return (
        f"{needs}Words as long as Q asks for, −log q each, take "
        f"{amount(lengths.crossed, unit.name)}. The difference is D(P‖Q): "
        f"{amount(extra, unit.name)} paid on every roll for the wrong code, on average"
        f"{f': {percent(extra / own)} on top' if own / 1000 < extra < 10 * own else ''}."
    )


def both_codes(p: Array, q: Array, unit: Unit) -> Mapping[str, Sequence[str]]:
    """Return the table of both codes, word by word."""
    return {
        "face": [str(face) for face in range(1, 7)],
        "P": [*map(percent, p)],
        "−log p": [number(ideal_length(chance, unit), 2) for chance in p],
        "word": [*map(spelled, code_for(p, 1).words)],
        "Q": [*map(percent, q)],
        "−log q": [number(ideal_length(chance, unit), 2) for chance in q],
        "word ": [*map(spelled, code_for(q, 1).words)],
    }


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


def one_digit(unit: Unit) -> str:
    """Say how much a binary digit is."""
    return "One is 1 bit." if unit.name == "bits" else f"One is {amount(digit(unit), unit.name)}."


def message_in_words(p: Array, q: Array, message: Message, counted: Counted, unit: Unit) -> str:
    """Say what the message took in both codes."""
    opening = f"{message.used:,} rolls{_left_out(message)}"
    own, wrong, rolls = message.own, message.wrong, message.rolls
    if math.isinf(wrong.digits):
        first = int(np.argmax(q[rolls] == 0)) + 1
        return (
            f"Roll {first} shows face {rolls[first - 1] + 1}, for which the code made for Q has no "
            f"word: the message cannot be sent. P's code takes {own.digits:,} binary digits for "
            f"{opening}."
        )
    (mine, theirs), (error, other) = counted.counted, counted.errors
    paid = theirs - mine
    verdict = (
        f"the wrong code cost **{signed(paid)}** {unit.name} a roll"
        if paid >= 0
        else f"by luck the wrong code saved **{number(-paid)}** {unit.name} a roll"
    )
    back = (
        "Decoded, both give back exactly the rolls that were sent."
        if own.intact and wrong.intact
        else "Decoding did not give the rolls back: please report this."
    )
    return (
        f"{opening} took {own.digits:,} binary digits in P's code and {wrong.digits:,} in Q's. A "
        f"roll took **{number(mine)} ± {number(error)}** and **{number(theirs)} ± "
        f"{number(other)}** {unit.name} (mean ± standard error): {verdict}. "
        f"{_price(p, q, counted, message.block, unit)} {back}"
    )


def _price(p: Array, q: Array, counted: Counted, block: int, unit: Unit) -> str:
    """Say what the wrong code costs on average: with ideal words, with these, with others."""
    lengths = three_lengths(p, q, unit)
    ideal = (
        f"H(P) is {number(lengths.own)}, H(P, Q) {number(lengths.crossed)} and D(P‖Q) "
        f"{number(lengths.extra)}"
    )
    if math.isinf(lengths.crossed):
        return f"{ideal}: sooner or later a face comes for which Q has no word."
    mine, theirs = counted.expected
    costs = [each * digit(unit) - mine for each in numbers.range_of_tied(p, q, block)]
    least, here, most = (round(each, 12) for each in (costs[0], theirs - mine, costs[1]))
    tied = (
        f"; other words, just as short for Q, from {number(least)} to {number(most)}: between "
        "equals Huffman chooses freely"
        if number(least) != number(most)
        else ""
    )
    return (
        f"{ideal}, the price with words of ideal length. These, of whole digits, cost "
        f"{number(here)} on average{tied}."
    )


def _left_out(message: Message) -> str:
    """Say how many rolls do not fill a block, if any."""
    rest = message.rolls.size - message.used
    if not rest:
        return ""
    return (
        f" ({rest} more {'does' if rest == 1 else 'do'} not fill a block of {message.block} and "
        f"{'is' if rest == 1 else 'are'} left out)"
    )


def first_rolls(p: Array, q: Array, rolls: Symbols, block: int) -> Mapping[str, Sequence[str]]:
    """Return the table of the first rolls, as both codes write them."""
    whole = min(FIRST, rolls.size) // block * block
    message = blocks_of(rolls[:whole], 6, block)
    faces = rolls[:whole].reshape(-1, block) + 1
    places = range(1, whole + 1, block)
    return {
        "roll": ["shows", "P's code", "Q's code"],
        **{
            f"{place}" if block == 1 else f"{place}–{place + block - 1}": [
                " ".join(map(str, faces[at])),
                *(spelled(code_for(die, block).words[symbol]) for die in (p, q)),
            ]
            for at, (place, symbol) in enumerate(zip(places, message, strict=True))
        },
    }


def blocks_in_words(
    p: Array, q: Array, shares: Sequence[Sequence[float]], block: int, unit: Unit
) -> str:
    """Say what coding in blocks gains, for P's code and for Q's; `shares` is what a roll takes."""
    lengths = three_lengths(p, q, unit)
    here = shares[0][block - 1]
    words = int((p > 0).sum()) ** block
    exact = has_whole_lengths(p)
    above = "exactly H(P)" if exact else f"{_apart(here - lengths.own)} above H(P)"
    whole = (
        "Every −log₂ p is a whole number here, so words can be exactly as long as they should."
        if exact
        else "In a code made for P whole digits cost less than one digit a word: less than "
        f"{amount(digit(unit) / block, unit.name)} a roll here."
    )
    opening = (
        "With one word a roll"
        if block == 1
        else f"In blocks of {block} ({how_many(words, 'word')})"
    )
    told = f"{opening} P's code takes {amount(here, unit.name)} a roll, {above}. {whole}"
    if math.isinf(lengths.crossed):
        return f"{told} Q's code has no word for what Q rules out, in blocks of any length."
    return f"{told} {_wrong_code_in_blocks(q, shares[1][block - 1], lengths.crossed, unit)}"


def _apart(gap: float) -> str:
    """Return a distance between lengths, where it is more than what rounding leaves."""
    return number(gap) if gap > 1e-12 else "less than 10⁻¹²"


def _wrong_code_in_blocks(q: Array, there: float, crossed: float, unit: Unit) -> str:
    """Compare what Q's code takes with H(P, Q)."""
    side = "above" if there >= crossed else "below"
    exact = has_whole_lengths(q)
    beside = "exactly" if exact else f"{_apart(abs(there - crossed))} {side}"
    told = f"Q's code takes {amount(there, unit.name)}, {beside} H(P, Q)."
    if there < crossed and not exact:
        told += (
            " Below is no mistake: its whole-digit words happen to suit P better than lengths of "
            "−log q would. Below H(P) no code can get."
        )
    return told


def snippet(
    p_weights: Sequence[float],
    q_weights: Sequence[float],
    *,
    rolls: int,
    seed: int,
    block: int,
    unit: Unit,
) -> str:
    """Return Python that computes the three lengths and sends the same rolls."""
    p, q = normalize(p_weights), normalize(q_weights)
    lengths = three_lengths(p, q, unit)
    message = numbers.send(p, q, numbers.rolled(p, rolls, seed), block)
    lines = [
        "import numpy as np",
        "from kl_core import (block_probabilities, blocks_of, cross_entropy, entropy,",
        "                     huffman_code, kl_divergence, normalize)",
        "",
        f"p = normalize({p_weights})",
        f"q = normalize({q_weights})",
        f"print(entropy(p, base={unit.code}))  # H(P) in {unit.name}: {lengths.own!r}",
        f"print(cross_entropy(p, q, base={unit.code}))  # H(P, Q): {lengths.crossed!r}",
        f"print(kl_divergence(p, q, base={unit.code}))  # D(P‖Q): {lengths.extra!r}",
        "",
        f"rolls = np.random.default_rng({seed}).choice(6, p=p, size={rolls})",
    ]
    for letter, sent in (("p", message.own), ("q", message.wrong)):
        if math.isfinite(sent.digits):
            lines.append(
                f"print(huffman_code(block_probabilities({letter}, {block}))"
                f".encoded_length(blocks_of(rolls, 6, {block})))  # binary digits in "
                f"{letter.upper()}'s code: {sent.digits}"
            )
    return "\n".join([*lines, ""])
