"""The lesson on the rope says what `kl_core.rlhf`, called directly, makes true."""

import base64
import contextlib
import csv
import html
import io
import json
import math
import re
from collections import ChainMap
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
import streamlit as st
from plotly.utils import PlotlyJSONEncoder

from kl_core.rlhf import (
    GRPO,
    PPO,
    AdaptiveKL,
    FixedKL,
    Judge,
    LanguageModel,
    ProportionalKL,
    RewardModel,
    account,
    best_of_n_kl,
    best_of_n_kl_estimate,
    best_of_n_mean,
    fit_over_optimisation,
    forecasts,
    optimal_policy,
    optimum_at_kl,
    sample,
    sample_preferences,
    train,
)
from tests.pages.conftest import agree, bound_controls, charts, move, open_page, texts, value_of
from widgets.chart import moving

FILE = "beta_penalty.py"
BASES = {"bits": 2.0, "nats": math.e, "dits": 10.0}
# The grid of Renard, ten steps a decade, from the tightest rope to the loosest.
MANTISSAS = 8, 6.3, 5, 4, 3.15, 2.5, 2, 1.6, 1.25, 1
BETAS = ["1", *(f"{m / 10**power:g}" for power in (1, 2, 3, 4) for m in MANTISSAS)]
USUAL = 2000, 1
FEW = 200, 1
NUMBER = r"(−?\d+(?:,\d{3})*(?:\.\d+)?(?:×10[⁻⁰-⁹¹²³]+)?)"
PAIR = rf"{NUMBER} ± {NUMBER}"
SFT = LanguageModel.from_text(forecasts())
JUDGE = Judge(SFT)


# What the page shows, computed without its code.


@cache
def rewards(pairs, seed):
    """Return the reward model of these pairs."""
    seen = sample_preferences(SFT, JUDGE, pairs, np.random.default_rng(seed))
    return RewardModel.fit(SFT, seen)


def seen_by_all(policy, reward):
    """Return account, the judge's report on 1000 forecasts, and the first five of these."""
    tokens = sample(policy, 1000, np.random.default_rng(0))
    return account(policy, reward), JUDGE.report(tokens), tokens[:5]


@cache
def optimum(world, beta):
    """Return account, report and forecasts of the best policy, and what it is worth."""
    policy = optimal_policy(SFT, rewards(*world), float(beta))
    return *seen_by_all(policy, rewards(*world)), policy.value


@cache
def unmoved(world):
    """Return account, report and forecasts of the SFT model."""
    return seen_by_all(SFT, rewards(*world))


@cache
def along_the_rope(world):
    """Return KL in nats, reward, the judge's mean and its error at every β of the grid."""
    points = [optimum(world, beta) for beta in BETAS]
    return np.array([(own.kl, own.reward, *report.score) for own, report, *_ in points]).T


@cache
def best_of(world):
    """Return KL in nats, its bound, the judge's mean and its error for 1, 2, 4 … 256 draws."""
    tokens = sample(SFT, 20_000, np.random.default_rng(0))
    score, judged = rewards(*world).score(tokens), JUDGE.score(tokens)
    numbers = 2 ** np.arange(9)
    return np.array(
        [
            (best_of_n_kl_estimate(score, n), best_of_n_kl(n), *best_of_n_mean(score, judged, n))
            for n in map(int, numbers)
        ]
    ).T


ALGORITHMS = {
    "PPO": lambda _: PPO(),
    "GRPO": lambda group: GRPO(group=group),
    "GRPO, unscaled": lambda group: GRPO(group=group, as_published=False),
}
CONTROLLERS = {
    "fixed": lambda price, _: FixedKL(price),
    "adaptive": lambda price, target: AdaptiveKL(price or 0.001, target),
    "proportional": lambda price, target: ProportionalKL(price or 0.001, target),
}
ANCHORS = {"reference": "the SFT model", "previous": "the policy one step before"}


@cache
def records(
    method="PPO", rope="fixed", price=0.02, target=3.0, anchor="reference", steps=30, group=8,
    epochs=2, rate=40, run_seed=1, world=USUAL,
):  # fmt: skip
    """Return all steps of a run."""
    algorithm, controller = ALGORITHMS[method](group), CONTROLLERS[rope](price, target)
    rng = np.random.default_rng(run_seed)
    return list(
        train(
            SFT, rewards(*world), JUDGE, algorithm, controller, rng,
            anchor=anchor, steps=steps, epochs=epochs, rate=rate,
        )
    )  # fmt: skip


@cache
def farthest_up(world, kl):
    """Return the account of the optimum that is this far, in nats, from the SFT model."""
    return account(optimum_at_kl(SFT, rewards(*world), kl), rewards(*world))


def judged(of, step):
    """Return the judge's mean over the fifteen batches up to a step, and its error."""
    means, errors = np.array([each.judge for each in of[:step]])[-15:].T
    return means.mean(), math.sqrt((errors**2).sum()) / means.size


# How a test reads the page.


def opened(beta="0.02", world=USUAL, **parameters):
    """Return the page; parameters come without the lesson's name."""
    named = {k if k == "unit" else f"beta_{k}": str(v) for k, v in parameters.items()}
    pairs, seed = map(str, world)
    return open_page(FILE, beta_beta=beta, beta_pairs=pairs, beta_seed=seed, **named)


def trained(**parameters):
    """Return the page with a run of training that is done."""
    return opened(**{"train": "true", "steps": 30} | parameters)


def press(app, label):
    """Press the button with this label."""
    [button] = [button for button in app.button if button.label == label]
    assert not button.disabled
    button.click().run()
    assert not app.exception, label
    return app


def set_up(app):
    """Return what all bound controls show."""
    return {key: control.value for key, control in bound_controls(app).items()}


def linked(app):
    """Return what another visitor gets who follows the link to this view."""
    there = {key: value for key, value in set_up(app).items() if value is not None}
    return open_page(FILE, **{key: str(value) for key, value in there.items()})


def chart(app, title):
    """Return the one chart whose title begins so, as the browser gets it; None without one."""
    specs = [json.loads(each.spec) for each in charts(app)]
    found = [spec for spec in specs if spec["layout"]["title"]["text"].startswith(title)]
    assert len(found) <= 1
    return found[0] if found else None


def values(array):
    """Return what a trace holds as an array, also where it travels as bytes."""
    if isinstance(array, dict):
        return np.frombuffer(base64.b64decode(array["bdata"]), np.dtype(array["dtype"]))
    return np.array([np.nan if each is None else each for each in array], dtype=float)


def paragraphs(app):
    """Return all paragraphs, lists and captions."""
    said = [each.value.split("\n\n") for each in (*app.markdown, *app.caption)]
    return [each for block in said for each in block]


def sentence(app, pattern):
    """Return the match of the one paragraph or caption that says this."""
    found = [match for each in paragraphs(app) if (match := re.search(pattern, each))]
    assert len(found) == 1, (pattern, texts(app))
    return found[0]


def all_agree(shown, expected):
    """Say whether as many values as there are numbers round to them, one by one."""
    return all(agree(*each) for each in zip(shown, expected, strict=True))


def named_failures(app):
    """Return what the page says about failures of this policy."""
    return [each.removeprefix("> ") for each in paragraphs(app) if each.startswith("> **")]


# The rope: tiles, sentence, table, formula.


