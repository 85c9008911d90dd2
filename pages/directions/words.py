"""What the lesson that names directions says about the calls."""

import math
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from scipy.special import kl_div, rel_entr
from scipy.stats import entropy

from charts.units import Unit
from charts.wording import amount, digits_apart, in_columns, listed, number, signed, sum_today
from kl_core import Array, kl_terms, normalize
from pages.directions.decoder import CALLS, Call, told
from pages.directions.numbers import ASKED, WORDS, Decoded, Line, landing

# More calls than this on neither line are counted; the table has their numbers.
MOST_NAMED = 3
SOURCES = """
scipy's functions are called live. PyTorch, Keras and TRL are not installed here: their rows are
their documented formulas, held against PyTorch 2.14 and Keras 3.15 when this page was written.
k1 and k3 are averaged over all draws of Q, exactly. Sources:
[rel_entr](https://docs.scipy.org/doc/scipy/reference/generated/scipy.special.rel_entr.html),
[kl_div](https://docs.scipy.org/doc/scipy/reference/generated/scipy.special.kl_div.html),
[entropy](https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.entropy.html),
[F.kl_div](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.kl_div.html),
[kl_divergence](https://docs.pytorch.org/docs/stable/distributions.html#module-torch.distributions.kl),
[Keras](https://keras.io/api/losses/probabilistic_losses/#kl_divergence-function), TRL's
[RLOO trainer](https://github.com/huggingface/trl/blob/main/trl/trainer/rloo_trainer.py) for k1 and
[GRPO trainer](https://huggingface.co/docs/trl/grpo_trainer) for k3.
"""


def in_words(decoded: Decoded) -> str:
    """Say on which divergence each call lands; below it, why some of them do not."""
    says = landings_in_words(decoded)
    why = mistakes_in_words(decoded) or " ".join(_zeros_in_words(decoded))
    return f"{says}\n\n{why}" if why else says


def before(decoded: Decoded) -> str:
    """Say what can be seen before the question is answered."""
    unit, (there, back) = decoded.unit, decoded.divergences
    missing = sum(call.name.startswith(ASKED) for call in CALLS)
    digits = digits_apart(there, back)
    return (
        f"D(P‖Q) is **{amount(there, unit.name, digits)}**, D(Q‖P) "
        f"**{amount(back, unit.name, digits)}**. {missing} bars are missing: answer the question, "
        "or move something, and they appear."
    )


def landings_in_words(decoded: Decoded) -> str:
    """Say on which divergence each call lands."""
    unit, (there, back) = decoded.unit, decoded.divergences
    landed: dict[Line, list[str]] = {"both": [], "D(P‖Q)": [], "D(Q‖P)": [], "neither": []}
    for call, value, line in zip(CALLS, decoded.values.tolist(), decoded.lines, strict=True):
        landed[line].append(call.name + _remark(call, value, line, decoded))
    stray = len(landed["neither"])
    # As many digits as it takes to see that the two differ, where a call is told from the other.
    digits = 3 if landing(there, there, back) == "both" else digits_apart(there, back)
    said = [
        f"On {line} {'lands' if len(calls) == 1 else 'land'} {listed(calls)}."
        for line, calls in landed.items()
        if calls
    ]
    if stray > MOST_NAMED:
        said[-1] = f"On neither land {'the other' if stray < len(CALLS) else 'all'} {stray}."
    opening = (
        f"P and Q are the same, so either direction is 0 {unit.name}."
        if np.array_equal(decoded.p, decoded.q)
        else f"D(P‖Q) is **{amount(there, unit.name, digits)}**, "
        f"D(Q‖P) **{amount(back, unit.name, digits)}**."
    )
    return " ".join([opening, *said])


def _remark(call: Call, value: float, line: Line, decoded: Decoded) -> str:
    """Return what to add to a call that does not land where it belongs."""
    if line == "neither":
        return f" ({told(value, decoded.unit.name)})"
    if line == "both" or (line == call.direction and not decoded.mixed_up):
        return ""
    divided = math.isinf(value) and call.direction == "neither" and not decoded.mixed_up
    return f" (∞ divided by {len(WORDS)})" if divided else " (by chance)"


def mistakes_in_words(decoded: Decoded) -> str:
    """Say what a Q that is not handed over as asked does to the calls; "" for one that is."""
    total = decoded.total
    if decoded.mixed_up:
        return (
            "Where a call asks for Q's chances it got their logarithm, and the other way round"
            f"{'' if total == 1 else f'; besides, the chances add up to {total:g}'}. No call "
            f"stops, though NumPy warns: {decoded.finite} of {len(CALLS)} answer with a number all "
            f"the same. {_alarm(decoded)}"
        )
    if total == 1:
        return ""
    unit = decoded.unit
    shifted = [
        call.name
        for call, value in zip(CALLS, decoded.values, strict=True)
        if call.unnormalised == "D − log s" and math.isfinite(value)
    ]
    shift = (
        f"so {listed(shifted)} {'is' if len(shifted) == 1 else 'are'} off by −log {total:g} = "
        f"{signed(-math.log(total) / unit.nats)} {unit.name}; "
        if shifted
        else "but "
    )
    return (
        f"Q's numbers add up to {total:g}, {shift}scipy entropy and torch kl_divergence divide "
        f"by the sum first, without a word. {_alarm(decoded)}"
    )


def _alarm(decoded: Decoded) -> str:
    """Say where the mistake shows."""
    below = [name for name, value in decoded.by_name().items() if value < 0]
    if not below:
        return "No answer is below 0, which would give the mistake away."
    return (
        f"Below 0, where no divergence can be, {'is' if len(below) == 1 else 'are'} "
        f"{listed(below)}: there the mistake shows."
    )


