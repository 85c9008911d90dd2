"""How busy a server is."""

import pytest

from widgets import pace
from widgets.chart import Stops


class Clock:
    """A clock, and how much of its time was used."""

    def __init__(self):
        self.now = self.used = 100.0

    def goes_on(self, seconds, share):
        """Let time pass, of which a share is used."""
        self.now += seconds
        self.used += seconds * share


@pytest.fixture
def clock(monkeypatch):
    """Return the clock that the pace goes by."""
    monkeypatch.delenv("KL_PACE", raising=False)
    clock = Clock()
    gauge = pace.Gauge(lambda: clock.now, lambda: clock.used)
    monkeypatch.setattr(pace, "_gauge", gauge)
    return clock


@pytest.mark.parametrize(("share", "asked"), [(0.0, 1), (0.39, 1), (0.41, 2), (0.61, 4), (1.3, 8)])
def test_pace_is_slower_the_busier_the_server(clock, share, asked):
    assert pace.pace() == 1
    clock.goes_on(1.5, share)
    assert pace.pace() == asked


def test_pace_is_that_of_the_last_second_and_not_of_a_moment(clock):
    clock.goes_on(2.0, 1.0)
    assert pace.pace() == 8
    clock.goes_on(0.5, 0.0)
    assert pace.pace() == 8
    clock.goes_on(0.6, 0.0)
    assert pace.pace() == 1


def test_pace_may_be_fixed(clock, monkeypatch):
    monkeypatch.setenv("KL_PACE", "2")
    clock.goes_on(1.5, 1.0)
    assert pace.pace() == 2


@pytest.mark.parametrize("speed", [*pace.PACES.values()])
def test_coarser_film_has_both_ends_and_stops_of_the_finer_one(speed):
    whole = Stops.along(-10.0, 10.0, 0.05)
    thin = whole.thinned(speed)
    assert thin.values[0] == -10
    assert thin.values[-1] == 10
    assert {*thin.values} <= {*whole.values}
    assert thin.values == thin.places
    assert len(thin.values) == -(-100 // speed) + 1


def test_film_of_few_pictures_stays_as_it_is():
    options = Stops.among([10, 100, 1000])
    assert options.thinned(4) is options
