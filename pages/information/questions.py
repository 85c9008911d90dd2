"""What the coding lesson asks."""

from charts.units import Unit
from charts.wording import amount, percent
from kl_core import entropy, normalize
from pages.information.numbers import NEARLY_SURE, digit, per_roll
from widgets.prediction import predict
from widgets.self_check import Question


def prediction(unit: Unit) -> None:
    """Ask whether a code can spend less than a digit on a roll that tells next to nothing."""
    die = normalize(NEARLY_SURE)
    alone, together = (per_roll(die, die, block) * digit(unit) for block in (1, 4))
    predict(
        "information_predict",
        f"A die shows face 1 in {percent(die[0])} of all rolls, so a roll tells little: only "
        f"{amount(float(entropy(die, base=unit.base)), unit.name)}, well below the "
        f"{amount(digit(unit), unit.name)} of a binary digit. Can a code take less than one digit "
        "a roll, on average?",
        ["Yes, with one short word a face", "Yes, with words for several rolls", "No"],
        answer="Yes, with words for several rolls",
        reveal="To tell six faces apart, each word needs a digit or more, so with one word a roll "
        f"even the best code takes {amount(alone, unit.name)} on average. A word for four rolls "
        f"at once shares its digits among them: **{amount(together, unit.name)}** a roll.",
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
