"""Figures of the lesson."""

from pages.forward_reverse.pictures.between import between_figure
from pages.forward_reverse.pictures.film import film_figure
from pages.forward_reverse.pictures.hand import CLICKS, hand_figure
from pages.forward_reverse.pictures.landscape import map_figure
from pages.forward_reverse.pictures.optima import optima_figure
from pages.forward_reverse.pictures.plane import plane_figure
from pages.forward_reverse.pictures.slope import slope_figure

__all__ = [
    "CLICKS",
    "between_figure",
    "film_figure",
    "hand_figure",
    "map_figure",
    "optima_figure",
    "plane_figure",
    "slope_figure",
]
