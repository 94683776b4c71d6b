"""Rows on a Dask cluster: whole nodes of the tree of sums are made where they are.

The contract: what a pass over the rows gives is the same bits as of rows in this
process, for any chunks, workers and threads, and after workers were lost. Only what is
summed travels, and few rows. A task can be made again from the tasks before it, down to
the user's own: nothing is scattered. When the fit is over nothing of it is left.

Of Dask it takes `persist`, `compute`, `futures_of` and `submit`, and of collections
`rechunk`, `map_blocks` and `map_partitions`.

Knows Dask, shapes and dtypes, and what checks of rows there are; nothing of what is
passed over them. The faces take `FitCluster`, `sharded_rows` and `lazy_outputs`.
"""