def check_the_rope(app, beta, world, unit="bits"):
    """See that every part that answers β speaks of this optimum, in this unit."""
    nats = math.log(BASES[unit])
    (own, report, tokens, value), (base, base_report, base_tokens) = (
        optimum(world, beta),
        unmoved(world),
    )
    check_tiles(app, own, report, base, base_report, unit)
    said = sentence(
        app,
        rf"^β = {re.escape(beta)} lies .* earn {NUMBER} from the reward model instead of "
        rf"{NUMBER}, and the judge gives them {PAIR} of 7 instead of {PAIR}\. For that they are "
        rf"{NUMBER} {unit} away",
    )
    expected = own.reward, base.reward, *report.score, *base_report.score, own.kl / nats
    assert all_agree(said.groups(), expected)
    check_forecasts(app, "P, the SFT model, says", base_tokens)
    check_forecasts(app, "Q, the policy, says", tokens)
    check_table(app, own, base, world)
    check_formula(app, own, value, beta, unit)


def check_tiles(app, own, report, base, base_report, unit):
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
    assert [tile.label for tile in app.metric] == list(expected)
    for tile in app.metric:
        both = [text for text in (tile.value, tile.delta) if text]
        for shown, numbers in zip(both, expected[tile.label], strict=True):
            assert all_agree(re.findall(NUMBER, shown), numbers), (tile.label, shown, numbers)
    assert app.metric[2].value.endswith(f" {unit}")


def check_forecasts(app, heading, tokens):
    """See that five forecasts stand below a heading, and what repeats in them is marked."""
    said = paragraphs(app)
    [at] = [place for place, each in enumerate(said) if f"**{heading}**" in each]
    lines = said[at + 1].removeprefix("- ").split("\n- ")
    assert len(lines) == 5
    for line, row, repeats in zip(lines, tokens, JUDGE.repeats(tokens), strict=True):
        spoken = [(SFT.words[t], bool(flag)) for t, flag in zip(row, repeats, strict=True) if t > 0]
        text, ended = (line[:-1], True) if line.endswith(".") else (line[:-2], False)
        assert ended == (0 in row)
        found = re.findall(r"\*\*(\w+)\*\*|(\w+)", text)
        assert [(marked or plain, bool(marked)) for marked, plain in found] == spoken


def check_table(app, own, base, world):
    """See that the table names the words that add most to the divergence of word counts."""
    cells = re.findall(r"<td[^>]*>([^<]*)</td>", app.html[0].value)
    shown = np.reshape([html.unescape(cell) for cell in cells], (-1, 5))
    mine, usual = own.words / own.length, base.words / base.length
    gains = {word: p * math.log(p / q) for word, p, q in zip(SFT.words, mine, usual, strict=True)}
    top = [word for word in sorted(gains, key=gains.get, reverse=True)[:6] if gains[word] > 0]
    assert [row[0] for row in shown] == [word if word != "." else "full stop" for word in top]
    for word, row in zip(top, shown, strict=True):
        at = SFT.index[word]
        expected = (
            100 * usual[at],
            100 * mine[at],
            mine[at] / usual[at],
            rewards(*world).weights[at],
        )
        assert all_agree(row[1:], expected), word


def check_formula(app, own, value, beta, unit):
    """See that the formula holds today's numbers, and that its loss is minus the value."""
    nats = math.log(BASES[unit])
    today = re.sub(r"\\textcolor\{[^}]*\}\{([^{}]*)\}", r"\1", app.latex[1].value)
    factor = "" if unit == "nats" else rf" \\cdot {NUMBER}"
    found = re.search(
        rf"loss\}} = {NUMBER} \+ {re.escape(beta)} \\cdot {NUMBER}{factor} .*?= {NUMBER} .*?"
        rf"log Z = {NUMBER}\\end",
        today,
    )
    numbers = [-own.reward, own.kl / nats, *([nats] if factor else []), -value, -value]
    assert all_agree(found.groups(), numbers)
    assert found.groups()[-1] == found.groups()[-2]
    assert float(beta) * own.kl - own.reward == pytest.approx(-value, abs=1e-9)
    if factor:
        said = sentence(app, rf"The factor {NUMBER} turns {unit} into")
        assert said[1] == found[3]
    else:
        assert "turns nats" not in texts(app)
    said = sentence(app, rf"adds: {NUMBER} {unit} here, {NUMBER} {unit} for each of {NUMBER} words")
    assert all_agree(said.groups(), (own.kl / nats, own.kl / nats / own.length, own.length))


@pytest.mark.parametrize(
    ("beta", "world", "unit"),
    [
        ("0.02", USUAL, "bits"),
        ("0.02", USUAL, "nats"),
        ("0.02", USUAL, "dits"),
        ("1", (2000, 1000), "bits"),
        ("0.5", FEW, "dits"),
        ("0.0025", FEW, "nats"),
        ("0.001", (20_000, 1), "bits"),
    ],
)
def test_everything_that_answers_beta_agrees(beta, world, unit):
    app = opened(beta, world, unit=unit)
    assert not app.warning
    check_the_rope(app, beta, world, unit)


@pytest.mark.parametrize(
    ("key", "value", "beta", "world"),
    [
        ("beta_beta", "0.1", "0.1", USUAL),
        ("beta_pairs", 200, "0.02", FEW),
        ("beta_seed", 1000, "0.02", (2000, 1000)),
    ],
)
def test_moved_controls_take_everything_along(key, value, beta, world):
    check_the_rope(move(open_page(FILE), key, value), beta, world)


def test_other_pairs_takes_the_next_number_and_begins_again_after_the_last():
    app = press(opened(world=(2000, 999)), "Other pairs")
    assert set_up(app)["beta_seed"] == 1000
    check_the_rope(app, "0.02", (2000, 1000))
    assert set_up(press(app, "Other pairs"))["beta_seed"] == 1


@pytest.mark.parametrize(
    ("beta", "where"),
    [
        ("0.001", "in the book's *free* range, 0.001 to 0.01"),
        ("0.01", "in the book's *free* range, 0.001 to 0.01"),
        ("0.0125", "between the book's two ranges"),
        ("0.08", "between the book's two ranges"),
        ("0.1", "in the book's *conservative* range, 0.1 to 0.5"),
        ("0.5", "in the book's *conservative* range, 0.1 to 0.5"),
        ("0.63", "above the book's ranges"),
        ("1", "above the book's ranges"),
    ],
)
def test_ranges_of_the_book_hold_their_ends(beta, where):
    assert sentence(opened(beta), "^β = .* lies ").string.startswith(f"β = {beta} lies {where}.")


def hacked(world, beta):
    """Say whether reward rose and the judge's score fell, by two errors of each."""
    (own, report, *_), (base, base_report, _) = optimum(world, beta), unmoved(world)
    low, high = (
        report.score[0] + 2 * report.score[1],
        (base_report.score[0] - 2 * base_report.score[1]),
    )
    return own.reward > base.reward and low < high


def degenerate(world, beta):
    """Say whether the text puzzles the SFT model twice as much, or repeats a fifth of its words."""
    (own, report, *_), (base, *_) = optimum(world, beta), unmoved(world)
    return own.perplexity >= 2 * base.perplexity or report.repeated[0] >= 0.2


