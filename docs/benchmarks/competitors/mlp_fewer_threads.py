"""MLPClassifier(solver="lbfgs") on as many threads as are best for it.

Its fit uses NumPy's and SciPy's BLAS in turn, in their wheels each with threads of its
own, which keep the cores from each other: on two cores it is fastest with SciPy's on
one thread, and with NumPy's on one as well where the products are small.
"""

from contextlib import contextmanager

from threadpoolctl import ThreadpoolController

from competitors import mlp_classifier

_WORTH_TWO_THREADS = 2**21  # values of X


@contextmanager
def fewer_threads(problem):
    """BLAS limited, of SciPy alone or of both."""
    libraries = ThreadpoolController().lib_controllers
    if problem.X.size > _WORTH_TWO_THREADS:
        libraries = [lib for lib in libraries if "scipy.libs" in lib.filepath]
    before = [lib.num_threads for lib in libraries]
    try:
        for lib in libraries:
            lib.set_num_threads(1)
        yield
    finally:
        for lib, n in zip(libraries, before, strict=True):
            lib.set_num_threads(n)


def fit(problem, max_iter):
    """So many iterations of L-BFGS."""
    with fewer_threads(problem):
        return mlp_classifier.fit(problem, max_iter)


def trace(problem, seconds):
    """Time and weights after each improvement."""
    with fewer_threads(problem):
        return mlp_classifier.trace(problem, seconds)
