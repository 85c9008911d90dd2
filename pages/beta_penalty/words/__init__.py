"""What the rope lesson says about its numbers, in its parts."""
