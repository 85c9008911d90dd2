"""What the lesson says about the best policy at one β, without the page."""

import re
from itertools import pairwise

import numpy as np
import pytest

from charts.style import LIGHT
from charts.units import UNITS
from pages.beta_penalty import numbers
from pages.beta_penalty.pictures.next_word import words_figure
from pages.beta_penalty.scale import Rope, data
from pages.beta_penalty.words import formula
from pages.beta_penalty.words import next_word as next_word_words
from pages.beta_penalty.words import rope as words
from tests.pages.beta_penalty.said import by_words, check_the_rope
from tests.pages.beta_penalty.truth import (
    BETAS,
    FEW,
    LADDER,
    LONGEST,
    along_the_rope,
    next_words,
)
from tests.pages.reading import NUMBER, agree, all_agree, printed, rows, value_of
from tests.pages.truth import BASES, USUAL, optimum, sft, unmoved
from widgets.optima import World


@pytest.mark.parametrize(
    ("beta", "world", "unit", "scale"),
    [
        ("0.02", USUAL, "bits", "1"),
        ("0.02", USUAL, "nats", "10"),
        ("0.02", USUAL, "dits", "1"),
        ("1", (2000, 1000), "bits", "one spread"),
        ("0.5", FEW, "dits", "20"),
        ("0.0025", FEW, "nats", "1"),
        ("0.001", (20_000, 1), "bits", "1"),
    ],
)
def test_everything_that_answers_beta_agrees(beta, world, unit, scale):
    check_the_rope(by_words(beta, world, unit, scale), beta, world, unit, scale)


def hacked(world, beta):
    """Say whether reward rose and the judge's score fell since its peak, by two errors."""
    _, reward, score, error = along_the_rope(world)
    best, here = int(score.argmax()), BETAS.index(beta)
    fall = score[best] - score[here]
    return reward[here] > reward[best] and fall > 2 * np.hypot(error[best], error[here])


def degenerate(world, beta):
    """Say whether the text puzzles the SFT model twice as much, or repeats a fifth of its words."""
    (own, report, *_), (base, *_) = optimum(world, beta), unmoved(world)
    return own.perplexity >= 2 * base.perplexity or report.repeated[0] >= 0.2


@pytest.mark.parametrize("world", [USUAL, FEW])
@pytest.mark.parametrize(
    ("name", "happens"), [("Reward hacking", hacked), ("Language degeneration", degenerate)]
)
def test_failures_are_named_from_their_thresholds_on(name, happens, world):
    found = [happens(world, beta) for beta in LADDER]
    changes = [place for place in range(1, len(LADDER)) if found[place] != found[place - 1]]
    assert changes
    for place in {*changes, *(place - 1 for place in changes)}:
        said = words.failures(Rope(World(*world), LADDER[place]))
        named = [text for text in said if text.startswith(f"**{name}.**")]
        assert len(named) == found[place], LADDER[place]


def test_hacking_is_named_while_the_judge_still_likes_q_better_than_p():
    # The warning comes at the fall from the peak, not only below the start.
    base = unmoved(USUAL)[1].score[0]
    early = [
        beta for beta in LADDER if hacked(USUAL, beta) and optimum(USUAL, beta)[1].score[0] > base
    ]
    assert early
    for beta in early:
        [said] = words.failures(Rope(World(*USUAL), beta))[:1]
        assert said.startswith("**Reward hacking.**")
        assert "below even" not in said


def test_both_failures_are_named_with_their_numbers_and_none_where_there_is_none():
    (own, report, *_), (base, *_) = optimum(FEW, "0.0025"), unmoved(FEW)
    best = BETAS[along_the_rope(FEW)[2].argmax()]
    peak, peak_report, *_ = optimum(FEW, best)
    hacking, degeneration = words.failures(Rope(World(*FEW), "0.0025"))
    said = re.search(
        rf"Past β = {NUMBER}, .* from {NUMBER} to {NUMBER}, .* from {NUMBER} to {NUMBER}, below "
        "even P's",
        hacking,
    )
    expected = float(best), peak.reward, own.reward, peak_report.score[0], report.score[0]
    assert all_agree(said.groups(), expected)
    said = re.search(
        rf"is {NUMBER} times that on its own, and {NUMBER}% of the sampled words", degeneration
    )
    assert all_agree(said.groups(), (own.perplexity / base.perplexity, 100 * report.repeated[0]))
    assert "from 2 times or 20% on" in degeneration
    assert words.THE_RULE not in hacking
    assert words.failures(Rope(World(*USUAL), "0.02")) == []


