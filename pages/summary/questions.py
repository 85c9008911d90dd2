"""What the summary asks: a prediction, and twenty questions on what people really get wrong."""

import math
from collections.abc import Callable

import numpy as np

from charts.units import Unit
from charts.wording import amount
from kl_core import gaussian_kl, js_divergence, kl_divergence, normalize, wald_expected_rolls
from kl_core.rlhf import AdaptiveKL
from pages.summary.numbers import FAIR, LOADED, coin
from widgets.pipeline import policy_kl
from widgets.prediction import predict
from widgets.self_check import Question
from widgets.views import view


def prediction(unit: Unit, scipys_coins: Callable[[], None]) -> None:
    """Ask which of the two divergences of two coins is larger."""
    there, back = unit.both_ways(coin(50), coin(90))
    predict(
        "summary_predict",
        "P is a fair coin. Q says that heads come 90% of the time. Which is larger?",
        ["D(P‖Q)", "D(Q‖P)", "They are equal"],
        answer="D(P‖Q)",
        reveal=f"D(P‖Q) is **{amount(there, unit.name)}**, D(Q‖P) {amount(back, unit.name)}. "
        "Averaged over P, every other toss is tails, which Q hardly expects. Averaged over Q, "
        "tails are rare.",
        takeaway="D(P‖Q) is what it costs, on average over P, to take Q for P: never below 0, 0 "
        "only for Q = P, and as a rule another number with P and Q swapped.",
        shows=scipys_coins,
    )


def questions(unit: Unit) -> list[Question]:
    """Return the questions; no answer holds a unit, so that a link keeps them when it changes."""
    return [
        *_of_the_definition(unit),
        *_of_code(unit),
        *_of_size(unit),
        *_of_training(unit),
    ]


def _in_unit(nats: float, unit: Unit) -> str:
    """Return a number of nats in the learner's unit, as a sentence says it."""
    return amount(nats / unit.nats, unit.name)


def _of_the_definition(unit: Unit) -> list[Question]:
    nats, far = float(gaussian_kl(0, 1, 1, 1)), float(gaussian_kl(0, 1, 2, 1))
    both_steps, leap = (_in_unit(each, unit) for each in (2 * nats, far))
    return [
        Question(
            "You fit a model Q to data from P and minimise the *forward* KL. Which one is that?",
            {
                "D(P‖Q)": "Right: the data come first and take the average. Maximum likelihood "
                "minimises it, and it covers.",
                "D(Q‖P)": "That is the reverse: it averages over what the model draws, and seeks.",
                "Whichever is smaller": "The words say who takes the average. Either of the two "
                "may be the smaller one.",
            },
            right="D(P‖Q)",
            topic="which way round",
            see=view(
                "the Q that covers",
                "forward-reverse?forward_q_mean=0&forward_q_spread=2.62#optima",
                "D(P‖Q) has one optimum, the mean and the spread of P itself",
                unit,
            ),
        ),
        Question(
            "Three bells of the same width: B stands one spread to the right of A, C one spread to "
            "the right of B. How large is D(A‖C)?",
            {
                "Four times D(A‖B)": f"Right: {leap}. The straight way costs more than both steps "
                f"together, {both_steps}, so D is no metric.",
                "Twice D(A‖B)": "A distance along a line would add up. D between such bells grows "
                "with the square of the gap.",
                "At most twice D(A‖B)": "That is the triangle inequality, which a metric obeys. "
                f"Here both steps make {both_steps}, and the straight way is dearer.",
            },
            right="Four times D(A‖B)",
            topic="detours, which may be shorter",
            see=view(
                "the triangle",
                "properties?properties_b_mean=1#triangle",
                f"Straight on, D(A‖C) is {leap}",
                unit,
            ),
        ),
        Question(
            "Q gives chance 0 to a word that P uses once in a million. What is D(P‖Q)?",
            {
                "Infinite": "Right: one such word proves Q impossible. How rare it is decides how "
                "long that takes, not how large D is.",
                "About a millionth": "The weight p is a millionth, but the logarithm of p/q is "
                "infinite, and so is their product.",
                "Undefined": "It is well defined: as q goes to 0 the term grows beyond any number.",
            },
            right="Infinite",
            topic="zeros that make it infinite",
            see=view(
                "the die that never shows a six",
                "die?die_q6=0#move",
                "The first such roll proves Q impossible, so D(P‖Q) is infinite.",
                unit,
            ),
        ),
        Question(
            f"For the same P and Q one program prints {math.log(2):.3f}, another 1. What is most "
            "likely?",
            {
                "One counts in nats, the other in bits": "Right: the natural logarithm of 2 is "
                f"{math.log(2):.3f}. Say the unit whenever you say a divergence.",
                "One forgot to normalise": "Then hardly anything so tidy would come out: the two "
                "numbers are ln 2 and log₂ 2.",
                "One computed D(Q‖P)": "It would differ by no fixed factor. Here the factor is "
                "ln 2, that of the two logarithms.",
            },
            right="One counts in nats, the other in bits",
            topic="bits and nats",
            see=view(
                "the die measured in nats",
                "die?unit=nats#move",
                "The last three columns are in nats; each sum is a divergence.",
                unit,
            ),
        ),
        Question(
            "You train on fixed labels and replace cross-entropy by KL. What happens to the "
            "gradient?",
            {
                "It stays the same": "Right: the two losses differ by H(P), the entropy of the "
                "labels, which no weight of the model can change.",
                "It shrinks": "The *loss* is smaller, by H(P). That is a constant, and its "
                "gradient is 0.",
                "It points the other way": "Both averages run over the labels; nothing is swapped.",
            },
            right="It stays the same",
            topic="what training can move",
            see=view(
                "*The wrong code*",
                "information#price",
                "The difference is D(P‖Q)",
                unit,
            ),
        ),
    ]


