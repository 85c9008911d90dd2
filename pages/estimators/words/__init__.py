"""What the lesson says about its numbers, section by section."""