@pytest.mark.parametrize("world", [USUAL, FEW])
@pytest.mark.parametrize(
    ("name", "happens"), [("Reward hacking", hacked), ("Language degeneration", degenerate)]
)
def test_failures_are_named_from_their_thresholds_on(name, happens, world):
    ladder = BETAS[: BETAS.index("0.001") + 1]
    found = [happens(world, beta) for beta in ladder]
    changes = [place for place in range(1, len(ladder)) if found[place] != found[place - 1]]
    assert changes
    for place in {*changes, *(place - 1 for place in changes)}:
        said = named_failures(opened(ladder[place], world))
        named = [text for text in said if text.startswith(f"**{name}.**")]
        assert len(named) == found[place], ladder[place]


def test_both_failures_are_named_with_their_numbers_and_none_where_there_is_none():
    (own, report, *_), (base, base_report, _) = optimum(FEW, "0.0025"), unmoved(FEW)
    hacking, degeneration = named_failures(opened("0.0025", FEW))
    said = re.findall(rf"(?:gives|model's) {NUMBER}", hacking)
    expected = own.reward, base.reward, report.score[0], base_report.score[0]
    assert all_agree(said, expected)
    said = re.search(
        rf"is {NUMBER} times that of its own, and {NUMBER}% of the sampled words", degeneration
    )
    assert all_agree(said.groups(), (own.perplexity / base.perplexity, 100 * report.repeated[0]))
    assert "from 2 times or 20% on" in degeneration
    assert named_failures(opened("0.02", USUAL)) == []


def test_prediction_reveals_what_is_computed():
    right = "It rises, then falls"
    points = [optimum(USUAL, beta) for beta in ("1", "0.0125", "0.001")]
    for answer in ("It rises as well", right, "It falls from the start"):
        app = open_page(FILE, beta_predict=answer)
        said = sentence(
            app,
            rf"the reward is {NUMBER}, {NUMBER} and {NUMBER}, always more\. The judge gives "
            rf"{PAIR}, {PAIR} and {PAIR} of 7",
        )
        exact = [own.reward for own, *_ in points]
        scores = [each for _, report, *_ in points for each in report.score]
        assert all_agree(said.groups(), [*exact, *scores])
        assert ("That is what happens" in said.string) == (answer == right)
    assert exact == sorted(exact)
    assert scores[2] > scores[0] > scores[4]


def test_right_answers_are_marked_right():
    answers = (
        "Little: look at the answers",
        "D(π‖π_SFT), averaged over the policy's own answers",
        "It picks a point with less KL on it",
        "No, it keeps each step short",
    )
    for place, answer in enumerate(answers, start=1):
        app = open_page(FILE, **{f"beta_check{place}": answer})
        assert [each.value[:5] for each in app.success] == ["Right"], answer


# The film of β.

NEXT_WORD, OVER_OPTIMISED = "_beta_words", "_beta_hacking"


def read_out(words):
    """Return Markdown as a screen reader gets it: without stars, and marks of lists and quotes."""
    lines = [re.sub(r"^(- |> )+", "", line) for line in words.replace("*", "").split("\n")]
    return "\n".join(lines)


def filmed(monkeypatch, **view):
    """Return the pictures of both films of β by its value, and where these have pictures."""
    films = {}

    def moved(draw, *, key, stops, **rest):
        # AppTest passes by the home page to learn of this one.
        if key != "_home_chart":
            [slider] = stops
            films[key] = {
                beta: draw(ChainMap({slider: beta}, st.session_state))
                for beta in stops[slider].values
            }
        moving(draw, key=key, stops=stops, **rest)

    with monkeypatch.context() as patch:
        patch.setattr("widgets.chart.moving", moved)
        opened(**view)
    return films


@pytest.mark.parametrize("world", [USUAL, FEW])
def test_films_have_the_pictures_that_the_page_shows(monkeypatch, world):
    films = filmed(monkeypatch, world=world, unit="nats", guess="below 0.003")
    ladder = BETAS[: BETAS.index("0.001") + 1]
    for key, place in ((NEXT_WORD, 0), (OVER_OPTIMISED, 1)):
        assert [*films[key]] == ladder[::-1]
        for beta in ("0.001", "0.0125", "0.1", "1"):
            picture = films[key][beta]
            app = opened(beta, world, unit="nats", guess="below 0.003")
            there = charts(app)[place]
            figure = json.dumps(picture.figure.to_dict(), cls=PlotlyJSONEncoder)
            assert json.loads(there.spec) == json.loads(figure)
            assert there.alt == read_out(picture.words)
            assert picture.words in [each.value for each in app.markdown]
            shown = {tile.label: tile.value for tile in app.metric}
            assert picture.numbers.items() <= shown.items()


def test_forecasts_degenerate_under_the_finger(monkeypatch):
    film = filmed(monkeypatch, world=FEW)[NEXT_WORD]
    loosest, tightest = film["0.001"], film["1"]
    assert "> **Language degeneration.**" in loosest.words
    assert "> **" not in tightest.words
    said = [re.findall(r"^- (.*)$", each.words, re.MULTILINE) for each in film.values()]
    assert {len(each) for each in said} == {5}
    changes = [one != other for one, other in pairwise(said)]
    assert sum(changes) > 0.5 * len(changes)
    rewards = [value_of(each.numbers["Reward, exact"])[0] for each in film.values()]
    assert rewards == sorted(rewards, reverse=True)


def test_there_is_no_film_where_there_is_no_next_word(monkeypatch):
    films = filmed(monkeypatch, context="tomorrow will pour")
    assert {*films[NEXT_WORD].values()} == {None}
    assert None not in films[OVER_OPTIMISED].values()


@pytest.mark.parametrize(("world", "unit"), [(USUAL, "bits"), (FEW, "nats")])
def test_points_of_beta_can_be_dragged_along_both_lines(monkeypatch, world, unit):
    kl, reward, score, _ = along_the_rope(world)
    film = filmed(monkeypatch, world=world, unit=unit)[OVER_OPTIMISED]
    for beta, picture in film.items():
        at = BETAS.index(beta)
        root = math.sqrt(kl[at] / math.log(BASES[unit]))
        ends = {each.axes: (each.x, each.y) for each in picture.handles}
        assert ends[("xaxis", "yaxis")] == pytest.approx((root, reward[at]))
        assert ends[("xaxis", "yaxis2")] == pytest.approx((root, score[at]))
        assert {(each.slider, each.way, each.hue) for each in picture.handles} == {
            ("beta_beta", "both", "q")
        }


# The next word.


def next_words(text, beta="0.02", world=USUAL):
    """Return chances under P and Q of what follows these words, and D(Q‖P) in nats."""
    words = text.lower().split()
    context = SFT.context(" ".join(words))
    policy = optimal_policy(SFT, rewards(*world), float(beta))
    q = policy.next_words(len(words), np.array([context]))[0][0]
    p = SFT.table[context]
    return p, q, float((q[q > 0] * np.log(q[q > 0] / p[q > 0])).sum())


def offered(app):
    """Return the words on the buttons below the next-word chart."""
    labels = [button.label for button in app.button]
    return labels[labels.index("Other pairs") + 1 : labels.index("Back one word")]


