"""What happens to columns before the first layer, and what a row is known by.

Knows columns: their means, scales, parts and gaps, codes of categories, and the space
that few rows span; nothing of layers, classes or losses. The others take
`Standardization`, `EncodedColumns` and `draw_keys`.
"""
