"""Rows on a Dask cluster: whole nodes of the tree of sums are made where they are.

The contract: what a pass over the rows gives is the same bits as of rows in this
process, for any chunks, workers and threads, and after workers were lost. Only what is
summed travels, and few rows. A task can be made again from the tasks before it, down to
the user's own: nothing is scattered. When the fit is over nothing of it is left.

Of Dask it takes `persist`, `compute`, `submit`, `run` and `futures_of`, what a client
says of its workers, and its loop to wait in; of collections `rechunk`, `map_blocks`,
`map_partitions`, `blocks`, `partitions` and a frame's `_meta`; and `delayed`, for what
all tasks share.

Knows Dask, shapes and dtypes, and what checks of rows there are; nothing of what is
passed over them. The faces take `FitCluster`, `sharded_rows` and `lazy_outputs`.
"""
