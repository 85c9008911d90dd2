"""What the lesson computes, in its three parts."""
