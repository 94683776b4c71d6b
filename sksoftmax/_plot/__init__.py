"""Displays, by the conventions of scikit-learn's; matplotlib is imported in `plot`.

Knows fitted attributes; nothing of how they came to be. Users take the displays.
"""