LONGEST = " ".join(["tomorrow", *["and cold"] * 11])


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
    app = opened(beta, world, context=text, unit=unit)
    assert not app.warning
    words = text.lower().split()
    p, q, added = next_words(text, beta, world)
    quoted = ("… " if len(words) > 6 else "") + " ".join(words[-6:])
    begins = (
        rf"^After {len(words)} words? \(“{re.escape(quoted)}”\)"
        if words
        else "^At the start of a forecast"
    )
    name = SFT.words[q.argmax()]
    likeliest = "the full stop" if name == "." else f"“{name}”"
    said = sentence(
        app,
        rf"{begins} the policy's likeliest next is {likeliest} \({NUMBER}%; the SFT model: "
        rf"{NUMBER}%\)\. Choosing here adds {NUMBER} {unit} to the KL",
    )
    assert "After 1 words" not in said[0]
    at = q.argmax()
    assert all_agree(said.groups(), (100 * q[at], 100 * p[at], added / math.log(BASES[unit])))

    spec = chart(app, "Next word: ")
    bars = {trace["name"][0]: trace for trace in spec["data"]}
    tokens = [SFT.index[word.replace("full stop", ".")] for word in bars["P"]["y"]]
    assert bars["Q"]["y"] == bars["P"]["y"]
    np.testing.assert_allclose(values(bars["P"]["x"]), 100 * p[tokens])
    np.testing.assert_allclose(values(bars["Q"]["x"]), 100 * q[tokens], atol=1e-12)
    assert {*np.argsort(-q)[:5]} <= {*tokens}
    assert list(q[tokens]) == sorted(q[tokens], reverse=True)
    assert offered(app) == bars["Q"]["y"][:6]


def test_words_of_the_policy_are_appended_and_taken_back():
    app = opened("0.05", FEW, check1="They get better", price="0.1", unit="nats", group=4)
    before = set_up(app)
    said = "tomorrow will be"
    for place in (0, 1, 0):
        word = offered(app)[place]
        press(app, word)
        said += f" {word}"
        assert set_up(app) == before | {"beta_context": said}
        assert sentence(app, r"^After (\d+) words")[1] == str(len(said.split()))
    for _ in range(5):
        press(app, "Back one word")
        said = " ".join(said.split()[:-1])
        assert set_up(app) == before | {"beta_context": said}
    press(app, "Back one word")
    press(app, "Back one word")
    assert set_up(app) == before | {"beta_context": ""}
    assert sentence(app, "^At the start of a forecast")
    press(app, offered(app)[0])
    press(app, "From the start")
    assert set_up(app) == before | {"beta_context": ""}


def test_clicking_tidies_spaces_and_keeps_what_was_typed():
    app = opened(context="  Tomorrow   WILL be ")
    word = offered(app)[0]
    assert set_up(press(app, word))["beta_context"] == f"Tomorrow WILL be {word}"


def test_full_stop_cannot_be_clicked():
    text = "tomorrow will be cold with frost in the evening"
    app = opened("1", context=text)
    _, q, _ = next_words(text, "1")
    assert SFT.words[q.argmax()] == "."
    assert sentence(app, r"likeliest next is the full stop \(")
    buttons = {button.label: button.disabled for button in app.button}
    assert [word for word in offered(app) if buttons[word]] == ["full stop"]


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
def test_words_that_lead_nowhere_are_named_and_taken_back(text, told):
    app = opened("0.05", context=text)
    [warning] = app.warning
    assert told.format(words=len(SFT.words) - 1) in warning.value
    assert re.search(r"^The words so far: .*\. Change them, or press \*Back one word\*\.$",
                     warning.value)  # fmt: skip
    # Whatever was typed stands between backticks, or not at all.
    assert "**" not in re.sub(r"`[^`]*`", "", warning.value)
    assert "<" not in re.sub(r"`[^`]*`", "", warning.value)
    for kind in (app.markdown, app.caption, app.info):
        assert not any(text in each.value for each in kind if len(text) > 1)
    assert chart(app, "Next word") is None
    assert offered(app) == []
    assert set_up(app)["beta_context"] == text
    check_the_rope(app, "0.05", USUAL)
    press(app, "From the start")
    assert not app.warning
    assert set_up(app)["beta_context"] == ""
    assert chart(app, "Next word")


def test_back_one_word_takes_a_bad_word_away():
    app = press(opened(context="tomorrow will pour"), "Back one word")
    assert set_up(app)["beta_context"] == "tomorrow will"
    assert not app.warning
    assert chart(app, "Next word")


def test_a_whole_forecast_of_long_words_can_be_clicked_and_linked():
    app = opened(context=" ".join(["afternoon"] * 20))
    word = offered(app)[0] if offered(app)[0] != "full stop" else offered(app)[1]
    press(app, word)
    again = linked(app)
    assert not again.warning
    assert set_up(again) == set_up(app)


# Presets and the way back.


@pytest.mark.parametrize(
    ("label", "puts"),
    [
        ("Conservative", {"beta": "0.2"}),
        ("InstructGPT's", {"beta": "0.02"}),
        ("Free", {"beta": "0.005"}),
        ("Hardly a rope", {"beta": "0.001"}),
        ("Too few pairs", {"pairs": 50}),
        ("Plenty of pairs", {"pairs": 20_000}),
        ("β: 0.1 to 0.5", {"beta": "0.2"}),
        ("β: 0.001 to 0.01", {"beta": "0.005"}),
        ("β: adaptive", {"rope": "adaptive"}),
        ("β: 0.02", {"beta": "0.02"}),
        ("β: 0.04", {"beta": "0.04"}),
        ("β: 0.1", {"beta": "0.1"}),
        ("β: 0.001", {"beta": "0.001"}),
        ("β: 0", {"price": "0", "rope": "fixed"}),
    ],
)
def test_buttons_put_what_they_say_and_nothing_else(label, puts):
    # Nothing of this is what any button puts.
    app = opened("0.5", FEW, rope="proportional", price="0.1", unit="nats", context="snow",
                 check2="Either, they are the same", guess="below 0.003")  # fmt: skip
    before = set_up(app)
    press(app, label)
    expected = before | {f"beta_{name}": value for name, value in puts.items()}
    assert expected != before
    assert set_up(app) == expected
    world = expected["beta_pairs"], expected["beta_seed"]
    check_the_rope(app, expected["beta_beta"], world, "nats")


def test_start_over_puts_everything_back():
    fresh = open_page(FILE)
    usual = set_up(fresh)
    questions = ("predict", "guess", "check1", "check2", "check3", "check4")
    answers = {name: fresh.radio(key=f"beta_{name}").options[-1] for name in questions}
    app = trained(
        beta="0.5", world=(50, 3), context="snow", method="GRPO", rope="adaptive", price="0.1",
        target="5", anchor=ANCHORS["previous"], group=4, epochs=1, rate=20, run_seed=7, **answers,
    )  # fmt: skip
    now = set_up(app)
    assert {key for key in usual if now[key] == usual[key]} == {"unit", "present"}
    press(app, "Keep to compare")
    assert app.session_state["_beta_kept"]
    move(app, "beta_train", True)
    press(app, "Start over")
    assert set_up(app) == usual
    assert "_beta_kept" not in app.session_state
    assert "Nothing is trained yet" in app.info[-1].value
    assert chart(app, "Reward, judge, KL") is None
    check_the_rope(app, "0.02", USUAL)


# Hacking.

GUESSES = [
    "0.1 or more",
    "0.03 to below 0.1",
    "0.01 to below 0.03",
    "0.003 to below 0.01",
    "below 0.003",
]
WORLDS = [USUAL, FEW]


def hacking(app):
    """Return the chart of both scores."""
    return chart(app, "The reward keeps rising")


