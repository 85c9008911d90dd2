"""The pipeline of the safety rope: the exact optimum, the frontier, training, and memory."""

import gc
import time
import tracemalloc
from functools import partial

import numpy as np

from benchmarks.kl_divergence import seconds
from benchmarks.table import table
from kl_core.rlhf import (
    GRPO,
    PPO,
    FixedKL,
    Judge,
    LanguageModel,
    RewardModel,
    account,
    forecasts,
    frontier,
    optimal_policy,
    optimum_at_kl,
    sample,
    sample_preferences,
    train,
)
from pages.training.runs import TrainingRun
from pages.training.settings import Contestant

BETAS = np.geomspace(1e-4, 1, 41)
PAIRS, SEED = 2000, 1


def milliseconds(way: partial[object]) -> str:
    """Return how long a call takes, the best of a few."""
    return f"{1000 * seconds(way):.1f} ms"


def measure() -> None:
    """Print what each part of the lesson costs, and what a run of training keeps."""
    model = LanguageModel.from_text(forecasts())
    judge = Judge(model)
    pairs = sample_preferences(model, judge, PAIRS, np.random.default_rng(SEED))
    many = sample_preferences(model, judge, 10 * PAIRS, np.random.default_rng(SEED))
    reward = RewardModel.fit(model, pairs)
    optimum = optimal_policy(model, reward, 0.02)
    rng = np.random.default_rng(SEED)
    calls = {
        "the language model, from its text": partial(LanguageModel.from_text, forecasts()),
        f"reward model, {PAIRS:,} pairs": partial(RewardModel.fit, model, pairs),
        f"reward model, {10 * PAIRS:,} pairs": partial(RewardModel.fit, model, many),
        "exact optimum, β = 0.02": partial(optimal_policy, model, reward, 0.02),
        "exact optimum, β = 0.0001": partial(optimal_policy, model, reward, 1e-4),
        "its exact reward, KL and entropy": partial(account, optimum, reward),
        "frontier of 41 β": partial(frontier, model, reward, BETAS),
        "the optimum at a given KL": partial(optimum_at_kl, model, reward, 2.0),
        "1,000 forecasts sampled from it": partial(sample, optimum, 1000, rng),
    }
    title = f"RLHF in miniature: {len(model.contexts)} contexts × {len(model.words)} words"
    table(title, ["", "time"], [[name, milliseconds(call)] for name, call in calls.items()])
    rows = []
    for name, algorithm, beta in (
        ("PPO, β = 0.02", PPO(), 0.02),
        ("GRPO, β = 0.5", GRPO(), 0.5),
        ("GRPO, β = 0.02 (sentences grow to 24 words)", GRPO(), 0.02),
    ):
        gc.collect()
        tracemalloc.start()
        rng = np.random.default_rng(SEED)
        controller = FixedKL(beta)
        of = Contestant(name.partition(",")[0], "fixed", controller, algorithm, None)
        records = train(model, reward, judge, algorithm, controller, rng)
        run = TrainingRun(name, of, records, account(model, reward), 150)
        while not run.done:
            run.advance()
        gc.collect()
        kept = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        # Anew for the time: tracing memory slows it down.
        rng = np.random.default_rng(SEED)
        began = time.perf_counter()
        for _ in train(model, reward, judge, algorithm, FixedKL(beta), rng):
            pass
        rows.append([name, f"{time.perf_counter() - began:.2f} s", f"{kept / 1e6:.1f} MB"])
    table("150 steps of 64 forecasts, two passes each", ["", "time", "kept by a session"], rows)
