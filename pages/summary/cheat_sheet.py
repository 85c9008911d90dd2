"""What the cheat sheet says: every formula of the lessons, and the traps around them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from charts.units import Unit
from kl_core import gaussian_moments, k3_noisier_beyond
from pages.summary.numbers import FAIR, LOADED

TITLE = "KL divergence on one page"
ABOUT = (
    "From KL Explained. P (blue) is the truth or the reference, Q (orange) the model or the "
    "policy; log has any base unless nats are named."
)


@dataclass(frozen=True)
class Entry:
    r"""One line of the sheet.

    Attributes
    ----------
    name : str
        What it is, as plain text.
    tex : str
        The formula, with ``\P{…}``, ``\Q{…}`` and ``\KL{…}`` for the colours; none where empty.
    note : str
        What to know about it, as plain text; none where empty.
    """

    name: str
    tex: str = ""
    note: str = ""


@dataclass(frozen=True)
class Section:
    """A heading and the entries below it."""

    title: str
    entries: Sequence[Entry]


def sections(unit: Unit) -> list[Section]:
    """Return the sheet, its numbers computed; amounts of the example in the learner's unit."""
    return [
        Section("What it is", _what_it_is(unit)),
        Section("What always holds", _what_always_holds()),
        Section("Two directions", _two_directions()),
        Section("Reward − β·KL", _reward_and_penalty()),
        Section("From samples", _from_samples()),
        Section("Traps", _traps()),
    ]


def _what_it_is(unit: Unit) -> list[Entry]:
    there, back = unit.both_ways(FAIR, LOADED)
    return [
        Entry(
            "Outcomes",
            r"D(\P{P}\|\Q{Q})=\sum_x \P{p(x)}\,\log\frac{\P{p(x)}}{\Q{q(x)}}",
            "P comes first and takes the average.",
        ),
        Entry(
            "Densities",
            r"D(\P{P}\|\Q{Q})=\int \P{p(x)}\,\log\frac{\P{p(x)}}{\Q{q(x)}}\,dx",
        ),
        Entry(
            "Zeros",
            r"\P{0}\cdot\log\frac{\P{0}}{\Q{q}}=0,\quad \P{p}\cdot\log\frac{\P{p}}{\Q{0}}=\infty",
            "What never comes costs nothing; what comes and was ruled out costs everything.",
        ),
        Entry(
            "Entropy, cross-entropy",
            r"H(\P{P})=-\sum_x \P{p}\log \P{p},\quad H(\P{P},\Q{Q})=-\sum_x \P{p}\log \Q{q}",
        ),
        Entry(
            "The wrong code",
            r"D(\P{P}\|\Q{Q})=H(\P{P},\Q{Q})-H(\P{P})",
            "A fixed P's H(P) does not move, so both losses have one gradient.",
        ),
        Entry(
            "Units",
            rf"1\text{{ bit}}=\ln 2\approx {math.log(2):.3f}\text{{ nats}},\quad "
            rf"1\text{{ dit}}=\ln 10\approx {math.log(10):.3f}\text{{ nats}}",
        ),
        Entry(
            "The book's die",
            rf"D(\P{{P}}\|\Q{{Q}})={there:.3f},\quad "
            rf"D(\Q{{Q}}\|\P{{P}})={back:.3f}\text{{ {unit.name}}}",
            "P fair; Q gives 1/2 to one face, 1/10 to each other.",
        ),
    ]


def _what_always_holds() -> list[Entry]:
    return [
        Entry(
            "Gibbs' inequality",
            r"D(\P{P}\|\Q{Q})\ge 0,\quad D(\P{P}\|\Q{Q})=0\;\iff\;\P{P}=\Q{Q}",
            "Single terms may be negative.",
        ),
        Entry(
            "No metric",
            r"D(\P{P}\|\Q{Q})\ne D(\Q{Q}\|\P{P})",
            "In general; and a detour may be shorter than the straight way.",
        ),
        Entry(
            "Chain rule",
            r"D(\P{P_{XY}}\|\Q{Q_{XY}})=D(\P{P_X}\|\Q{Q_X})"
            r"+\mathbb{E}_{\P{P}}\,D(\P{P_{Y|X}}\|\Q{Q_{Y|X}})",
            "The KL of an answer is the sum of what its tokens add.",
        ),
        Entry(
            "Data processing",
            r"D(f(\P{P})\|f(\Q{Q}))\le D(\P{P}\|\Q{Q})",
            "Bins, and any other way of looking less closely, never raise it.",
        ),
        Entry("Pinsker", r"\mathrm{TV}(\P{P},\Q{Q})\le\sqrt{D(\P{P}\|\Q{Q})/2}", "With D in nats."),
        Entry(
            "Jensen–Shannon",
            r"\mathrm{JS}=\tfrac{1}{2}D(\P{P}\|M)+\tfrac{1}{2}D(\Q{Q}\|M)\le\log 2",
            "M lies halfway between P and Q, and no direction is left.",
        ),
        Entry(
            "Evidence",
            r"\mathbb{E}_{\P{P}}\Big[\log\frac{\P{p(x_1\ldots x_n)}}{\Q{q(x_1\ldots x_n)}}\Big]"
            r"=n\,D(\P{P}\|\Q{Q})",
            "What n independent draws from P say against Q, on average.",
        ),
    ]