def _of_code(unit: Unit) -> list[Question]:
    halves = np.array([0.2, 0.3]), np.array([0.5, 0.5])
    fake = float((halves[0] * np.log(halves[0] / halves[1])).sum())
    whole = float(kl_divergence(FAIR, LOADED))
    sixth, die = _in_unit(whole / 6, unit), _in_unit(whole, unit)
    counts = [1, 1, 2], [1, 1, 1]
    taken = sum(p * math.log(p / q) for p, q in zip(*counts, strict=True))
    divided = float(kl_divergence(*map(normalize, counts)))
    mending = view("*Your own numbers*", "your-own", "Your own numbers", unit)
    sampling = view(
        "*KL from samples*",
        "estimators#average",
        "D(Q‖P) is the average of log(q/p) over draws from Q",
        unit,
    )
    return [
        Question(
            "Neither list adds up to 1. What did SciPy do?",
            {
                "It divided each by its sum": "Right, and it does not say so. That is handy for "
                "counts, and hides it when a category was forgotten.",
                "It took them as they are": "Then the sum of p·log(p/q) would come out, "
                f"{taken:.3f}: no divergence of anything.",
                "It added a small ε": "It adds nothing. Where q is 0 and p is not, it returns "
                "infinity.",
            },
            right="It divided each by its sum",
            topic="numbers that do not add up to 1",
            code=f"scipy.stats.entropy({counts[0]}, {counts[1]})  # {divided:.3f}",
            see=mending,
        ),
        Question(
            "KL is never negative. What is wrong here?",
            {
                "p does not add up to 1": "Right: it adds up to one half. A program that does not "
                "check tells you nothing; one that normalises silently hides it, too.",
                "The terms must be taken absolutely": "Single terms may be negative. It is their "
                "sum that never is, as long as p and q both add up to 1.",
                "The logarithm should be to base 2": "Another base changes the size, never the "
                "sign.",
            },
            right="p does not add up to 1",
            topic="numbers that do not add up to 1",
            code=(
                "p = np.array([0.2, 0.3])\nq = np.array([0.5, 0.5])\n"
                f"(p * np.log(p / q)).sum()  # {fake:.3f}"
            ),
            see=mending,
        ),
        Question(
            "SciPy's `kl_div(p, q)` and `rel_entr(p, q)` give different arrays. When do their sums "
            "agree?",
            {
                "When p and q both add up to 1": "Right: `kl_div` adds q − p to every term, and "
                "over all outcomes these cancel.",
                "Never": "Their terms differ by q − p, and over all outcomes both p and q add up "
                "to 1.",
                "Always": "Only as long as p and q have the same sum. Unnormalised, they part.",
            },
            right="When p and q both add up to 1",
            topic="numbers that do not add up to 1",
            see=mending,
        ),
        Question(
            'PyTorch\'s `kl_div` with `reduction="mean"` for one die of six faces: what comes out?',
            {
                "A sixth of D": "Right: it divides by the number of entries, faces included. For "
                f"the book's die that is {sixth} instead of {die}. "
                '`"batchmean"` divides by the length of the first axis: 1 for a table with one '
                "row, but 6 for a plain list of faces.",
                "D": 'That takes `"sum"`, or `"batchmean"` and the die as a row of a table. '
                '`"mean"` divides by the number of entries, and each face is one.',
                "Six times D": "It divides where that would multiply.",
            },
            right="A sixth of D",
            topic="what libraries divide by",
            see=view("the book's die", "die#move", f"costs a believer in Q {die}", unit),
        ),
        Question(
            "A trainer logs the mean of log π − log π_ref over sampled answers. The definition has "
            "a π in front of the logarithm. Where is it?",
            {
                "In the sampling": "Right: likely answers are drawn often, and so counted often. "
                "A second π would count them twice.",
                "It cancels": "Nothing cancels it. It is there in another shape: as how often each "
                "answer is drawn.",
                "Forgotten: a bug": "Putting it in would be the bug: answers drawn from π already "
                "come as often as π says.",
            },
            right="In the sampling",
            topic="averages over samples",
            see=sampling,
        ),
        Question(
            "Over ten answers drawn from π the mean of log π − log π_ref is below 0. Does that "
            "break Gibbs' inequality?",
            {
                "No, it holds for all answers together": "Right: over everything that π may say "
                "the mean is D, never below 0. Over ten answers it is an estimate, and luck is "
                "enough.",
                "Yes, something must be wrong": "Something may be (answers that π did not draw "
                "would do it), but ten answers and a little luck do it as well.",
                "No, KL may be negative": "KL may not. An estimate of it from ten answers may.",
            },
            right="No, it holds for all answers together",
            topic="averages over samples",
            see=view(
                "below 0 by chance",
                "estimators?estimators_batch=6#negative",
                "Chance can do this.",
                unit,
            ),
        ),
    ]


