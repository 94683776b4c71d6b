"""Level 0: where rows are cut."""

import numpy as np
import pytest

from sksoftmax._blocks import row_blocks


@pytest.mark.parametrize("n_rows", [1, 255, 256, 257, 50_000])
@pytest.mark.parametrize("width", [1, 100, 10_000])
def test_blocks_hold_each_row_once_and_in_order(n_rows, width):
    """Blocks put together are all rows."""
    blocks = list(row_blocks(n_rows, 3, width))
    rows = np.concatenate([np.arange(n_rows)[block] for block in blocks])
    np.testing.assert_array_equal(rows, np.arange(n_rows))


def test_wide_networks_have_short_blocks():
    """A block's activations stay near the cache, whatever the width."""
    shortest, longest = (next(row_blocks(10**6, width)).stop for width in (10**6, 1))
    assert shortest < longest < 10**4
