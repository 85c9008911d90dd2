"""Charts: a figure with the sentence that says what it shows, and a picture that follows a finger.

`shown` draws a figure. `moving` draws a picture, a pure function of the page's controls, which the
browser plays as a film while one of its sliders is dragged: at the beginning of a drag it asks once
for that slider's pictures, and they are computed by the very function that draws the one at rest.
"""

import gzip
import json
import zlib
from base64 import b64encode
from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import streamlit as st
from plotly.utils import PlotlyJSONEncoder

from widgets import glide, presenter, theme, units
from widgets.chart import files
from widgets.chart.film import reel
from widgets.chart.picture import Controls, Drawable, Handle, Picture, Stops, Tree
from widgets.chart.shelf import Shelf
from widgets.pace import pace
from widgets.redraw import now
from widgets.turns import Rank, turns

__all__ = ["Controls", "Handle", "Picture", "Stops", "moving", "shown"]

Draw = Callable[[Controls], Picture | None]

# Some 15 MB.
_shelf = Shelf(60)

# What Streamlit sends along with every chart; all else is fetched once, and cached.
_START = f"""
export default async args =>
  (await import(new URL("{files.address("chart.js")}", document.baseURI).href)).default(args)
"""


def shown(
    figure: Drawable, words: str, *, key: str, on_click: Callable[[], None] | None = None
) -> None:
    """Draw `figure`; `words` are its text alternative.

    `on_click` hears of points clicked on: ``st.session_state[key].clicked`` has their ``x``, ``y``
    and the number of their ``trace``; then all of the page is drawn.
    """
    _draw_all_once_clicked(key)
    data = {"picture": _drawn(Picture(figure, words)), "clicks": bool(on_click)}
    _mount(data | {"plays": glide.plays()}, key, on_click and _heard(key, on_click))


def moving(
    draw: Draw,
    *,
    key: str,
    stops: Mapping[str, Stops],
    alike: bool = False,
    on_click: Callable[[], None] | None = None,
) -> None:
    """Draw what `draw` makes of the controls, its numbers and its words; in an `answer`.

    Parameters
    ----------
    draw : callable
        Takes the controls by key, as `st.session_state` does, and reads no other state.
    key : str
        Of the chart.
    stops : mapping of str to Stops
        The sliders that the picture follows, by key, and where their films have pictures.
    alike : bool
        Whether learners whose controls are alike see the same, whatever else the lesson knows of
        them: then they share films.
    on_click : callable, optional
        Hears of points clicked on, as in `shown`; then all of the page is drawn.
    """
    _draw_all_once_clicked(key)
    picture = draw(now)
    if picture is None:
        return
    asked = str((st.session_state.get(key) or {}).get("film"))
    data = {
        "picture": (drawn := _drawn(picture)),
        "clicks": bool(on_click),
        "at": {name: each.place_of(now[name]) for name, each in stops.items()},
        "view": _view(stops),
        "plays": glide.plays(),
    }
    films = Films(draw, stops)
    if asked in stops:
        data["film"] = (
            _shared(key, films, asked, drawn) if alike else films.of(asked, drawn, pace())
        )
    if way := glide.way(stops):
        data["glide"] = films.along(way, drawn)
    _mount(data, key, on_click and _heard(key, on_click))
    # What the chart itself says, for whoever's browser cannot draw it: `chart.css` hides it else.
    with st.container(key=f"{key}_in_words"):
        if picture.numbers:
            for column, (label, value) in zip(
                st.columns(len(picture.numbers), wrap=False), picture.numbers.items(), strict=True
            ):
                column.metric(label, value)
        st.markdown(picture.words)


def _shared(key: str, films: "Films", slider: str, drawn: Tree) -> str:
    """Return the film of one slider of a chart: one that is there, or a new one for all."""
    speed = pace()
    name = (key, slider, speed, units.current(), theme.scheme(), presenter.presenting())
    # Who makes the same one now goes on first, and then it is there.
    turns.let_others(Rank.FILM)
    if (film := _shelf.find(name, now)) is None:
        film = films.of(slider, drawn, speed)
        _shelf.keep(name, {slider: now[slider], **films.at_rest.seen}, film)
    return film


def _heard(key: str, on_click: Callable[[], None]) -> Callable[[], None]:
    """Return what hears of a click, and remembers that it has."""

    def heard() -> None:
        on_click()
        st.session_state[f"{key}_heard"] = True

    return heard


def _draw_all_once_clicked(key: str) -> None:
    """Draw all of the page: what a click puts elsewhere is not in the part that heard of it."""
    if st.session_state.pop(f"{key}_heard", False):
        st.rerun()


@dataclass(frozen=True)
class Films:
    """The films of a picture, by slider."""

    draw: Draw
    stops: Mapping[str, Stops]
    at_rest: "Remembered" = field(default_factory=lambda: Remembered())

    def at(self, **controls: object) -> Picture | None:
        """Return the picture with these controls there, everything else as it is now."""
        turns.let_others(Rank.FILM)
        return self.draw(ChainMap(controls, cast("Any", self.at_rest)))

    def of(self, slider: str, drawn: Tree, speed: int) -> str:
        """Return the pictures at the stops of one slider, at this pace; compressed."""
        stops = self.stops[slider].thinned(speed)
        film = self._reel(({slider: value} for value in stops.values), drawn)
        return _packed({"slider": slider, "places": list(stops.places), **film})

    def along(self, way: Iterable[Mapping[str, object]], drawn: Tree) -> str:
        """Return the pictures on a way to the one that is drawn; compressed."""
        return _packed(self._reel(way, drawn))

    def _reel(self, views: Iterable[Mapping[str, object]], drawn: Tree) -> Tree:
        pictures = [self.at(**view) for view in views]
        # What is read out changes when all is at rest.
        frames = [picture and {**_drawn(picture), "alt": drawn["alt"]} for picture in pictures]
        return reel(drawn, frames)


class Remembered(Mapping[str, Any]):
    """The controls as they stand, each looked up once: a film asks for each a hundred times.

    Attributes
    ----------
    seen : dict
        What has been looked up.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self.seen: dict[str, Any] = {}

    def __getitem__(self, key: str) -> Any:
        """Return a control's value."""
        if key not in self.seen:
            self.seen[key] = now[key]
        return self.seen[key]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the keys of all controls."""
        return iter(now)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(now)


def _drawn(picture: Picture) -> Tree:
    """Return a picture as the browser gets it."""
    figure = picture.figure.to_dict()
    return picture.tree(presenter.enlarged(figure) if presenter.presenting() else figure)


def _view(stops: Mapping[str, Stops]) -> str:
    """Return a mark of all that a film depends on but for the sliders themselves."""
    others = {
        str(name): value
        for name, value in st.session_state.items()
        if not str(name).startswith("_") and name not in stops
    }
    return f"{zlib.crc32(repr((sorted(others.items()), theme.scheme())).encode()):x}"


def _packed(data: object) -> str:
    # The socket does not compress: a third of the bytes, for a few milliseconds.
    return b64encode(gzip.compress(_json(data), 1)).decode()


def _json(data: object) -> bytes:
    return json.dumps(data, cls=PlotlyJSONEncoder, separators=(",", ":")).encode()


def _mount(data: dict[str, Any], key: str, on_click: Callable[[], None] | None) -> None:
    """Hand a chart to the browser."""
    component = st.components.v2.component("chart", js=_START, isolate_styles=False)
    component(
        key=key,
        # Bytes pass as they are; what JSON holds, Streamlit would write out three times.
        data=_json(data),
        on_film_change=lambda: None,
        on_clicked_change=on_click or (lambda: None),
    )
