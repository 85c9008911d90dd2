"""What the lesson on training says about its numbers, in its parts."""
