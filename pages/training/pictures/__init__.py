"""Figures of training, in their parts."""
