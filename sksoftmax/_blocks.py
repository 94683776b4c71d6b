"""Blocks of rows: how a sum over samples is cut into pieces that fit the cache."""

from collections.abc import Iterator

from sklearn.utils import gen_batches

# A block's activations should stay near the cache: a few thousand rows was fastest for
# 16 to 784 features and 64 to 128 units; larger blocks only cost memory.
_BLOCK_VALUES = 2**19
_MIN_ROWS, _MAX_ROWS = 256, 4096


def row_blocks(n_rows: int, *layer_units: int) -> Iterator[slice]:
    """Cut `n_rows` into slices whose boundaries depend on shapes alone.

    Never on the number of threads: the sums, added up in the order of the blocks, are
    then the same bits on every number of threads.
    """
    rows = _BLOCK_VALUES // max(layer_units)
    return gen_batches(n_rows, min(max(rows, _MIN_ROWS), _MAX_ROWS))
