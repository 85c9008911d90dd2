"""See that what the lesson says of a P and a Q, wherever it was said, is true."""

import math
import re

import pytest

from charts.units import UNITS
from kl_core import GaussianMixture, normalize
from tests.pages.forward_reverse.truth import (
    bell,
    best_bells,
    best_of_a_spread,
    divergence,
    inside,
    moments,
    wasted,
)
from tests.pages.reading import NUMBER, agree, all_agree, uncoloured, value_of

MARKS = "①②③④⑤⑥⑦⑧⑨"


def mixture(rows):
    """Return P as the lesson has it."""
    weights, means, stds = zip(*rows, strict=True)
    return GaussianMixture(normalize(weights).tolist(), means, stds)


def both_ways(rows, q, unit="bits"):
    """Return D(P‖Q) and D(Q‖P) of a Q with this mean and spread."""
    nats = UNITS[unit].nats
    return divergence(rows, bell(*q)) / nats, divergence(bell(*q), rows) / nats


def headings(annotations):
    """Return both divergences of the learner's Q, from the headings of the chart."""
    found = [re.match(rf"<b>D\(.‖.\) = {NUMBER} \w+</b>", text) for text in annotations]
    return [match[1] for match in found if match]


def check_by_hand(said, annotations, rows, q, unit="bits"):
    """See that chart and words tell both divergences of the learner's Q."""
    shown = headings(annotations)
    for each, value in zip(shown, both_ways(rows, q, unit), strict=True):
        assert agree(each, value), (each, value)
    found = re.search(rf"D\(P‖Q\) = {NUMBER} {unit}\..*D\(Q‖P\) = {NUMBER} {unit}\.", said)
    assert list(found.groups()) == shown


def seekers(said, unit="bits"):
    """Return mark, mean, spread and divergence of each reverse optimum that is listed."""
    said = said.partition("**Seeking**")[2]
    at = rf"mean {NUMBER}, spread {NUMBER}"
    listed = re.findall(rf"([①-⑳]) at {at}[^①-⑳]*? {NUMBER} {unit}", said)
    return listed or re.findall(rf"(one optimum).*?{at}, at {NUMBER} {unit}", said)


def check_optima(said, title, rows, unit="bits"):
    """See that words and chart tell the optimum that covers, and every one that seeks."""
    nats = UNITS[unit].nats
    mean, std = moments(rows)
    least = divergence(rows, bell(mean, std)) / nats
    found = re.search(rf"Covering.*?mean {NUMBER}, spread {NUMBER}, at {NUMBER} {unit}", said)
    assert all_agree(found.groups(), (mean, std, least))

    exact = best_bells(rows)
    listed = seekers(said, unit)
    assert len(listed) == len(exact)
    if len(exact) > 1:
        assert f"D(Q‖P) has {len(exact)} local optima" in said
        assert [each[0] for each in listed] == list(MARKS[: len(exact)])
    places = []
    for (_, *place), (*_, cost) in zip(listed, exact, strict=True):
        assert agree(place[2], cost / nats, 0.1), (place, exact)
        near = [f for f in exact if agree(place[0], f[0], 0.2) and agree(place[1], f[1], 0.2)]
        assert len(near) == 1
        places.append(near[0])
    # Two that are equally good may stand in either order, but each is listed once.
    assert len(set(places)) == len(exact)

    check_price_of_seeking(said, rows, exact, unit)

    numbers = re.findall(NUMBER, title)
    assert all(map(agree, numbers, (least, exact[0][2] / nats), (0.1, 0.1))), title
    assert title.endswith(f" {unit}")


def check_price_of_seeking(said, rows, exact, unit):
    """See that a bell of this weight is kept to at this price, and that only straddling is less."""
    found = re.search(
        rf"To keep to one bell of weight {NUMBER} costs about log\(1/{NUMBER}\) = {NUMBER} {unit}, "
        r"for all that is left out(\.|: here that is dearer than to straddle\.)",
        said,
    )
    assert bool(found) == ("To keep to one bell" in said)
    if not found:
        return
    total = math.fsum(weight for weight, *_ in rows)

    def over(fit):
        """Return the shares of the bells that a fit stands over."""
        return [w / total for w, mean, _ in rows if abs(mean - fit[0]) <= 2 * fit[1]]

    price = next(
        -math.log(share)
        for fit in exact
        for share in over(fit)
        if len(over(fit)) == 1 and agree(found[1], share) and agree(found[2], share)
        if abs(fit[2] + math.log(share)) < 0.06 * -math.log(share)
    )
    assert agree(found[3], price / UNITS[unit].nats)
    if found[4] == ".":
        assert exact[0][2] == pytest.approx(price, rel=0.06)
    else:
        assert len(over(exact[0])) > 1
        assert exact[0][2] < 1.06 * price


def check_maps(titles, rows):
    """See that the maps count their valleys."""
    count = len(best_bells(rows))
    assert titles[0] == "D(P‖Q): one valley"
    assert titles[1].endswith(f"{count} valleys" if count > 1 else "one valley")


def check_people(cautious, focused, rows, held=None):
    """See that both people are told with this P's numbers, at the spread that may be held."""
    mean, std = moments(rows)
    if held is None:
        fits = best_bells(rows)
        found = re.search(rf"cautious person.*spread {NUMBER} wide, and {NUMBER}% of P", cautious)
        assert agree(found[1], std)
    else:
        fits, std = best_of_a_spread(rows, held), held
        found = re.search(rf"held at {held:.2f} .* own, {NUMBER}, and {NUMBER}% of P", cautious)
        assert value_of(found[1])[0] == pytest.approx(mean, abs=0.006)
        assert f"With its spread held at {held:.2f} Q" in focused
    best = fits[0]
    assert agree(found[2], 100 * inside(rows, mean, std), 0.1)
    found = re.search(rf"focused person.*mean {NUMBER}, spread {NUMBER}\. ", focused)
    at = (value_of(found[1])[0], value_of(found[2])[0])
    # Of two that are equally good either may come first.
    equals = [fit for fit in fits if fit[2] - best[2] < 1e-6]
    [seek] = [fit for fit in equals if abs(fit[0] - at[0]) < 0.02 and abs(fit[1] - at[1]) < 0.02]
    ignored = re.search(rf"{NUMBER}% of P lies more than\s+two spreads away", focused)
    assert agree(ignored[1], 100 * (1 - inside(rows, *seek[:2])), 0.2)
    for said, share in ((cautious, wasted(rows, mean, std)), (focused, wasted(rows, *seek[:2]))):
        shown = re.search(rf": {NUMBER}% of Q lies where|Next to nothing of Q lies where", said)
        if shown[1]:
            assert agree(shown[1], 100 * share, 0.2), (shown[0], share)
        else:
            assert share < 6e-4


def check_formula(divergences, table, rows, q, unit="bits"):
    """See that the formulas hold today's numbers."""
    shown = re.findall(rf"= {NUMBER} \\text\{{ {unit}\}}", uncoloured(divergences))
    assert len(shown) == 2
    assert all_agree(shown, both_ways(rows, q, unit))
    table = uncoloured(table)
    whole = sum(weight for weight, _, _ in rows)
    lines = re.findall(rf"{NUMBER} & {NUMBER} & {NUMBER}", table)
    assert len(lines) == len(rows)
    for line, (weight, *place) in zip(lines, rows, strict=True):
        assert all_agree(line, (weight / whole, *place))
    mean, std = moments(rows)
    made = re.search(rf"= {NUMBER}, .*\\sqrt\{{{NUMBER}\}} = {NUMBER}", table)
    assert all_agree(made.groups(), (mean, std**2, std))
