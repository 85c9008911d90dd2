"""The summary: the whole book in one table, one picture, one page to print and twenty questions."""

import math
from dataclasses import dataclass

import numpy as np
import streamlit as st

from charts import summary as chart
from charts.style import amount, number, palette, percent, position, signed
from kl_core import (
    GaussianMixture,
    cross_entropy,
    entropy,
    gaussian_kl,
    kl_divergence,
    kl_terms,
    normalize,
    project_forward,
    project_reverse,
)
from kl_core.rlhf import AdaptiveKL, ProportionalKL, optimal_policy, sequence_kl
from widgets import frame, sheet, theme, units
from widgets.chart import Handle, Picture, Stops, moving
from widgets.formula import formula, sum_today
from widgets.look import sliders_of
from widgets.pipeline import reference, reward_model
from widgets.prediction import predict
from widgets.presets import Preset, presets
from widgets.redraw import redraw
from widgets.self_check import self_check
from widgets.table import table
from widgets.take_away import take_away
from widgets.texts import cheat_sheet
from widgets.texts.published import published, two_ways
from widgets.texts.self_test import questions
from widgets.views import view

FAIR, LOADED = normalize([1] * 6), normalize([5, 1, 1, 1, 1, 1])
WEATHER, FORECAST = normalize([4, 3, 2.5, 0.5]), normalize([6, 2.5, 1, 0.5])
CODED, CODED_FOR = normalize([5, 2, 1, 1, 0.5, 0.5]), FAIR
TWO_MODES = GaussianMixture([0.5, 0.5], [-2.5, 2.5], [0.8, 0.8])

# Where the axis of the picture ends.
TOP_BITS = 2.0
# How far up P's line it can be taken hold of, clear of its letter.
BELOW_THE_LETTER = 0.85
PERCENT = Stops.along(0, 100, 1)
# Closer together where the curves are steep.
CHANCES = (1 - np.cos(np.linspace(0, np.pi, 201))) / 2
START = {
    "summary_p": 50,
    "summary_q": 25,
    "summary_predict": None,
    **{f"summary_check{place}": None for place in range(1, 21)},
}


def start_over():
    """Put everything on this page back to where it began, answers included."""
    st.session_state.update(START)


def put(p, q):
    """Put both coins, in percent."""
    st.session_state.update(summary_p=p, summary_q=q)


def swap():
    """Make the model the truth and the truth the model."""
    put(st.session_state["summary_q"], st.session_state["summary_p"])


def agree():
    """Make Q say what P does."""
    put(st.session_state["summary_p"], st.session_state["summary_p"])


@dataclass(frozen=True)
class Row:
    """An idea of the book, what it says in one sentence, and where to see it."""

    idea: str
    says: str
    views: tuple[str, ...]


