"""What stands around the pages: headers, static files, health, access log, limits, warm-up."""

import os

# The matrices here are small: threads that share a product would only wait for each other.
# Whatever library multiplies them reads this when NumPy loads it, so it stands before any import.
for _threads in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ.setdefault(_threads, "1")
