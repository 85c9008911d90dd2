"""The words of the field in everyday words: each is explained at first use, and here after it."""

MEANINGS = {
    "entropy": "The bits that the best code for P pays on average: how unsure P leaves you.",
    "cross-entropy": "The bits that a code made for Q pays on average while P is true.",
    "divergence": "How far apart two distributions are, with a direction: not a distance.",
    "expectation": "The average in the long run, each outcome counted as often as it comes.",
    "likelihood ratio": "How many times more chance P gave to what happened than Q did.",
    "density": "Chance per length: the area over a piece of the line is the chance of that piece.",
    "spread": "How far values lie from their average, typically: the standard deviation.",
    "standard error": "How far an average of samples typically lies from the truth. Four times as "
    "many samples halve it.",
    "bias": "How far an estimate is off on average, however many samples there are.",
    "mode": "A hill of a distribution: where chance gathers.",
    "policy": "What a language model does: how likely it makes each next word. Here: Q.",
    "reference": "The model that training started from and is held to. Here: P.",
    "SFT": "Supervised fine-tuning: a model that has learned from examples, before any reward.",
    "reward model": "A model that has learned from comparisons which texts people prefer.",
    "advantage": "By how much an answer's reward beats what was to be expected.",
    "off-policy": "Learning from answers that an older version of the policy wrote.",
    "nat": "The unit of information that goes with the natural logarithm: 1.443 bits.",
    "α": "A dial that goes from one direction of the divergence to the other.",
    "quadrature": "Computing an area by adding up thin strips, as many as it takes to be exact.",
}


def meaning(*words: str) -> str:
    """Return what these words mean, as the help of a paragraph or a control that uses them.

    Raises
    ------
    KeyError
        For a word that has no entry.
    """
    return "  \n".join(f"**{word}**: {MEANINGS[word]}" for word in words)
