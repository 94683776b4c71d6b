"""
What does a cluster do in a fit?
================================

:class:`~sksoftmax.dask.DaskSoftmaxMLPClassifier` fits the rows of a Dask array where
they are. Below is what the dashboard of a cluster shows of it: each bar is a task, in
the row of the worker that it ran on. Here the cluster is one of this process.
"""

import warnings

import dask.array as da
import matplotlib.pyplot as plt
import numpy as np
from dask.utils import key_split
from distributed import Client, LocalCluster, get_task_stream
from sklearn.exceptions import ConvergenceWarning

from sksoftmax import SoftmaxMLPClassifier
from sksoftmax.dask import DaskSoftmaxMLPClassifier

cluster = LocalCluster(
    n_workers=2, threads_per_worker=1, processes=False, dashboard_address=":0"
)
client = Client(cluster)

# %%
# The rows are those of a task for each chunk. They could as well be in zarr or parquet.


def chunk(block_info=None):
    """Rows of one chunk."""
    first, last = block_info[None]["array-location"][0]
    return np.random.default_rng(first).normal(size=(last - first, 20))


X = da.map_blocks(chunk, chunks=((50_000,) * 6, (20,)), meta=np.empty((0, 0)))
y = (X[:, 0] * X[:, 1] > X[:, 2]).astype(int)

warnings.simplefilter("ignore", ConvergenceWarning)  # ten iterations are to be seen
clf = DaskSoftmaxMLPClassifier(100, alpha=1, max_iter=10, random_state=0)
with get_task_stream(client) as stream:
    clf.fit(X, y)
print(clf.convergence_)

# %%
# First the chunks are made, shards cut from them, and the columns looked at. Then the
# workers rest: the first iterations are those of a part of the rows, in the process of
# the client. In the last ones each pass over all rows is a task for each shard. To add
# up what they give takes a task, too, and no time that could be seen.

COLORS = {
    "chunk": "0.6",
    "sksoftmax-shard": "#E69F00",
    "sksoftmax-sums": "#0072B2",
}
workers = sorted({task["worker"] for task in stream.data})
begin = min(task["startstops"][0]["start"] for task in stream.data)
figure, axes = plt.subplots(figsize=(7.2, 2.6), layout="constrained")
for name, color in COLORS.items():
    tasks = [task for task in stream.data if key_split(task["key"]) == name]
    spans = [(task["worker"], span) for task in tasks for span in task["startstops"]]
    axes.barh(
        [workers.index(worker) for worker, _ in spans],
        [span["stop"] - span["start"] for _, span in spans],
        left=[span["start"] - begin for _, span in spans],
        color=color,
        label=name,
    )
axes.set_yticks(range(len(workers)), [f"worker {n + 1}" for n in range(len(workers))])
axes.set(title="Tasks of one fit", xlabel="seconds")
axes.spines[["top", "right"]].set_visible(False)
figure.legend(loc="outside lower center", ncols=len(COLORS), frameon=False)
plt.show()

# %%
# The bits are those of the fit in memory, whatever the chunks and the workers are.

in_memory = SoftmaxMLPClassifier(100, alpha=1, max_iter=10, random_state=0)
in_memory.fit(X.compute(), y.compute())
pairs = zip(clf.coefs_, in_memory.coefs_, strict=True)
print("same bits:", all(np.array_equal(ours, theirs) for ours, theirs in pairs))

client.close()
cluster.close()
