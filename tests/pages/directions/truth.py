"""The chances that the lesson on directions opens with."""

import numpy as np

P, Q = np.array([9, 0.8, 0.2]) / 10, np.array([0.4, 0.3, 0.3])
