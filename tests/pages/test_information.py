"""The coding lesson says what its dice and its codes make true."""

import contextlib
import heapq
import html
import io
import itertools
import json
import math
import re
import statistics

import numpy as np
import pytest
from scipy.stats import entropy

from charts.style import LIGHT
from kl_core import block_probabilities, huffman_code, normalize
from tests.pages.conftest import bound_controls, charts, move, open_page, texts

FAIR = [1.0] * 6
LOADED = [5.0, 2.0, 1.0, 1.0, 0.5, 0.5]
BOOK = [5.0, 1.0, 1.0, 1.0, 1.0, 1.0]
HALVES = [8.0, 4.0, 2.0, 1.0, 0.5, 0.5]
NEARLY_SURE = [9.0, 0.2, 0.2, 0.2, 0.2, 0.2]
NO_SIX = [1.0, 1.0, 1.0, 1.0, 1.0, 0.0]
SURE = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0]
TWO = [3.0, 0.0, 0.0, 1.0, 0.0, 0.0]
# Joined two by two, no two of its weights are alike: there is one way to make its code.
UNEVEN = [3.1, 2.2, 1.7, 1.1, 0.8, 0.5]
# The same chances but for rounding.
THIRDS, NINTHS = [0.1] * 5 + [0.3], [0.3] * 5 + [0.9]
UNITS = {"bits": 2.0, "nats": math.e, "dits": 10.0}
LENGTHS, TREE, COUNTED, BLOCKS = range(4)


def lesson(p=LOADED, q=FAIR, **parameters):
    """Return the page with these weights; parameters go without the lesson's name."""
    weights = {f"{letter}{face}": weight for letter, die in (("p", p), ("q", q))
               for face, weight in enumerate(die, start=1)}  # fmt: skip
    return open_page(
        "information.py",
        **{
            key if key == "unit" else f"information_{key}": str(value)
            for key, value in (weights | parameters).items()
        },
    )


def chances(weights):
    """Return weights divided by their sum."""
    return np.array(weights) / math.fsum(weights)


def weights(app, letter):
    """Return what the six sliders of one die show."""
    return [app.slider(key=f"information_{letter}{face}").value for face in range(1, 7)]


def metrics(app):
    """Return H(P), D(P‖Q) and H(P, Q) as shown."""
    return [metric.value for metric in app.metric]


def figure(app, place):
    """Return the traces and the layout of one chart, as they are sent to the browser."""
    drawn = json.loads(charts(app)[place].spec)
    return drawn["data"], drawn["layout"]


