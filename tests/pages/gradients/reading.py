"""How tests read the lesson on gradients."""

from tests.pages.conftest import open_page

# Controls that have moved here keep the names that links know them by.
MOVED = "pull", "drawn", "weighted", "price", "run", "train"


def parameters(**views):
    """Return what the address says for these controls, named without their lesson."""
    prefix = {name: "estimators" if name in MOVED else "gradients" for name in views}
    return {f"{prefix[name]}_{name}": str(value) for name, value in views.items()}


def opened(unit="bits", **views):
    """Return the page; parameters come without the lesson's name."""
    return open_page("gradients", unit=unit, **parameters(**views))
