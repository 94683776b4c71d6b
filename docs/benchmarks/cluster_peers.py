"""Fits on a cluster of this machine, beside those of XGBoost and LightGBM there.

    python docs/benchmarks/cluster_peers.py [--rows 2000000] [--folder FOLDER]

Two workers of one thread each. Of two data sets a fifth of the rows is held out for
the test; the others are repeated until they are so many, and held by the workers, in
float32, before the first fit. All by default, one fit each.
"""

import argparse
import time
import warnings

import dask.array as da
import numpy as np
from datasets import load
from distributed import Client, LocalCluster, wait
from lightgbm.dask import DaskLGBMClassifier
from report import publish, table
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from xgboost.dask import DaskXGBClassifier

from sksoftmax.dask import DaskSoftmaxMLPClassifier

DATA, CHUNK = ("adult", "covtype20k"), 50_000
CLASSIFIERS = {
    "DaskSoftmaxMLPClassifier": lambda: DaskSoftmaxMLPClassifier(random_state=0),
    "xgboost.dask": lambda: DaskXGBClassifier(random_state=0),
    "lightgbm.dask": lambda: DaskLGBMClassifier(random_state=0, verbosity=-1),
}


def measured(name, client, options):
    """Of one data set: a row of the table for each classifier."""
    X, y = load(name, options.folder)
    X, X_test, y, y_test = train_test_split(
        X.astype(np.float32), y, test_size=0.2, stratify=y, random_state=0
    )
    places = np.random.default_rng(0).permutation(options.rows) % len(X)
    rows = da.from_array(X[places], chunks=(CHUNK, X.shape[1]))
    labels = da.from_array(y[places], chunks=CHUNK)
    rows, labels = client.persist([rows, labels])
    wait([rows, labels])
    for title, make in CLASSIFIERS.items():
        start = time.perf_counter()
        clf = make().fit(rows, labels)
        seconds = time.perf_counter() - start
        p = np.asarray(clf.predict_proba(da.from_array(X_test)))
        loss = log_loss(y_test, p)
        line = [name, X.shape[1], title, f"{loss:.4f}", f"{seconds:.0f}"]
        print(*line, flush=True)
        yield line


def main():
    """Both data sets, and all classifiers."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--folder", help="files NAME.npz; else OpenML")
    parser.add_argument("--rows", type=int, default=2_000_000)
    options = parser.parse_args()
    cluster = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0")
    with cluster, Client(cluster) as client:
        lines = [line for name in DATA for line in measured(name, client, options)]
    header = ["data", "columns", f"{options.rows:,} rows", "test log-loss", "seconds"]
    publish(
        "cluster peers",
        table(header, lines),
        page="../user_guide/larger_than_one_machine.md",
    )


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