def understand(unit):
    """Return the rows of the lessons that explain what D(P‖Q) is."""

    def of(p, q):
        return float(kl_divergence(p, q, base=unit.base))

    lost, area = of(WEATHER, FORECAST), float(gaussian_kl(0, 1, 1, 1.5, base=unit.base))
    there, back = of(FAIR, LOADED), of(LOADED, FAIR)
    step, leap = (float(gaussian_kl(0, 1, far, 1, base=unit.base)) for far in (1, 2))
    own, crossed = (
        float(each)
        for each in (
            entropy(CODED, base=unit.base),
            cross_entropy(CODED, CODED_FOR, base=unit.base),
        )
    )
    extra = of(CODED, CODED_FOR)
    return [
        Row(
            "The intuition",
            "The information you lose each time, on average, by believing Q while P is true: "
            f"{amount(lost, unit.name)} a day with the sunny forecaster.",
            (
                view(
                    "Believe a forecast",
                    "intuition",
                    f"Believing the forecast loses {amount(lost, unit.name)} of information a day",
                    unit,
                ),
            ),
        ),
        Row(
            "The definition",
            "The gap log(p/q), weighed with p and added up: a sum over outcomes "
            f"({number(lost)} there), an integral over a line ({amount(area, unit.name)}).",
            (
                view(
                    "Sum",
                    "definition",
                    f"Together the products make {amount(lost, unit.name)}",
                    unit,
                ),
                view(
                    "integral",
                    "definition",
                    f"What remains is the area, {amount(area, unit.name)}",
                    unit,
                ),
            ),
        ),
        Row(
            "Never below 0",
            "D(P‖Q) ≥ 0, and 0 only where Q is P: Gibbs' inequality.",
            (
                view(
                    "Make it 0",
                    "intuition?intuition_q1=4&intuition_q2=3&intuition_q3=2.5",
                    "The forecast is the truth: no day costs anything",
                    unit,
                ),
                view(
                    "try to get below",
                    "intuition",
                    "None is below 0, and none can be: Gibbs' inequality",
                    unit,
                ),
            ),
        ),
        Row(
            "Infinite",
            "One outcome that P can bring and Q rules out is enough; an ε added to q hides it.",
            (
                view("Rule out the six", "die?die_q6=0", "so D(P‖Q) is infinite", unit),
                view(
                    "what ε makes up",
                    "definition?definition_q_end=2",
                    "The number tells of your ε, not of P and Q",
                    unit,
                ),
            ),
        ),
        Row(
            "Not a metric",
            "D(P‖Q) and D(Q‖P) differ, and a detour may be shorter: two steps of "
            f"{number(step)} between bells, but {amount(leap, unit.name)} straight on.",
            (
                view(
                    "Both rules broken",
                    "intuition",
                    f"two spreads apart {amount(leap, unit.name)}, more than both steps together",
                    unit,
                ),
            ),
        ),
        Row(
            "The die",
            f"A fair die against a uniform model: {number(of(FAIR, FAIR), 0)}. Against a loaded "
            f"one {amount(there, unit.name)}; the other way round {number(back)}.",
            (
                view(
                    "Uniform",
                    "die?die_q1=1",
                    f"nothing is lost: D(P‖Q) is 0 {unit.name}",
                    unit,
                ),
                view(
                    "loaded",
                    "die",
                    f"costs a believer in Q {amount(there, unit.name)} on average",
                    unit,
                ),
                view(
                    "swapped",
                    "die?die_p1=5&die_q1=1",
                    f"costs a believer in Q {amount(back, unit.name)} on average",
                    unit,
                ),
            ),
        ),
        Row(
            "Entropy, cross-entropy, KL",
            "H(P, Q) = H(P) + D(P‖Q). The wrong code takes "
            f"{number(crossed)} = {number(own)} + {amount(extra, unit.name)} a roll.",
            (
                view(
                    "The wrong code",
                    "information",
                    f"The difference is D(P‖Q): {amount(extra, unit.name)} paid on every roll",
                    unit,
                ),
            ),
        ),
    ]


def compare(unit):
    """Return the rows of the lessons that set the two directions side by side."""
    covers, seeks = project_forward(TWO_MODES), project_reverse(TWO_MODES)[-2]
    covers_at, seeks_at = (
        f"mean {position(each.mean)}, spread {position(each.std)}" for each in (covers, seeks)
    )
    return [
        Row(
            "Forward, D(P‖Q)",
            "Covers. One bell for two far modes lies over both: "
            f"{covers_at}, at {amount(covers.divergence / unit.nats, unit.name)}.",
            (
                view(
                    "The Q that covers",
                    "forward-reverse?forward_q_mean=0&forward_q_spread=2.62",
                    f"the mean and the spread of P itself: {covers_at}, at "
                    f"{amount(covers.divergence / unit.nats, unit.name)}",
                    unit,
                ),
            ),
        ),
        Row(
            "Reverse, D(Q‖P)",
            f"Seeks. It keeps to one mode: {seeks_at}, at "
            f"{amount(seeks.divergence / unit.nats, unit.name)}.",
            (
                view(
                    "The Q that seeks",
                    "forward-reverse?forward_q_mean=2.49&forward_q_spread=0.81",
                    f"at {seeks_at}, over 1 bell of P, costs "
                    f"{amount(seeks.divergence / unit.nats, unit.name)}",
                    unit,
                ),
            ),
        ),
        Row(
            "Which is it?",
            "Code and papers rarely say. Ask who takes the average.",
            (view("Name that direction", "directions", "Name that direction", unit),),
        ),
    ]


@st.cache_data(max_entries=10, show_spinner=False)
def policy_kl(beta):
    """Return D(π‖π_SFT) in nats of the best policy of *The safety rope* at this β."""
    return sequence_kl(optimal_policy(reference(), reward_model(), beta))