def stars(app):
    """Return where stars stand in the chart."""
    return [
        (values(trace["x"])[0], values(trace["y"])[0])
        for trace in hacking(app)["data"]
        if trace.get("marker", {}).get("symbol") == "star"
    ]


@pytest.mark.parametrize("world", WORLDS)
def test_best_beta_is_not_told_before_the_guess(world):
    app = opened("0.5", world)
    assert stars(app) == []
    assert sentence(app, "Guess first, and the star will show it")
    best = BETAS[along_the_rope(world)[2].argmax()]
    assert f"**β = {best}**" not in texts(app)
    assert "is largest" not in texts(app)


@pytest.mark.parametrize(
    ("guess", "world"),
    [*((guess, USUAL) for guess in GUESSES), ("0.01 to below 0.03", FEW), ("below 0.003", FEW)],
)
def test_guess_is_answered_by_the_largest_mean_of_the_judge(guess, world):
    kl, reward, score, error = along_the_rope(world)
    best = int(score.argmax())
    numbers = [float(each) for each in re.findall(r"[\d.]+", guess)]
    low, high = numbers if len(numbers) == 2 else (
        (numbers[0], math.inf) if guess.endswith("more") else (0, numbers[0])
    )  # fmt: skip
    app = opened("0.5", world, guess=guess, unit="nats")
    said = sentence(app, r"The judge's score is largest at \*\*β = (\S+)\*\*: (\S+) ± (\S+) of 7")
    right = low <= float(BETAS[best]) < high
    assert said.string.startswith("Right. " if right else f"Not {guess}. ")
    assert said[1] == BETAS[best]
    assert all_agree(said.groups()[1:], (score[best], error[best]))
    near = [
        beta for beta, each in zip(BETAS, score, strict=True)
        if each >= score[best] - 2 * math.sqrt(2) * error[best]
    ]  # fmt: skip
    doubt = re.search(r"anything from (\S+) to (\S+)\. ", said.string)
    assert doubt.groups() == (near[-1], near[0])
    assert f"{1000:,} samples" in said.string
    both = np.array([(kl[best] ** 0.5, reward[best]), (kl[best] ** 0.5, score[best])])
    np.testing.assert_allclose(stars(app), both)


@pytest.mark.parametrize(
    ("beta", "world", "unit"),
    [("0.02", USUAL, "bits"), ("0.001", FEW, "nats"), ("0.63", FEW, "dits")],
)
def test_hacking_in_words_and_numbers(beta, world, unit):
    nats = math.log(BASES[unit])
    kl, reward, score, error = along_the_rope(world)
    n_kl, bound, n_score, n_error = best_of(world)
    here = BETAS.index(beta)
    app = opened(beta, world, unit=unit)
    said = sentence(
        app,
        rf"the reward goes from {NUMBER} to {NUMBER} and never turns; the judge's score goes from "
        rf"{NUMBER} to {NUMBER}, by way of {NUMBER}\. Your β = {re.escape(beta)}, the dot, has "
        rf"{PAIR}\. Dashed: the best of n, up to n = 256, which lies {NUMBER} {unit} from the SFT "
        rf"model \(its bound, log n − \(n − 1\)/n: {NUMBER} {unit}\)",
    )
    assert (np.diff(reward) > -1e-12).all()
    expected = (
        reward[0], reward[-1], score[0], score[-1], score.max(), score[here], error[here],
        n_kl[-1] / nats, bound[-1] / nats,
    )  # fmt: skip
    assert all_agree(said.groups(), expected)

    said = sentence(
        app,
        rf"With η = 1, β = {re.escape(beta)} is the same policy as stopping after {NUMBER} steps.*"
        rf"the best of 16, {NUMBER} {unit} away, gets {PAIR} from the judge, the rope's optimum at "
        rf"that KL {PAIR}: best of 16 gets (more|less|the same within the noise)\.$",
    )
    at, root = np.sqrt(n_kl[4]), np.sqrt(kl)
    rope, noise = np.interp(at, root, score), np.interp(at, root, error)
    *numbers, relation = said.groups()
    expected = 1 / float(beta), n_kl[4] / nats, n_score[4], n_error[4], rope, noise
    assert all_agree(numbers, expected)
    gap = n_score[4] - rope
    clear = abs(gap) > 2 * math.hypot(noise, n_error[4])
    assert relation == (("more" if gap > 0 else "less") if clear else "the same within the noise")

    # A change of unit scales d, which the forms of Gao et al. take up in their coefficients.
    usual = unmoved(world)[1].score[0]
    rl = fit_over_optimisation(root, score - usual, "rl")
    of_n = fit_over_optimisation(np.sqrt(n_kl), n_score - usual, "best-of-n")
    assert "turn" not in sentence(app, r"^Dotted: the forms of Gao").string
    said = sentence(
        opened(beta, world, unit=unit, guess="below 0.003"),
        rf"d = √KL in √{unit}\. RL, .*: R² = {NUMBER}\. (.*) Best-of-n, .*: R² = {NUMBER}\. ",
    )
    assert agree(said[1], rl.r_squared)
    assert agree(said[3], of_n.r_squared)
    turns = re.search(rf"It turns at √KL = {NUMBER}; .* is at {NUMBER}\.", said[2])
    if rl.peak < root[-1]:
        assert all_agree(turns.groups(), np.array([rl.peak, root[score.argmax()]]) / nats**0.5)
    else:
        assert said[2] == "It does not turn within this chart."


def test_mirror_ascent_reaches_the_optimum():
    # After k steps the policy is ∝ π_SFT·exp(η·k·r), seen here on log-ratios of whole forecasts.
    beta, eta = 0.02, 1
    steps = float(sentence(opened("0.02"), rf"stopping after {NUMBER} steps")[1])
    policy = optimal_policy(SFT, rewards(*USUAL), beta)
    tokens = sample(SFT, 20, np.random.default_rng(5))
    contexts = SFT.visited(tokens)
    gained = np.zeros(20)
    for step in range(SFT.longest):
        _, log_ratio = policy.next_words(step, contexts[:, step])
        gained += np.where(tokens[:, step] < 0, 0, log_ratio[np.arange(20), tokens[:, step]])
    climbed = eta * steps * rewards(*USUAL).score(tokens)
    np.testing.assert_allclose(np.ptp(gained - climbed), 0, atol=1e-8)


@pytest.mark.parametrize("world", [*WORLDS, (2000, 1000)])
def test_chart_of_hacking_holds_both_families_and_the_first_pairs_in_grey(world):
    app = opened("0.1", world, unit="dits")
    nats = math.log(10)
    kl, reward, score, _ = along_the_rope(world)
    usual_kl, usual_reward, usual_score, _ = along_the_rope(USUAL)
    lines = [trace for trace in hacking(app)["data"] if trace.get("mode") == "lines"]
    grey = [trace for trace in lines if "with 2,000 pairs" in trace["hovertemplate"]]
    if world == USUAL:
        assert grey == []
        assert "in grey" not in sentence(app, "^From the tightest").string
        assert "With these" not in texts(app)
    else:
        for trace, expected in zip(grey, (usual_reward, usual_score), strict=True):
            np.testing.assert_allclose(values(trace["x"]), np.sqrt(usual_kl / nats))
            np.testing.assert_allclose(values(trace["y"]), expected)
        said = sentence(
            app,
            rf"With these {NUMBER} pairs the judge's score peaks at {NUMBER}; with the first "
            rf"2,000, in grey, at {NUMBER}\.",
        )
        assert all_agree(said.groups(), (world[0], score.max(), usual_score.max()))
    policy = [trace for trace in lines if trace["hovertemplate"].startswith("policy")]
    for trace, expected in zip(policy, (reward, score), strict=True):
        np.testing.assert_allclose(values(trace["x"]), np.sqrt(kl / nats))
        np.testing.assert_allclose(values(trace["y"]), expected)
        assert trace["customdata"] == [f"β = {beta}" for beta in BETAS]
    [first, _] = [trace for trace in lines if trace["hovertemplate"].startswith("best-of-n")]
    np.testing.assert_allclose(values(first["x"]), np.sqrt(best_of(world)[0] / nats))
    dots = [trace for trace in hacking(app)["data"] if trace.get("mode") == "markers"]
    at = BETAS.index("0.1")
    assert [values(dot["y"])[0] for dot in dots] == pytest.approx([reward[at], score[at]])


