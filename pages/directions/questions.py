"""What the lesson that names directions asks: ten losses, each with what it computes."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import jensenshannon

from charts.units import Unit
from charts.wording import amount
from kl_core import (
    Array,
    NumberOrArray,
    cross_entropy,
    entropy,
    expected_gradients,
    k1,
    k3,
    normalize,
)
from kl_core.libraries import torch_kl_div
from pages.directions.numbers import P, Q
from widgets.prediction import predict
from widgets.self_check import Question
from widgets.views import view


def prediction(unit: Unit) -> None:
    """Ask which direction PyTorch's best known function computes."""
    p, q = normalize(P), normalize(Q)
    returned = float(torch_kl_div(np.log(q), p, "sum")) / unit.nats
    predict(
        "directions_predict",
        'Which one does `F.kl_div(q.log(), p, reduction="sum")` of PyTorch return?',
        ["D(P‖Q)", "D(Q‖P)", "Neither"],
        answer="D(P‖Q)",
        reveal="It sums target·(log target − input), and the target is the *second* argument. For "
        f"the P and Q that the sliders begin with it returns {amount(returned, unit.name)}, and "
        f"that is **D(P‖Q)**; D(Q‖P) is {amount(unit.kl(q, p), unit.name)}. P comes second in the "
        "call and first in the divergence.",
        takeaway="Whoever does the averaging comes first: the one whose chances stand in front of "
        "the logarithm, or whose samples are averaged.",
    )


@dataclass(frozen=True)
class Item(Question):
    """A question of the drill; `computes` is what it asks about, in nats, so that a test can look.

    Its value for P and Q is the divergence named by the right answer; where `is_gradient`, the
    gradient of that divergence in the logits of Q.
    """

    computes: Callable[[Array, Array], NumberOrArray] | None = None
    is_gradient: bool = False


