"""The definition on a whole line: an integral, its bins, and what an ε makes of it."""
