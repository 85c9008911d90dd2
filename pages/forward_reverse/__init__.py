"""Cover or seek: forward against reverse KL, for one bell Q and a P with several modes."""