def drill(unit: Unit) -> list[Item]:
    """Return the ten items; P is always what was there first, Q what is trained."""
    mixed_up = view(
        "the decoder with the logarithm mixed up",
        "directions?directions_form=mixed+up",
        "No call stops",
        unit,
    )
    torch_rows = view(
        "the two rows of F.kl_div",
        "directions?directions_predict=Just+show+me",
        "F.kl_div(log_p, q)",
        unit,
    )
    covering = view("Cover or seek", "forward-reverse", "Cover or seek", unit)
    rope = view("The safety rope", "beta-penalty", "The safety rope", unit)
    samples = view("KL from samples", "estimators", "KL from samples", unit)
    return [
        Item(
            "Maximum likelihood: the batch comes from the data :blue[**P**], the model is "
            ":orange[**Q**]. Up to a constant, what does training minimise?",
            {
                "D(P‖Q)": "Right: the batch averages over P. The loss is H(P, Q) = H(P) + D(P‖Q), "
                "and no model can change H(P).",
                "D(Q‖P)": "That would be an average over what the model says. The batch is the "
                "data's, so P does the averaging.",
                "Neither": "The loss is the cross-entropy H(P, Q), true; but that is D(P‖Q) plus "
                "H(P), and H(P) is a constant to the model.",
            },
            right="D(P‖Q)",
            code="loss = -model.log_prob(batch_of_data).mean()",
            see=covering,
            computes=lambda p, q: cross_entropy(p, q) - entropy(p),
        ),
        Item(
            "A variational autoencoder: :blue[**P**] is the posterior p(z | x), what x says about "
            "a hidden z; :orange[**Q**] is the encoder's q(z | x). By how much does the mean of "
            "`elbo` fall short of log p(x)?",
            {
                "D(P‖Q)": "For that, z would have to be drawn from the posterior, which nobody can "
                "sample. It is drawn from the encoder: Q does the averaging.",
                "D(Q‖P)": "Right: z is drawn from Q, and log p(x) minus the ELBO is the mean of "
                "log q(z | x) − log p(z | x) over those draws.",
                "Neither": "Write log p(x, z) = log p(x) + log p(z | x): what is missing is the "
                "mean of log q − log p over Q's draws, a KL divergence.",
            },
            right="D(Q‖P)",
            code="z = encoder.sample()\nelbo = log_joint(x, z) - encoder.log_prob(z)",
            see=covering,
            # With p(x) = 0.3: the joint is 0.3·p(z | x).
            computes=lambda p, q: np.log(0.3) - q @ (np.log(0.3 * p) - np.log(q)),
        ),
        Item(
            "RLHF, training on what people prefer: :blue[**P**] is the model that it starts from, "
            "after supervised fine-tuning (SFT), the anchor; :orange[**Q**] is the *policy*, the "
            "model in training. The responses are sampled from the policy. What does this penalty "
            "estimate?",
            {
                "D(P‖Q)": "Nothing here is sampled from the anchor. The responses are the "
                "policy's, so the policy does the averaging.",
                "D(Q‖P)": "Right: no weight stands in front because sampling has put it there. "
                "Each response comes up as often as Q says.",
                "Neither": "One response may well give less than 0. On average over the policy's "
                "responses it is Σ q·log(q/p): the weight q is in the sampling.",
            },
            right="D(Q‖P)",
            code="penalty = (logp_policy - logp_sft).mean()",
            see=rope,
            computes=lambda p, q: q @ k1(np.log(q) - np.log(p)),
        ),
        Item(
            "Distillation, a model that learns from another's chances: the teacher is "
            ":blue[**P**], the student :orange[**Q**]. Which one is this loss?",
            {
                "D(P‖Q)": "Right: PyTorch sums target·(log target − input), and the target, second "
                "in the call, is the teacher.",
                "D(Q‖P)": "The order in the call suggests it. But the weight in front of the "
                "logarithm is the target's, the *second* argument: the teacher's.",
                "Neither": "Everything is in its place: the first argument is a logarithm, the "
                "second is not, and “batchmean” divides a batch of rows by their number only.",
            },
            right="D(P‖Q)",
            code='loss = F.kl_div(log_student, teacher, reduction="batchmean")',
            see=torch_rows,
            computes=lambda p, q: torch_kl_div(np.log([q]), [p], "batchmean"),
        ),
        Item(
            "And this one? The teacher is still :blue[**P**], the student :orange[**Q**].",
            {
                "D(P‖Q)": "It was, before teacher and student changed places. Now the target, "
                "whose chances are the weights, is the student.",
                "D(Q‖P)": "Right: the student is the target, so it does the averaging. Such a "
                "student rather drops an answer than invents one.",
                "Neither": "It is a divergence still: a logarithm first, chances second, rows "
                "averaged. Only the direction has turned.",
            },
            right="D(Q‖P)",
            code='loss = F.kl_div(log_teacher, student, reduction="batchmean")',
            see=torch_rows,
            computes=lambda p, q: torch_kl_div(np.log([p]), [q], "batchmean"),
        ),
        Item(
            "Teacher :blue[**P**] and student :orange[**Q**] are both outputs of a softmax here. "
            "What is the loss now?",
            {
                "D(P‖Q)": "It would be with `student.log()`. Without the logarithm the sum is "
                "Σ p·(log p − q).",
                "D(Q‖P)": "The student is the input, not the target, so no weight of Q stands in "
                "front; and its logarithm is missing.",
                "Neither": "Right: the logarithm was forgotten. Σ p·(log p − q) is, in nats, "
                "−H(P) − Σ p·q, never above 0: a loss below 0 gives it away.",
            },
            right="Neither",
            code='loss = F.kl_div(student, teacher, reduction="batchmean")',
            see=mixed_up,
            computes=lambda p, q: torch_kl_div([q], [p], "batchmean"),
        ),
        Item(
            "GRPO, another way to train on rewards: :blue[**P**] is the reference, the anchor "
            "again, :orange[**Q**] the policy that the tokens were sampled from. What does the "
            "*value* of this penalty estimate?",
            {
                "D(P‖Q)": "p/q in the formula looks like it. But the tokens are the policy's, and "
                "whoever samples comes first.",
                "D(Q‖P)": "Right: this is k3. Over Q's draws −log u averages to D(Q‖P), and u − 1 "
                "to 0: the same mean as k1, and never below 0.",
                "Neither": "It is Schulman's k3. Over Q's draws u = p/q averages to 1, so u − 1 "
                "adds nothing on average, and −log u is log(q/p).",
            },
            right="D(Q‖P)",
            code="log_u = logp_ref - logp_policy\npenalty = (log_u.exp() - log_u - 1).mean()",
            see=samples,
            computes=lambda p, q: q @ k3(np.log(q) - np.log(p)),
        ),
        Item(
            "The same penalty in the loss: `backward()` differentiates it at the sampled tokens. "
            "Which divergence has this *gradient*, on average? (:blue[**P**] and :orange[**Q**] "
            "are the chances of reference and policy for a single token.)",
            {
                "D(P‖Q)": "Right, though its value is D(Q‖P): one token adds (1 − u)·∇log q. Over "
                "Q's draws ∇log q averages to 0, and −Σ p·∇log q is left "
                "([arXiv 2510.01555](https://arxiv.org/abs/2510.01555)).",
                "D(Q‖P)": "Its value says so. But `backward()` does not see that the policy also "
                "chose the tokens, and what is left is the gradient of the other direction.",
                "Neither": "One token adds (1 − u)·∇log q with u = p/q. Averaged over Q's draws "
                "that is −Σ p·∇log q, exactly the gradient of a KL divergence.",
            },
            right="D(P‖Q)",
            code="loss = policy_loss + beta * penalty\nloss.backward()",
            see=samples,
            computes=lambda p, q: expected_gradients(q, p)["k3 in the loss"].mean,
            is_gradient=True,
        ),
        Item(
            "PPO, a third, adapts the price β of moving away "
            "([arXiv 1707.06347](https://arxiv.org/abs/1707.06347), section 4): "
            ":blue[**P**] is π_old, the policy before the update, :orange[**Q**] is π_θ. The paper "
            "writes KL[π_old, π_θ]. What is `d`?",
            {
                "D(P‖Q)": "Right: old first. This leash goes to the *previous* policy; RLHF's "
                "penalty is another one, to the anchor, with the policy first.",
                "D(Q‖P)": "That is how RLHF's penalty to the anchor runs. PPO's leash goes to the "
                "previous policy, and the paper writes the old one first.",
                "Neither": "It is a plain KL divergence, state by state, averaged over the states "
                "visited; the paper writes the old policy first.",
            },
            right="D(P‖Q)",
            code="d = kl(pi_old, pi_theta).mean()  # over states\nif d > 1.5 * d_target:\n"
            "    beta *= 2",
            see=rope,
        ),
        Item(
            "And the last one, for :blue[**P**] and :orange[**Q**] in any role:",
            {
                "D(P‖Q)": "Let p and q change places, and this stays as it is: it is the "
                "Jensen–Shannon divergence.",
                "D(Q‖P)": "That is infinite where Q says what P rules out; this, the "
                "Jensen–Shannon divergence, never is.",
                "Neither": "Right: the Jensen–Shannon divergence has no direction. It averages "
                "D(P‖M) and D(Q‖M), with M halfway between; never infinite.",
            },
            right="Neither",
            code="scipy.spatial.distance.jensenshannon(p, q) ** 2",
            see=view("The summary", "summary", "Jensen–Shannon", unit),
            computes=lambda p, q: np.square(jensenshannon(p, q)),
        ),
    ]