def test_the_judge_is_not_mentioned_before_it_is_told():
    rope, bits = Rope(World(*USUAL), "0.005"), UNITS["bits"]
    said = words.policy(rope, bits, told=False)
    assert "judge" not in said
    assert "hacking" not in said
    assert "Judge, of 7" not in words.tiles(rope, bits, told=False)


# The next word.


@pytest.mark.parametrize(
    ("text", "unit", "beta", "world"),
    [
        ("tomorrow will be", "bits", "0.02", USUAL),
        ("tomorrow will be", "dits", "0.001", FEW),
        ("", "nats", "0.02", USUAL),
        ("   ", "bits", "0.02", USUAL),
        ("  Tomorrow   WILL\tbe ", "bits", "0.02", USUAL),
        ("snow", "bits", "1", USUAL),
        ("a light breeze over the hills and the sea", "bits", "0.005", USUAL),
        (LONGEST, "nats", "0.02", USUAL),
    ],
)
def test_next_word_is_that_of_both_models(text, unit, beta, world):
    after = text.lower().split()
    p, q, added = next_words(text, beta, world)
    following = numbers.next_words(World(*world), float(beta), numbers.place_after(text))
    said = next_word_words.next_word(following, UNITS[unit])
    quoted = ("… " if len(after) > 6 else "") + " ".join(after[-6:])
    begins = (
        rf"^After {len(after)} words? \(“{re.escape(quoted)}”\)"
        if after
        else "^At the start of a forecast"
    )
    name = sft().words[q.argmax()]
    likeliest = "the full stop" if name == "." else f"“{name}”"
    found = re.search(
        rf"{begins} the policy's likeliest next is {likeliest} \({NUMBER}%; the SFT model: "
        rf"{NUMBER}%\)\. Choosing here adds {NUMBER} {unit} to the KL",
        said,
    )
    assert "After 1 words" not in said
    at = q.argmax()
    assert all_agree(found.groups(), (100 * q[at], 100 * p[at], added / np.log(BASES[unit])))

    drawn = words_figure(following.names, following.p, following.q, LIGHT)
    bars = {trace.name[0]: trace for trace in drawn.data}
    tokens = [sft().index[word.replace("full stop", ".")] for word in bars["P"].y]
    assert bars["Q"].y == bars["P"].y
    np.testing.assert_allclose(bars["P"].x, 100 * p[tokens])
    np.testing.assert_allclose(bars["Q"].x, 100 * q[tokens], atol=1e-12)
    assert {*np.argsort(-q)[:5]} <= {*tokens}
    assert list(q[tokens]) == sorted(q[tokens], reverse=True)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("tomorrow will pour", "`pour` is not among the {words} words of the forecasts"),
        ("tomorrow Zürich", "`zürich` is not among the {words} words"),
        ("tomorrow will be cold.", "`cold.` holds a full stop, and that ends a forecast"),
        ("tomorrow . will", "a full stop ends a forecast, so nothing can follow it"),
        (".", "a full stop ends a forecast"),
        (f"{LONGEST} and", "they are 24, and a forecast ends after 24"),
        (f"{LONGEST} and in", "they are 25, and a forecast ends after 24"),
        ("**cold**", "`**cold**` is not among"),
        ("<b>cold</b>", "`<b>cold</b>` is not among"),
        ("[cold](http://example.com)", "`[cold](http://example.com)` holds a full stop"),
        (":red[cold] `x`", "`:red[cold]` is not among"),
        ("`**cold**`", "` **cold** ` is not among"),
        ("$x^2$", "`$x^2$` is not among"),
        ("n" * 200, f"`{'n' * 40}…` is not among"),
    ],
)
def test_words_that_lead_nowhere_are_named(text, told):
    assert numbers.place_after(text) is None
    said = next_word_words.why_no_word_follows(text)
    assert told.format(words=len(sft().words) - 1) in said
    assert re.search(r"^The words so far: .*\. Change them, or press \*Back one word\*\.$", said)
    # Whatever was typed stands between backticks, or not at all.
    assert "**" not in re.sub(r"`[^`]*`", "", said)
    assert "<" not in re.sub(r"`[^`]*`", "", said)


