"""Plotly figures: arrays in, `go.Figure` out; a module per lesson, one style for all."""