def tables(app):
    """Return both tables as rows of cells, the headings first."""
    return [
        [
            [html.unescape(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
            for row in re.findall(r"<tr>(.*?)</tr>", element.value)
        ]
        for element in app.html
    ]


def words(app):
    """Return P's words and Q's from the table; None where there is none."""
    spelled = list(zip(*tables(app)[0], strict=True))
    return [
        [{"none": None, "empty": ""}.get(word, word) for word in spelled[column][1:]]
        for column in (3, 6)
    ]


def sentence(app, pattern):
    """Return the one paragraph that begins like this."""
    [said] = [text.value for text in app.markdown if re.match(pattern, text.value)]
    return said


def sent(app):
    """Return the paragraph on the rolls that were sent."""
    return sentence(app, r"[\d,]+ rolls|Roll \d+ shows")


def in_blocks(app):
    """Return the paragraph on blocks."""
    return sentence(app, "With one word a roll|In blocks of")


def press(app, label):
    """Press the button with this label."""
    [button] = [button for button in app.button if button.label == label]
    button.click().run()
    assert not app.exception
    return app


def rolls_of(p, seed, size):
    """Return the rolls that a series stands for."""
    return np.random.default_rng(seed).choice(6, p=chances(p), size=size).tolist()


def huffman_lengths(p):
    """Return the lengths of a Huffman code: every joining puts a digit before all it joins."""
    lengths = [0 if mass else math.inf for mass in p]
    heap = [(mass, at, [at]) for at, mass in enumerate(p) if mass]
    heapq.heapify(heap)
    for joined in itertools.count(len(lengths)):
        if len(heap) == 1:
            return lengths
        (light, _, left), (heavy, _, right) = heapq.heappop(heap), heapq.heappop(heap)
        for at in left + right:
            lengths[at] += 1
        heapq.heappush(heap, (light + heavy, joined, left + right))
    return None


def huffman_per_roll(p, code_for, block):
    """Return the digits a roll of P takes in a code of blocks, from its every block."""
    sends, made_for = (
        [math.prod(each) for each in itertools.product(chances(die), repeat=block)]
        for die in (p, code_for)
    )
    lengths = huffman_lengths(made_for)
    return math.fsum(x * length for x, length in zip(sends, lengths, strict=True) if x) / block


def block_words(die, block):
    """Return a Huffman code's words by block of faces, and see that none could be shorter."""
    # Blocks of the same faces are equally frequent: which gets the shorter word, rounding decides.
    spelled = huffman_code(block_probabilities(normalize(die), block)).words
    by_block = dict(zip(itertools.product(range(6), repeat=block), spelled, strict=True))
    average = math.fsum(
        math.prod(chances(die)[face] for face in faces) * len(word)
        for faces, word in by_block.items()
        if word is not None
    )
    assert average / block == pytest.approx(huffman_per_roll(die, die, block), rel=1e-9)
    return by_block


def read(digits, spelled):
    """Return the faces that digits stand for, read from left to right as a person would."""
    faces, begun = [], ""
    for digit in digits:
        begun += digit
        if begun in spelled:
            faces.append(spelled.index(begun))
            begun = ""
    assert begun == ""
    return faces


def as_float(text):
    """Return the number that the page writes as 0.250 or as 2.50×10⁻⁴."""
    mantissa, _, power = text.partition("×10")
    return float(f"{mantissa}e{power or 0}".translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")))


def amount(value, unit):
    """Return a length as the page writes it."""
    return f"{value:.3f} {unit}"


def handles(app):
    """Return what can be dragged in the chart of the lengths."""
    drawn = [each for each in app.get("bidi_component") if each.proto.component_name == "chart"]
    return json.loads(drawn[LENGTHS].proto.bytes)["picture"]["handles"]


@pytest.mark.parametrize("unit", UNITS)
def test_opens_with_the_three_lengths(unit):
    own = entropy(chances(LOADED), base=UNITS[unit])
    extra = entropy(chances(LOADED), [1 / 6] * 6, base=UNITS[unit])
    app = open_page("information.py", unit=unit)
    assert metrics(app) == [amount(own, unit), amount(extra, unit), amount(own + extra, unit)]
    said = sentence(app, "A roll of P tells")
    assert f"tells {own:.3f} {unit}: no code gets by with less" in said
    assert f"−log q each, take {own + extra:.3f} {unit}" in said
    assert f"{extra:.3f} {unit} paid on every roll for the wrong code, " in said
    assert f"{100 * extra / own:.1f}% on top." in said


def test_opening_numbers_are_those_of_the_brief():
    assert metrics(open_page("information.py")) == ["2.061 bits", "0.524 bits", "2.585 bits"]


@pytest.mark.parametrize(
    ("p", "q"),
    [(LOADED, FAIR), (FAIR, BOOK), (HALVES, UNEVEN), (NEARLY_SURE, LOADED), (TWO, UNEVEN)],
)
def test_entropy_and_divergence_add_up_to_cross_entropy(p, q):
    app = lesson(p, q)
    own, extra, crossed = (float(value.split()[0]) for value in metrics(app))
    # Each is rounded to three digits by itself.
    assert own + extra == pytest.approx(crossed, abs=0.0015)
    (*_, first, second, alone), layout = figure(app, LENGTHS)
    exact = -np.dot(chances(p), np.log2(chances(q)))
    assert alone["x"][0] == pytest.approx(exact, rel=1e-12)
    assert first["x"][0] + second["x"][0] == pytest.approx(exact, rel=1e-12)
    assert second["base"][0] == first["x"][0]
    assert layout["title"]["text"] == f"{own:.3f} + {extra:.3f} = {crossed:.3f} bits a roll"


@pytest.mark.parametrize("unit", UNITS)
def test_formula_takes_one_length_from_the_other(unit):
    app = lesson(HALVES, UNEVEN, unit=unit)
    own, extra, crossed = (value.split()[0] for value in metrics(app))
    today = app.latex[1].value
    numbers = re.findall(r"\}\{(?:\\phantom\{-\})?(\d\.\d{3})", today)
    assert numbers == [crossed, own, extra]
    assert rf"{extra} \text{{ {unit}}}" in today


@pytest.mark.parametrize(
    ("label", "p", "q"),
    [
        ("The book's die", FAIR, BOOK),
        ("Halves and quarters", HALVES, HALVES[::-1]),
        ("Nearly sure", NEARLY_SURE, FAIR),
        ("Rule out the six", FAIR, NO_SIX),
        ("Swap P and Q", FAIR, LOADED),
    ],
)
def test_preset_sets_the_sliders_and_all_that_follows(label, p, q):
    app = press(open_page("information.py"), label)
    assert (weights(app, "p"), weights(app, "q")) == (p, q)
    own, extra = entropy(chances(p), base=2), entropy(chances(p), chances(q), base=2)
    shown = [amount(own, "bits"), amount(extra, "bits"), amount(own + extra, "bits")]
    assert metrics(app) == ([shown[0], "∞", "∞"] if 0 in q else shown)
    assert texts(app) == texts(lesson(p, q))


def test_swapping_twice_changes_nothing():
    app = open_page("information.py")
    said = texts(app)
    assert texts(press(app, "Swap P and Q")) != said
    assert texts(press(app, "Swap P and Q")) == said


def test_halves_and_quarters_take_exactly_the_entropy():
    app = press(open_page("information.py"), "Halves and quarters")
    assert [len(word) for word in words(app)[0]] == [1, 2, 3, 4, 5, 5]
    # 1/2 + 2/4 + 3/8 + 4/16 + 5/32 + 5/32
    assert metrics(app)[0] == "1.938 bits"
    assert "P's code takes 1.938 bits a roll, exactly H(P). Every −log₂ p is" in in_blocks(app)
    ideal, mine, *_ = figure(app, BLOCKS)[0]
    assert ideal["y"] == pytest.approx([31 / 16] * 2, rel=1e-12)
    assert mine["y"] == pytest.approx([31 / 16] * 4, rel=1e-12)
    ideals = [row[2] for row in tables(app)[0][1:]]
    assert ideals == ["1.00", "2.00", "3.00", "4.00", "5.00", "5.00"]


@pytest.mark.parametrize("block", [2, 3, 4])
def test_exact_code_stays_exact_in_blocks(block):
    assert "1.938 bits a roll, exactly H(P)." in in_blocks(lesson(HALVES, FAIR, block=block))


@pytest.mark.parametrize("p", [LOADED, FAIR, UNEVEN, NEARLY_SURE])
def test_only_an_exact_code_is_called_exact(p):
    assert "exactly" not in in_blocks(lesson(p))


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("die", [HALVES, SURE, FAIR])
def test_lengths_that_are_equal_differ_by_nothing(die, unit):
    said = texts(lesson(die, die, unit=unit))
    assert "×10⁻¹" not in said


def test_nearly_sure_die_needs_blocks_to_get_below_a_digit():
    alone, together = (float(huffman_per_roll(NEARLY_SURE, NEARLY_SURE, block)) for block in (1, 4))
    own = entropy(chances(NEARLY_SURE), base=2)
    assert own < together < 1 < alone
    assert f"takes {alone:.3f} bits a roll, {alone - own:.3f} above H(P)." in in_blocks(
        press(open_page("information.py"), "Nearly sure")
    )
    said = in_blocks(lesson(NEARLY_SURE, block=4))
    assert f"takes {together:.3f} bits a roll, {together - own:.3f} above H(P)." in said


@pytest.mark.parametrize("block", [1, 2, 3, 4])
@pytest.mark.parametrize("seed", [1, 2, 8])
def test_ruled_out_six_cannot_be_sent_and_the_first_is_named(seed, block):
    app = lesson(FAIR, NO_SIX, seed=seed, block=block)
    rolled = rolls_of(FAIR, seed, 1000)
    said = sent(app)
    assert said.startswith(
        f"Roll {rolled.index(5) + 1} shows face 6, for which the code made for Q"
    )
    used = 1000 // block * block
    spelled = block_words(FAIR, block)
    digits = sum(len(spelled[tuple(rolled[at : at + block])]) for at in range(0, used, block))
    assert f"P's code takes {digits:,} binary digits for {used:,} rolls" in said
    assert metrics(app)[1:] == ["∞", "∞"]
    assert "P rolls that 16.7% of the time" in sentence(app, "A roll of P tells")
    assert "Q's code has no word for what Q rules out" in in_blocks(app)
    assert figure(app, COUNTED)[1]["title"]["text"] == "Q's code cannot send these rolls"
    assert [len(trace["x"]) for trace in figure(app, COUNTED)[0]] == [1, 1, 1]
    assert {trace["line"]["color"] for trace in figure(app, BLOCKS)[0]} == {LIGHT.p}
    assert "in Q's code" not in app.code[0].value


def test_six_that_does_not_come_up_is_no_obstacle():
    seed = next(seed for seed in range(1, 1001) if 5 not in rolls_of(FAIR, seed, 10))
    app = lesson(FAIR, NO_SIX, seed=seed, rolls=10)
    mine, theirs = words(app)
    took = [sum(len(each[face]) for face in rolls_of(FAIR, seed, 10)) for each in (mine, theirs)]
    assert f"10 rolls took {took[0]} binary digits in P's code and {took[1]} in Q's" in sent(app)
    assert "H(P, Q) ∞ and D(P‖Q) ∞" in sent(app)
    assert [len(trace["x"]) for trace in figure(app, COUNTED)[0]] == [1, 1, 2]


def test_six_among_the_rolls_left_out_is_no_obstacle():
    seed = next(
        seed
        for seed in range(1, 1001)
        if 5 in (rolled := rolls_of(FAIR, seed, 10)) and 5 not in rolled[:8]
    )
    app = lesson(FAIR, NO_SIX, seed=seed, rolls=10, block=4)
    assert sent(app).startswith("8 rolls (2 more do not fill a block of 4 and are left out) took ")
    assert "Decoded, both give back exactly" in sent(app)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize(
    ("p", "q", "seed", "size"),
    [(LOADED, FAIR, 1, 1000), (HALVES, UNEVEN, 7, 300), (UNEVEN, HALVES, 1000, 30),
     (FAIR, BOOK, 3, 10_000), (TWO, LOADED, 5, 10)],
)  # fmt: skip
def test_digits_counted_are_those_of_the_words_in_the_table(p, q, seed, size, unit):
    app = lesson(p, q, seed=seed, rolls=size, unit=unit)
    lengths = [[len(each[face]) for face in rolls_of(p, seed, size)] for each in words(app)]
    said = sent(app)
    mine, theirs = map(sum, lengths)
    assert said.startswith(
        f"{size:,} rolls took {mine:,} binary digits in P's code and {theirs:,} in Q's."
    )
    digit = math.log(2, UNITS[unit])
    means = [digit * statistics.mean(each) for each in lengths]
    errors = [digit * statistics.stdev(each) / math.sqrt(size) for each in lengths]
    assert (
        f"A roll took **{means[0]:.3f} ± {errors[0]:.3f}** and **{means[1]:.3f} ± "
        f"{errors[1]:.3f}** {unit} (mean ± standard error)"
    ) in said
    assert f"the wrong code cost **+{means[1] - means[0]:.3f}**" in said
    *_, counted = figure(app, COUNTED)[0]
    assert counted["x"] == pytest.approx(means)
    assert counted["error_x"]["array"] == pytest.approx(errors)


@pytest.mark.parametrize("block", [2, 3, 4])
@pytest.mark.parametrize(("p", "q"), [(LOADED, FAIR), (NEARLY_SURE, UNEVEN)])
def test_digits_counted_in_blocks_are_those_of_an_optimal_code(p, q, block):
    app = lesson(p, q, seed=11, rolls=30, block=block)
    rolled = rolls_of(p, 11, 30)
    used = 30 // block * block
    message = [tuple(rolled[at : at + block]) for at in range(0, used, block)]
    lengths = [[len(block_words(die, block)[each]) for each in message] for die in (p, q)]
    means = [sum(each) / used for each in lengths]
    errors = [statistics.stdev(each) / math.sqrt(len(message)) / block for each in lengths]
    said = sent(app)
    assert f"took {sum(lengths[0])} binary digits in P's code and {sum(lengths[1])} in Q's" in said
    assert f"**{means[0]:.3f} ± {errors[0]:.3f}** and **{means[1]:.3f} ± {errors[1]:.3f}**" in said
    *_, counted = figure(app, COUNTED)[0]
    assert counted["x"] == pytest.approx(means)
    assert counted["error_x"]["array"] == pytest.approx(errors)


def test_counted_chart_has_ideal_and_average_beside_the_counted():
    app = lesson(HALVES, UNEVEN, unit="nats")
    ideal, average, _ = figure(app, COUNTED)[0]
    own, extra = entropy(chances(HALVES)), entropy(chances(HALVES), chances(UNEVEN))
    assert ideal["x"] == pytest.approx([own, own + extra])
    assert average["x"] == pytest.approx(
        [math.log(2) * huffman_per_roll(HALVES, die, 1) for die in (HALVES, UNEVEN)]
    )


def test_many_rolls_come_within_four_standard_errors_of_the_average():
    app = lesson(LOADED, UNEVEN, rolls=100_000)
    assert sent(app).startswith("100,000 rolls took ")
    assert "Decoded, both give back exactly the rolls that were sent." in sent(app)
    *_, counted = figure(app, COUNTED)[0]
    lengths = [[len(each[face]) for face in rolls_of(LOADED, 1, 100_000)] for each in words(app)]
    assert counted["x"] == pytest.approx([sum(each) / 100_000 for each in lengths])
    for at, die in enumerate((LOADED, UNEVEN)):
        average = huffman_per_roll(LOADED, die, 1)
        assert abs(counted["x"][at] - average) < 4 * counted["error_x"]["array"][at] < 0.03


@pytest.mark.parametrize(
    ("size", "block", "used", "rest"), [(10, 4, 8, 2), (30, 4, 28, 2), (100_000, 3, 99_999, 1)]
)
def test_rolls_left_out_of_the_last_block_are_named(size, block, used, rest):
    app = lesson(rolls=size, block=block)
    opening = re.match(r"([\d,]+) rolls \((\d) more .* fill a block of (\d) and", sent(app))
    assert opening.groups() == (f"{used:,}", str(rest), str(block))
    assert figure(app, COUNTED)[1]["title"]["text"].startswith(f"In {used:,} rolls: ")


def test_a_single_roll_left_out_is_told_in_the_singular():
    assert sent(lesson(rolls=10, block=3)).startswith(
        "9 rolls (1 more does not fill a block of 3 and is left out) took "
    )


@pytest.mark.parametrize("block", [1, 2, 3, 4])
def test_chances_alike_but_for_rounding_have_one_code(block):
    app = lesson(THIRDS, NINTHS, block=block)
    assert "Q is P, so a code made for Q is the right one" in texts(app)
    assert metrics(app)[1] == "0.000 bits"
    assert words(app)[0] == words(app)[1]
    assert "the wrong code cost **0.000** bits a roll" in sent(app)


@pytest.mark.parametrize(("size", "block"), [(1000, 1), (10, 2), (100, 4), (30, 3)])
def test_whole_blocks_leave_no_roll_out(size, block):
    assert "left out" not in sent(lesson(rolls=size, block=block))


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("block", [1, 2, 3, 4])
@pytest.mark.parametrize(("p", "q"), [(LOADED, UNEVEN), (FAIR, UNEVEN), (UNEVEN, HALVES)])
def test_blocks_take_what_an_independent_huffman_code_takes(p, q, block, unit):
    digit = math.log(2, UNITS[unit])
    own, extra = (float(entropy(*dice, base=UNITS[unit]))
                  for dice in ((chances(p),), (chances(p), chances(q))))  # fmt: skip
    here, there = (digit * huffman_per_roll(p, die, block) for die in (p, q))
    said = in_blocks(lesson(p, q, block=block, unit=unit))
    mine = re.search(rf"P's code takes (\S+) {unit} a roll, (\S+) above H\(P\)\.", said)
    assert [*map(as_float, mine.groups())] == pytest.approx([here, here - own], abs=0.0005001)
    theirs = re.search(
        rf"Q's code takes (\S+) {unit}, (?:(\S+) (above|below)|exactly) H\(P, Q\)\.", said
    )
    took, gap, side = theirs.groups()
    off = there - own - extra
    assert as_float(took) == pytest.approx(there, abs=0.0005001)
    assert as_float(gap or "0") == pytest.approx(abs(off), abs=0.0005001, rel=0.01)
    assert side == (None if abs(off) < 1e-9 else "above" if off > 0 else "below")
    assert f"less than {amount(digit / block, unit)} a roll here" in said
    assert here - own < digit / block
    opening = ("With one word a roll P's", *(f"In blocks of {n} ({6**n:,} words) P's"
                                             for n in (2, 3, 4)))  # fmt: skip
    assert said.startswith(opening[block - 1])


@pytest.mark.parametrize(("p", "q"), [(LOADED, UNEVEN), (NEARLY_SURE, UNEVEN)])
def test_blocks_chart_shows_all_four_lengths(p, q):
    aim, mine, crossed, theirs = figure(lesson(p, q, block=3), BLOCKS)[0]
    for shares, ideal, die in ((mine, aim, p), (theirs, crossed, q)):
        assert shares["y"] == pytest.approx([huffman_per_roll(p, die, n) for n in (1, 2, 3, 4)])
        assert ideal["y"] == pytest.approx([-np.dot(chances(p), np.log2(chances(die)))] * 2)
        assert np.argmax(shares["marker"]["size"]) == 2


@pytest.mark.parametrize(("p", "kinds"), [(SURE, 1), (TWO, 2), (NO_SIX, 5)])
def test_words_counted_are_those_that_the_code_has(p, kinds):
    said = in_blocks(lesson(p, FAIR, block=2))
    counted = re.search(r"\((\S+ words?)\)", said)
    assert counted is None or counted[1] == f"{kinds**2} word{'s' if kinds > 1 else ''}"


@pytest.mark.parametrize(
    ("p", "q"), [(LOADED, FAIR), (HALVES, UNEVEN), (NO_SIX, TWO), (NEARLY_SURE, BOOK)]
)
def test_words_in_the_table_are_prefix_free_optimal_and_decode_by_hand(p, q):
    for die, spelled in zip((p, q), words(lesson(p, q)), strict=True):
        known = [word for word in spelled if word is not None]
        assert [word is None for word in spelled] == [weight == 0 for weight in die]
        assert not any(a != b and b.startswith(a) for a in known for b in known)
        assert len(set(known)) == len(known)
        average = sum(x * len(word) for x, word in zip(chances(die), spelled, strict=True) if word)
        assert average == pytest.approx(huffman_per_roll(die, die, 1))
        message = [at for at, word in enumerate(spelled) if word] * 3
        assert read("".join(spelled[face] for face in message), spelled) == message


@pytest.mark.parametrize("unit", UNITS)
def test_table_holds_chances_and_ideal_lengths(unit):
    heading, *rows = tables(lesson(LOADED, NO_SIX, unit=unit))[0]
    assert heading == ["face", "P", "−log p", "word", "Q", "−log q", "word "]
    for at, row in enumerate(rows):
        p, q = chances(LOADED)[at], chances(NO_SIX)[at]
        assert row[0] == str(at + 1)
        assert row[1:3] == [f"{100 * p:.1f}%", f"{-math.log(p, UNITS[unit]):.2f}"]
        ideal = f"{-math.log(q, UNITS[unit]):.2f}" if q else "∞"
        assert row[4:6] == [f"{100 * q:.1f}%", ideal]
    assert rows[5][6] == "none"


@pytest.mark.parametrize("block", [1, 2, 3, 4])
def test_first_rolls_are_written_in_the_words_of_both_codes(block):
    seed = next(seed for seed in range(1, 1001) if 5 in rolls_of(LOADED, seed, 1000)[:12])
    app = lesson(LOADED, NO_SIX, seed=seed, block=block)
    rolled = rolls_of(LOADED, seed, 1000)[:12]
    heading, shows, *coded = tables(app)[1]
    assert (heading[0], shows[0], coded[0][0], coded[1][0]) == (
        "roll", "shows", "P's code", "Q's code",
    )  # fmt: skip
    assert [int(face) - 1 for cell in shows[1:] for face in cell.split()] == rolled
    places = [re.findall(r"\d+", cell) for cell in heading[1:]]
    assert [(int(each[0]), int(each[-1])) for each in places] == [
        (first, first + block - 1) for first in range(1, 13, block)
    ]
    for die, row in zip((LOADED, NO_SIX), coded, strict=True):
        spelled = block_words(die, block)
        expected = [spelled[tuple(rolled[at : at + block])] for at in range(0, 12, block)]
        assert row[1:] == ["none" if word is None else word for word in expected]


def test_first_rolls_stop_at_the_last_whole_block():
    app = lesson(rolls=10, block=4)
    assert tables(app)[1][0] == ["roll", "1–4", "5–8"]


@pytest.mark.parametrize(("name", "die", "colour"), [("P", HALVES, LIGHT.p), ("Q", BOOK, LIGHT.q)])
def test_tree_is_that_of_the_chosen_code(name, die, colour):
    app = move(lesson(HALVES, BOOK), "information_tree", name)
    traces, layout = figure(app, TREE)
    leaves = traces[3]
    assert layout["title"]["text"] == f"The Huffman code made for {name}"
    assert leaves["marker"]["color"] == colour
    spelled = words(app)["PQ".index(name)]
    drawn = {}
    for text, height in zip(leaves["text"], leaves["y"], strict=True):
        face, word, chance = re.fullmatch(r"face (\d)<br><b>(.*)</b><br>(.*)", text).groups()
        drawn[int(face)] = (word, -height, chance)
    assert drawn == {
        face: (spelled[face - 1], len(spelled[face - 1]), f"{100 * chances(die)[face - 1]:.1f}%")
        for face in range(1, 7)
    }
    lengths = sorted(map(len, spelled))
    said = sentence(app, f"In the code made for {name}")
    assert f"from {lengths[0]} to {lengths[-1]} digits long" in said
    assert "no word:" not in said


@pytest.mark.parametrize(
    ("q", "says"), [(NO_SIX, "1 of 6 faces has no word: Q rules it out."),
                    (TWO, "4 of 6 faces have no word: Q rules them out.")],
)  # fmt: skip
def test_tree_says_which_faces_have_no_word(q, says):
    app = lesson(FAIR, q)
    assert sentence(app, "In the code made for Q|Only two faces can come").endswith(says)
    assert len(figure(app, TREE)[0][3]["text"]) == sum(weight > 0 for weight in q)


def test_sure_die_needs_no_digits():
    app = lesson(SURE, FAIR, tree="P")
    assert metrics(app) == ["0.000 bits", "2.585 bits", "2.585 bits"]
    assert words(app)[0] == ["", None, None, None, None, None]
    assert sent(app).startswith("1,000 rolls took 0 binary digits in P's code and ")
    assert "Decoded, both give back exactly the rolls" in sent(app)
    assert "so nothing needs to be said: its word is empty." in texts(app)
    assert "on top" not in sentence(app, "A roll of P tells")
    assert "P's code takes 0.000 bits a roll, exactly H(P)." in in_blocks(app)


@pytest.mark.parametrize("block", [1, 4])
def test_two_sure_dice_alike_or_not(block):
    alike = lesson(SURE, SURE, block=block)
    assert metrics(alike) == ["0.000 bits"] * 3
    assert "1,000 rolls took 0 binary digits in P's code and 0 in Q's" in sent(alike)
    other = lesson(SURE, SURE[::-1], block=block)
    assert metrics(other) == ["0.000 bits", "∞", "∞"]
    assert sent(other).startswith("Roll 1 shows face 1, for which the code made for Q has no word")
    assert "P's code takes 0 binary digits for 1,000 rolls." in sent(other)


def test_two_faces_take_a_digit_each():
    app = lesson(TWO, TWO[::-1], rolls=300)
    assert sorted(word for word in words(app)[0] if word) == ["0", "1"]
    assert metrics(app)[1] == "∞"
    app = lesson(TWO, TWO, rolls=300)
    assert "300 rolls took 300 binary digits in P's code and 300 in Q's" in sent(app)
    own = entropy([0.75, 0.25], base=2)
    assert f"takes 1.000 bits a roll, {1 - own:.3f} above H(P)" in in_blocks(app)
    assert "Q is P, so a code made for Q is the right one: the extra is 0 bits" in texts(app)


def test_sure_dice_words_cannot_be_mistaken_for_missing_ones():
    _, _, mine, theirs = tables(lesson(SURE, SURE[::-1]))[1]
    assert (mine[1:], theirs[1:]) == (["empty"] * 12, ["none"] * 12)


@pytest.mark.parametrize(
    ("unit", "says"),
    [("bits", "One is 1 bit."), ("nats", "One is 0.693 nats."), ("dits", "One is 0.301 dits.")],
)
def test_unit_says_what_a_binary_digit_is(unit, says):
    assert any(caption.value.endswith(says) for caption in open_page("information.py",
               unit=unit).caption)  # fmt: skip


@pytest.mark.parametrize("unit", ["nats", "dits"])
def test_unit_restates_lengths_and_leaves_digits_alone(unit):
    bits, other = lesson(unit="bits"), lesson(unit=unit)
    assert sent(bits).split(".")[0] == sent(other).split(".")[0]
    assert words(bits) == words(other)
    for place in (COUNTED, BLOCKS):
        axis = "x" if place == COUNTED else "y"
        for before, after in zip(figure(bits, place)[0], figure(other, place)[0], strict=True):
            expected = [math.log(2, UNITS[unit]) * value for value in before[axis]]
            assert after[axis] == pytest.approx(expected)
        assert f"{unit} a roll" in figure(other, place)[1][f"{axis}axis"]["title"]["text"]


def test_wrong_code_below_the_cross_entropy_is_explained():
    rng = np.random.default_rng(1)
    pairs = (rng.integers(1, 101, (2, 6)) / 10 for _ in range(1000))
    p, q = next(
        (p.tolist(), q.tolist())
        for p, q in pairs
        if huffman_per_roll(p, q, 1) < -np.dot(chances(p), np.log2(chances(q))) - 0.01
    )
    gap = -np.dot(chances(p), np.log2(chances(q))) - huffman_per_roll(p, q, 1)
    said = in_blocks(lesson(p, q))
    assert f", {gap:.3f} below H(P, Q). Below is no mistake: " in said
    assert said.endswith("Below H(P) no code can get.")
    assert huffman_per_roll(p, q, 1) > entropy(chances(p), base=2)
    assert "no mistake" not in in_blocks(lesson())


@pytest.mark.parametrize("letters", ["p", "q", "pq"])
def test_all_weights_zero_names_the_die_and_keeps_the_rest(letters):
    zero = dict.fromkeys(letters, [0.0] * 6)
    app = lesson(**zero, rolls=300, seed=7, block=2, tree="P")
    assert len(app.warning) == len(letters)
    for warning, letter in zip(app.warning, letters, strict=True):
        assert f"All weights of {letter.upper()} are 0" in warning.value
        assert "Give at least one outcome" in warning.value
    assert len(app.metric) == len(charts(app)) == 0
    controls = bound_controls(app)
    kept = {"rolls": 300, "seed": 7, "block": 2, "tree": "P"}
    assert {key: controls[f"information_{key}"].value for key in kept} == kept
    for letter in letters:
        app = move(app, f"information_{letter}1", 2.0)
    assert not app.warning
    assert len(app.metric) == 3
    assert bound_controls(app)["information_rolls"].value == 300


def test_tiny_weight_is_computed_not_rounded_away():
    app = lesson(FAIR, [5, 1, 1, 1, 1, "1e-12"])
    tiny = np.array([5, 1, 1, 1, 1, 1e-12]) / (9 + 1e-12)
    assert metrics(app)[1] == f"{entropy([1 / 6] * 6, tiny, base=2):.3f} bits"
    assert "H(P, Q) ∞" not in sent(app)


@pytest.mark.parametrize("block", [1, 4])
def test_weight_next_to_nothing_does_not_stop_the_page(block):
    # Four sixes in a row have so little chance that a float holds it as 0.
    app = lesson([1, 1, 1, 1, 1, 10], [1, 1, 1, 1, 1, "1e-100"], block=block, seed=1)
    rolled = rolls_of([1, 1, 1, 1, 1, 10], 1, 1000)
    assert any(rolled[at : at + 4] == [5] * 4 for at in range(0, 1000, 4))
    assert "∞" not in metrics(app)
    first = re.match(r"Roll (\d+) shows face", sent(app))
    assert first is None or rolled[int(first[1]) - 1] == 5


@pytest.mark.parametrize("nonsense", ["nan", "-1", "1e999", "many"])
@pytest.mark.parametrize("key", ["p1", "rolls", "block", "seed", "tree"])
def test_nonsense_in_one_parameter_keeps_the_others(key, nonsense):
    asked = {"p2": "3", "q6": "0.5", "rolls": "300", "block": "2", "seed": "7", "tree": "P"}
    usual = {name: control.value for name, control in
             bound_controls(open_page("information.py")).items()}  # fmt: skip
    with_nonsense = asked | {key: nonsense}
    app = open_page(
        "information.py", **{f"information_{name}": text for name, text in with_nonsense.items()}
    )
    [warning] = app.warning
    assert f"`information_{key} = {nonsense}`" in warning.value
    shown = {name: control.value for name, control in bound_controls(app).items()}
    assert f"shows `{usual[f'information_{key}']}`" in warning.value
    assert shown[f"information_{key}"] == usual[f"information_{key}"]
    for name in asked.keys() - {key}:
        assert str(shown[f"information_{name}"]) in {asked[name], f"{asked[name]}.0"}


def test_start_over_puts_everything_back():
    usual = {key: control.value for key, control in
             bound_controls(open_page("information.py")).items()}  # fmt: skip
    app = open_page(
        "information.py",
        **{f"information_{letter}{face}": "3.3" for letter in "pq" for face in range(1, 7)},
        information_tree="P", information_rolls="300", information_seed="5", information_block="3",
        information_predict="No",
        information_check1="How often decoding fails", information_check2="Nothing certain",
        information_check3="Huffman codes are not optimal", information_check4="Yes",
    )  # fmt: skip
    changed = {key: control.value for key, control in bound_controls(app).items()}
    assert {key for key in usual if changed[key] == usual[key]} == {"unit", "present"}
    press(app, "Start over")
    assert {key: control.value for key, control in bound_controls(app).items()} == usual
    assert texts(app) == texts(open_page("information.py"))


@pytest.mark.parametrize("unit", UNITS)
def test_prediction_reveals_what_is_computed(unit):
    digit = math.log(2, UNITS[unit])
    own = entropy(chances(NEARLY_SURE), base=UNITS[unit])
    alone, together = (digit * huffman_per_roll(NEARLY_SURE, NEARLY_SURE, n) for n in (1, 4))
    right = open_page(
        "information.py", unit=unit, information_predict="Yes, with words for several rolls"
    )
    asked = right.radio(key="information_predict").label
    assert (
        f"shows face 1 in 90.0% of all rolls, so a roll tells little: only {own:.3f} {unit},"
        in (asked)
    )
    said = texts(right)
    assert "That is what happens" in said
    assert f"even the best code takes {alone:.3f} {unit} on average" in said
    assert f"**{together:.3f} {unit}** a roll." in said
    for wrong in ("Yes, with one short word a face", "No"):
        assert "A surprise, then" in texts(open_page("information.py", information_predict=wrong))


def test_prediction_is_not_given_away():
    assert "A surprise" not in texts(open_page("information.py"))
    assert "That is what happens" not in texts(open_page("information.py"))


def test_right_answers_are_marked_right():
    for number, answer in enumerate(
        (
            "What the wrong code costs on each roll",
            "It falls by just as much",
            "Every word has at least one digit",
            "Yes",
        ),
        start=1,
    ):
        app = open_page("information.py", **{f"information_check{number}": answer})
        assert [message.value[:5] for message in app.success] == ["Right"]
        for wrong in set(app.radio(key=f"information_check{number}").options) - {answer}:
            other = open_page("information.py", **{f"information_check{number}": wrong})
            assert len(other.info) == 1
            assert not other.success


@pytest.mark.parametrize(
    ("p", "q", "unit", "block"),
    [(LOADED, FAIR, "bits", 1), (HALVES, UNEVEN, "nats", 3), (UNEVEN, BOOK, "dits", 4),
     (FAIR, NO_SIX, "bits", 2), (SURE, FAIR, "nats", 2),],
)  # fmt: skip
def test_snippet_prints_the_numbers_on_screen(p, q, unit, block):
    app = lesson(p, q, unit=unit, block=block, seed=3, rolls=100)
    snippet = app.code[0].value
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(snippet, {})  # noqa: S102
    own, crossed, extra, *digits = printed.getvalue().split()
    shown = [f"{float(length):.3f} {unit}" for length in (own, extra, crossed)]
    assert [each.replace(f"inf {unit}", "∞") for each in shown] == metrics(app)
    for length in (own, crossed, extra):
        assert f": {length}\n" in snippet
    counted = re.findall(r"([\d,]+)(?: binary digits in P's code| in Q's\.)", sent(app))
    if 0 in q:
        counted = re.findall(r"P's code takes ([\d,]+)", sent(app))
    assert digits == [each.replace(",", "") for each in counted]
    assert len(digits) == (1 if 0 in q else 2)


def test_roll_again_takes_the_next_series():
    app = press(open_page("information.py", information_seed="1000"), "Roll again")
    assert bound_controls(app)["information_seed"].value == 1
    assert sent(app) == sent(open_page("information.py"))
    assert bound_controls(press(app, "Roll again"))["information_seed"].value == 2


def test_same_series_says_the_same_and_another_does_not():
    said = texts(lesson(seed=3))
    assert said == texts(lesson(seed=3))
    other = lesson(seed=4)
    assert said != texts(other)
    assert in_blocks(lesson(seed=3)) == in_blocks(other)


@pytest.mark.parametrize(
    ("p", "q"), [(LOADED, FAIR), (FAIR, NO_SIX), (SURE, FAIR), (TWO, UNEVEN), (HALVES, HALVES)]
)
def test_each_chart_says_in_words_what_the_page_says(p, q):
    app = lesson(p, q)
    # Without the stars of Markdown, which a screen reader would read out.
    said = {text.value.replace("*", "") for text in app.markdown}
    drawn = charts(app)
    assert len(drawn) == 4
    assert [each.alt for each in drawn if each.alt not in said] == []


@pytest.mark.parametrize(
    ("p", "q"), [(LOADED, FAIR), (FAIR, NO_SIX), (SURE, UNEVEN), (NEARLY_SURE, TWO)]
)
def test_bars_above_the_lengths_are_the_chances_and_can_be_dragged(p, q):
    app = lesson(p, q)
    bars, layout = figure(app, LENGTHS)
    assert layout["yaxis"]["range"] == [0, 115]
    tops = iter(handles(app))
    for letter, die, drawn in zip("pq", (p, q), bars[:2], strict=True):
        assert drawn["x"] == [f"face {face}" for face in range(1, 7)]
        for place, chance in enumerate(chances(die)):
            top = next(tops)
            assert top["slider"] == f"information_{letter}{place + 1}"
            assert (top["hue"], top["way"], top["axes"]) == (letter, "y", ["xaxis", "yaxis"])
            # In the middle of its bar, as wide and as high as it is.
            left, right = top["x"] - top["width"] / 2, top["x"] + top["width"] / 2
            begin = place + drawn["offset"]
            assert (left, right) == pytest.approx((begin, begin + drawn["width"]))
            assert top["y"] == pytest.approx(100 * chance)
    assert next(tops, None) is None
