"""Films that several learners ask for alike."""

from widgets.chart.shelf import Shelf


def test_film_is_found_where_all_that_it_has_read_is_as_it_was():
    shelf = Shelf(5)
    shelf.keep("chart", {"mean": 1.0, "told": True}, "film")
    assert shelf.find("chart", {"mean": 1.0, "told": True, "other": 7}) == "film"
    assert shelf.find("chart", {"mean": 1.5, "told": True}) is None
    assert shelf.find("chart", {"mean": 1.0}) is None
    assert shelf.find("other chart", {"mean": 1.0, "told": True}) is None


def test_films_that_have_read_different_controls_stand_side_by_side():
    shelf = Shelf(5)
    shelf.keep("chart", {"mean": 1.0}, "one")
    shelf.keep("chart", {"mean": 2.0, "spread": 3.0}, "other")
    assert shelf.find("chart", {"mean": 1.0, "spread": 9.0}) == "one"
    assert shelf.find("chart", {"mean": 2.0, "spread": 3.0}) == "other"


def test_film_that_nobody_has_asked_for_longest_makes_room():
    shelf = Shelf(2)
    for mean in (1, 2):
        shelf.keep("chart", {"mean": mean}, f"film {mean}")
    assert shelf.find("chart", {"mean": 1}) == "film 1"
    shelf.keep("chart", {"mean": 3}, "film 3")
    assert shelf.find("chart", {"mean": 2}) is None
    assert shelf.find("chart", {"mean": 1}) == "film 1"
    assert shelf.find("chart", {"mean": 3}) == "film 3"