def apply(unit):
    """Return the rows of the lessons on language models and on samples."""
    short, long = (amount(policy_kl(beta) / unit.nats, unit.name) for beta in (0.1, 0.01))
    halving, easing = (rule(0.02, target=3).after(6).beta for rule in (AdaptiveKL, ProportionalKL))
    target = amount(3 / unit.nats, unit.name)
    return [
        Row(
            "The KL penalty of RL",
            "Reward − β·D(π‖π_ref): the larger β, the shorter the rope. The lesson's best policy "
            f"is {short} away at β = 0.1, and {long} at β = 0.01.",
            (
                view(
                    "Short rope", "beta-penalty?beta_beta=0.1", f"For that they are {short}", unit
                ),
                view("long rope", "beta-penalty?beta_beta=0.01", f"For that they are {long}", unit),
            ),
        ),
        Row(
            "Adaptive β",
            "Follows a target. Where KL is twice the target, the PPO paper's rule turns β = 0.02 "
            f"into {halving:g}, Ziegler's into {easing:g}.",
            (
                view(
                    "Train with one",
                    "beta-penalty?beta_rope=adaptive&beta_steps=30&beta_train=true",
                    f"(target: {target}), and β ended at",
                    unit,
                ),
            ),
        ),
        Row(
            "GRPO's KL",
            "k3: right on average, never below 0. Put in the loss it has the gradient of "
            "D(π_ref‖π), the other direction.",
            (
                view("KL from samples", "estimators", "KL from samples", unit),
                view(
                    "a run of GRPO",
                    "beta-penalty?beta_method=GRPO&beta_steps=30&beta_train=true",
                    "Its penalty, k3 in the loss, does not have the slope of D(π‖π_SFT)",
                    unit,
                ),
            ),
        ),
        Row(
            "Your own P and Q",
            "The same numbers, checks and pictures for what you bring along.",
            (view("Your own numbers", "your-own", "Your own numbers", unit),),
        ),
    ]


def book_table(unit):
    """Show the book in one table, each row with a link into the view that shows it."""
    st.markdown(
        "The book in one table. Every number is computed as you look, and every link opens the "
        "lesson in a new tab at exactly the view that shows it."
    )
    lines = [
        f"| **{row.idea}** | {row.says} | {', '.join(row.views)} |"
        for row in (*understand(unit), *compare(unit), *apply(unit))
    ]
    st.markdown("\n".join(["| idea | in one sentence | see it |", "|:--|:--|:--|", *lines]))


def ask_prediction(unit):
    """Ask which of the two divergences of two coins is larger."""
    fair, bent = [0.5, 0.5], [0.9, 0.1]
    there, back = (
        float(kl_divergence(*pair, base=unit.base)) for pair in ((fair, bent), (bent, fair))
    )
    predict(
        "summary_predict",
        "P is a fair coin. Q says that heads come 90% of the time. Which is larger?",
        ["D(P‖Q)", "D(Q‖P)", "They are equal"],
        answer="D(P‖Q)",
        reveal=f"D(P‖Q) is **{amount(there, unit.name)}**, D(Q‖P) {amount(back, unit.name)}. "
        "Averaged over P, every other toss is tails, which Q hardly expects. Averaged over Q, "
        "tails are rare. Press *SciPy's coins* below to see it.",
    )


def coins(controls=st.session_state):
    """Return both coins as chances of heads and tails."""
    chances = [controls[f"summary_{letter}"] / 100 for letter in "pq"]
    return [np.array([chance, 1 - chance]) for chance in chances]


def both_ways(p, q, unit):
    """Return D(P‖Q) and D(Q‖P)."""
    return tuple(float(kl_divergence(*pair, base=unit.base)) for pair in ((p, q), (q, p)))


def one_way(name, truth, model, divergence, unit):
    """Say how large a divergence is, and why if it is infinite."""
    if math.isfinite(divergence):
        return f"{name} is {amount(divergence, unit.name)}"
    first, second = name[2], name[4]
    side = "heads" if model[0] == 0 else "tails"
    often = percent(truth[model == 0].sum(), 0)
    return f"{name} is infinite: {second} rules {side} out, which {first} shows {often} of the time"