def _two_directions() -> list[Entry]:
    return [
        Entry(
            "Gaussians, in nats",
            r"D(\P{P}\|\Q{Q})=\ln\frac{\Q{\sigma_q}}{\P{\sigma_p}}+\frac{\P{\sigma_p^2}"
            r"+(\P{\mu_p}-\Q{\mu_q})^2}{2\,\Q{\sigma_q^2}}-\frac{1}{2}",
        ),
        Entry(
            "Forward covers",
            r"\min_{\Q{Q}}D(\P{P}\|\Q{Q})",
            "Maximum likelihood. A Gaussian Q takes the mean and the variance of P.",
        ),
        Entry(
            "Reverse seeks",
            r"\min_{\Q{Q}}D(\Q{Q}\|\P{P})",
            "Variational inference, RLHF. May have several optima, near single modes.",
        ),
        Entry(
            "In between",
            r"D_\alpha=\frac{1}{\alpha(1-\alpha)}"
            r"\Big(1-\int \P{p}^{\alpha}\,\Q{q}^{1-\alpha}dx\Big)",
            "Becomes D(P‖Q) as α goes to 1, D(Q‖P) as α goes to 0.",
        ),
    ]


def _reward_and_penalty() -> list[Entry]:
    return [
        Entry(
            "Loss",
            r"-\,\mathbb{E}_{\Q{\pi}}[r]+\beta\,D(\Q{\pi}\|\P{\pi_{\text{ref}}})",
            "The average runs over the policy: the reverse direction.",
        ),
        Entry(
            "Best policy",
            r"\Q{\pi^*}(y)\propto\P{\pi_{\text{ref}}}(y)\;e^{r(y)/\beta}",
            "Larger β: closer to the reference.",
        ),
        Entry(
            "Its reward − β·KL",
            r"\beta\,\ln\mathbb{E}_{\P{\pi_{\text{ref}}}}\big[e^{r/\beta}\big]",
            "KL in nats.",
        ),
        Entry(
            "Best of n",
            r"D(\Q{\pi_n}\|\P{\pi_{\text{ref}}})\le\ln n-\frac{n-1}{n}",
            "In nats; exact only where draws never tie, as with continuous rewards.",
        ),
        Entry(
            "Adaptive β (PPO)",
            r"d<\tfrac{\text{target}}{1.5}:\ \beta\to\tfrac{\beta}{2},\quad "
            r"d>1.5\cdot\text{target}:\ \beta\to 2\beta",
            "d is the KL from the policy before the step.",
        ),
        Entry(
            "Adaptive β (Ziegler)",
            r"\beta\to\beta\,(1+0.1\,e),\quad e=\tfrac{d}{\text{target}}-1",
            "e is cut off at ±0.2; d is the KL from the reference.",
        ),
    ]


def _from_samples() -> list[Entry]:
    near = gaussian_moments(0, 1, 0.1, 1)
    noise = {name: float(each.std / each.truth) for name, each in near.items()}
    return [
        Entry(
            "Draws from Q",
            r"\Delta=\ln\frac{\Q{q(x)}}{\P{p(x)}},\quad x\sim \Q{Q}",
            "Estimates of D(Q‖P), the policy against the reference:",
        ),
        Entry("k1", r"\Delta", "Unbiased; single values fall below 0."),
        Entry("k2", r"\Delta^2/2", "Biased; never below 0."),
        Entry("k3", r"e^{-\Delta}-1+\Delta", "Unbiased if q > 0 where p > 0; never below 0."),
        Entry(
            "Noise",
            note="The standard deviation of one draw between N(0, 1) and N(0.1, 1), in units of D: "
            + ", ".join(f"{name} {noise[name]:.3g}" for name in noise)
            + f". For bells of one width k3 is noisier than k1 once D is above "
            f"{k3_noisier_beyond():.3f} of a nat.",
        ),
        Entry(
            "GRPO",
            r"\beta\,(u-1-\ln u),\quad u=\P{\pi_{\text{ref}}}/\Q{\pi}",
            "k3 in the loss: at each token its gradient is on average that of the forward "
            "D(π_ref‖π); k2's is that of D(π‖π_ref), k1's is 0. Only k1 in the reward sees what a "
            "token leads to.",
        ),
    ]


def _traps() -> list[Entry]:
    return [
        Entry("Who is first?", note="PyTorch's kl_div takes log q first and p second for D(P‖Q)."),
        Entry("Below 0?", note="Not normalised, not drawn from π, or k1 over few draws."),
        Entry("Finite where Q ends?", note="Somebody added ε to q, or clipped it."),
        Entry("kl_div or rel_entr?", note="SciPy's kl_div adds q − p to every term."),
        Entry("Per token or per answer?", note="The same β means something else."),
        Entry("Which KL?", note="To the reference: an anchor. To the last policy: a short step."),
        Entry("Reward up, quality up?", note="Not beyond the peak; β only picks the point."),
    ]
