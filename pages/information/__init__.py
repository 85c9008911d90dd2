"""Entropy, cross-entropy and the price of the wrong code, in code words and real messages."""
