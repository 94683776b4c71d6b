"""Where rows are cut."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from sksoftmax._rows.blocks import row_blocks


@pytest.mark.parametrize("n_rows", [1, 255, 256, 257, 50_000])
@pytest.mark.parametrize("width", [1, 100, 10_000])
def test_blocks_hold_each_row_once_and_in_order(n_rows, width):
    """Blocks put together are all rows."""
    rows = np.arange(n_rows)
    blocks = [rows[block] for block in row_blocks(np.empty((n_rows, 3)), width)]
    np.testing.assert_array_equal(np.concatenate(blocks), rows)


def first_block(X, *units):
    return row_blocks(X, *units)[0].stop


def test_wide_networks_have_short_blocks():
    """A block's activations stay near the cache, whatever the width."""
    X = np.broadcast_to(0.0, (10**6, 3))
    assert first_block(X, 10**6) < first_block(X, 1000) < first_block(X, 1) < 20_000


def n_blocks(n, d, *units, dtype=np.float64):
    return len(row_blocks(np.broadcast_to(dtype(0), (n, d)), *units))


def test_only_small_problems_are_one_block():
    """What takes one thread three milliseconds is not worth a second one."""
    assert n_blocks(150, 4, 100, 3) == 1
    assert n_blocks(1797, 64, 100, 10) == 1
    assert n_blocks(6000, 60, 100, 10) == 2


def test_float64_is_worth_more_threads():
    """The same shape takes twice the time in float64."""
    assert n_blocks(3000, 100, 100, 10, dtype=np.float32) == 1
    assert n_blocks(3000, 100, 100, 10) == 2


@pytest.mark.parametrize(
    ("n", "d", "units"), [(800, 4096, (100, 40)), (3000, 784, (128, 10))]
)
def test_heavy_problems_are_many_blocks(n, d, units):
    """Where each row is much work, few rows are enough for many threads."""
    assert n_blocks(n, d, *units) in (8, 16)


@pytest.mark.parametrize("d", [5000, 10**5, 10**7])
def test_blocks_of_wide_rows_are_short(d):
    """A copy of a block of X stays below 2**21 values, or is one row."""
    X = np.broadcast_to(0.0, (4000, d))
    longest = max(rows.stop - rows.start for rows in row_blocks(X, 10))
    assert longest == 1 or longest * d <= 2**21


def test_width_of_sparse_rows_is_what_they_store():
    """Many features that are hardly ever set do not shorten the blocks."""
    n = 10**5
    X = csr_array((np.ones(n), (np.arange(n), np.arange(n))), shape=(n, n))
    assert first_block(X, 10) == first_block(np.broadcast_to(0.0, (n, 1)), 10)
