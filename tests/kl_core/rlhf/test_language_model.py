"""A table of chances: counted and mixed by hand, added up over all sequences, and drawn from."""

import itertools
import math
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
import scipy.stats

from kl_core.rlhf import LanguageModel, forecasts, sample
from kl_core.rlhf._language_model import LONGEST, PAD, SHARES, STOP, tokenise
from tests.kl_core.errors import raises
from tests.kl_core.rlhf.enumeration import all_sequences, context_after, padded

# The text of which everything below is counted by hand. After "rain" come falls, fades, falls;
# after "the rain" falls and fades, once each; after "a rain" falls, once.
TEXT = "The rain falls.\nThe rain fades.\nA rain falls."
WORDS = (".", "a", "fades", "falls", "rain", "the")
ANYWHERE = {
    ".": Fraction(3, 12),
    "a": Fraction(1, 12),
    "fades": Fraction(1, 12),
    "falls": Fraction(2, 12),
    "rain": Fraction(3, 12),
    "the": Fraction(2, 12),
}
AFTER_ONE = {
    ".": {"the": Fraction(2, 3), "a": Fraction(1, 3)},
    "a": {"rain": Fraction(1)},
    "fades": {".": Fraction(1)},
    "falls": {".": Fraction(1)},
    "rain": {"falls": Fraction(2, 3), "fades": Fraction(1, 3)},
    "the": {"rain": Fraction(1)},
}
AFTER_TWO = {
    (".", "a"): {"rain": Fraction(1)},
    (".", "the"): {"rain": Fraction(1)},
    ("a", "rain"): {"falls": Fraction(1)},
    ("rain", "fades"): {".": Fraction(1)},
    ("rain", "falls"): {".": Fraction(1)},
    ("the", "rain"): {"falls": Fraction(1, 2), "fades": Fraction(1, 2)},
}
TWICE = {(".", "the"), ("rain", "falls"), ("the", "rain")}
# Shares that sum to 1 exactly as fractions: none of the layers hides behind another.
CUSTOM = {
    2: (Fraction(1, 2), Fraction(3, 8), Fraction(1, 8)),
    3: (Fraction(1, 2), Fraction(1, 4), Fraction(3, 16), Fraction(1, 16)),
}
DOUBLES = {order: tuple(map(float, shares)) for order, shares in CUSTOM.items()}
# A few roundings of a double.
EXACT = {"rel": 1e-14, "abs": 0}


def by_hand(context, shares):
    """Return the chances after one or two words: each layer's fractions by its share."""
    layers = [ANYWHERE, dict.fromkeys(WORDS, Fraction(1, len(WORDS)))]
    layers = [AFTER_ONE[context[-1]], *layers]
    if len(context) == 2:
        layers = [AFTER_TWO[context], *layers]
    weights = shares[len(shares) - len(layers) :]
    return {
        word: sum(w * layer.get(word, 0) for w, layer in zip(weights, layers, strict=True))
        / sum(weights)
        for word in WORDS
    }


@pytest.fixture(scope="module")
def weather():
    return LanguageModel.from_text(forecasts())


def tiny(order=3, *, longest=4, often=1, shares=None):
    return LanguageModel.from_text(
        TEXT, order=order, longest=longest, often=often, shares=shares or DOUBLES[order]
    )


@pytest.mark.parametrize("order", [2, 3])
@pytest.mark.parametrize("often", [1, 2, 3])
@pytest.mark.parametrize("text", [TEXT, forecasts()], ids=["tiny", "forecasts"])
def test_every_row_is_a_distribution_over_all_words(text, often, order):
    model = LanguageModel.from_text(text, order=order, often=often)
    assert model.table.shape == (len(model.contexts), len(model.words))
    assert [math.fsum(row) for row in model.table] == pytest.approx([1] * len(model.table), **EXACT)
    assert (model.table > 0).all()


