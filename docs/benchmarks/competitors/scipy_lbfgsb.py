"""SciPy's L-BFGS-B on our objective: the same evaluations, another minimiser."""

import time

import numpy as np
from scipy.optimize import minimize

from competitors import ours
from sksoftmax._rows.threads import BlockThreads


def trace(problem, seconds):
    """Time and weights after each iteration."""
    points = []
    with BlockThreads() as threads:
        objective, start = ours.problem_of(problem, threads)
        began = time.perf_counter()

        def record(intermediate_result):
            elapsed = time.perf_counter() - began
            points.append((elapsed, intermediate_result.x.copy()))
            if elapsed > seconds:
                raise StopIteration

        minimize(
            objective,
            start,
            jac=True,
            method="L-BFGS-B",
            callback=record,
            options={
                "maxiter": 10**6,
                "maxfun": 10**7,
                "gtol": 0,
                "ftol": 64 * np.finfo(float).eps,
                "maxls": 50,
            },
        )
    return [(t, ours.weights_of(problem, x)) for t, x in points]
