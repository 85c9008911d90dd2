"""Two properties of D: it is never below 0, and it is no distance."""
