"""The definition, term by term: a sum for a few outcomes, an integral for a whole line."""