def _of_size(unit: Unit) -> list[Question]:
    nats, die = 0.01, float(kl_divergence(FAIR, LOADED))
    apart = math.sqrt(nats / 2)
    odds = 999
    rolls = float(wald_expected_rolls(FAIR, LOADED, odds))
    most = _in_unit(float(js_divergence([1, 0], [0, 1])), unit)
    tokens, each = 500, 0.02
    return [
        Question(
            f"D(P‖Q) is {amount(nats / unit.nats, unit.name, 5)}. By how much can P and Q differ "
            "about the chance of any one event?",
            {
                f"By at most {100 * apart:.1f} percentage points": "Right: Pinsker's inequality, "
                "the root of half of D in nats. A small D leaves room for differences that look "
                "much larger.",
                "By at most 1 percentage point": "D grows with the *square* of such a difference. "
                f"The bound is the root of half of D in nats: {100 * apart:.1f} points.",
                "By anything": "Only an event that Q gets badly wrong could do that, and it would "
                "make D large.",
            },
            right=f"By at most {100 * apart:.1f} percentage points",
            topic="how much a number means",
            see=view(
                "the total variation in *Cover or seek*",
                "forward-reverse#formula",
                "the most that P and Q differ about any event",
                unit,
            ),
        ),
        Question(
            "The book's fair die is rolled, and you wonder whether it is the loaded one. About how "
            f"many rolls until the odds are {odds} to 1?",
            {
                f"About {rolls:.0f}": "Right: each roll brings "
                f"{amount(die / unit.nats, unit.name, 4)} of evidence on average, and {odds} to 1 "
                f"takes {_in_unit(math.log(odds), unit)}.",
                f"About {odds}": "Evidence multiplies, so its logarithm adds up: what counts is "
                f"log({odds}), divided by D.",
                "About 3": "That would take a die which is far from fair. These two are hard to "
                "tell apart.",
            },
            right=f"About {rolls:.0f}",
            topic="how much a number means",
            see=view(
                "*Roll it*",
                f"die?die_odds={odds}#roll",
                f"Odds of {odds} to 1 are {_in_unit(math.log(odds), unit)} of evidence",
                unit,
            ),
        ),
        Question(
            "P and Q share not a single outcome. What is their Jensen–Shannon divergence?",
            {
                "As large as it gets: log 2": f"Right: {most}. Each is compared with "
                "the mixture of both, which rules nothing out.",
                "Infinite": "D(P‖Q) is. Jensen–Shannon compares with the mixture, which is never "
                "less than half of either.",
                "0": "It is 0 only where P and Q are the same.",
            },
            right="As large as it gets: log 2",
            topic="how much a number means",
            see=view(
                "the measures without direction",
                "forward-reverse#formula",
                f"{unit.name} of at most {most}",
                unit,
            ),
        ),
        Question(
            f"The KL is {each} {unit.name} a token on average, and every answer has {tokens} "
            "tokens. How large is the KL of answers?",
            {
                f"{tokens * each:.0f}": "Right: by the chain rule the tokens' shares add up. A β "
                "per answer and a β per token are different ropes.",
                f"{each}": "An average per token is not the whole. What was said before only makes "
                "each share depend on it; the shares still add up.",
                "Nobody can tell": "The chain rule can, even though each token depends on those "
                "before it.",
            },
            right=f"{tokens * each:.0f}",
            topic="tokens and answers",
            see=view(
                "*The safety rope*, below its formula",
                "beta-penalty#formula",
                "β is the price of KL",
                unit,
            ),
        ),
    ]