# Training.


def run_of(app, place=0):
    """Return a run of training as the session holds it."""
    return app.session_state["_beta_runs"][1][place]


def check_run(run, of):
    """See that a run holds what these records say."""
    assert run.steps == len(of)
    assert run.reward == [record.reward[0] for record in of]
    assert run.judge == [record.judge for record in of]
    assert run.kl == [record.kl for record in of]
    assert run.beta == [record.beta for record in of]
    reward, kl = account(of[-1].policy, of[-1].reward_model).reward, of[-1].exact.kl
    assert (run.end.reward, run.end.kl) == pytest.approx((reward, kl), rel=1e-12)


def landing(app, name, unit="bits"):
    """Return the match of the sentence on where a run has ended."""
    return sentence(
        app,
        rf"^\*\*{re.escape(name)}\*\*.*?, step (\d+): reward {NUMBER} \(SFT model {NUMBER}\), "
        rf"{NUMBER} {unit} from the SFT model, judge {PAIR} of 7\. No policy that close to the SFT "
        rf"model earns more than {NUMBER}: the run got {NUMBER}% of the gain",
    )


def check_landing(app, name, of, unit="bits", world=USUAL):
    """See that the page says where the run of these records has ended; return the paragraph."""
    nats = math.log(BASES[unit])
    end, base = of[-1].exact, unmoved(world)[0]
    frontier = farthest_up(world, end.kl)
    assert frontier.kl == pytest.approx(end.kl, rel=1e-4)
    share = (end.reward - base.reward) / (frontier.reward - base.reward)
    assert 0 <= share <= 1
    said = landing(app, name, unit)
    expected = (
        len(of), end.reward, base.reward, end.kl / nats, *judged(of, len(of)), frontier.reward,
        100 * share,
    )  # fmt: skip
    assert all_agree(said.groups(), expected)
    return said.string


def check_line_of_training(app, of, unit="bits"):
    """See that the charts of training draw these records."""
    nats = math.log(BASES[unit])
    spec = chart(app, "Reward, judge, KL and β")
    reward, judge, kl, exact_reward, exact_kl, smooth, beta = spec["data"][:7]
    np.testing.assert_allclose(values(reward["y"]), [each.reward[0] for each in of])
    np.testing.assert_allclose(values(judge["y"]), [each.judge[0] for each in of])
    np.testing.assert_allclose(values(kl["y"]), [each.kl[0] / nats for each in of], atol=1e-12)
    np.testing.assert_allclose(values(beta["y"]), [each.beta or np.nan for each in of])
    means = [judged(of, step)[0] for step in range(1, len(of) + 1)]
    np.testing.assert_allclose(values(smooth["y"]), means)
    steps = values(exact_reward["x"]).astype(int)
    assert {0, 1, 5, 10, len(of)} <= {*steps}
    exact = [of[step - 1].exact if step else unmoved(USUAL)[0] for step in steps]
    np.testing.assert_allclose(values(exact_reward["y"]), [each.reward for each in exact])
    np.testing.assert_allclose(values(exact_kl["y"]), [each.kl / nats for each in exact])
    _, way = chart(app, "The way of each run")["data"][:2]
    np.testing.assert_allclose(values(way["x"]), [math.sqrt(each.kl / nats) for each in exact])
    np.testing.assert_allclose(values(way["y"]), [each.reward for each in exact])


@pytest.mark.parametrize("unit", ["bits", "dits"])
def test_training_goes_to_the_end_and_is_a_direct_call(unit):
    app = opened(steps=30, unit=unit)
    assert "Nothing is trained yet" in app.info[-1].value
    move(app, "beta_train", True)
    assert sentence(app, r"^Done after step 30 of 30\.$")
    assert "Nothing is trained yet" not in texts(app)
    of = records()
    check_run(run_of(app), of)
    check_line_of_training(app, of, unit)
    check_landing(app, "PPO, β = 0.02", of, unit)
    first, last = (SFT.decode(of[step - 1].batch.tokens[0]) for step in (1, 30))
    said = f"- PPO, β = 0.02, step 1: *{first}*\n- PPO, β = 0.02, step 30: *{last}*"
    assert any(each.value == said for each in app.markdown)


@pytest.mark.parametrize(
    ("setting", "value"),
    [("group", 4), ("epochs", 1), ("rate", 80), ("run_seed", 5),
     ("world", (50, 3))],
)  # fmt: skip
def test_every_setting_reaches_the_run(setting, value):
    method = "GRPO, unscaled" if setting == "group" else "PPO"
    app = trained(method=method, **{setting: value})
    of = records(method=method, **{setting: value})
    check_run(run_of(app), of)
    assert of[-1].exact.kl != records(method=method)[-1].exact.kl


def test_a_run_that_is_stopped_and_goes_on_is_the_same_run():
    app = opened(steps=30)
    for _ in range(13):
        run_of(app).advance()
    app.run()
    assert sentence(app, r"^Stopped after step 13 of 30\. Switch \*Train\* on again to go on from")
    of = records()
    check_run(run_of(app), of[:13])
    check_landing(app, "PPO, β = 0.02", of[:13])
    check_line_of_training(app, of[:13])
    move(app, "beta_train", True)
    assert sentence(app, r"^Done after step 30 of 30\.$")
    check_run(run_of(app), of)
    check_landing(app, "PPO, β = 0.02", of)
    press(app, "Stop training")
    assert set_up(app)["beta_train"] is False
    assert sentence(app, r"^Done after step 30 of 30\.$")
    check_run(run_of(app), of)


def test_changed_settings_start_a_new_run_and_other_controls_do_not():
    app = trained()
    run = run_of(app)
    for key, value in (("beta_beta", "0.1"), ("beta_context", "snow"), ("unit", "nats")):
        move(app, key, value)
        assert run_of(app) is run
    move(app, "beta_price", "0.1")
    check_run(run_of(app), records(price=0.1))
    check_landing(app, "PPO, β = 0.1", records(price=0.1), "nats")
    move(app, "beta_train", False)
    move(app, "beta_run_seed", 4)
    assert "Nothing is trained yet" in app.info[-1].value
    assert set_up(press(app, "Another run"))["beta_run_seed"] == 5
    assert run_of(app).steps == 0


def test_a_link_trains_on_opening_and_shows_the_same_to_all():
    app = move(opened(steps=30, method="GRPO, unscaled", price="0.05"), "beta_train", True)
    again = linked(app)
    assert not again.warning
    assert set_up(again) == set_up(app)
    assert texts(again) == texts(app)
    assert [each.spec for each in charts(again)] == [each.spec for each in charts(app)]