def in_words(p, q, unit):
    """Say what the picture shows now."""
    if np.array_equal(p, q):
        return (
            f"Q says what P does, heads {percent(p[0], 0)} of the time: both divergences are 0 "
            f"{unit.name}, here and nowhere else."
        )
    there, back = both_ways(p, q, unit)
    mirrored = np.isclose(p[0], q[1]) and math.isfinite(there)
    alike = " The same both ways: Q is P with heads and tails swapped." if mirrored else ""
    return (
        f"P shows heads {percent(p[0], 0)} of the time, Q says {percent(q[0], 0)}. "
        f"{one_way('D(P‖Q)', p, q, there, unit)}; {one_way('D(Q‖P)', q, p, back, unit)}.{alike} "
        "Both are 0 where Q is P, and only there."
    )


def top_in(unit):
    """Return where the axis of the picture ends, in a unit."""
    return TOP_BITS * math.log(2) / unit.nats


def coin_figure(p, q, unit, colours):
    """Return the chart that answers the sliders."""
    every_q = np.stack([CHANCES, 1 - CHANCES], axis=-1)
    return chart.coin_figure(
        CHANCES,
        kl_divergence(p, every_q, base=unit.base),
        kl_divergence(every_q, p, base=unit.base),
        p[0],
        q[0],
        both_ways(p, q, unit),
        top_in(unit),
        unit.name,
        colours,
    )


def coin_handles(p, q, unit):
    """Return P's line and Q's mark on the curve of D(P‖Q), which can be dragged."""
    top = top_in(unit)
    height = min(both_ways(p, q, unit)[0], top)
    return [
        Handle("summary_p", 100 * float(p[0]), BELOW_THE_LETTER * top, "x", "p"),
        Handle("summary_q", 100 * float(q[0]), height, "x", "q"),
    ]


def drawn(controls):
    """Return the picture that answers the sliders."""
    unit = units.current()
    p, q = coins(controls)
    return Picture(
        coin_figure(p, q, unit, palette(theme.scheme())),
        in_words(p, q, unit),
        handles=coin_handles(p, q, unit),
    )


@st.fragment(key="summary_picture")
def picture():
    """Show both divergences wherever Q may be, and what they are now."""
    moving(drawn, key="_summary_chart", stops=dict.fromkeys(("summary_p", "summary_q"), PERCENT))


@st.fragment(key="summary_formula")
def formula_today():
    """Write the definition out for the two sides of the coin."""
    unit = units.current()
    p, q = coins()
    formula(
        rf"D(\P{{P}}\|\Q{{Q}}) = \sum_{{x}} \P{{p(x)}}\,{unit.log}"
        rf"\frac{{\P{{p(x)}}}}{{\Q{{q(x)}}}}",
        sum_today(
            zip(
                (number(each, 2) for each in p),
                (number(each, 2) for each in q),
                map(signed, kl_terms(p, q, base=unit.base)),
                strict=True,
            ),
            amount(both_ways(p, q, unit)[0], unit.tex),
            unit.log,
        ),
    )


def offer_sheet(unit):
    """Offer the cheat sheet, and show it."""
    st.header("The cheat sheet", anchor="sheet")
    st.markdown(
        "Every formula and every trap on one page of A4, in a file that needs no network: open it "
        "and print it."
    )
    sections = cheat_sheet.sections(unit)
    st.download_button(
        "Cheat sheet (HTML, prints on one page)",
        lambda: sheet.as_html(cheat_sheet.TITLE, cheat_sheet.ABOUT, sections),
        "kl-cheat-sheet.html",
        "text/html",
        key="_summary_sheet",
        on_click="ignore",
        icon=":material/print:",
    )
    with st.expander("Look at it first", icon=":material/visibility:"):
        sheet.show(sections)


@st.cache_data(show_spinner=False)
def checked():
    """Return what is published, and what is computed in two ways."""
    return published(), two_ways()


def show_checks():
    """Show what sources print beside what is computed now."""
    st.header("Checked against", anchor="checked")
    values, pairs = checked()
    agreeing = sum(each.agrees for each in values)
    st.markdown(
        f"{len(values)} published values beside what this app computes now, each in the unit of "
        f"its source, whatever you measure in. {agreeing} agree to half a unit of the last printed "
        "digit; the last column says why the others do not."
    )
    table(
        {
            "value": [each.what for each in values],
            "source": [each.source for each in values],
            "unit": [each.unit for each in values],
            "printed": [each.printed for each in values],
            "now": [number(each.now, digits_of(each)) for each in values],
            "difference": [signed(each.difference, 2) for each in values],
            "agrees": ["yes" if each.agrees else each.remark for each in values],
        },
        label="Published values and what is computed now",
        hues={},
        words=("value", "source", "unit", "agrees"),
    )
    st.markdown(
        "And some numbers that the lessons compute in two ways, which share nothing but the answer "
        "(KL with the natural logarithm)."
    )
    table(
        {
            "number": [each.what for each in pairs],
            "one way": [each.one for each in pairs],
            "gives": [number(each.first, 9) for each in pairs],
            "another": [each.other for each in pairs],
            "gives ": [number(each.second, 9) for each in pairs],
            "difference": [signed(each.first - each.second, 2) for each in pairs],
        },
        label="Numbers computed in two ways",
        hues={},
        words=("number", "one way", "another"),
    )


