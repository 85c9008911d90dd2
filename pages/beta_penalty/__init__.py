"""The safety rope: reward − β·KL on a language model small enough to be solved here."""
