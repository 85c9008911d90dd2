"""The three estimators by name, for tests that try each."""

from kl_core import k1, k2, k3

NAMES = ["k1", "k2", "k3"]
EACH = {"k1": k1, "k2": k2, "k3": k3}
