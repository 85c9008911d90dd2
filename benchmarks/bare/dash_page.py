"""The same page in Dash."""

import sys

import plotly.graph_objects as go
from dash import Dash, Input, Output, dcc, html

app = Dash(__name__, serve_locally=True)
app.layout = html.Div(
    [
        dcc.Slider(0, 10, 0.1, value=1, id="weight", updatemode="drag", marks=None),
        dcc.Graph(id="first"),
        dcc.Graph(id="second"),
    ]
)


@app.callback(Output("first", "figure"), Output("second", "figure"), Input("weight", "value"))
def draw(weight):
    """Draw both charts for one weight."""
    heights = [weight, 1, 1, 1, 1, 1]
    return go.Figure(go.Bar(y=heights)), go.Figure(go.Scatter(y=heights))


app.run(port=int(sys.argv[1]), debug=False)