@pytest.mark.parametrize("shares", ["usual", "custom"])
@pytest.mark.parametrize("often", [1, 2, 3])
@pytest.mark.parametrize("order", [2, 3])
def test_table_is_the_interpolation_counted_by_hand(order, often, shares):
    weights = CUSTOM[order] if shares == "custom" else tuple(map(Fraction, SHARES[order]))
    model = LanguageModel.from_text(
        TEXT, order=order, often=often, shares=DOUBLES[order] if shares == "custom" else ()
    )
    pairs = {1: set(AFTER_TWO), 2: TWICE, 3: set()}[often] if order == 3 else set()
    assert set(model.contexts) == {(word,) for word in WORDS} | pairs
    assert len(model.contexts) == len(set(model.contexts))
    for context, row in zip(model.contexts, model.table, strict=True):
        expected = by_hand(context, weights)
        assert row == pytest.approx([float(expected[word]) for word in WORDS], **EXACT)


@pytest.mark.parametrize("order", [2, 3])
def test_seen_are_the_pairs_of_the_text(order):
    model = LanguageModel.from_text("The rain falls.\nThe rain fades", order=order)
    pairs = {(model.words[a], model.words[b]) for a, b in zip(*model.seen.nonzero(), strict=True)}
    # Nothing follows what stands last without a full stop.
    assert pairs == {
        (".", "the"), ("the", "rain"), ("rain", "falls"), ("rain", "fades"), ("falls", ".")
    }  # fmt: skip


def test_two_numbers_worked_out_on_paper():
    # after "rain": 1/2·2/3 + 3/8·2/12 + 1/8·1/6; after "the rain": 1/2·1/2 + 1/4·2/3 + …
    assert tiny(2).chances("the rain")["falls"] == pytest.approx(5 / 12, **EXACT)
    expected = 1 / 4 + 1 / 6 + 1 / 32 + 1 / 96
    assert tiny(3).chances("the rain")["falls"] == pytest.approx(expected, **EXACT)


def test_usual_shares_sum_to_1_and_favour_long_contexts():
    for order, shares in SHARES.items():
        assert len(shares) == order + 1
        assert math.fsum(shares) == pytest.approx(1, rel=1e-15, abs=0)
        assert list(shares) == sorted(shares, reverse=True)


def test_rare_pair_leaves_its_share_to_the_last_word():
    seldom = tiny(3, often=2)
    assert seldom.contexts[seldom.context("a rain")] == ("rain",)
    assert seldom.contexts[seldom.context("the rain")] == ("the", "rain")
    assert seldom.chances("a rain") == seldom.chances("rain") != seldom.chances("the rain")
    assert tiny(3, often=1).chances("a rain") != tiny(3, often=1).chances("rain")


def test_shares_may_be_an_array():
    shares = np.array([0.5, 0.25, 0.25])
    model = LanguageModel.from_text(TEXT, order=2, shares=shares)
    expected = by_hand(("rain",), tuple(map(Fraction, shares)))
    assert model.chances("rain") == pytest.approx({w: float(p) for w, p in expected.items()})


def test_contexts_stand_side_by_side_by_their_last_word(weather):
    assert weather.contexts[0] == (".",)
    assert [weather.words[token] for token in weather.last] == [c[-1] for c in weather.contexts]
    assert (np.diff(weather.last) >= 0).all()
    assert [weather.last.tolist().index(token) for token in range(len(weather.words))] == list(
        weather.firsts
    )


def test_each_two_words_lead_to_the_longest_context_the_model_has(weather):
    known = set(weather.contexts)
    for a, before in enumerate(weather.words):
        for b, word in enumerate(weather.words):
            expected = (before, word) if (before, word) in known else (word,)
            assert weather.contexts[weather.follows[a, b]] == expected


