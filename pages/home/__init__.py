"""The first page: a game that one can lose in twenty seconds, and the tour."""
