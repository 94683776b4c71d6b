"""A fit on a cluster of this machine beside the same fit in memory.

    python docs/benchmarks/cluster.py [n_rows]

Two workers of one thread each, against two threads, in turn; of float32 rows of 50
columns that workers make for themselves. It prints the times of fits, their
ratios, how long making the rows takes, which a fit in memory is given, the largest
memory of a worker beyond what it had before, and whether the bits are the same.
"""

import sys
import time
import warnings

import dask.array as da
import numpy as np
from distributed import Client, LocalCluster, wait
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits
from timing import ratios

from sksoftmax import SoftmaxMLPClassifier
from sksoftmax.dask import DaskSoftmaxMLPClassifier

N_FEATURES, CHUNK, N_ROUNDS = 50, 50_000, 3
PARAMETERS = {"alpha": 1.0, "max_iter": 15, "tol": 0.0, "random_state": 0}


def made_rows(block_info=None):
    """Of one chunk, and its labels beside them."""
    ((start, stop), _) = block_info[None]["array-location"]
    rng = np.random.default_rng(start)
    return rng.normal(size=(stop - start, N_FEATURES)).astype(np.float32)


def labels(X):
    """Of three classes, which need two columns at once."""
    return (X[:, 0] * X[:, 1] > 0).astype(int) + (X[:, 2] > 0)


def peak_of_this_process():
    """In MB, since the last time that it was asked for."""
    with open("/proc/self/status") as lines:
        (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM"))
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    return int(peak) / 1024


def seconds(fit):
    """Of one call, and what it gives."""
    start = time.perf_counter()
    result = fit()
    return time.perf_counter() - start, result


def main(n_rows):
    """Rounds of both, in turn."""
    rows = da.map_blocks(
        made_rows,
        chunks=(da.core.normalize_chunks(CHUNK, (n_rows,))[0], (N_FEATURES,)),
        dtype=np.float32,
        meta=np.empty((0, 0), np.float32),
    )
    X = rows.compute(scheduler="threads")
    y = labels(X)
    plain = SoftmaxMLPClassifier(**PARAMETERS)
    cluster = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0")
    with cluster, Client(cluster) as client, threadpool_limits(2):
        on_cluster = DaskSoftmaxMLPClassifier(**PARAMETERS)
        client.run(peak_of_this_process)
        before = max(client.run(peak_of_this_process).values())
        making, _ = seconds(lambda: wait(client.persist(rows)))
        rounds = []
        for _ in range(N_ROUNDS):
            in_memory, _ = seconds(lambda: plain.fit(X, y))
            distributed, _ = seconds(lambda: on_cluster.fit(rows, y))
            rounds.append([distributed, in_memory])
        peak = max(client.run(peak_of_this_process).values()) - before
    same = all(map(np.array_equal, on_cluster.coefs_, plain.coefs_))
    ratio, least, most = ratios(np.array(rounds), 0, 1)
    print(f"{n_rows} x {N_FEATURES}, seconds of fits: {np.round(rounds, 1).tolist()}")
    print(f"cluster / memory: {ratio:.2f} ({least:.2f} to {most:.2f})")
    print(f"making the rows, a part of that on the cluster: {making:.1f} s")
    print(f"rows {X.nbytes / 2**20:.0f} MB, peak of a worker {peak:.0f} MB beyond")
    print(f"same bits: {same}, {plain.convergence_.n_evaluations} evaluations")


if __name__ == "__main__":
    warnings.simplefilter("ignore", ConvergenceWarning)
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000_000)
