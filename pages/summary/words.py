"""What the summary says about its coins, and what it recommends to read."""

import math

import numpy as np

from charts.units import Unit
from charts.wording import amount, percent
from kl_core import Array


def coins_in_words(p: Array, q: Array) -> str:
    """Say what both coins show, and no divergence."""
    return (
        f"P shows heads {percent(p[0], 0)} of the time, Q says {percent(q[0], 0)}. Answer, or move "
        "a coin, and both divergences appear."
    )


def in_words(p: Array, q: Array, unit: Unit) -> str:
    """Say what the picture shows now."""
    if np.array_equal(p, q):
        return (
            f"Q says what P does, heads {percent(p[0], 0)} of the time: both divergences are 0 "
            f"{unit.name}, here and nowhere else."
        )
    there, back = unit.both_ways(p, q)
    mirrored = np.isclose(p[0], q[1]) and math.isfinite(there)
    alike = " The same both ways: Q is P with heads and tails swapped." if mirrored else ""
    return (
        f"P shows heads {percent(p[0], 0)} of the time, Q says {percent(q[0], 0)}. "
        f"{_one_way('D(P‖Q)', p, q, there, unit)}; {_one_way('D(Q‖P)', q, p, back, unit)}.{alike} "
        "Both are 0 where Q is P, and only there."
    )


def _one_way(name: str, truth: Array, model: Array, divergence: float, unit: Unit) -> str:
    """Say how large a divergence is, and why if it is infinite."""
    if math.isfinite(divergence):
        return f"{name} is {amount(divergence, unit.name)}"
    first, second = name[2], name[4]
    side = "heads" if model[0] == 0 else "tails"
    often = percent(truth[model == 0].sum(), 0)
    return f"{name} is infinite: {second} rules {side} out, which {first} shows {often} of the time"


def snippet(p: Array, q: Array, unit: Unit) -> str:
    """Return Python that computes the number on the screen."""
    return (
        "from kl_core import kl_divergence\n\n"
        f"p = {p.tolist()}  # heads, tails\n"
        f"q = {q.tolist()}\n"
        f"print(kl_divergence(p, q, base={unit.code}))  # D(P‖Q) in {unit.name}: "
        f"{unit.kl(p, q)!r}\n"
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
