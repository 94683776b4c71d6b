"""Where rows are cut."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from sksoftmax._blocks import row_blocks


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
    assert first_block(X, 10**6) < first_block(X, 1000) < first_block(X, 1) < 10**4


def test_only_small_problems_are_one_block():
    """Iris is not worth a second thread, digits are."""
    assert len(row_blocks(np.empty((150, 4)), 100, 3)) == 1
    assert len(row_blocks(np.empty((1797, 64)), 100, 10)) == 2


@pytest.mark.parametrize(
    ("n", "d", "units"), [(400, 4096, (100, 40)), (3000, 784, (128, 10))]
)
def test_heavy_problems_are_many_blocks(n, d, units):
    """Where each row is much work, few rows are enough for eight threads."""
    assert len(row_blocks(np.broadcast_to(0.0, (n, d)), *units)) == 8


@pytest.mark.parametrize("d", [5000, 10**5, 10**7])
def test_blocks_of_wide_rows_are_short(d):
    """A copy of a block of X stays below 2**22 values, or is one row."""
    X = np.broadcast_to(0.0, (4000, d))
    longest = max(rows.stop - rows.start for rows in row_blocks(X, 10))
    assert longest == 1 or longest * d <= 2**22


def test_width_of_sparse_rows_is_what_they_store():
    """Many features that are hardly ever set do not shorten the blocks."""
    n = 10**5
    X = csr_array((np.ones(n), (np.arange(n), np.arange(n))), shape=(n, n))
    assert first_block(X, 10) == first_block(np.broadcast_to(0.0, (n, 1)), 10)