@pytest.mark.parametrize("seed", range(300))
def test_words_said_more_often_have_more_as_printed(seed):
    rng = np.random.default_rng(seed)
    count = rng.integers(0, 7)
    usual = 10 ** rng.uniform(-6, -1, count)
    # From hardly more often to a hundred times.
    share = usual * (1 + 10 ** rng.uniform(-5, 2, count))
    names = [f"word {place}" for place in range(count)]
    columns = words.boosted_columns(numbers.Boosted(names, usual, share, rng.normal(size=count)))
    for line, *exact in zip(rows(columns)[1:], usual, share, strict=True):
        before, after, times = (value_of(each)[0] for each in line[1:4])
        assert after > before
        assert times > 1
        assert all_agree(line[1:4], (100 * exact[0], 100 * exact[1], exact[1] / exact[0]))


def test_forecasts_degenerate_as_the_rope_gets_longer():
    film = {beta: by_words(beta, FEW, "bits") for beta in reversed(LADDER)}
    loosest, tightest = film["0.001"], film["1"]
    assert any(each.startswith("> **Language degeneration.**") for each in loosest.paragraphs)
    assert not any(each.startswith("> **") for each in tightest.paragraphs)
    said = [
        each.paragraphs[each.paragraphs.index("**Q, the policy, says**") + 1]
        for each in film.values()
    ]
    assert {len(re.findall(r"^- (.*)$", each, re.MULTILINE)) for each in said} == {3}
    changes = [one != other for one, other in pairwise(said)]
    assert sum(changes) > 0.5 * len(changes)
    rewards = [value_of(each.tiles["Reward, exact"][0])[0] for each in film.values()]
    assert rewards == sorted(rewards, reverse=True)


@pytest.mark.parametrize(
    ("beta", "world", "scale"),
    [("0.02", USUAL, "1"), ("0.0025", FEW, "10"), ("1", (2000, 1000), "one spread")],
)
def test_snippet_prints_what_it_says_and_what_is_on_screen(beta, world, scale):
    rope = Rope(World(*world), beta, scale)
    code = formula.snippet(rope)
    shown = printed(code).splitlines()
    assert shown == re.findall(r"# ([\d.e-]+)", code)
    assert len(shown) == 3
    assert float(shown[0]) == rope.spread
    tiles = words.tiles(rope, UNITS["nats"], told=True)
    assert agree(tiles["Reward, exact"], float(shown[1]))
    assert agree(tiles["D(Q‖P), exact"].removesuffix(" nats"), float(shown[2]))


@pytest.mark.parametrize(("unit", "world", "scale"), [("bits", USUAL, "1"), ("dits", FEW, "5")])
def test_file_holds_every_beta(unit, world, scale):
    columns = data(Rope(World(*world), "0.1", scale), UNITS[unit])
    assert list(columns) == [
        "beta", f"kl_{unit}", "reward", "entropy_nats", "perplexity_under_sft", "judge",
        "judge_standard_error", "repeated",
    ]  # fmt: skip
    lines = [*zip(*columns.values(), strict=True)]
    assert len(lines) == 41
    factor = float(scale)
    for beta, line in zip(BETAS, lines, strict=True):
        own, report, *_ = optimum(world, beta)
        np.testing.assert_allclose(line, [
            factor * float(beta), own.kl / np.log(BASES[unit]), factor * own.reward, own.entropy,
            own.perplexity, *report.score, report.repeated[0],
        ], rtol=1e-9, atol=1e-12)  # fmt: skip
