"""Which KL divergence a line of code, a loss or a paper computes, and what libraries do to it."""
