"""Plotly figures: arrays in, `Figure` out; a module per lesson, one style for all."""
