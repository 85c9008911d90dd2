"""The lessons, a folder each; `main.py` is their map."""
