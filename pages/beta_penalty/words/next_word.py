"""What the rope lesson says about the next word of a forecast."""

from charts.units import Unit
from charts.wording import amount, counted, percent, readable
from pages.beta_penalty.numbers import NextWords
from widgets.pipeline import reference


def why_no_word_follows(said: str) -> str:
    """Say why no word can follow these, where `numbers.place_after` finds no place for one."""
    model, words = reference(), said.lower().split()
    unknown = next((word for word in words if word not in model.index), None)
    if unknown is not None and "." in unknown:
        wrong = f"`{readable(unknown)}` holds a full stop, and that ends a forecast"
    elif unknown is not None:
        wrong = (
            f"`{readable(unknown)}` is not among the {len(model.words) - 1} words of the forecasts"
        )
    elif "." in words:
        wrong = "a full stop ends a forecast, so nothing can follow it"
    else:
        wrong = f"they are {len(words)}, and a forecast ends after {model.longest}"
    return f"The words so far: {wrong}. Change them, or press *Back one word*."


def next_word(following: NextWords, unit: Unit) -> str:
    """Say what the policy is likeliest to say next, and what choosing costs."""
    words = following.after
    quoted = ("… " if len(words) > 6 else "") + " ".join(words[-6:])
    so_far = f"After {counted(len(words), 'word')} (“{quoted}”)"
    name = following.names[0]
    likeliest = f"“{name}”" if name != "." else "the full stop"
    return (
        f"{so_far if words else 'At the start of a forecast'} the policy's likeliest next is "
        f"{likeliest} ({percent(following.q[0])}; the SFT model: {percent(following.p[0])}). "
        f"Choosing here adds {amount(following.added / unit.nats, unit.name)} to the KL of a "
        "forecast that gets this far."
    )
