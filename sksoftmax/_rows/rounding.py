"""How a processor, and the BLAS and NumPy on it, round."""

import hashlib

import numpy as np

from sksoftmax._rows.threads import BlockThreads

# Small and large products have kernels of their own.
_SIZES = (5, 60, 300)


def rounding_digest() -> str:
    """Hash of products, sums and functions of numbers that are the same everywhere.

    Where it differs, the bits of fits do; where it is the same, they hardly do.

    Returns
    -------
    digest : str
        16 hexadecimal digits.

    Examples
    --------
    >>> from sksoftmax.dask import rounding_digest
    >>> rounding_digest() == rounding_digest()
    True
    """
    rng = np.random.default_rng(0)
    found = hashlib.sha256()
    with BlockThreads():
        for dtype in (np.float32, np.float64):
            for size in _SIZES:
                drawn = rng.integers(1, 2**20, size=(2, size, size), dtype=np.int64)
                A, B = (drawn / 2**18).astype(dtype)
                values = A @ B, A.T @ B, A @ B[0], A.sum(axis=0), A.sum(axis=1)
                functions = np.exp(-A), np.log(A), np.log1p(A), np.tanh(A), np.sqrt(A)
                square = A @ A.T + np.eye(size, dtype=dtype)
                factors = np.linalg.cholesky(square), *np.linalg.eigh(square)
                for value in (*values, *functions, *factors):
                    found.update(value.tobytes())
    return found.hexdigest()[:16]
