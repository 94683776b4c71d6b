"""Combinations of the values of columns."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from sksoftmax._rows.cells import n_cells


def table(*sizes):
    """All combinations of so many values, which are no whole numbers."""
    return 0.3 + 0.7 * np.indices(sizes).reshape(len(sizes), -1).T


@pytest.mark.parametrize("container", [np.asarray, csr_array])
def test_cells_are_combinations_of_values(container):
    """Of all columns, 0 among the values."""
    assert n_cells(container(table(3, 4, 5))) == 60
    assert n_cells(container(table(3, 4, 5) - 0.3)) == 60
    assert n_cells(container(table(3, 4)[:-1])) == 3 * 4
    assert n_cells(container(np.tile(table(2, 2), 600))) == np.inf  # of 1,200 columns


@pytest.mark.parametrize("container", [np.asarray, csr_array])
def test_columns_of_many_values_make_no_cells(container):
    """More than half as many as there are rows."""
    assert n_cells(container(table(15, 2))) == 30
    assert n_cells(container(table(15, 2)[:29])) == np.inf
    assert n_cells(container(table(60))) == np.inf


@pytest.mark.parametrize("low", [0, -17, 18])
def test_whole_numbers_of_one_range_do(low):
    """As codes of categories, hardly one of which is left out; not if sparse."""
    X = low + np.arange(60.0)[:, np.newaxis]
    assert n_cells(X) == 60
    assert n_cells(X[::2]) == 30
    assert n_cells(X[::3]) == np.inf
    assert n_cells(np.append(X, [[np.nan]], axis=0)) == 61
    assert n_cells(np.append(X + 0.5, [[np.nan]], axis=0)) == np.inf
    assert n_cells(csr_array(X + 1000)) == np.inf
