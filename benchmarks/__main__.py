"""Print every table: `make bench`."""

import platform
from importlib.metadata import version

from benchmarks import coding, cold_start, estimators, feel, kl_divergence, mixtures, rlhf

packages = ", ".join(
    f"{name} {version(name)}" for name in ("streamlit", "plotly", "numpy", "scipy")
)
print(
    f"{platform.system()} on {platform.machine()}, Python {platform.python_version()}, {packages}"
)
kl_divergence.measure()
coding.measure()
mixtures.measure()
rlhf.measure()
estimators.measure()
feel.measure()
cold_start.measure()
