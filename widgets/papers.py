"""Figures that papers print and more than one lesson compares with."""

# Schulman's note on KL from samples (http://joschu.net/blog/kl-approx.html): for unit bells so far
# apart, bias and spread of one draw, both over D.
SCHULMANS_TABLE = {
    0.1: {"k1": ("0", "20"), "k2": ("0.002", "1.42"), "k3": ("0", "1.42")},
    1.0: {"k1": ("0", "2"), "k2": ("0.25", "1.73"), "k3": ("0", "1.7")},
}
