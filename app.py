"""The served application: ``streamlit run app.py``, or any ASGI server with ``app:app``.

An `st.App`, because a plain ``pages/`` beside the main script puts Streamlit into its old
multipage mode until the first visitor has run `st.navigation`, and a cold deep link then fails.
"""

import streamlit as st

from server.front import middleware
from server.life import Life
from server.settings import settings

SETTINGS = settings()
life = Life(SETTINGS.drain_seconds)

app = st.App("pages/main.py", lifespan=life.lifespan, middleware=middleware(SETTINGS, life))
