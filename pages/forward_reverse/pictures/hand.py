"""The figure of a Q by hand."""

from charts.curves import densities, signed_area
from charts.style import Figure, Palette, figure, steady_limit, steady_range
from charts.wording import amount
from pages.forward_reverse.numbers import NAMES, Comparison
from pages.forward_reverse.pictures.axes import line


def hand_figure(view: Comparison, colours: Palette) -> Figure:
    """Return both densities, above what each x adds to D(P‖Q) and to D(Q‖P)."""
    x, p, q, unit = view.x, view.p, view.q, view.unit.name
    rows = [view.forward_integrand, view.reverse_integrand]
    limits = [steady_range(float(row.min()), float(row.max()), least=0.1) for row in rows]
    traces = densities(x, p, q, colours)
    for row, axis in zip(rows, ("y2", "y3"), strict=True):
        traces += signed_area(x, row, axis, unit, colours)
    labels = [
        {
            "text": f"<b>{name} = {amount(value, unit, view.digits)}</b>: {where}",
            "xref": "paper",
            "yref": "paper",
            "x": 0,
            "y": top,
            "xanchor": "left",
            "yanchor": "bottom",
            "showarrow": False,
            "font": {"color": colours.kl, "size": 14},
        }
        for name, value, top, where in zip(
            NAMES.values(),
            (view.forward, view.reverse),
            (0.61, 0.27),
            ("where Q misses P", "where P lacks Q's weight"),
            strict=True,
        )
    ]
    title = (
        f"{NAMES[view.larger]} is the larger one here"
        if view.larger
        else "Both directions cost the same here"
    )
    return figure(
        traces,
        colours,
        title=title,
        height=560,
        annotations=labels,
        xaxis={**line(x, "x"), "anchor": "y3"},
        yaxis={
            "domain": [0.74, 1],
            "range": [0, steady_limit(1.1 * float(max(p.max(), q.max())), 0.2)],
            "nticks": 4,
            "title": {"text": "density"},
        },
        yaxis2={
            "domain": [0.36, 0.6],
            "range": list(limits[0]),
            "nticks": 5,
            "title": {"text": f"p·log(p/q), {unit}"},
        },
        yaxis3={
            "domain": [0, 0.26],
            "range": list(limits[1]),
            "nticks": 5,
            "title": {"text": f"q·log(q/p), {unit}"},
        },
    )
