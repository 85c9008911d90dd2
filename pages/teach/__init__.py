"""The teaching guide, with links that lead to where the app is served."""
