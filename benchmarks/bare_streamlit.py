"""The least a Streamlit page can be that answers a slider with as many charts as the die has."""

import plotly.graph_objects as go
import streamlit as st

st.title("A bare page")
weight = st.slider("weight", 0.0, 10.0, 1.0, 0.1)
heights = [weight, 1, 1, 1, 1, 1]
st.plotly_chart(go.Figure(go.Bar(y=heights)), key="first")
st.plotly_chart(go.Figure(go.Scatter(y=heights)), key="second")
