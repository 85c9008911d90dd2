"""The page of bare_streamlit.py in Dash: the anchor for how fast a key press can be answered."""

import logging
import os

import plotly.graph_objects as go
from dash import Dash, Input, Output, dcc, html

logging.getLogger("werkzeug").setLevel(logging.ERROR)
app = Dash(__name__)
app.layout = html.Div(
    [
        html.H1("A bare page"),
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


app.run(port=int(os.environ["PORT"]))
