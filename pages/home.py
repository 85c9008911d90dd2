"""What this is, and where to start."""

import streamlit as st

st.title("KL divergence, understood by moving it")
st.markdown(
    "When a model **Q** stands in for the truth **P**, something is lost, and Kullback–Leibler "
    "divergence says how much. Here you move P and Q and watch that number, every figure computed "
    "as you look. Start with a die; no more than everyday probability is needed.",
    width=720,
)
st.page_link("die.py", label="**Start with the die**", icon="🎲")
