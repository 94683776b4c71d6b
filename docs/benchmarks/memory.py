"""How much memory does a fit need beyond the data?

    python docs/benchmarks/memory.py [n_rows]

Fits a read-only float32 memory map of n_rows x 50 (two million by default;
MLPClassifier gets a tenth), hidden 128, 10 classes, three iterations, each in a process
of its own, and reports the growth of its anonymous memory: all but the mapped file.
Linux only.
"""

import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from report import publish, table

CODE = """
import sys
sys.path.insert(0, {folder!r})
import {module}
{module}.fit_and_report(*{arguments!r})
"""


def write_data(path, n_rows):
    """The file, in pieces."""
    X = np.memmap(path, np.float32, "w+", shape=(n_rows, 50))
    rng = np.random.default_rng(0)
    for start in range(0, n_rows, 10_000):
        X[start : start + 10_000] = rng.normal(size=X[start : start + 10_000].shape)
    X.flush()


def anonymous_bytes():
    """Memory of this process that is not a mapped file."""
    status = Path("/proc/self/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("RssAnon"))
    return 1024 * int(line.split()[1])


def report_growth(fit):
    """In the child: fit, while a thread watches; print megabytes and seconds."""
    samples, done = [anonymous_bytes()], threading.Event()

    def watch():
        while not done.wait(0.005):
            samples.append(anonymous_bytes())

    watcher = threading.Thread(target=watch)
    watcher.start()
    start = time.perf_counter()
    fit()
    seconds = time.perf_counter() - start
    done.set()
    watcher.join()
    print((max(samples) - samples[0]) / 1e6, seconds)


def fit_and_report(name, path, n_rows):
    """In the child, of a competitor."""
    import importlib

    from problems import Problem

    module = importlib.import_module(f"competitors.{name}")
    X = np.memmap(path, np.float32, "r", shape=(n_rows, 50))
    y = np.arange(n_rows) % 10
    problem = Problem(X, y, (128,), "tanh", 1.0, [])
    small = Problem(np.array(X[:500]), y[:500], (128,), "tanh", 1.0, [])
    module.fit(small, 3)  # imports and the threads of BLAS are not the fit's
    report_growth(lambda: module.fit(problem, 3))


def in_a_process(module, *arguments):
    """Megabytes and seconds that `fit_and_report` of a module here tells."""
    folder = str(Path(__file__).parent)
    code = CODE.format(folder=folder, module=module, arguments=arguments)
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        capture_output=True,
        text=True,
        check=True,
    )
    return map(float, run.stdout.split())


def measure(name, n_rows):
    """Megabytes and seconds of one fit, in a new process."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "X.dat")
        write_data(path, n_rows)
        return in_a_process("memory", name, path, n_rows)


def main(n_rows=2_000_000):
    """Measure and fill the page."""
    rows = []
    for name, n in (("ours", int(n_rows)), ("mlp_classifier", int(n_rows) // 10)):
        megabytes, seconds = measure(name, n)
        file = n * 200 / 1e6
        per_row = f"{1e6 * megabytes / n:.0f}"
        rows.append(
            [name, n, f"{file:.0f}", f"{megabytes:.0f}", per_row, f"{seconds:.1f}"]
        )
        print(*rows[-1], sep=" | ", flush=True)
    header = ["who", "rows", "file, MB", "extra memory, MB", "bytes per row", "s"]
    publish("memory", table(header, rows))


if __name__ == "__main__":
    main(*sys.argv[1:])
