"""KL from samples: k1, k2 and k3 as numbers, as warnings, and as penalties that pull."""
