"""A problem on rows, and its minimum.

Knows the penalised objective of all rows, its metric, growing subsets, early stopping
and warm starts; nothing of which alpha, or of estimators' parameters. The others take
`Objective` and `train`.
"""
