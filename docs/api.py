"""Write the pages of `kl_core` for `make docs`, one for each module that is meant for users."""

import sys
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


for each in (ArrayLike, NDArray):
    # As if built in, so that its name has no module in front.
    each.__module__ = "builtins"
    setattr(numpy.typing, each.__name__, each)

pdoc.render.configure(docformat="numpy")
pdoc.pdoc(
    "kl_core", "kl_core.rlhf", "kl_core.libraries",
    output_directory=Path(sys.argv[1]),
)  # fmt: skip
