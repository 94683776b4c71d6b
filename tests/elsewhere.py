"""Rows that are elsewhere as far as anybody can tell."""

import cloudpickle
import numpy as np

from sksoftmax._rows.blocks import row_blocks
from sksoftmax._rows.matrix import RemoteRows
from sksoftmax._rows.passes import each_block, sum_blocks


class Elsewhere(RemoteRows):
    """Rows that only functions that have been pickled come to.

    Parameters
    ----------
    X : {ndarray, CSR} of shape (n_samples, n_features)
    example : {ndarray, frame}, default=None
    """

    def __init__(self, X, example=None):
        self._X = X
        self.shape, self.dtype = X.shape, X.dtype
        self.is_dense = isinstance(X, np.ndarray)
        self.nnz = X.size
        self.example = np.empty((0, X.shape[1])) if example is None else example

    @property
    def blocks(self):
        return row_blocks(self._X)

    def sum_blocks(self, function, blocks, *vectors):
        return sum_blocks(sent(function), blocks, self._X, *vectors)

    def each_block(self, function, blocks, *vectors):
        return each_block(sent(function), blocks, self._X, *vectors)

    def __getitem__(self, rows):
        return self._X[rows]

    def mapped(self, function):
        X, self._X = self._X, None  # to be used no more
        return Elsewhere(sent(function)(X), self.example)

    def columns(self, places):
        return (self._X[:, place].copy() for place in places)


def sent(function):
    """What arrives of it."""
    return cloudpickle.loads(cloudpickle.dumps(function))
