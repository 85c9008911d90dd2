"""How tests read the lesson on KL from samples: as a page, and as what its functions return."""

from pages.estimators.numbers.draws import View
from pages.estimators.numbers.forecasts import Evidence, Forecasts, bound_of, texts
from pages.estimators.words import forecasts as words
from tests.pages.conftest import of_lesson, open_page
from tests.pages.estimators.truth import FEES

# The page.


def opened(unit="bits", **parameters):
    """Return the page; parameters come without the lesson's name."""
    return open_page("estimators", **of_lesson("estimators", unit=unit, **parameters))


# What functions return.


def view_of(source="two bells", gap=0.1, spread=1.0, source_beta="0.2", draws=10, seed=1):
    """Return the view that these controls ask for."""
    return View(source, float(gap), float(spread), float(source_beta), draws, seed)


def drawn_of(beta="0.2", fee="are free", way="Q itself", batch=1):
    """Return the forecasts that these controls ask for."""
    return Forecasts(float(beta), FEES[fee], way, batch)


def forecasts_in_words(drawn, seen, unit):
    """Return what is said of so many forecasts, and what they are in truth."""
    one, three = (each[:seen] for each in texts(drawn))
    counted = words.counted_in_words(one, drawn.truth, unit)
    verdict = words.verdict(Evidence.of(one, three), unit)
    return f"{counted} {verdict}", words.in_truth(drawn.way, bound_of(drawn), drawn.truth, unit)
