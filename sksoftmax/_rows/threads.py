"""Threads over blocks of rows: as many as BLAS may use, with BLAS itself held to one.

Element-wise work then scales with the threads too, which BLAS threads leave to one
core, and the sums do not depend on how many threads there are. The number is BLAS's
own, so OPENBLAS_NUM_THREADS, threadpoolctl and joblib's workers are respected without a
parameter.

The limit is a global of the process, and is to be set from one place (README of
threadpoolctl): here on entry of the first fit, undone on exit of the last. Tested with
the OpenBLAS of the NumPy and SciPy wheels.
"""

import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache, partial
from threading import Lock
from typing import Self, TypeVar

import numpy as np
from threadpoolctl import LibController, ThreadpoolController

Item = TypeVar("Item")
Result = TypeVar("Result")
Map = Callable[[Callable[[Item], Result], list[Item]], Iterable[Result]]

_contexts = itertools.count()
# Seconds in which a thread that is about to start does so, if it ever does.
_START = 5.0


class BlockThreads:
    """Context in which BLAS has one thread, and `map` has the rest.

    These have NumPy's error state of whoever calls `map` first: as a rule a fit, which
    ignores errors and checks results, once for all of its evaluations.

    Examples
    --------
    >>> with BlockThreads() as threads:
    ...     list(threads.map(abs, [-1, 2, -3]))
    [1, 2, 3]
    """

    def __enter__(self) -> Self:
        self._executor: ThreadPoolExecutor | None = None
        self.n_threads = _blas_limit.acquire()
        return self

    def __exit__(self, *exception: object) -> None:
        try:
            if self._executor is not None:
                self._executor.shutdown(cancel_futures=True)
                _wait_for_threads(self._name)
        finally:
            _blas_limit.release()

    def map(
        self, function: Callable[[Item], Result], items: list[Item]
    ) -> Iterable[Result]:
        """Results in the order of the items, which few at a time wait to be taken.

        One item, or one thread, is worked off in the caller's thread.
        """
        if min(self.n_threads, len(items)) == 1:
            return map(function, items)
        if self._executor is None:
            self._name = f"sksoftmax-{next(_contexts)}"
            error_state = partial(np.seterr, **np.geterr())
            self._executor = ThreadPoolExecutor(
                self.n_threads, self._name, initializer=error_state
            )
        return _ordered(self._executor, function, items, ahead=2 * self.n_threads)


def _wait_for_threads(name: str) -> None:
    """Wait for those that an executor of this name has started and does not know.

    Where Ctrl-C meets `Thread.start` the thread may run, or be about to, while the
    executor's `shutdown` has never heard of it. It ends by itself, as no block is left
    for it. Whether one that is not alive yet has been started cannot be told: hence the
    clock, for those alone.
    """
    until = time.monotonic() + _START
    for thread in threading.enumerate():
        if thread.name.startswith(f"{name}_"):
            while thread.is_alive() or (
                thread in threading.enumerate() and time.monotonic() < until
            ):
                time.sleep(1e-4)


def _ordered(
    executor: ThreadPoolExecutor,
    function: Callable[[Item], Result],
    items: list[Item],
    ahead: int,
) -> Iterator[Result]:
    # Not executor.map: that would hold the results of all items, each as large as all
    # parameters of a network.
    pending: deque[Future[Result]] = deque()
    for item in items:
        if len(pending) == ahead:
            yield pending.popleft().result()
        pending.append(executor.submit(function, item))
    while pending:
        yield pending.popleft().result()


class _BlasLimit:
    """One thread for BLAS while anybody holds the limit, in whatever Python thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._holders = 0
        self._allowed: list[int] = []

    def acquire(self) -> int:
        """Hold BLAS to one thread; return how many it had."""
        with self._lock:
            if self._holders == 0:
                self._allowed = [library.num_threads for library in _blas()]
                try:
                    _set_threads([1] * len(self._allowed))
                except BaseException:
                    _set_threads(self._allowed)
                    raise
            self._holders += 1
            return max(self._allowed, default=1)

    def release(self) -> None:
        """Give BLAS its threads back when the last holder leaves."""
        with self._lock:
            self._holders -= 1
            if self._holders == 0:
                try:
                    _set_threads(self._allowed)
                except BaseException:
                    _set_threads(self._allowed)
                    raise


def _set_threads(counts: list[int]) -> None:
    # Not threadpool_limits: since threadpoolctl 3.8 OpenBLAS obeys the first Python
    # thread that sets a limit, and no other while that lives. Whoever holds our lock
    # may.
    for library, count in zip(_blas(), counts, strict=True):
        free = getattr(library, "clear_controlling_thread", lambda *, force: force)
        free(force=True)
        library.set_num_threads(count)
        free(force=True)


@cache
def _blas() -> list[LibController]:
    # Finding the libraries takes milliseconds, so once a process.
    return ThreadpoolController().select(user_api="blas").lib_controllers


_blas_limit = _BlasLimit()