def test_model_is_its_own_reference(weather):
    here = np.array([3, 0, 3])
    chances, log_ratio = weather.next_words(7, here)
    assert weather.model is weather
    assert (chances == weather.table[here]).all()
    assert (log_ratio == np.zeros_like(chances)).all()
    assert weather.next_words(0)[0].shape == weather.table.shape


def test_log_table_is_the_logarithm(weather):
    expected = [math.log(p) for p in weather.table.ravel()]
    assert weather.log_table.ravel() == pytest.approx(expected, rel=1e-15, abs=1e-15)


@pytest.mark.parametrize("order", [2, 3])
def test_likelihood_of_a_sentence_is_the_product_of_its_chances(order):
    model = LanguageModel.from_text(forecasts(), order=order)
    sentences = forecasts().splitlines()[::10]
    expected = []
    for sentence in sentences:
        words = tokenise(sentence)
        starts = (" ".join(words[:place]) for place in range(len(words)))
        expected.append(
            math.prod(model.chances(start)[w] for start, w in zip(starts, words, strict=True))
        )
    tokens = padded([model.encode(sentence) for sentence in sentences], model.longest)
    assert np.exp(model.log_likelihood(tokens)) == pytest.approx(expected, rel=1e-12, abs=0)


def test_likelihood_of_a_sentence_by_hand():
    shares = CUSTOM[3]
    expected = (
        by_hand((".",), shares)["the"]
        * by_hand((".", "the"), shares)["rain"]
        * by_hand(("the", "rain"), shares)["fades"]
        * by_hand(("rain", "fades"), shares)["."]
    )
    model = tiny(longest=7)
    got = model.log_likelihood(padded([model.encode("The rain fades.")], 7))
    assert got == pytest.approx([math.log(expected)], **EXACT)


def test_sentence_that_has_not_ended_has_the_chance_of_how_it_begins():
    model = tiny(longest=4)
    for start in all_sequences(len(model.words), 2):
        if start[-1] != STOP:
            going_on = [each for each in all_sequences(len(model.words), 4) if each[:2] == start]
            total = np.exp(model.log_likelihood(padded(going_on, 4))).sum()
            begins = np.exp(model.log_likelihood(padded([start], 4)))
            assert begins == pytest.approx([total], rel=1e-13, abs=0)


@pytest.mark.parametrize(("order", "longest"), list(itertools.product([2, 3], [1, 3, 4])))
def test_all_sequences_together_have_probability_1(order, longest):
    model = tiny(order, longest=longest)
    sequences = all_sequences(len(model.words), longest)
    # With w words there are w−1 ways to go on at each of the steps, and one to stop.
    ways = len(model.words) - 1
    assert len(sequences) == sum(ways**k for k in range(longest)) + ways**longest
    likely = np.exp(model.log_likelihood(padded(sequences, longest)))
    assert math.fsum(likely) == pytest.approx(1, rel=1e-13, abs=0)


def test_visited_contexts_are_those_of_the_words_before(weather):
    tokens = weather.sample(60, np.random.default_rng(3))
    expected = [
        [
            0 if token == PAD else context_after(weather, tuple(row[:step]))
            for step, token in enumerate(row)
        ]
        for row in tokens
    ]
    assert (tokens == PAD).any()
    assert weather.visited(tokens).tolist() == expected


@pytest.mark.parametrize("order", [2, 3])
def test_sequences_are_drawn_as_often_as_they_are_likely(order):
    model = tiny(order, longest=3)
    sequences = all_sequences(len(model.words), 3)
    drawn = model.sample(50_000, np.random.default_rng(11))
    seen = Counter(tuple(int(token) for token in row if token != PAD) for row in drawn)
    assert set(seen) <= set(sequences)
    expected = 50_000 * np.exp(model.log_likelihood(padded(sequences, 3)))
    observed = np.array([seen[each] for each in sequences])
    assert expected.min() >= 5
    assert scipy.stats.chisquare(observed, expected).pvalue > 1e-3


