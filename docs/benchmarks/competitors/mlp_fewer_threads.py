"""MLPClassifier(solver="lbfgs") on as many threads as are best for it.

Its fit uses NumPy's and SciPy's BLAS in turn, in their wheels each with threads of its
own, which keep the cores from each other: on two cores it is fastest with SciPy's on
one thread, and with NumPy's on one as well where the products are small.
"""

from threadpoolctl import ThreadpoolController

from competitors import mlp_classifier

_WORTH_TWO_THREADS = 2**21  # values of X


def fewer_threads(problem):
    """A context in which BLAS is limited, that of SciPy alone or all of it."""
    controller = ThreadpoolController()
    if problem.X.size > _WORTH_TWO_THREADS:
        paths = [lib["filepath"] for lib in controller.info()]
        controller = controller.select(filepath=[p for p in paths if "scipy.libs" in p])
    return controller.limit(limits=1)


def fit(problem, max_iter):
    """So many iterations of L-BFGS."""
    with fewer_threads(problem):
        return mlp_classifier.fit(problem, max_iter)


def trace(problem, seconds):
    """Time and weights after each improvement."""
    with fewer_threads(problem):
        return mlp_classifier.trace(problem, seconds)
