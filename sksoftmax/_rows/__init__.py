"""Blocks of rows, threads over blocks, and sums of what was computed of each.

The contract: blocks are cut once a problem, by shapes and dtypes alone. All that is
summed over rows, which is losses, gradients, curvature, moments of columns and totals
of weights and of classes, is computed of each block by itself, and added up in a fixed
binary tree over the blocks' numbers. So any split of the blocks into aligned subtrees
gives the same bits, whichever threads, processes or machines compute which.

Knows shapes and dtypes, which rows are equal, and which of those are copies; nothing of
what a column is, of networks or of estimators.
The others take `row_blocks`, `sum_blocks`, `each_block`, `tree_sum` and the types of
matrices, of which `RemoteRows` are not in this process, from `namespace.py` what arrays
of all libraries do alike, and the faces `BlockThreads`.
"""
