"""Blocks of rows, threads over blocks, and sums of what was computed of each.

The contract of the package: blocks are cut by shapes and dtypes alone, and what is
summed over rows is summed in a fixed binary tree of the blocks. So results are the same
bits on any number of threads, or wherever whole nodes of the tree are added up.

Knows shapes and dtypes; nothing of what is in a column, of networks or of estimators.
The others take `row_blocks`, `tree_sum` and the type `Matrix`, and the faces
`BlockThreads`.
"""
