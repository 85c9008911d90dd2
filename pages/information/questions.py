"""What the coding lesson asks."""

from collections.abc import Callable
from functools import partial

from charts.units import Unit
from pages.information import room
from widgets.prediction import commit
from widgets.self_check import Question

GUESS = "information_guess"


def prediction(unit: Unit, show_the_best: Callable[[], None]) -> None:
    """Ask how few digits a roll of a die of halves and quarters takes."""
    commit(
        GUESS,
        "Face 1 comes half the time, each next face half as often, down to 5 and 6, which share "
        "the last sixteenth. Words of 3 digits tell six faces apart. How few digits a roll can a "
        "code take, on average?",
        1.0,
        3.0,
        2.5,
        0.05,
        shown_as="%.2f digits",
        reveal=partial(room.reveal, unit=unit),
        takeaway="Words of ideal length give each face as much room as it has chance. Made for the "
        "wrong chances Q, they cost D(P‖Q) more on every roll of P, on average.",
        shows=show_the_best,
    )


QUESTIONS = [
    Question(
        "What does H(P, Q) − H(P) count?",
        {
            "What the wrong code costs on each roll": "Right, on average and with words of ideal "
            "length: made for P they take H(P), made for Q H(P, Q). The difference is D(P‖Q).",
            "How many digits the best code takes": "That is about H(P) alone. The difference is "
            "what comes on top when the code was made for another die.",
            "How often decoding fails": "What a code can send is read back exactly. What Q rules "
            "out it cannot send at all, and then H(P, Q) is infinite.",
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
        "H(P) is above 0, but far below one binary digit. Why does a Huffman code for single rolls "
        "still take one or more?",
        {
            "Every word has at least one digit": "Right: as soon as two faces are possible. Only "
            "words for several rolls can share a digit.",
            "Huffman codes are not optimal": "They are, among all that can be read back roll by "
            "roll. It is the word for each roll that costs.",
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