K3 = "Its penalty, k3 in the loss, does not have the slope"


@pytest.mark.parametrize(
    ("method", "price", "unit"),
    [
        ("PPO", "0.02", "bits"),
        ("PPO", "0.2", "nats"),
        ("GRPO", "0.04", "dits"),
        ("GRPO, unscaled", "0.2", "bits"),
    ],
)
def test_a_fixed_rope_is_told_from_where_its_optimum_lies(method, price, unit):
    nats = math.log(BASES[unit])
    of = records(method=method, price=float(price))
    app = trained(method=method, price=price, unit=unit)
    text = check_landing(app, f"{method}, β = {price}", of, unit)
    said = re.search(
        rf"The exact optimum for β = {re.escape(price)} lies at {NUMBER} {unit}; the run is "
        rf"(beyond|short of) it by {NUMBER} {unit}\.",
        text,
    )
    asked, mine = optimum(USUAL, price)[0].kl, of[-1].exact.kl
    assert said[2] == ("beyond" if mine > asked else "short of")
    assert all_agree((said[1], said[3]), (asked / nats, abs(mine - asked) / nats))
    shapes = chart(app, "Reward, judge, KL")["layout"]["shapes"]
    assert [shape["y0"] for shape in shapes] == pytest.approx([asked / nats])
    assert (K3 in texts(app)) == (method != "PPO")
    if method != "GRPO":
        assert "weighs like" not in text
        return
    spread = np.mean([each.reward[1] * 8 for each in of[-50:]])  # 8 = √64 forecasts
    scores = rewards(*USUAL).score(of[-1].batch.tokens)
    assert of[-1].reward[1] * 8 == pytest.approx(scores.std(ddof=1))
    said = re.search(rf"about {NUMBER}: its β of {NUMBER} weighs like {NUMBER}, whose optimum lies "
                     rf"at {NUMBER} {unit}\.", text)  # fmt: skip
    weighs = float(price) * spread
    there = account(optimal_policy(SFT, rewards(*USUAL), weighs), rewards(*USUAL)).kl / nats
    assert all_agree(said.groups(), (spread, float(price), weighs, there))


def test_some_of_these_runs_stop_short_and_others_go_beyond():
    ends = {price: records(price=float(price))[-1].exact.kl for price in ("0.02", "0.2")}
    assert {kl > optimum(USUAL, price)[0].kl for price, kl in ends.items()} == {False, True}


def test_beta_of_grpo_is_the_one_that_was_asked_for():
    said = sentence(trained(method="GRPO", price="0.0025"), rf"its β of {NUMBER} weighs like")
    assert value_of(said[1])[0] == pytest.approx(0.0025)


@pytest.mark.parametrize(
    ("rope", "method", "price"),
    [("adaptive", "PPO", "0.02"), ("proportional", "PPO", "0.02"), ("adaptive", "GRPO", "0")],
)
def test_an_adaptive_rope_is_told_from_its_target(rope, method, price):
    of = records(method=method, rope=rope, price=float(price), target=0.5)
    app = trained(method=method, rope=rope, price=price, target="0.5")
    check_run(run_of(app), of)
    begins = "0.001" if price == "0" else price
    text = check_landing(app, f"{method}, {rope} from β = {begins}", of)
    said = re.search(rf"Over its last 30 steps its KL was {NUMBER} bits on average \(target: "
                     rf"{NUMBER} bits\), and β ended at {NUMBER}\.", text)  # fmt: skip
    recent = np.mean([each.kl[0] for each in of[-50:]])
    assert all_agree(said.groups()[:2], np.array([recent, 0.5]) / math.log(2))
    assert agree(said[3], of[-1].beta)
    assert of[0].beta == float(begins)
    assert of[-1].beta != of[0].beta
    assert ("GRPO measures rewards" in text) == (method == "GRPO")
    assert "whose optimum lies" not in text
    [line] = chart(app, "Reward, judge, KL")["layout"]["shapes"]
    assert line["y0"] == pytest.approx(0.5 / math.log(2))
    assert line["line"]["dash"] == "dash"
    assert "The exact optimum for" not in text


def test_after_one_step_the_kl_of_an_adaptive_rope_is_nothing():
    app = opened(rope="adaptive", steps=30)
    run_of(app).advance()
    app.run()
    said = sentence(app, rf"At its first step its KL was {NUMBER} bits")
    assert value_of(said[1])[0] == 0


def test_all_three_race_with_the_same_seed():
    app = trained(rope="race all three", price="0.05", target="1")
    names = {
        "fixed": "PPO, β = 0.05",
        "adaptive": "PPO, adaptive from β = 0.05",
        "proportional": "PPO, proportional from β = 0.05",
    }
    dashes = {}
    for place, (rope, name) in enumerate(names.items()):
        of = records(rope=rope, price=0.05, target=1.0)
        check_run(run_of(app, place), of)
        text = check_landing(app, name, of)
        assert ("The exact optimum for β = 0.05" in text) == (rope == "fixed")
        assert ("(target: " in text) == (rope != "fixed")
        dashes[re.match(r"\*\*.*?\*\* \((.*?)\), step", text)[1]] = name
    assert list(dashes) == ["solid line", "dashed", "dotted"]
    drawn = chart(app, "The way of each run")["data"][1:]
    assert [trace["line"]["dash"] for trace in drawn] == ["solid", "dash", "dot"]
    assert [trace["hovertemplate"].partition(", step")[0] for trace in drawn] == list(
        dashes.values()
    )


@pytest.mark.parametrize("method", ["PPO", "GRPO"])
def test_rope_to_the_policy_before_minds_the_step_only(method):
    price = 0.2 if method == "PPO" else 0.02
    app = trained(method=method, anchor=ANCHORS["previous"], price=f"{price:g}", unit="nats")
    of = records(method=method, price=price, anchor="previous")
    check_run(run_of(app), of)
    text = check_landing(app, f"{method}, β = {price:g}, step by step", of, "nats")
    said = re.search(rf"\(the last: {NUMBER} nats\); nothing holds the run near the SFT model, "
                     rf"from which it is {NUMBER} nats away\.", text)  # fmt: skip
    assert all_agree(said.groups(), (of[-1].kl_previous, of[-1].exact.kl))
    assert not chart(app, "Reward, judge, KL")["layout"]["shapes"]
    assert K3 not in texts(app)
    assert "weighs like" not in text


def test_a_penalty_that_does_not_exist_explains_nothing():
    assert "Its penalty" not in texts(trained(method="GRPO", price="0"))


@pytest.mark.parametrize(
    ("method", "anchor"), [("PPO", "reference"), ("GRPO", "reference"), ("PPO", "previous")]
)
def test_no_rope_at_all(method, anchor):
    app = trained(method=method, price="0", anchor=ANCHORS[anchor])
    of = records(method=method, price=0.0, anchor=anchor)
    check_run(run_of(app), of)
    name = f"{method}, β = 0" + (", step by step" if anchor == "previous" else "")
    text = check_landing(app, name, of)
    assert text.endswith("With β = 0 nothing asks it to stop; only the steps run out.")
    spec = chart(app, "Reward, judge, KL")
    assert not spec["layout"]["shapes"]
    assert np.isnan(values(spec["data"][6]["y"])).all()


def kept_lines(app):
    """Return the sentences that compare with kept runs."""
    return [each.value for each in app.markdown if each.value.startswith("Kept: ")]


