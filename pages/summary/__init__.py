"""The summary: the whole book in one table, one picture, one page to print and twenty questions."""
