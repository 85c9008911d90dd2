"""The section on a KL below 0: make both its reasons happen, and tell them apart."""

import math

import streamlit as st

from pages.estimators.numbers import forecasts as numbers
from pages.estimators.numbers.forecasts import (
    BETAS,
    FEES,
    MOST_TEXTS,
    TEXTS,
    UNLUCKY,
    Evidence,
    Forecasts,
)
from pages.estimators.pictures import forecasts as pictures
from pages.estimators.words import forecasts as words
from widgets import theme, units
from widgets.chart import Controls, Handle, Picture, Stops, moving
from widgets.controls import one_of, put, steps
from widgets.presets import Preset, presets
from widgets.redraw import answer
from widgets.series import series

TRL_ON_NEGATIVE_KL = (
    "https://huggingface.co/docs/trl/v0.7.0/how_to_train"
    "#what-is-the-concern-with-negative-kl-divergence"
)
WAYS = {
    "Q itself": "each next word with the chance that Q gives it",
    "top 2": "only the two likeliest next words, so-called top-k sampling",
    "temperature 0.5": "chances squared: likely words more often than Q would",
    "at least 16 words": "no full stop before the 17th place (`min_length`)",
    "padding counted": "from Q itself, but what fills up short forecasts counts as Q's words",
}


def put_forecasts(way: str, fee: str = "are free", count: int = 1024, batch: int = 1) -> None:
    """Draw so many forecasts that way, of the policy at β = 0.2."""
    put(
        estimators_beta="0.2",
        estimators_fee=fee,
        estimators_way=way,
        estimators_texts=count,
        estimators_batch=batch,
    )


PRESETS = [
    Preset(
        "By chance",
        put_forecasts,
        ("Q itself", "are free", 64, UNLUCKY),
        "One batch of 64 that happens to fall below 0. Try others.",
    ),
    Preset("Top-k", put_forecasts, ("top 2",)),
    Preset("Temperature", put_forecasts, ("temperature 0.5", "are free", MOST_TEXTS)),
    Preset("Minimum length", put_forecasts, ("at least 16 words", "cost 0.5")),
    Preset("Padding", put_forecasts, ("padding counted", "earn 0.5")),
]


def below_zero() -> None:
    """Show the section."""
    st.header("“KL divergence is starting to become negative”", anchor="negative")
    st.markdown(
        "So TRL's PPO trainer warned of a batch whose k1 averages below −1 "
        f"([its manual]({TRL_ON_NEGATIVE_KL}) says why). There are two reasons, and they look "
        "alike in a log: **chance**, when the policy has hardly moved; and a **mistake**, when "
        "what is counted was not drawn from the policy whose chances are compared. Make both "
        "happen, to the language model of *The safety rope*. Here k3 is taken word by word and "
        "added up; k3 of a whole forecast, as above, is another number of the same average.",
        width=820,
    )
    presets("estimators_negative", PRESETS, back=False)
    controls, beside = st.columns([2, 3], gap="medium")
    with controls:
        choose_forecasts()
    with beside:
        negative()


def choose_forecasts() -> None:
    """Draw the controls of the forecasts."""
    one_of(
        "Forecasts are drawn from",
        list(WAYS),
        "Q itself",
        key="estimators_way",
        captions=list(WAYS.values()),
    )
    steps("How many forecasts", TEXTS, 64, key="estimators_texts", tells="A batch.")
    steps(
        "β of the policy",
        BETAS,
        "0.2",
        key="estimators_beta",
        tells="Smaller is further from the SFT model.",
    )
    one_of("In its reward, words", list(FEES), "are free", key="estimators_fee", horizontal=True)
    series("estimators_batch", "Which batch", again="Another batch", icon=":material/casino:")


@answer
def negative() -> None:
    """Show what answers the sliders of the forecasts; only more of them need no new ones."""
    stops = {"estimators_texts": Stops.among(TEXTS)}
    moving(as_they_come, key="_estimators_running", stops=stops)


def as_they_come(controls: Controls) -> Picture:
    """Return estimates of forecasts as they come in, and tell chance from mistake."""
    unit, seen = units.current(), controls["estimators_texts"]
    drawn = Forecasts(
        float(controls["estimators_beta"]),
        FEES[controls["estimators_fee"]],
        controls["estimators_way"],
        controls["estimators_batch"],
    )
    truth, bound = drawn.truth, numbers.bound_of(drawn)
    one, three = (values[:seen] for values in numbers.texts(drawn))
    counted = words.counted_in_words(one, truth, unit)
    verdict = words.verdict(Evidence.of(one, three), unit)
    counts, running = numbers.running(drawn, seen, unit)
    figure = pictures.running_figure(
        counts,
        running,
        truth / unit.nats,
        bound.limit / unit.nats,
        seen,
        unit.name,
        theme.colours(),
    )
    end = math.log10(seen), float(one.mean()) / unit.nats
    return Picture(
        figure,
        f"{counted} {verdict}\n\n{words.in_truth(drawn.way, bound, truth, unit)}",
        handles=[Handle("estimators_texts", *end, "both", "q")],
    )
