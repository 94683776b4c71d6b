"""A Dask cluster as one fit uses it: tasks with names, and results in bounded time."""

import math
import time
import uuid
import warnings
from asyncio import run_coroutine_threadsafe
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, wait
from concurrent.futures import Future as Call
from contextlib import contextmanager
from itertools import count
from typing import Any, Self
from weakref import WeakSet

from dask.base import is_dask_collection
from distributed import (
    Client,
    Future,
    Worker,
    futures_of,
    get_client,
    get_worker,
    rejoin,
    secede,
)

from sksoftmax._rows.rounding import rounding_digest

# Times that a task that raises is tried again: what it needs may have been unreachable.
_RETRIES = 2
# Seconds from one look at whether anybody works to the next, which double; and seconds
# without any worker after which nobody is waited for. A nanny restarts its worker in
# about two.
_LOOK, _LONGEST_LOOK, _ALONE = 2.0, 60.0, 60.0
# What `distributed.utils.sync` raises where the call that it waits for is cancelled, as
# by a connection that is closed: it then has no result to return.
_CancelledCall = UnboundLocalError


class FitCluster:
    """Context in which tasks run; on exit nothing is left of them on the cluster.

    Inside of a task of that cluster, which would wait for what has no thread to run in,
    another task takes its place for as long.

    Parameters
    ----------
    client : distributed.Client or None
        None for the current one.

    Attributes
    ----------
    n_passes : int
        How many there have been over all rows.
    n_readings : int
        How often rows were read or computed for them.

    Raises
    ------
    ValueError
        If there is no current client, or it is closed.
    TypeError
        If `client` is none, or is asynchronous.
    """

    def __init__(self, client: "Client | None") -> None:
        self._client = _checked_client(client)
        self._token = uuid.uuid4().hex
        self._numbers = count()
        self.n_passes = self.n_readings = 0
        self._futures: WeakSet[Future] = WeakSet()

    def __enter__(self) -> Self:
        self._is_task = _is_task()
        if self._is_task:
            secede()
        return self

    def __exit__(self, *exception: object) -> None:
        # Not `cancel`, which would take what the user has persisted, too.
        for future in self._futures:
            future.release()
        if self._is_task:
            rejoin()

    @property
    def n_threads(self) -> int:
        """Of all workers there are now; 1 where there is none yet."""
        return sum(self._client.nthreads().values()) or 1

    @property
    def memory(self) -> float:
        """Bytes that all workers may use; infinite where one has no limit."""
        limits = self._client.run(_memory_limit, on_error="ignore").values()
        return sum(limit or math.inf for limit in limits)

    def warn_of_rounding(self) -> None:
        """Where workers round differently, and it matters which of them does what."""
        digests = self._client.run(rounding_digest, on_error="ignore")
        examples = {digest: address for address, digest in digests.items()}
        if len(examples) > 1:
            warnings.warn(
                "The workers round differently, so that a fit is not the same bits "
                f"again: one of each kind is {examples}. Have processors of one kind, "
                "and the same versions of NumPy, SciPy and their BLAS.",
                stacklevel=4,
            )

    def submit(self, name: str, function: Callable, *args: Any) -> Future:
        """A task `function(*args)`, of futures their results; `name` is for people."""
        key = f"sksoftmax-{name}-{self._token}-{next(self._numbers)}"
        with self._losses_told():
            future = self._client.submit(function, *args, key=key, retries=_RETRIES)
        self._futures.add(future)
        return future

    def given(self, name: str, value: Any) -> Future:
        """A value as a task, which can be made again where it was lost."""
        return self.submit(name, _given, value)

    def pieces(self, collection: Any) -> list[Future]:
        """The partitions of a collection, in order, which are begun to be made."""
        with self._losses_told():
            made = self._client.persist(collection, retries=_RETRIES)
            futures = futures_of(made, client=self._client)
        self._futures.update(futures)
        return sorted(futures, key=lambda future: future.key[1:])

    def values(self, collection: Any) -> Any:
        """A collection as what it is made of; anything else as it is."""
        if not is_dask_collection(collection):
            return collection
        with self._losses_told():
            future = self._client.compute(collection, retries=_RETRIES)
        self._futures.add(future)
        return self.result(future)

    def result(self, future: Future) -> Any:
        """What a task gives, in this process.

        Raises
        ------
        RuntimeError
            If there was no worker for a minute, all that the client was asked was
            cancelled for as long, or data were lost for good.
        Exception
            What the task raises.
        """
        with self._losses_told():
            call, look, idle_since = self._call(future), _LOOK, None
            while True:
                wait([call], look)
                if call.done() and not call.cancelled():
                    return call.result()
                trouble = self._trouble(call)
                if trouble is None:
                    look, idle_since = min(2 * look, _LONGEST_LOOK), None
                else:
                    look, idle_since = _LOOK, idle_since or time.monotonic()
                    if time.monotonic() - idle_since > _ALONE:
                        raise RuntimeError(trouble)
                if call.cancelled():
                    time.sleep(look)
                    call = self._call(future)

    def _call(self, future: Future) -> Call:
        """Ask for a result; where nobody waits for that any longer, it goes on."""
        # Not future.result(timeout), which is cancelled when time is over: if that is
        # just before the client asks the scheduler, all that it asks for afterwards
        # waits for a call that is never made (Client._gather_future).
        coroutine = _awaited(future)
        try:
            return run_coroutine_threadsafe(coroutine, self._client.loop.asyncio_loop)
        except RuntimeError:  # no loop any longer
            coroutine.close()
            raise

    def _trouble(self, call: Call) -> str | None:
        """Why nothing is to be expected of a call, if that goes on."""
        if not self._has_workers():
            return (
                f"The cluster has had no worker for {_ALONE:.0f} seconds. Start "
                "workers, which may have been short of memory, and fit again."
            )
        if call.cancelled():
            return (
                f"The client has cancelled what it was asked for {_ALONE:.0f} seconds. "
                "Close it, make a new one of the same address, and fit again."
            )
        return None

    @contextmanager
    def _losses_told(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            is_closed = self._client.status in ("closing", "closed")
            if not (is_closed or isinstance(error, CancelledError)):
                raise
            raise RuntimeError(
                f"The cluster has lost data of this fit for good: {error} It was "
                "closed, or X was scattered to a worker that is gone: pass a "
                "collection that is read or computed by its tasks, and fit again."
            ) from error

    def _has_workers(self) -> bool:
        try:
            return bool(self._client.nthreads())
        except (OSError, _CancelledCall):  # nor a scheduler
            return False


def _checked_client(client: "Client | None") -> Client:
    if client is None:
        try:
            client = get_client()
        except ValueError as error:
            raise ValueError(
                "DaskSoftmaxMLPClassifier needs a cluster for Dask collections, and "
                "there is no current client. On this machine "
                "`client = distributed.Client(distributed.LocalCluster())` starts one; "
                "or pass client."
            ) from error
    if not isinstance(client, Client):
        raise TypeError(
            "client must be a distributed.Client or None; got "
            f"{type(client).__name__}. Pass Client(address), or None for the current "
            "one."
        )
    if client.status in ("closing", "closed"):
        raise ValueError(
            "client is closed. Make a new one, Client(address), or pass None for the "
            "current one."
        )
    if client.asynchronous:
        raise TypeError(
            "client is asynchronous, and fit is not. Pass one that was made without "
            "asynchronous=True, outside of coroutines."
        )
    return client


def _is_task() -> bool:
    """Whether this is a thread of a worker."""
    try:
        get_worker()
    except ValueError:
        return False
    return True


async def _awaited(future: Future) -> Any:
    return await future


def _given(value: Any) -> Any:
    return value


def _memory_limit(dask_worker: Worker) -> int | None:
    return dask_worker.memory_manager.memory_limit
