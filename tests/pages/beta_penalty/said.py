"""What answers β, as the page says it or as its words do; and whether it is true."""

import math
import re
from dataclasses import dataclass

import pytest

from charts.units import UNITS
from pages.beta_penalty import numbers
from pages.beta_penalty.words import rope as words
from tests.pages.reading import (
    NUMBER,
    PAIR,
    all_agree,
    paragraphs,
    rows,
    tables,
    the_one,
    uncoloured,
)
from tests.pages.truth import BASES, judge, optimum, rewards, sft, unmoved
from widgets.optima import World, at_beta, at_reference


@dataclass
class Said:
    """Paragraphs; tiles by their labels; the rows of the table; and the formula of today."""

    paragraphs: list[str]
    tiles: dict[str, list[str]]
    rows: list[list[str]]
    formula: str


def by_page(app):
    """Return what the page says."""
    [(_, *lines)] = tables(app).values()
    tiles = {tile.label: [text for text in (tile.value, tile.delta) if text] for tile in app.metric}
    return Said(paragraphs(app), tiles, lines, app.latex[1].value)


def by_words(beta, world, unit):
    """Return what the words of the lesson say, without the page."""
    world, unit = World(*world), UNITS[unit]
    mine, base = at_beta(world, float(beta)), at_reference(world)
    said = "\n\n".join(
        [
            words.policy(beta, mine, base, unit),
            "**P, the SFT model, says**",
            words.highlighted(base.forecasts),
            words.price_of_kl(unit),
            words.per_token_or_sequence(mine.exact, unit),
        ]
    )
    tiles = {label: [text] for label, text in words.tiles(mine, unit).items()}
    tiles |= {label: [*both] for label, *both in words.more_tiles(mine, base)}
    table = words.boosted_columns(numbers.boosted(world, mine.exact, base.exact))
    value = numbers.value_at(world, float(beta))
    formula = words.loss_today(beta, mine.exact, value, unit)
    return Said(said.split("\n\n"), tiles, rows(table)[1:], formula)


def check_the_rope(said, beta, world, unit="bits"):
    """See that every part that answers β speaks of this optimum, in this unit."""
    nats = math.log(BASES[unit])
    (own, report, tokens, value), (base, base_report, base_tokens) = (
        optimum(world, beta),
        unmoved(world),
    )
    check_tiles(said.tiles, own, report, base, base_report, unit)
    found = the_one(
        said.paragraphs,
        rf"^β = {re.escape(beta)} lies .* earn {NUMBER} from the reward model instead of "
        rf"{NUMBER}, and the judge gives them {PAIR} of 7 instead of {PAIR}\. For that they are "
        rf"{NUMBER} {unit} away",
    )
    expected = own.reward, base.reward, *report.score, *base_report.score, own.kl / nats
    assert all_agree(found.groups(), expected)
    check_forecasts(said.paragraphs, "P, the SFT model, says", base_tokens)
    check_forecasts(said.paragraphs, "Q, the policy, says", tokens)
    check_table(said.rows, own, base, world)
    check_formula(said, own, value, beta, unit)


def check_tiles(tiles, own, report, base, base_report, unit):
    """See that three tiles show what answers β, and three more show both models."""
    nats = math.log(BASES[unit])
    expected = {
        "Reward, exact": ((own.reward,),),
        "Judge, of 7": (report.score,),
        "D(π‖π_SFT), exact": ((own.kl / nats,),),
        "Perplexity under SFT, exact": ((own.perplexity,), (base.perplexity,)),
        "Different words": (report.different, base_report.different),
        "Words that repeat, of 100": tuple(
            tuple(100 * value for value in each.repeated) for each in (report, base_report)
        ),
    }
    assert list(tiles) == list(expected)
    for label, both in tiles.items():
        for shown, exact in zip(both, expected[label], strict=True):
            assert all_agree(re.findall(NUMBER, shown), exact), (label, shown, exact)
    assert tiles["D(π‖π_SFT), exact"][0].endswith(f" {unit}")


def check_forecasts(said, heading, tokens):
    """See that five forecasts stand below a heading, and what repeats in them is marked."""
    [at] = [place for place, each in enumerate(said) if f"**{heading}**" in each]
    lines = said[at + 1].removeprefix("- ").split("\n- ")
    assert len(lines) == 5
    for line, row, repeats in zip(lines, tokens, judge().repeats(tokens), strict=True):
        spoken = [
            (sft().words[token], bool(flag))
            for token, flag in zip(row, repeats, strict=True)
            if token > 0
        ]
        text, ended = (line[:-1], True) if line.endswith(".") else (line[:-2], False)
        assert ended == (0 in row)
        found = re.findall(r"\*\*(\w+)\*\*|(\w+)", text)
        assert [(marked or plain, bool(marked)) for marked, plain in found] == spoken


def check_table(lines, own, base, world):
    """See that the table names the words that add most to the divergence of word counts."""
    mine, usual = own.words / own.length, base.words / base.length
    gains = {word: p * math.log(p / q) for word, p, q in zip(sft().words, mine, usual, strict=True)}
    top = [word for word in sorted(gains, key=gains.get, reverse=True)[:6] if gains[word] > 0]
    assert [line[0] for line in lines] == [word if word != "." else "full stop" for word in top]
    for word, line in zip(top, lines, strict=True):
        at = sft().index[word]
        expected = (
            100 * usual[at],
            100 * mine[at],
            mine[at] / usual[at],
            rewards(*world).weights[at],
        )
        assert all_agree(line[1:], expected), word


def check_formula(said, own, value, beta, unit):
    """See that the formula holds today's numbers, and that its loss is minus the value."""
    nats = math.log(BASES[unit])
    factor = "" if unit == "nats" else rf" \\cdot {NUMBER}"
    found = re.search(
        rf"loss\}} = {NUMBER} \+ {re.escape(beta)} \\cdot {NUMBER}{factor} .*?= {NUMBER} .*?"
        rf"log Z = {NUMBER}\\end",
        uncoloured(said.formula),
    )
    expected = [-own.reward, own.kl / nats, *([nats] if factor else []), -value, -value]
    assert all_agree(found.groups(), expected)
    assert found.groups()[-1] == found.groups()[-2]
    assert float(beta) * own.kl - own.reward == pytest.approx(-value, abs=1e-9)
    if factor:
        turns = the_one(said.paragraphs, rf"The factor {NUMBER} turns {unit} into")
        assert turns[1] == found[3]
    else:
        assert not any("turns nats" in each for each in said.paragraphs)
    adds = the_one(
        said.paragraphs,
        rf"adds: {NUMBER} {unit} here, {NUMBER} {unit} for each of {NUMBER} words",
    )
    assert all_agree(adds.groups(), (own.kl / nats, own.kl / nats / own.length, own.length))
