"""Settings of the property tests."""

from hypothesis import settings

# A busy machine stops an example for longer than the 200 ms that Hypothesis allows it.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")
