"""Which prices, targets and rates a training can go on with."""

import math


def check_above_zero(**values: float) -> None:
    """Raise ValueError unless these named numbers are finite and above 0."""
    for name, value in values.items():
        if not 0 < value < math.inf:
            raise ValueError(f"{name} must be a finite number above 0, got {value!r}")
