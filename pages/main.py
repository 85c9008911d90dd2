"""The map of the app: every page, in the book's order, run inside one frame.

A lesson is one file in this folder and one line here. Sections, in this order: Understand,
Compare, Apply, Review; one appears with its first lesson.
"""

import streamlit as st

from widgets import frame

frame.show(
    {
        "": [st.Page("home.py", title="Start here", icon="🏠", default=True)],
        "Understand": [
            frame.lesson("intuition.py", "The forecaster", "🌦️"),
            frame.lesson("definition.py", "The definition", "📐"),
            frame.lesson("die.py", "The die", "🎲"),
            frame.lesson("information.py", "The wrong code", "✉️"),
        ],
        "Compare": [
            frame.lesson("forward_reverse.py", "Cover or seek", "🧭"),
            frame.lesson("directions.py", "Name that direction", "🧩"),
        ],
        "Apply": [
            frame.lesson("beta_penalty.py", "The safety rope", "🧗"),
            frame.lesson("estimators.py", "KL from samples", "🎯"),
            frame.lesson("your_own.py", "Your own numbers", "🧾"),
        ],
        "Review": [
            frame.lesson("summary.py", "The summary", "🗺️"),
        ],
    }
)
