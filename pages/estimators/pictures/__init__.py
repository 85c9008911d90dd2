"""The lesson's figures, section by section."""

# Told apart by dash as well as by place.
DASHES = {"k1": "solid", "k2": "dot", "k3": "dash"}
