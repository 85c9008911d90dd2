"""Figures of the rope lesson, in its three parts."""

from charts.style import Palette


def heading(text: str, top: float, colour: str, colours: Palette) -> dict[str, object]:
    """Return the heading of a row of a figure, whose foot is at `top`."""
    return {
        "text": f"<b>{text}</b>",
        "xref": "paper",
        "yref": "paper",
        "x": 0,
        "y": top,
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
        "bgcolor": colours.paper,
        "font": {"color": colour, "size": 13},
    }
