"""Links into prepared views of the lessons, each with a promise of what the view says."""

from charts.units import Unit


def view(label: str, address: str, promise: str, unit: Unit) -> str:
    """Return a Markdown link to a view that opens in a new tab, in the learner's unit.

    Parameters
    ----------
    label : str
        What the link says.
    address : str
        The lesson's address and the controls to set, such as ``die?die_q6=0``; and after ``#``
        the heading to go to.
    promise : str
        Words that the view shows, without Markdown: hover text for the learner, and what the tests
        look for.
    unit : Unit
        Added to the address unless a fresh page has it anyway or the address names one.

    Examples
    --------
    >>> from charts.units import UNITS
    >>> view("The die", "die", "0.243 nats", UNITS["nats"])
    '[The die](die?unit=nats "0.243 nats")'
    """
    if unit.name != "bits" and "unit=" not in address:
        place, hash_, heading = address.partition("#")
        address = f"{place}{'&' if '?' in place else '?'}unit={unit.name}{hash_}{heading}"
    return f'[{label}]({address} "{promise}")'
