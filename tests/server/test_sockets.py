"""How fast a browser is heard: a hand and a film at once, a flood slowly, and all of it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from server import sockets
from server.sockets import BURST, PER_SECOND, Patient


def heard(monkeypatch, moments):
    """Return when messages that come at these moments are heard, on a clock of the test's own."""
    now = 0.0
    coming = iter(moments)

    async def receive():
        nonlocal now
        now = max(now, next(coming))
        return {"type": "websocket.receive", "bytes": b"move"}

    async def sleep(seconds):
        nonlocal now
        assert seconds > 0
        now += seconds

    async def send(_):
        raise AssertionError

    monkeypatch.setattr(sockets.time, "monotonic", lambda: now)
    monkeypatch.setattr(sockets.asyncio, "sleep", sleep)
    patient = Patient(receive, send)

    async def listen():
        times = []
        for _ in moments:
            assert (await patient())["bytes"] == b"move"
            times.append(now)
        return times

    # In a thread of its own: Playwright's loop may go on in this one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, listen()).result()


@pytest.mark.parametrize("pace", [1, 10, PER_SECOND])
def test_hand_is_heard_at_once(monkeypatch, pace):
    moments = [1000 + number / pace for number in range(1000)]
    assert heard(monkeypatch, moments) == pytest.approx(moments)


def test_burst_is_heard_at_once_whenever_it_comes(monkeypatch):
    moments = [1000.0] * BURST + [1100.0] * BURST
    assert heard(monkeypatch, moments) == pytest.approx(moments)


def test_flood_is_heard_at_an_even_pace_and_in_whole(monkeypatch):
    times = heard(monkeypatch, [1000.0] * 1000)
    assert len(times) == 1000
    assert times[-1] - 1000 == pytest.approx((1000 - BURST) / PER_SECOND)
