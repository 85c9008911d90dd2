"""Figures of the rope lesson, in its parts."""