def digits_of(each):
    """Return two digits more than are printed, as far as a double has them."""
    return min(len(each.printed.partition(".")[2]) + 2, 17)


def data():
    """Return the published values with every digit, column by column."""
    values, _ = checked()
    return {
        "value": [each.what for each in values],
        "source": [each.source for each in values],
        "unit": [each.unit for each in values],
        "printed": [each.printed for each in values],
        "now": [each.now for each in values],
        "difference": [each.difference for each in values],
    }


def snippet(p, q, unit):
    """Return Python that computes the number on the screen."""
    return (
        "from kl_core import kl_divergence\n\n"
        f"p = {[float(each) for each in p]}  # heads, tails\n"
        f"q = {[float(each) for each in q]}\n"
        f"print(kl_divergence(p, q, base={unit.code}))  # D(P‖Q) in {unit.name}: "
        f"{both_ways(p, q, unit)[0]!r}\n"
    )


READING = """
The book's three:

1. S. Kullback & R. A. Leibler (1951). “On Information and Sufficiency”. *Annals of Mathematical
   Statistics* 22 (1), 79–86. [doi:10.1214/aoms/1177729694](https://doi.org/10.1214/aoms/1177729694)
2. T. M. Cover & J. A. Thomas (2006). *Elements of Information Theory*, 2nd edition, chapter 2.
   Wiley. [doi:10.1002/047174882X](https://doi.org/10.1002/047174882X)
3. J. Schulman, F. Wolski, P. Dhariwal, A. Radford & O. Klimov (2017). “Proximal Policy Optimization
   Algorithms”. [arXiv:1707.06347](https://arxiv.org/abs/1707.06347)

Information and evidence:

- D. A. Huffman (1952). “A Method for the Construction of Minimum-Redundancy Codes”. *Proceedings of
  the IRE* 40 (9), 1098–1101.
  [doi:10.1109/JRPROC.1952.273898](https://doi.org/10.1109/JRPROC.1952.273898)
- J. Lin (1991). “Divergence Measures Based on the Shannon Entropy”. *IEEE Transactions on
  Information Theory* 37 (1), 145–151. [doi:10.1109/18.61115](https://doi.org/10.1109/18.61115)
- D. J. C. MacKay (2003). *Information Theory, Inference, and Learning Algorithms*, section 2.6:
  Gibbs' inequality. Cambridge University Press.
  [inference.org.uk/mackay/itila](https://www.inference.org.uk/mackay/itila/)
- C. Olah (2015). “Visual Information Theory”.
  [colah.github.io](https://colah.github.io/posts/2015-09-Visual-Information/)
- A. Wald (1945). “Sequential Tests of Statistical Hypotheses”. *Annals of Mathematical Statistics*
  16 (2), 117–186. [doi:10.1214/aoms/1177731118](https://doi.org/10.1214/aoms/1177731118)

Two directions:

- S. Amari (1998). “Natural Gradient Works Efficiently in Learning”. *Neural Computation* 10 (2),
  251–276. [doi:10.1162/089976698300017746](https://doi.org/10.1162/089976698300017746)
- C. M. Bishop (2006). *Pattern Recognition and Machine Learning*, sections 1.6.1, 10.1 and 10.7.
  Springer. [microsoft.com/research](https://www.microsoft.com/en-us/research/publication/pattern-recognition-machine-learning/)
- T. Minka (2005). “Divergence Measures and Message Passing”. Microsoft Research, MSR-TR-2005-173.
  [microsoft.com/research](https://www.microsoft.com/en-us/research/publication/divergence-measures-and-message-passing/)
- T. Vieira (2014). “KL-divergence as an Objective Function”.
  [timvieira.github.io](https://timvieira.github.io/blog/post/2014/10/06/kl-divergence-as-an-objective-function/)

Language models and KL:

- A. Beirami, A. Agarwal, J. Berant, A. D'Amour, J. Eisenstein, C. Nagpal & A. T. Suresh (2024).
  “Theoretical Guarantees on the Best-of-n Alignment Policy”.
  [arXiv:2401.01879](https://arxiv.org/abs/2401.01879)
- L. Gao, J. Schulman & J. Hilton (2022). “Scaling Laws for Reward Model Overoptimization”.
  [arXiv:2210.10760](https://arxiv.org/abs/2210.10760)
- T. Korbak, E. Perez & C. L. Buckley (2022). “RL with KL Penalties is Better Viewed as Bayesian
  Inference”. [arXiv:2205.11275](https://arxiv.org/abs/2205.11275)
- K. Liu, J. K. Liu, M. Chen & Y. Liu (2025). “Rethinking KL Regularization in RLHF: From Value
  Estimation to Gradient Optimization”. [arXiv:2510.01555](https://arxiv.org/abs/2510.01555)
- R. Rafailov, A. Sharma, E. Mitchell, S. Ermon, C. D. Manning & C. Finn (2023). “Direct Preference
  Optimization: Your Language Model is Secretly a Reward Model”.
  [arXiv:2305.18290](https://arxiv.org/abs/2305.18290)
- J. Schulman (2020). “Approximating KL Divergence”.
  [joschu.net](http://joschu.net/blog/kl-approx.html)
- V. Shah, J. Obando-Ceron, V. Jain, B. Bartoldson, B. Kailkhura et al. (2025). “A Comedy of
  Estimators: On KL Regularization in RL Training of LLMs”.
  [arXiv:2512.21852](https://arxiv.org/abs/2512.21852)
- Z. Shao, P. Wang, Q. Zhu, R. Xu, J. Song et al. (2024). “DeepSeekMath: Pushing the Limits of
  Mathematical Reasoning in Open Language Models”. [arXiv:2402.03300](https://arxiv.org/abs/2402.03300)
- N. Stiennon, L. Ouyang, J. Wu, D. M. Ziegler, R. Lowe, C. Voss, A. Radford, D. Amodei &
  P. Christiano (2020). “Learning to Summarize from Human Feedback”.
  [arXiv:2009.01325](https://arxiv.org/abs/2009.01325)
- D. M. Ziegler, N. Stiennon, J. Wu, T. B. Brown, A. Radford, D. Amodei, P. Christiano & G. Irving
  (2019). “Fine-Tuning Language Models from Human Preferences”.
  [arXiv:1909.08593](https://arxiv.org/abs/1909.08593)
"""


