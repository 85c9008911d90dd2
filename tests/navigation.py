"""The pages of the app, in the order of `pages/main.py`."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
MAIN = ROOT / "pages" / "main.py"

LESSONS = re.findall(r'lesson\(\s*"(\w+)/page\.py"', MAIN.read_text())
PAGES = ["home", *LESSONS]
ADDRESSES = ["/", *(f"/{lesson.replace('_', '-')}" for lesson in LESSONS)]