def check_kept(line, name, kept, mine):
    """See that a line compares a kept run with this one, by these records."""
    exact = {step: kept[step - 1].exact for step in (1, *range(5, len(kept), 5), len(kept))}
    end = mine[-1].exact
    nearest = min(exact, key=lambda step: abs(exact[step].kl - end.kl))
    said = re.match(
        rf"Kept: \*{re.escape(name)}\*\. It came nearest to the KL of this run at step (\d+) "
        rf"\({NUMBER} bits\), with reward {NUMBER} and {PAIR} from the judge\. This run is at "
        rf"{NUMBER} and {PAIR}\.",
        line,
    )
    there = exact[nearest]
    expected = (
        nearest, there.kl / math.log(2), there.reward, *judged(kept, nearest), end.reward,
        *judged(mine, len(mine)),
    )  # fmt: skip
    assert all_agree(said.groups(), expected)


def test_kept_runs_are_compared_three_at_most_and_forgotten():
    app = trained()
    names, kept = [], []
    for price in ("0.02", "0.1", "0.05", "0.2"):
        if price != "0.02":
            move(app, "beta_price", price)
            move(app, "beta_train", True)
        press(app, "Keep to compare")
        assert set_up(app)["beta_train"] is False
        names.append(f"PPO, β = {price}")
        kept.append(records(price=float(price)))
        assert [run.name for _, run in app.session_state["_beta_kept"]] == names[-3:]
    move(app, "beta_method", "GRPO")
    move(app, "beta_train", True)
    lines = kept_lines(app)
    for line, name, of in zip(lines, names[-3:], kept[-3:], strict=True):
        check_kept(line, name, of, records(method="GRPO", price=0.2))
    drawn = chart(app, "The way of each run")["data"][1:]
    assert len(drawn) == 4
    assert len({trace["line"]["dash"] for trace in drawn}) == 4
    assert [trace["hovertemplate"].partition(", step")[0] for trace in drawn] == [
        *names[-3:], "GRPO, β = 0.2",
    ]  # fmt: skip
    press(app, "Forget kept runs")
    app.run()
    assert kept_lines(app) == []
    assert len(chart(app, "The way of each run")["data"]) == 2
    assert "Forget kept runs" not in [button.label for button in app.button]
    check_run(run_of(app), records(method="GRPO", price=0.2))


def test_kept_runs_of_another_reward_model_are_hidden_not_lost():
    app = press(trained(), "Keep to compare")
    move(app, "beta_pairs", 50)
    move(app, "beta_train", True)
    assert kept_lines(app) == []
    assert "Forget kept runs" not in [button.label for button in app.button]
    check_landing(app, "PPO, β = 0.02", records(world=(50, 1)), world=(50, 1))
    move(app, "beta_pairs", 2000)
    [line] = kept_lines(app)
    check_kept(line, "PPO, β = 0.02", records(), records())


def test_a_run_kept_half_way_is_compared_where_it_was_stopped():
    app = opened(steps=30)
    for _ in range(13):
        run_of(app).advance()
    app.run()
    press(app, "Keep to compare")
    move(app, "beta_price", "0.05")
    move(app, "beta_train", True)
    [line] = kept_lines(app)
    check_kept(line, "PPO, β = 0.02", records()[:13], records(price=0.05))


# What goes with every lesson.


@pytest.mark.parametrize(
    ("key", "value", "usual"),
    [
        ("beta_beta", "0", "0.02"),
        ("beta_beta", "0.0001", "0.02"),
        ("beta_target", "0", "3"),
        ("beta_price", "-1", "0.02"),
        ("beta_steps", "7", 150),
        ("beta_method", "DPO", "PPO"),
        ("beta_train", "maybe", False),
    ],
)
def test_nonsense_in_a_link_falls_back_and_says_so(key, value, usual):
    app = open_page(FILE, **{key: value})
    [warning] = app.warning
    assert warning.value.startswith(f"This link asks for `{key} = {value}`")
    assert f"it shows `{usual}`" in warning.value
    assert set_up(app) == set_up(open_page(FILE))
    assert set_up(app)[key] == usual


def test_every_chart_has_words_as_its_text_alternative():
    app = trained()
    said = [read_out(each.value) for each in app.markdown]
    drawn = charts(app)
    assert len(drawn) == 4
    for each in drawn:
        assert len(each.alt) > 10
        assert any(words.startswith(each.alt) for words in said), each.alt


@pytest.mark.parametrize(("beta", "world"), [("0.02", USUAL), ("0.0025", FEW), ("1", (2000, 1000))])
def test_snippet_prints_what_it_says_and_what_is_on_screen(beta, world):
    app = opened(beta, world, unit="nats")
    code = app.code[0].value
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(code, {})  # noqa: S102
    printed = output.getvalue().splitlines()
    assert printed == re.findall(r"# ([^\s,]+)", code)
    assert len(printed) == 2
    tiles = {tile.label: tile.value for tile in app.metric}
    assert agree(tiles["Reward, exact"], float(printed[0]))
    assert agree(tiles["D(π‖π_SFT), exact"].removesuffix(" nats"), float(printed[1]))


@pytest.mark.parametrize(("unit", "world"), [("bits", USUAL), ("dits", FEW)])
def test_files_hold_what_is_on_screen(unit, world, monkeypatch):
    offers = {}

    def note(_label, data, name, *_args, **_options):
        offers[name] = data

    monkeypatch.setattr(st, "download_button", note)
    opened("0.1", world, unit=unit)
    heading, *lines = csv.reader(io.StringIO(offers["beta_penalty.csv"]()))
    assert heading == [
        "beta", f"kl_{unit}", "reward", "entropy_nats", "perplexity_under_sft", "judge",
        "judge_standard_error", "repeated",
    ]  # fmt: skip
    assert len(lines) == 41
    for beta, line in zip(BETAS, np.array(lines, dtype=float), strict=True):
        own, report, *_ = optimum(world, beta)
        np.testing.assert_allclose(line, [
            float(beta), own.kl / math.log(BASES[unit]), own.reward, own.entropy, own.perplexity,
            *report.score, report.repeated[0],
        ], rtol=1e-9, atol=1e-12)  # fmt: skip
    page = offers["beta_penalty.html"]()
    assert "<html" in page
    assert "The reward keeps rising" in page
    assert '"star"' not in page.partition("Plotly.newPlot")[2]
    opened("0.1", world, unit=unit, guess="0.1 or more")
    assert '"star"' in offers["beta_penalty.html"]().partition("Plotly.newPlot")[2]


def test_share_holds_the_whole_view():
    app = press(opened("0.005", FEW, context="snow", unit="nats"), "Share this view")
    [address] = [each.value for each in app.code if each.value.startswith("http")]
    for part in ("beta_beta=0.005", "beta_pairs=200", "beta_context=snow", "unit=nats"):
        assert part in address


@pytest.mark.parametrize("context", ["snow", "", "Tomorrow  will pour!"])
def test_view_is_restored_by_its_link(context):
    app = press(open_page(FILE), "Too few pairs")
    move(app, "beta_beta", "0.0063")
    move(app, "beta_context", context)
    move(app, "beta_guess", "0.1 or more")
    again = linked(app)
    assert set_up(again) == set_up(app)
    assert texts(again) == texts(app)
    assert [each.spec for each in charts(again)] == [each.spec for each in charts(app)]
