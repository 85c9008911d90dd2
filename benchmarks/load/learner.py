"""A learner, as the server meets one: arrives, reads, drags, presses keys, goes on."""

import asyncio
import json
import random
import time
from collections import defaultdict
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import websockets
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.load.recording import Recording, Slider, with_values

# Seconds: from drag to drag, of a drag, from key to key, and from the last key until a browser asks
# for the rest.
EVERY, DRAG, KEY, QUIET = 30.0, 2.0, 0.3, 0.5
KEYS = 3
# One in so many turns a learner opens the next lesson, and comes back.
GOES_ON = 6
PATIENCE = 60.0
CHARTS = {"chart", "plotly_chart"}
CUT_SHORT = ForwardMsg.FINISHED_EARLY_FOR_RERUN


@dataclass
class Waits:
    """How many seconds learners have waited, by what for; and what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    messages: int = 0
    size: int = 0


@dataclass(frozen=True)
class Address:
    """Where the server listens."""

    host: str
    port: int

    @classmethod
    def of(cls, page: str) -> "Address":
        """Return the address of a server by that of its first page."""
        parts = urlsplit(page)
        return cls(str(parts.hostname), int(parts.port or 80))

    @property
    def socket(self) -> str:
        """Return the address of its WebSocket."""
        return f"ws://{self.host}:{self.port}/_stcore/stream"

    @property
    def page(self) -> str:
        """Return the address of its first page."""
        return f"http://{self.host}:{self.port}"


class Learner:
    """One browser that has one lesson open."""

    def __init__(
        self, recording: Recording, waits: Waits, seed: int, *, still: bool = False
    ) -> None:
        """Sit down; nothing is open yet. Who sits still reads and touches nothing."""
        self.recording, self.waits, self.still = recording, waits, still
        self.random = random.Random(seed)
        self.values: dict[str, float] = {}
        # Which film is there: of a slider, everything else as it was.
        self.film: tuple[str, dict[str, float]] | None = None

    async def visit(self, address: Address, arrival: float, until: float) -> None:
        """Arrive after so many seconds, and stay until then (`time.monotonic`)."""
        await asyncio.sleep(arrival)
        try:
            # What a proxy that keeps visitors apart goes by.
            cookies = {"Cookie": await self._cookie(address)}
            async with websockets.connect(
                address.socket,
                subprotocols=["streamlit"],  # type: ignore[list-item]
                origin=address.page,  # type: ignore[arg-type]
                additional_headers=cookies,
                max_size=None,
                open_timeout=PATIENCE,
            ) as self.socket:
                await self._stay(until)
        except Exception as error:  # noqa: BLE001
            self.waits.errors.append(f"{type(error).__name__}: {error}")

    async def _cookie(self, address: Address) -> str:
        """Fetch the page, as a browser does first, and return the cookies that come with it."""
        reader, writer = await asyncio.open_connection(address.host, address.port)
        writer.write(
            f"GET / HTTP/1.1\r\nHost: {address.host}:{address.port}\r\n"
            "Accept: text/html\r\nConnection: close\r\n\r\n".encode()
        )
        head = (await reader.read()).partition(b"\r\n\r\n")[0].decode("latin-1")
        writer.close()
        lines = [line.partition(": ") for line in head.split("\r\n")]
        return "; ".join(
            value.partition(";")[0] for name, _, value in lines if name.lower() == "set-cookie"
        )

    async def _stay(self, until: float) -> None:
        await self._tell("open", self.recording.open.SerializeToString())
        if self.still:
            await asyncio.sleep(until - time.monotonic())
            return
        await asyncio.sleep(self.random.uniform(0, EVERY))
        while time.monotonic() < until:
            began = time.monotonic()
            slider = self.random.choice(self.recording.sliders)
            await self.drag(slider)
            await asyncio.sleep(self.random.uniform(2, 8))
            await self.keys(slider)
            if self.recording.pages and not self.random.randrange(GOES_ON):
                await self.go_on()
            spent = time.monotonic() - began
            await asyncio.sleep(max(0.0, EVERY * self.random.uniform(0.8, 1.2) - spent))

    async def drag(self, slider: Slider) -> None:
        """Drag a slider: a film plays meanwhile, and the server hears of the end."""
        rest = {key: value for key, value in self.values.items() if key != slider.widget}
        if slider.film and self.film != (slider.widget, rest):
            await self._tell("film", with_values(slider.film, self.values), whole=False)
            self.film = slider.widget, rest
        await asyncio.sleep(DRAG)
        self._move(slider)
        frames = [slider.move, *([slider.rest] if slider.rest else [])]
        await self._tell("release", *(with_values(each, self.values) for each in frames))

    async def keys(self, slider: Slider) -> None:
        """Press a key some times, and wait for the rest of the page."""
        for _ in range(KEYS):
            self._move(slider)
            await self._tell("key", with_values(slider.move, self.values), whole=False)
            await asyncio.sleep(KEY)
        if slider.rest:
            await asyncio.sleep(QUIET - KEY)
            await self._tell("rest", with_values(slider.rest, self.values))

    async def go_on(self) -> None:
        """Open the next lesson, and come back after a while."""
        for what, frame in zip(("next", "back"), self.recording.pages, strict=True):
            await self._tell(what, frame.SerializeToString())
            await asyncio.sleep(self.random.uniform(3, 6))
        self.film = None

    def _move(self, slider: Slider) -> None:
        self.values[slider.widget] = self.random.choice(slider.places)

    async def _tell(self, what: str, *frames: bytes, whole: bool = True) -> None:
        """Send frames, and read until they are answered: by all of the page, or by a part of it."""
        began = time.monotonic()
        for frame in frames:
            await self.socket.send(frame)
        drawn, owes = None, whole and self.recording.owes
        while True:
            message = await self._next(began)
            kind = message.WhichOneof("type")
            if kind == "delta":
                element = message.delta.new_element
                named = self._named(element)
                if named in CHARTS and drawn is None:
                    drawn = time.monotonic() - began
                if named == "answered" and whole:
                    owes = bool(json.loads(element.bidi_component.json)["owed"])
                if named == "exception":
                    self.waits.errors.append(element.exception.message)
            # A run that was cut short answers nothing: another follows.
            elif kind == "script_finished" and not (owes or message.script_finished == CUT_SHORT):
                break
        if drawn is not None:
            self.waits.seconds[f"{what}, chart"].append(drawn)
        self.waits.seconds[f"{what}, rest"].append(time.monotonic() - began)

    async def _next(self, began: float) -> ForwardMsg:
        left = PATIENCE - (time.monotonic() - began)
        data = await asyncio.wait_for(self.socket.recv(decode=False), max(left, 0.001))
        self.waits.messages += 1
        self.waits.size += len(data)
        message = ForwardMsg()
        message.ParseFromString(data)
        return message

    @staticmethod
    def _named(element) -> str:
        kind = element.WhichOneof("type")
        return element.bidi_component.component_name if kind == "bidi_component" else kind or ""
