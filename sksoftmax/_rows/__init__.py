"""Blocks of rows, threads over blocks, and sums of what was computed of each.

Blocks are cut by shapes and dtypes alone, and losses, gradients, curvature and moments
of columns are summed in a fixed binary tree of them. So these are the same bits on any
number of threads, or wherever whole nodes of the tree are added up. Totals of weights
and counts of classes are sums of all rows at once.

Knows shapes and dtypes; nothing of what is in a column, of networks or of estimators.
The others take `row_blocks`, `tree_sum` and the type `Matrix`, and the faces
`BlockThreads`.
"""
