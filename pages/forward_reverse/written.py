"""What the server has written into controls, and whether the browser has drawn it.

With every message a browser tells all its controls. One that the server has just written to has
its old value there until the browser has drawn the new one, and that is nobody's move. A hidden
control, written to after the others, tells with every message what the browser has drawn.
"""

import math
from dataclasses import dataclass

import streamlit as st


@dataclass(frozen=True)
class Written:
    """What was written into the controls of a lesson's page; the keys begin with ``_{prefix}_``."""

    prefix: str

    def put(self, key: str, value: object) -> None:
        """Write into a control before it is drawn."""
        if key in st.session_state:
            now = self._latest + 1, st.session_state[key]
            self._before.setdefault(key, []).append(now)
        st.session_state[key] = value

    def is_undrawn(self, key: str) -> bool:
        """Say whether the browser may still show what a control was before it was written to."""
        return bool(self._undrawn(key))

    def is_old(self, key: str) -> bool:
        """Say whether what the browser tells of a control is what it was before."""
        return any(_same(old, st.session_state[key]) for old in self._undrawn(key))

    def mark(self) -> None:
        """Draw what tells whether the browser has drawn all that was written; after all of it."""
        writings = [at for old in self._before.values() for at, _ in old]
        st.session_state[self._key("latest")] = latest = max([self._latest, *writings])
        still = {key: [each for each in old if each[0] > self._drawn]
                 for key, old in self._before.items()}  # fmt: skip
        st.session_state[self._key("before")] = {key: old for key, old in still.items() if old}
        if self._drawn != latest:
            st.session_state[self._key("drawn")] = str(latest)
        with st.container(key="_written"):
            st.text_input("Drawn", "0", key=self._key("drawn"))

    def _undrawn(self, key: str) -> list[object]:
        """Return what a control was before each writing that the browser has not drawn."""
        return [old for at, old in self._before.get(key, []) if at > self._drawn]

    @property
    def _before(self) -> dict[str, list[tuple[int, object]]]:
        """What controls were before they were written to, and the number of that writing."""
        before: dict[str, list[tuple[int, object]]]
        before = st.session_state.setdefault(self._key("before"), {})
        return before

    @property
    def _latest(self) -> int:
        """The number of the last writing."""
        return int(st.session_state.get(self._key("latest"), 0))

    @property
    def _drawn(self) -> int:
        """The number of the writing that the browser has drawn."""
        return int(st.session_state.get(self._key("drawn"), 0))

    def _key(self, name: str) -> str:
        return f"_{self.prefix}_{name}"


def _same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9)
    return one == other
