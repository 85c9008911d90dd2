"""The map of the app: every page, in the book's order, run inside one frame.

A lesson is a folder beside this file and a line here, which says what the sidebar calls it.
Sections, in this order: Understand, Compare, Apply, Review; one appears with its first lesson.
"""

import streamlit as st

from widgets import frame

frame.show(
    {
        "": [st.Page("home.py", title="Start here", icon="🏠", default=True)],
        "Understand": [
            frame.lesson("intuition/page.py", "The forecaster", "🌦️"),
            frame.lesson("definition/page.py", "The definition", "📐"),
            frame.lesson("die/page.py", "The die", "🎲"),
            frame.lesson("information/page.py", "The wrong code", "✉️"),
        ],
        "Compare": [
            frame.lesson("forward_reverse/page.py", "Cover or seek", "🧭"),
            frame.lesson("directions/page.py", "Name that direction", "🧩"),
        ],
        "Apply": [
            frame.lesson("beta_penalty/page.py", "The safety rope", "🧗"),
            frame.lesson("estimators/page.py", "KL from samples", "🎯"),
            frame.lesson("your_own/page.py", "Your own numbers", "🧾"),
        ],
        "Review": [
            frame.lesson("summary/page.py", "The summary", "🗺️"),
        ],
    }
)
