"""The die: what KL divergence is, on six numbers that fit in one's hand."""
