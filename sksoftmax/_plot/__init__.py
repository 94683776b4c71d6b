"""Displays, by the conventions of scikit-learn's; matplotlib is imported in `plot`."""
