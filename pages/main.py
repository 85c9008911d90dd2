"""The map of the app: every page, in the book's order, run inside one frame.

A lesson is a folder beside this file and a line here: what the sidebar calls it, its minutes, and
what one does there.
Sections, in this order: Understand, Compare, Apply, Review; one appears with its first lesson.
"""

import streamlit as st

from widgets import frame
from widgets.tour import lesson

frame.show(
    st.Page("home/page.py", title="Start here", icon=":material/home:", default=True),
    {
        "Understand": [
            lesson(
                "intuition/page.py", "The forecaster", "cloud", 4, "Find out what *never* costs."
            ),
            lesson("definition/page.py", "The definition", "functions", 2, "Read it term by term."),
            lesson(
                "integral/page.py", "The integral", "show_chart", 2, "Guess what an ε makes up."
            ),
            lesson("die/page.py", "The die", "casino", 2, "Roll the evidence."),
            lesson("properties/page.py", "Never below 0", "balance", 3, "Try to break D."),
            lesson("information/page.py", "The wrong code", "mail", 4, "Fill the room, pay extra."),
        ],
        "Compare": [
            lesson(
                "forward_reverse/page.py", "Cover or seek", "explore", 5, "Fit one bell to two."
            ),
            lesson("directions/page.py", "Name that direction", "extension", 4, "Read real code."),
        ],
        "Apply": [
            lesson(
                "beta_penalty/page.py",
                "The safety rope",
                "landscape",
                5,
                "Find where the judge turns.",
            ),
            lesson("training/page.py", "Train it", "exercise", 3, "Race PPO against GRPO."),
            lesson("estimators/page.py", "KL from samples", "target", 5, "Watch KL dip below 0."),
            lesson(
                "gradients/page.py", "Which KL in the loss?", "moving", 5, "See where each pulls."
            ),
            lesson("your_own/page.py", "Your own numbers", "receipt", 3, "Bring a table."),
        ],
        "Review": [
            lesson("summary/page.py", "The summary", "map", 6, "Test yourself."),
        ],
    },
    st.Page("teach/page.py", title="For teachers", icon=":material/school:", url_path="teach"),
)
