"""Rows that are an array of another library, as on an accelerator: passes over them.

The contract: what is passed over again and again, which is the network, is computed
where the rows are, block by block; parameters go there once a pass, and one vector of
sums comes back. What is asked of the rows once is computed in this process, of blocks
that are fetched, so that it has the digits of float64 wherever they are.

Knows namespaces of the array API, shapes and dtypes; nothing of what is passed over the
rows. The faces take `rows_on_device`, which gives
`DeviceRows`, and what says where weights and labels are beside them.
"""
