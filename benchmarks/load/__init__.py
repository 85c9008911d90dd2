"""Many learners at once: what each waits for, and what they cost."""
