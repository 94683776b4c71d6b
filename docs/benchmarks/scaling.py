"""What limits a fit on many workers: a table from costs that are measured here.

    python docs/benchmarks/scaling.py

Measured, on a cluster of two processes of this machine: seconds of a task that does
nothing, of one evaluation of a shard, and of the minimiser between two evaluations.
The rest is arithmetic: an evaluation waits for the slowest worker's shards, or for the
scheduler to deal out all tasks one after the other, and for the weights to be sent to
each worker. Below the table is one point of it, measured.
"""

import time

import dask.array as da
import numpy as np
from distributed import Client, LocalCluster
from report import table
from threadpoolctl import threadpool_limits

from sksoftmax import SoftmaxMLPClassifier
from sksoftmax._distributed.cutting import blocks_of_a_shard
from sksoftmax._distributed.shards import _MERGED
from sksoftmax._rows.blocks import row_blocks
from sksoftmax.dask import DaskSoftmaxMLPClassifier

N_FEATURES, HIDDEN, N_CLASSES = 100, 256, 2
BYTES_A_SECOND = 1e9  # of the scheduler's network
N_TASKS, N_ITERATIONS = 500, 10


def n_tasks(n_rows, n_workers):
    """Of one evaluation: the function, the shards' sums, and what adds up many."""
    X = np.broadcast_to(np.float32(0), (n_rows, N_FEATURES))
    blocks = row_blocks(X, HIDDEN, N_CLASSES)
    size = blocks_of_a_shard(blocks, n_rows, 4 * N_FEATURES, n_workers)
    nodes = -(-len(blocks) // size)
    total = 1 + nodes
    while nodes > _MERGED:
        nodes = -(-nodes // _MERGED)
        total += nodes
    return total


def nothing(number):
    return number


def seconds_a_task(client):
    """Of the scheduler and the client together."""
    start = time.perf_counter()
    client.gather(client.map(nothing, range(N_TASKS), pure=False))
    return (time.perf_counter() - start) / N_TASKS


def seconds_of_fit(clf, X, y):
    """Of an evaluation, by the difference of two fits."""
    seconds = []
    for n_iter in (1, 1 + N_ITERATIONS):
        start = time.perf_counter()
        clf.set_params(max_iter=n_iter).fit(X, y)
        seconds.append((time.perf_counter() - start, clf.convergence_.n_evaluations))
    (first, n_first), (last, n_last) = seconds
    return (last - first) / (n_last - n_first)


def main():
    """Measure, and print the table."""
    n_rows = 400_000
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n_rows, N_FEATURES)).astype(np.float32)
    y = (X[:, 0] * X[:, 1] > 0).astype(int)
    options = {"alpha": 1.0, "tol": 0.0, "random_state": 0}
    with threadpool_limits(1):
        of_rows = seconds_of_fit(SoftmaxMLPClassifier(HIDDEN, **options), X, y)
        few = seconds_of_fit(SoftmaxMLPClassifier(HIDDEN, **options), X[:500], y[:500])
    a_row = (of_rows - few) / n_rows
    cluster = LocalCluster(2, threads_per_worker=1, dashboard_address=":0")
    with cluster, Client(cluster) as client:
        seconds_a_task(client)
        a_task = seconds_a_task(client)
        clf = DaskSoftmaxMLPClassifier(HIDDEN, **options)
        measured = seconds_of_fit(clf, da.from_array(X, chunks=(50_000, -1)), y)
    n_bytes = 8 * (N_FEATURES * HIDDEN + HIDDEN * N_CLASSES + HIDDEN + N_CLASSES)

    def row(n, n_workers):
        work = n / n_workers * a_row
        dealing = n_tasks(n, n_workers) * a_task
        sending = n_workers * n_bytes / BYTES_A_SECOND
        total = max(work, dealing) + sending + few
        cells = [f"{1e3 * s:.0f}" for s in (work, dealing, sending, few, total)]
        return [f"{n:.0e}", n_workers, *cells, f"{n * a_row / n_workers / total:.0%}"]

    header = ["rows", "workers", "work, ms", "dealing out", "sending weights"]
    header += ["minimiser", "an evaluation", "efficiency"]
    print(table(header, [row(10**8, w) for w in (4, 32, 256)] + [row(n_rows, 2)]))
    print(f"{n_rows} rows on 2 workers, measured: {1e3 * measured:.0f} ms")
    print(f"A row {1e9 * a_row:.0f} ns, a task {1e6 * a_task:.0f} us, {n_bytes} bytes")


if __name__ == "__main__":
    main()
