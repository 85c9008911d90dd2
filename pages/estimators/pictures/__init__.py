"""The lesson's figures, in its three parts."""

# Told apart by dash as well as by place.
DASHES = {"k1": "solid", "k2": "dot", "k3": "dash"}
# A legend along the lower edge, clear of the title of the axis however high the figure is.
BELOW = {"orientation": "h", "x": 0, "yref": "container", "y": 0, "yanchor": "bottom"}
