"""Streamlit pieces that lessons share; a module each."""