def _of_training(unit: Unit) -> list[Question]:
    once, twice, half = (1 / (1 + math.exp(-1 / beta)) for beta in (1.0, 2.0, 0.5))
    rule = AdaptiveKL(0.1, target=6)
    return [
        Question(
            "Why does RLHF penalise D(π‖π_ref) rather than D(π_ref‖π)?",
            {
                "It may drop answers, but not invent them": "Right: the average runs over the "
                "policy's own answers, so what π_ref would hardly say is dear, and what π leaves "
                "out is free.",
                "It keeps every answer of π_ref alive": "That would be D(π_ref‖π), which cannot "
                "bear π to miss anything that π_ref says.",
                "It is the smaller of the two": "Either may be the smaller one. What matters is "
                "over whose answers the average runs.",
            },
            right="It may drop answers, but not invent them",
            topic="which way round",
            see=view(
                "the Q that seeks",
                "forward-reverse?forward_q_mean=2.49&forward_q_spread=0.81#optima",
                "D(Q‖P) has 3 local optima",
                unit,
            ),
        ),
        Question(
            "π_ref gives two answers the same chance; one earns 1, the other 0. At β = 1 the best "
            f"policy chooses the better one {100 * once:.1f}% of the time. And at β = 2?",
            {
                f"{100 * twice:.1f}%": "Right: the weights are exp(r/β), and a larger β pulls the "
                "policy back to π_ref, which says 50%.",
                f"{100 * half:.1f}%": "That is β = 1/2. A larger β is a shorter rope, not a longer "
                "one.",
                f"{50 * once:.1f}%": "Below 50% the policy would prefer the worse answer. However "
                "large β, it never goes past π_ref.",
            },
            right=f"{100 * twice:.1f}%",
            topic="what β does",
            see=view(
                "a short rope",
                "beta-penalty?beta_beta=0.1#move",
                f"For that they are {_in_unit(policy_kl(0.1), unit)} away from P",
                unit,
            ),
        ),
        Question(
            "The PPO paper's rule aims at a KL of 6 and measures 10. β was 0.1. What is it next?",
            {
                f"{rule.after(10).beta}": "Right: 10 is above 1.5 times 6, so the rope is "
                "shortened: KL gets twice as dear.",
                f"{rule.after(3).beta}": "Halving would make KL cheaper while it is already too "
                "large.",
                f"{rule.after(6).beta}": "Up to 1.5 times the target, which is 9, it would have "
                "stayed.",
            },
            right=f"{rule.after(10).beta}",
            topic="what β does",
            see=view(
                "a run with an adaptive rope",
                "training?beta_rope=adaptive&beta_steps=30&beta_train=true#runs",
                f"(target: {amount(3, unit.name)}), and β ended at",
                unit,
            ),
        ),
        Question(
            "You want the gradient of D(π‖π_ref), from fresh answers, each taken whole. Which of "
            "these has it on average: k1 in the reward, or k2 in the loss?",
            {
                "Both": "Right, although k2 is biased as a number. As a penalty it is the slope "
                "that counts, and there the two are one. Token by token they part: k2 does not see "
                "what a token leads to.",
                "Only k1 in the reward": "It has. But log π − log π_ref is also the slope of k2, "
                "so k2 in the loss pulls just as hard.",
                "Only k2 in the loss": "It has. So has k1 in the reward, as PPO does it; it is "
                "k1 in the *loss* that pulls nowhere.",
            },
            right="Both",
            topic="the penalty's slope",
            see=view(
                "where each one pulls",
                "gradients?gradients_guess_told=true#move",
                "Along the slope of D(Q‖P): k1 in the reward and k2 in the loss",
                unit,
            ),
        ),
        Question(
            "A GRPO run's loss starts at 0 and rises, and its rewards rise as well. What is "
            "broken?",
            {
                "Nothing": "Right: at first π is π_ref, and in each group the advantages add up to "
                "0. What is left of the loss is β·k3, and it grows as π moves away.",
                "The sign of the loss": "The rewards rise, so the steps go the right way. The "
                "number itself says little: advantages add up to 0 in each group.",
                "The learning rate": "A loss that rises from 0 is what β·k3 looks like while the "
                "policy learns.",
            },
            right="Nothing",
            topic="the penalty's slope",
            see=view(
                "a run of GRPO",
                "training?beta_method=GRPO&beta_steps=30&beta_train=true#runs",
                "Its penalty, k3 in the loss, does not have the slope of D(π‖π_SFT)",
                unit,
            ),
        ),
    ]
