"""Films that are there already: a class that follows one link asks for the same ones."""

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from threading import Lock
from typing import Any


class Shelf:
    """The last films that were made, each by its name and all controls that it has read.

    Parameters
    ----------
    most : int
        How many are kept; one has up to 0.3 MB.
    """

    def __init__(self, most: int) -> None:
        """Begin with none."""
        self._most = most
        self._films: OrderedDict[tuple[Hashable, str], tuple[Mapping[str, Any], str]]
        self._films = OrderedDict()
        self._guard = Lock()

    def find(self, name: Hashable, controls: Mapping[str, Any]) -> str | None:
        """Return the film of this name that has read what these controls are now, if any."""
        with self._guard:
            for place, (read, film) in self._films.items():
                if place[0] == name and all(controls.get(key) == read[key] for key in read):
                    self._films.move_to_end(place)
                    return film
        return None

    def keep(self, name: Hashable, read: Mapping[str, Any], film: str) -> None:
        """Keep a film and what it has read, and forget the one that was asked for longest ago."""
        with self._guard:
            self._films[name, repr(sorted(read.items()))] = dict(read), film
            while len(self._films) > self._most:
                self._films.popitem(last=False)