def test_words_are_drawn_as_the_context_of_many_says(weather):
    tokens = sample(weather, 5000, np.random.default_rng(12))
    uses = np.zeros_like(weather.table)
    for row in tokens[:, :8]:
        here = tuple(int(token) for token in row if token != PAD)
        for step, token in enumerate(here):
            uses[context_after(weather, here[:step]), token] += 1
    statistic = cells = rows = 0
    for row, chances in zip(uses, weather.table, strict=True):
        expected = row.sum() * chances
        often = expected >= 5
        # Those too rare for the test count together; so do all words of a rare context.
        if expected[~often].sum() >= 5 and often.any():
            observed = np.append(row[often], row[~often].sum())
            expected = np.append(expected[often], expected[~often].sum())
            statistic += ((observed - expected) ** 2 / expected).sum()
            cells, rows = cells + observed.size, rows + 1
    assert rows > 50
    assert 1e-3 < scipy.stats.chi2.sf(statistic, cells - rows) < 1 - 1e-3


def test_samples_end_with_a_stop_or_at_full_length(weather):
    tokens = weather.sample(2000, np.random.default_rng(13))
    assert tokens.shape == (2000, LONGEST)
    for row in tokens.tolist():
        stopped = row.index(STOP) if STOP in row else LONGEST
        assert all(0 < token < len(weather.words) for token in row[:stopped])
        assert all(token == PAD for token in row[stopped + 1 :])


def test_same_seed_gives_the_same_sample(weather):
    first, again, other = (weather.sample(50, np.random.default_rng(s)) for s in (5, 5, 6))
    assert (first == again).all()
    assert (first != other).any()


def test_method_and_function_sample_alike(weather):
    rng, again = np.random.default_rng(5), np.random.default_rng(5)
    assert (weather.sample(50, rng) == sample(weather, 50, again)).all()
    # Both leave the generator where it is.
    assert rng.random() == again.random()


def test_perplexity_is_the_inverse_geometric_mean_of_the_chances():
    model = tiny(longest=7)
    sentences = ["The rain fades.", "A rain falls.", "the a the a the a the"]
    chances = []
    for sentence in sentences:
        words = tokenise(sentence)
        chances += [
            model.chances(" ".join(words[:place]))[word] for place, word in enumerate(words)
        ]
    expected = math.prod(chances) ** (-1 / len(chances))
    tokens = padded([model.encode(sentence) for sentence in sentences], 7)
    assert len(chances) == 4 + 4 + 7
    assert model.perplexity(tokens) == pytest.approx(expected, rel=1e-13, abs=0)


def test_perplexity_of_equally_likely_words_is_their_number():
    # The share of the three words alike is all but 1.
    shares = (1e-12, 1e-12, 1 - 2e-12)
    model = LanguageModel.from_text("Rain falls.", order=2, shares=shares)
    assert model.perplexity(padded([model.encode("Rain falls.")], 4)) == pytest.approx(3)


def test_forecasts_survive_encoding_and_decoding(weather):
    for sentence in forecasts().splitlines():
        tokens = weather.encode(sentence)
        assert tokens[-1] == STOP
        assert weather.decode(tokens) == sentence.lower()
        assert weather.decode([*tokens, PAD, PAD]) == sentence.lower()
        assert [weather.words[token] for token in tokens] == tokenise(sentence)


def test_what_is_decoded_can_be_encoded(weather):
    for row in weather.sample(100, np.random.default_rng(14)):
        assert weather.encode(weather.decode(row)).tolist() == row[row != PAD].tolist()


def test_what_follows_the_stop_token_is_left_out(weather):
    tokens = [*weather.encode("Rain falls."), *weather.encode("snow")]
    assert weather.decode(tokens) == "rain falls."


def test_words_are_the_sorted_vocabulary_of_the_text(weather):
    words = set(forecasts().lower().replace(".", " ").split())
    assert weather.words == (".", *sorted(words))
    assert weather.index == {word: token for token, word in enumerate(weather.words)}


