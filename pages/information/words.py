"""What the coding lesson says about its numbers."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from charts.units import BITS, Unit
from charts.wording import amount, number, percent, signed
from charts.wording import counted as how_many
from kl_core import Array, Symbols, blocks_of, cross_entropy, entropy, kraft_sum, normalize
from pages.information import numbers
from pages.information.numbers import (
    FAIR,
    Counted,
    Message,
    code_for,
    digit,
    has_whole_lengths,
    ideal_length,
    per_roll,
    spelled,
    three_lengths,
)
from pages.information.room import in_digits

# So many rolls are written out in both codes.
FIRST = 12


def in_words(p: Array, q: Array, unit: Unit) -> str:
    """Say what the chart of the four averages shows now."""
    lengths = three_lengths(p, q, unit)
    own, extra = lengths.own, lengths.extra
    needs = f"A roll of P tells {amount(own, unit.name)}: no code gets by with less, on average. "
    if np.array_equal(p, q):
        return needs + f"Q is P, so a code made for Q is the right one: the extra is 0 {unit.name}."
    if math.isinf(lengths.crossed):
        costs = (
            "A code made for Q has no word for what Q rules out, and P rolls that "
            f"{percent(p[q == 0].sum())} of the time: no length is enough."
        )
    else:
        costs = (
            f"Words as long as Q asks for, −log q each, take {amount(lengths.crossed, unit.name)}. "
            f"The difference is D(P‖Q): {amount(extra, unit.name)} paid on every roll for the "
            "wrong code, on average"
            f"{f': {percent(extra / own)} on top' if own / 1000 < extra < 10 * own else ''}."
        )
    return f"{needs}{costs} {_the_other_way_round(p, q, unit)}"


def _the_other_way_round(p: Array, q: Array, unit: Unit) -> str:
    """Say what rolls of Q take in both codes."""
    back = three_lengths(q, p, unit)
    opening = f"If Q rolls, its own code takes {amount(back.own, unit.name)}"
    if math.isinf(back.crossed):
        return f"{opening}, and P's has no word for {percent(q[p == 0].sum())} of the rolls."
    return (
        f"{opening} and P's {amount(back.crossed, unit.name)}: D(Q‖P) is "
        f"{amount(back.extra, unit.name)}."
    )


def why_it_does_not_fit(unit: Unit) -> str:
    """Say why words of whole digits cannot have the lengths that the book's die asks for."""
    p = normalize(FAIR)
    lengths = code_for(p, 1).lengths
    short, long = (int(each) for each in (lengths.min(), lengths.max()))
    several = how_many(int((lengths == short).sum()), "word")
    takes = per_roll(p, p, 1)
    ideal = ideal_length(float(p[0]), BITS)
    return (
        f"The book's fair die wants {number(ideal)} digits for each face: a sixth of the room. But "
        f"words have whole lengths: {short} digits take {percent(2.0**-short)} of the room, "
        f"{long} take {percent(2.0**-long)}. The best code has {several} of {short} digits, the "
        f"rest of {long}, and takes {in_digits(takes, unit)} a roll: {number(takes - ideal)} more "
        "than ideal words would. Try it: press *The book's die*, fill the room, then compare with "
        "*The best code*."
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
    chosen: Sequence[int],
    rolls: int,
    seed: int,
    block: int,
    unit: Unit,
) -> str:
    """Return Python that computes the lengths, fills the room and sends the same rolls."""
    p, q = normalize(p_weights), normalize(q_weights)
    message = numbers.send(p, q, numbers.rolled(p, rolls, seed), block)
    # A face that cannot come needs no word.
    digits = [each for each, chance in zip(chosen, p, strict=True) if chance > 0]
    lines = [
        "import numpy as np",
        "from kl_core import (block_probabilities, blocks_of, cross_entropy, entropy,",
        "                     huffman_code, kl_divergence, kraft_sum, normalize)",
        "",
        f"p = normalize({p_weights})",
        f"q = normalize({q_weights})",
        f"print(entropy(p, base={unit.code}))  # H(P) in {unit.name}: {entropy(p, base=unit.base)}",
        f"print(cross_entropy(p, q, base={unit.code}))  # H(P, Q): "
        f"{cross_entropy(p, q, base=unit.base)}",
        f"print(kl_divergence(p, q, base={unit.code}))  # D(P‖Q): {unit.kl(p, q)}",
        f"print(kraft_sum({digits}))  # the room that my words take: {kraft_sum(digits)}",
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
