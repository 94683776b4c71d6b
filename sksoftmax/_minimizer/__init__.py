"""L-BFGS: directions, steps, pairs, when to stop, and the lines that say so.

Knows functions of a vector; nothing of rows, networks or estimators. The others take
`minimize`, with its `State` and `Minimum`, and `report`.
"""
