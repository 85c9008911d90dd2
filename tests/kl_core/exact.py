"""Divergences of these very doubles as if they summed to 1, in more digits than any double needs.

700 digits keep what a chance of 1e-300 takes from another; subnormal ones need some more.
"""

import mpmath

DIGITS = 700


@mpmath.workdps(DIGITS)
def shares(values):
    """Return them over their sum, as if each were exactly what its double says."""
    parts = [mpmath.mpf(float(value)) for value in values]
    total = mpmath.fsum(parts)
    return [part / total for part in parts]


@mpmath.workdps(DIGITS)
def kl_terms(p, q):
    """Return P log(P/Q) of each outcome."""
    return [_term(a, b) for a, b in zip(shares(p), shares(q), strict=True)]


@mpmath.workdps(DIGITS)
def kl(p, q):
    """Return D(P‖Q)."""
    return mpmath.fsum(kl_terms(p, q))


@mpmath.workdps(DIGITS)
def js(p, q):
    """Return the Jensen-Shannon divergence."""
    pairs = list(zip(shares(p), shares(q), strict=True))
    terms = [_term(one, (a + b) / 2) for a, b in pairs for one in (a, b)]
    return mpmath.fsum(terms) / 2


@mpmath.workdps(DIGITS)
def total_variation(p, q):
    """Return half of Σ|P - Q|."""
    return mpmath.fsum(abs(a - b) for a, b in zip(shares(p), shares(q), strict=True)) / 2


@mpmath.workdps(DIGITS)
def cross_entropy(p, q):
    """Return -Σ P log Q."""
    pairs = list(zip(shares(p), shares(q), strict=True))
    if any(a > 0 == b for a, b in pairs):
        return mpmath.inf
    return -mpmath.fsum(a * mpmath.log(b) for a, b in pairs if a)


@mpmath.workdps(DIGITS)
def log_ratios(p, q):
    """Return log(P/Q) of each outcome; None where both are 0."""
    return [_log_ratio(a, b) for a, b in zip(shares(p), shares(q), strict=True)]


@mpmath.workdps(DIGITS)
def log_ratio(p, q):
    """Return log(p/q) of these two doubles."""
    return mpmath.log(mpmath.mpf(float(p)) / mpmath.mpf(float(q)))


@mpmath.workdps(DIGITS)
def of_logs(logs):
    """Return exp of them over its sum."""
    parts = [mpmath.exp(mpmath.mpf(float(log))) for log in logs]
    total = mpmath.fsum(parts)
    return [part / total for part in parts]


@mpmath.workdps(DIGITS)
def kl_from_logs(log_p, log_q):
    """Return D(P‖Q) of these logarithms."""
    return mpmath.fsum(_term(a, b) for a, b in zip(of_logs(log_p), of_logs(log_q), strict=True))


def off(found, exact):
    """Return by how much `found` is off, as a part of `exact`."""
    with mpmath.workdps(DIGITS):
        return float(abs(mpmath.mpf(float(found)) - exact) / abs(exact))


def _term(a, b):
    return a * _log_ratio(a, b) if a else mpmath.mpf(0)


def _log_ratio(a, b):
    if not a and not b:
        return None
    if not a or not b:
        return mpmath.inf if a else -mpmath.inf
    return mpmath.log(a / b)
