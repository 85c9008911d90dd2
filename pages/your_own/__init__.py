"""Your own numbers: two columns of counts, how they compare, and what smoothing does to a zero."""
