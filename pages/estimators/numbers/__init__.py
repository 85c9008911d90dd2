"""What the lesson computes, section by section."""
