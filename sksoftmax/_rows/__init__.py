"""Blocks of rows, threads over blocks, and memory kept from one block to the next.

Knows shapes and dtypes; nothing of what is in a column, of networks or of estimators.
The others take `row_blocks` and the type `Matrix`, and the faces `BlockThreads`.
"""
