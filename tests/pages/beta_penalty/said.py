"""What answers β, as the page says it or as its words do; and whether it is true."""

import math
import re
from dataclasses import dataclass

import pytest

from charts.units import UNITS
from pages.beta_penalty import numbers
from pages.beta_penalty.scale import Rope
from pages.beta_penalty.words import formula
from pages.beta_penalty.words import rope as words
from tests.pages.beta_penalty.truth import scaled_base, scaled_optimum
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
from tests.pages.truth import BASES, judge, rewards, sft
from widgets.optima import World


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


def by_words(beta, world, unit, scale="1"):
    """Return what the words of the lesson say, without the page."""
    rope, unit = Rope(World(*world), beta, scale), UNITS[unit]
    mine, base = rope.mine, rope.base
    said = "\n\n".join(
        [
            words.policy(rope, unit, told=True),
            "**P, the SFT model, says**",
            words.quoted(base.forecasts),
            formula.price_of_kl(unit),
            formula.per_token_or_sequence(mine.exact, unit),
        ]
    )
    tiles = {label: [text] for label, text in words.tiles(rope, unit, told=True).items()}
    tiles |= {label: [*both] for label, *both in words.more_tiles(mine, base)}
    table = words.boosted_columns(numbers.boosted(rope.world, mine.exact, base.exact))
    return Said(said.split("\n\n"), tiles, rows(table)[1:], formula.loss_today(rope, unit))


def check_the_rope(said, beta, world, unit="bits", scale="1"):
    """See that every part that answers β speaks of this optimum, in this unit and scale."""
    nats = math.log(BASES[unit])
    (own, report, tokens, value), (base, base_report, base_tokens) = (
        scaled_optimum(world, beta, scale),
        scaled_base(world, scale),
    )
    check_tiles(said.tiles, own, report, base, base_report, unit)
    found = the_one(
        said.paragraphs,
        rf"^At β = {re.escape(beta)} Q's forecasts earn {NUMBER} from the reward model instead of "
        rf"P's {NUMBER}, and the judge gives them {PAIR} of 7 instead of {PAIR}\. For that they "
        rf"are {NUMBER} {unit} away from P\.$",
    )
    expected = own.reward, base.reward, *report.score, *base_report.score, own.kl / nats
    assert all_agree(found.groups(), expected)
    check_forecasts(said.paragraphs, "P, the SFT model, says", base_tokens)
    check_forecasts(said.paragraphs, "Q, the policy, says", tokens[:3])
    check_table(said.rows, own, base, world)
    check_formula(said, own, value, beta, unit)


def check_tiles(tiles, own, report, base, base_report, unit):
    """See that three tiles show what answers β, and three more show both models."""
    nats = math.log(BASES[unit])
    expected = {
        "Reward, exact": ((own.reward,),),
        "Judge, of 7": (report.score,),
        "D(Q‖P), exact": ((own.kl / nats,),),
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
    assert tiles["D(Q‖P), exact"][0].endswith(f" {unit}")


def check_forecasts(said, heading, tokens):
    """See that forecasts stand below a heading, cut where the judge stops, with its points."""
    [at] = [place for place, each in enumerate(said) if f"**{heading}**" in each]
    lines = said[at + 1].removeprefix("- ").split("\n- ")
    for line, row, read, points in zip(
        lines, tokens, judge().reads(tokens), judge().score(tokens), strict=True
    ):
        spoken, ended, score = re.fullmatch(r"(.*?)(\.| …) \((\d) of 7\)", line).groups()
        assert int(score) == points
        assert (ended == ".") == (0 in row)
        heard, cut, unheard = spoken.partition("✂")
        size = (row >= 0).sum()
        assert bool(cut) == (read.sum() < size)
        said_words = [sft().words[token] for token in row[row > 0]]
        # A full stop that is read is no word.
        assert len(heard.split()) == (read & (row > 0)).sum()
        assert heard.split() + unheard.split() == said_words


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