def _zeros_in_words(decoded: Decoded) -> Iterator[str]:
    """Say what a chance of 0 does to the calls."""
    p, unit = decoded.p, decoded.unit
    no_p, no_q = p == 0, decoded.q == 0
    if ruled_out := [word for word, missing in zip(WORDS, no_q & ~no_p, strict=True) if missing]:
        keras = amount(decoded.by_name()["keras kl_divergence"], unit.name)
        yield (
            f"Q rules out {_as_words(ruled_out)} and P does not, so D(P‖Q) is ∞; Keras, which cuts "
            f"at 10⁻⁷, makes up {keras}."
        )
        if not (no_p & ~no_q).any():
            yield (
                "None of Q's draws is such a word, so k3, whose p/q − 1 no longer averages to 0, "
                f"falls short of D(Q‖P) by {amount(float(p[no_q].sum()) / unit.nats, unit.name)}."
            )
    if never := [word for word, missing in zip(WORDS, no_p, strict=True) if missing]:
        yield f"P never says {_as_words(never)}: numpy by hand stumbles over 0·log 0."
    if (no_p & no_q).any():
        yield "Where both are 0 even F.kl_div answers NaN: 0·(−∞)."


def _as_words(words: Sequence[str]) -> str:
    """Return words that are ruled out, as a sentence names them."""
    return listed([f"*{word}*" for word in words])


def every_call(decoded: Decoded) -> dict[str, list[str]]:
    """Return what the decoder tells of every call, column by column."""
    unit = decoded.unit
    nat = "" if unit.nats == 1 else f"/ln {unit.base:g}"
    return {
        "call": [call.code for call in CALLS],
        "is": [call.direction for call in CALLS],
        f"now, {unit.name}": [
            "NaN" if math.isnan(value) else number(value) for value in decoded.values
        ],
        "sums up": _unbroken(call.formula.format(nat=nat) for call in CALLS),
        "Q as": [call.takes for call in CALLS],
        "if Q sums to s": _unbroken(call.unnormalised.format(nat=nat) for call in CALLS),
        "careful": [call.careful for call in CALLS],
    }


def _unbroken(formulas: Iterable[str]) -> list[str]:
    """Return formulas that a narrow table does not break into lines."""
    return [each.replace(" ", "\N{NO-BREAK SPACE}") for each in formulas]


def there_in_symbols(unit: Unit) -> str:
    """Return D(P‖Q) in TeX."""
    return rf"D(\P{{P}}\|\Q{{Q}}) = \sum_x \P{{p(x)}}\,{unit.log}\frac{{\P{{p(x)}}}}{{\Q{{q(x)}}}}"


def there_today(p: Array, q: Array, unit: Unit) -> str:
    """Return D(P‖Q) written out in TeX, word by word."""
    terms = map(signed, kl_terms(p, q, base=unit.base))
    return sum_today(
        zip(map(number, p), map(number, q), terms, strict=True),
        amount(unit.kl(p, q), unit.tex),
        unit.log,
    )


def back_in_symbols(unit: Unit) -> str:
    """Return D(Q‖P) in TeX."""
    return rf"D(\Q{{Q}}\|\P{{P}}) = \sum_x \Q{{q(x)}}\,{unit.log}\frac{{\Q{{q(x)}}}}{{\P{{p(x)}}}}"


def back_today(p: Array, q: Array, unit: Unit) -> str:
    """Return D(Q‖P) written out in TeX, word by word."""
    terms = map(signed, kl_terms(q, p, base=unit.base))
    return in_columns(
        [
            rf"\Q{{{of_q}}}\,{unit.log}(\Q{{{of_q}}}/\P{{{of_p}}}) & = {term}"
            for of_p, of_q, term in zip(map(number, p), map(number, q), terms, strict=True)
        ],
        "rl",
        r"\KL{D(Q\|P)}",
        amount(unit.kl(q, p), unit.tex),
    )


def snippet(decoded: Decoded, p_weights: Sequence[float], q_weights: Sequence[float]) -> str:
    """Return Python that computes both divergences, and what scipy's calls make of this Q."""
    unit, base = decoded.unit, "np.e" if decoded.unit.code == "None" else decoded.unit.code
    # Of P and Q as the code makes them: weights in proportion may leave a trace of rounding.
    p, q = normalize(p_weights), normalize(q_weights)
    there, back = unit.both_ways(p, q)
    code, handed = f"{decoded.total:g} * q", decoded.total * q
    with np.errstate(divide="ignore", invalid="ignore"):
        if decoded.mixed_up:
            code, handed = f"np.log({code})", np.log(handed)
        answers = [
            float(each / np.log(unit.base))
            for each in (rel_entr(p, handed).sum(), kl_div(p, handed).sum(), entropy(p, handed))
        ]
    return (
        "import numpy as np\n"
        "from scipy.special import kl_div, rel_entr\n"
        "from scipy.stats import entropy\n\n"
        "from kl_core import kl_divergence, normalize\n\n"
        'np.seterr(divide="ignore", invalid="ignore")  # ∞ and NaN are answers here\n'
        f"p = normalize({p_weights})\n"
        f"q = normalize({q_weights})\n"
        f"print(kl_divergence(p, q, base={unit.code}))  # D(P‖Q) in {unit.name}: {there!r}\n"
        f"print(kl_divergence(q, p, base={unit.code}))  # D(Q‖P): {back!r}\n\n"
        f"handed = {code}  # what the calls get for q\n"
        f"one = np.log({base})  # a {unit.name[:-1]}, in nats\n"
        f"print(rel_entr(p, handed).sum() / one)  # {answers[0]!r}\n"
        f"print(kl_div(p, handed).sum() / one)  # {answers[1]!r}\n"
        f"print(entropy(p, handed) / one)  # {answers[2]!r}\n"
    )
