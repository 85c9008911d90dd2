"""What the figures of the lesson are drawn of in their tests."""

from kl_core import GaussianMixture

TWO = GaussianMixture([0.6, 0.4], [-2.5, 2.5], [0.8, 0.8])
ONE = GaussianMixture([1], [0.5], [0.7])
CLOSE = GaussianMixture([0.6, 0.4], [-0.8, 0.8], [1, 1])
FAR = GaussianMixture([0.3, 0.4, 0.3], [-8, 0, 8], [0.3, 0.3, 0.3])
DIRECTIONS = ("forward", "reverse")


def said(drawn):
    """Return the texts of the annotations."""
    return [each["text"] for each in drawn.look["annotations"]]
