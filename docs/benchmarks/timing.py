"""Paired timings: all competitors in turn, in one process, and ratios of each round."""

import time

import numpy as np

# The threads of OpenBLAS and OpenMP spin for tens of milliseconds after their work.
_UNTIL_THREADS_SLEEP = 0.04


def timed_rounds(evaluations, *, seconds=3.0, min_rounds=7, max_rounds=100):
    """Seconds per call, of shape (n_rounds, n_evaluations).

    `evaluations` are pairs of a function and the context to call it in. In each round
    every function runs for about as long as the slowest takes for one call, in turn, so
    that whatever else the machine does meets all of them.
    """
    once = np.array([min(_seconds(*e, 1) for _ in range(3)) for e in evaluations])
    calls = np.maximum(1, (max(once.max(), 5e-3) / once).astype(int))
    n_rounds = int(seconds / (calls * once).sum())
    n_rounds = min(max(n_rounds, min_rounds), max_rounds)
    return np.array(
        [
            [_seconds(*e, n) for e, n in zip(evaluations, calls, strict=True)]
            for _ in range(n_rounds)
        ]
    )


def _seconds(function, context, n_calls):
    time.sleep(_UNTIL_THREADS_SLEEP)
    with context():
        function()  # warm caches and wake threads, for everybody
        start = time.perf_counter()
        for _ in range(n_calls):
            function()
        return (time.perf_counter() - start) / n_calls


def ratios(rounds, over, of):
    """Time `over` / time `of`: ratio of medians, then min and max over the rounds."""
    each = rounds[:, over] / rounds[:, of]
    medians = np.median(rounds, axis=0)
    return medians[over] / medians[of], each.min(), each.max()


def geometric_mean(values):
    """The mean for ratios."""
    return float(np.exp(np.mean(np.log(values))))
