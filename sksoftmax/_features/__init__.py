"""What happens to columns before the first layer, and what a row is known by.

Knows columns: their means and scales, and the space that few rows span; nothing of
layers, classes or losses. The others take `Standardization`, and `row_keys`.
"""