@st.fragment(key="summary_take_away")
def take_it():
    """Offer this view as a link, the checks as data, the picture and the code."""
    unit, colours = units.current(), palette(theme.scheme())
    p, q = coins()
    take_away(
        "summary",
        data=data,
        html=lambda: coin_figure(p, q, unit, colours).to_html(),
        snippet=snippet(p, q, unit),
    )


frame.header(
    "The summary",
    "D(P‖Q) is what it costs, on average over P, to take Q for P: never below 0, 0 only for Q = P, "
    "and another number with P and Q swapped.",
)
book_table(units.current())
ask_prediction(units.current())
st.header("Move it", anchor="move")
st.markdown("All of that in one picture: a coin :blue[**P**], and what :orange[**Q**] says of it.")
presets(
    "summary",
    [
        Preset("Cover & Thomas's coins", put, (50, 25)),
        Preset("SciPy's coins", put, (50, 90)),
        Preset("Let Q be P", agree),
        Preset("Q is certain", put, (50, 100)),
        Preset("Swap P and Q", swap),
    ],
    start_over=start_over,
)
controls, answer = st.columns([2, 3], gap="medium")
with controls:
    for letter, tells in (("p", "P, chance of heads"), ("q", "Q, chance of heads")):
        sliders_of(letter, "summary").slider(
            tells,
            0,
            100,
            START[f"summary_{letter}"],
            format="%d%%",
            key=f"summary_{letter}",
            bind="query-params",
            on_change=redraw,
            args=("summary_picture",),
        )
with answer:
    picture()
formula_today()
offer_sheet(units.current())
show_checks()
self_check("summary", questions(units.current()), heading="Test yourself", score=True)
st.header("Further reading", anchor="reading")
st.markdown(READING)
take_it()