def test_there_are_enough_forecasts_and_none_is_too_long():
    sentences = forecasts().splitlines()
    assert len(set(sentences)) == len(sentences) >= 300
    assert len({sentence.lower() for sentence in sentences}) == len(sentences)
    for sentence in sentences:
        assert sentence.endswith(".")
        assert sentence.count(".") == 1
        assert len(tokenise(sentence)) <= LONGEST


@pytest.mark.parametrize(
    ("text", "words"),
    [("Rain FALLS.", ["rain", "falls", "."]), (".", ["."]), ("", []), (" rain\t falls", None)],
)
def test_tokens_of_a_sentence(text, words):
    assert tokenise(text) == (["rain", "falls"] if words is None else words)


def test_case_and_empty_lines_make_no_difference():
    shouted = LanguageModel.from_text("\n\n" + TEXT.upper().replace("\n", "\n \n"))
    plain = LanguageModel.from_text(TEXT)
    assert (shouted.words, shouted.contexts) == (plain.words, plain.contexts)
    assert (shouted.table == plain.table).all()


def test_context_of_no_words_is_where_a_sentence_begins(weather):
    assert weather.context("") == 0
    assert weather.contexts[weather.context("Tomorrow will be")] == ("will", "be")


def test_unknown_word_is_named(weather):
    for ask in (weather.encode, weather.context, weather.chances):
        with raises("'tsunami' is not among the model's 117 words"):
            ask("A tsunami along the coast")


def test_full_stop_ends_a_context(weather):
    for text in (".", "Rain. Snow"):
        with raises("a context cannot hold a full stop"):
            weather.context(text)
        with raises("a context cannot hold a full stop"):
            weather.chances(text)


@pytest.mark.parametrize("order", [1, 4, 0, None])
def test_order_is_2_or_3(order):
    with raises(f"order must be a whole number from 2 to 3, got {order!r}"):
        LanguageModel.from_text(TEXT, order=order)


@pytest.mark.parametrize(
    ("order", "shares"),
    [
        (2, (0.5, 0.5)),
        (2, (0.25, 0.25, 0.25, 0.25)),
        (3, (0.5, 0.25, 0.25)),
        (2, (0.5, 0.5, 0.0)),
        (2, (0.75, 0.5, -0.25)),
        (2, (0.5, 0.25, 0.2)),
        (2, (0.5, 0.25, 0.25 + 1e-6)),
        (2, (math.inf, 0.5, 0.5)),
    ],
)
def test_shares_are_a_distribution_without_zeros(order, shares):
    with raises(f"shares must be {order + 1} numbers above 0 with sum 1, got {shares!r}"):
        LanguageModel.from_text(TEXT, order=order, shares=shares)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_no_share_is_nan(place):
    shares = [0.5, 0.25, 0.25]
    shares[place] = math.nan
    with raises("shares must be 3 numbers above 0 with sum 1"):
        LanguageModel.from_text(TEXT, order=2, shares=shares)


@pytest.mark.parametrize("text", ["", "\n \n\t\n"])
def test_text_holds_a_sentence(text):
    with raises("the text holds no sentence"):
        LanguageModel.from_text(text)


@pytest.mark.parametrize("name", ["longest", "often"])
@pytest.mark.parametrize("value", [0, -1])
def test_lengths_and_counts_are_at_least_1(name, value):
    with raises(f"{name} must be a whole number at least 1, got {value}"):
        LanguageModel.from_text(TEXT, **{name: value})


@pytest.mark.parametrize("count", [0, -3])
def test_sample_is_of_one_sequence_at_least(weather, count):
    rng = np.random.default_rng(1)
    with raises(f"count must be a whole number at least 1, got {count}"):
        weather.sample(count, rng)
    with raises(f"count must be a whole number at least 1, got {count}"):
        sample(weather, count, rng)
