"""The kinds of elements that lessons use, bare: what axe says of these is Streamlit's own."""

import plotly.graph_objects as go
import streamlit as st


def nothing():
    """Stand in for a page."""


st.set_page_config(layout="wide")
st.navigation({"": [st.Page(nothing, title="one")], "Section": [st.Page(len, title="two")]})
st.title("A bare page")
st.segmented_control("unit", ["a", "b"], default="a", label_visibility="collapsed")
st.header("Controls")
st.slider("weight", 0.0, 10.0, 1.0)
st.select_slider("rolls", [1, 2, 3])
st.number_input("seed", 0, 10)
st.radio("question", ["yes", "no"], index=None)
st.file_uploader("file to read")
st.button("preset")
st.download_button("file", "data")
st.header("Content")
st.plotly_chart(go.Figure(go.Bar(y=[1, 2])), alt="two bars")
st.table({"a": [1, 2]})
st.metric("D", "1 bit")
st.latex("x")
st.caption("caption")
st.code("print()")
st.markdown("| a | b |\n|--|--|\n| 1 | 2 |")
