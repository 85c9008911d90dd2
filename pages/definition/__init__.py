"""The definition, term by term: a sum over a few outcomes."""
