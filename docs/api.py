"""Write the pages of `kl_core` for `make docs`, one for each module that is meant for users."""

import sys
import typing
from pathlib import Path
from typing import Generic, TypeVar

import numpy.typing
import pdoc
import pdoc.render

Scalar = TypeVar("Scalar")


class ArrayLike:
    """Stands for what pdoc would spell out over three lines."""


class NDArray(Generic[Scalar]):
    """The same."""


class NumberOrArray:
    """One number for one distribution, an array for many; type checkers take it as Any."""


for module, name, each in (
    (numpy.typing, "ArrayLike", ArrayLike),
    (numpy.typing, "NDArray", NDArray),
    # Nothing else in kl_core is called Any.
    (typing, "Any", NumberOrArray),
):
    # As if built in, so that its name has no module in front.
    each.__module__ = "builtins"
    setattr(module, name, each)

pdoc.render.configure(docformat="numpy")
pdoc.pdoc(
    "kl_core", "kl_core.rlhf", "kl_core.libraries",
    output_directory=Path(sys.argv[1]),
)  # fmt: skip
