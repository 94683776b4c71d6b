"""A Dask cluster as one fit uses it: tasks with names, and results in bounded time."""

import math
import time
import uuid
from asyncio import run_coroutine_threadsafe
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, wait
from concurrent.futures import Future as Call
from contextlib import contextmanager
from itertools import count
from typing import Any, NamedTuple, Self
from weakref import WeakSet

import cloudpickle
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
from sksoftmax._sklearn.warning import warn

# Times that a task that raises is tried again: what it needs may have been unreachable.
_RETRIES = 2
# Bytes that one task may bring along; and all those that need the same value.
_MAX_SENT, _MAX_REPEATED = 2**23, 2**20
# Seconds from one look at whether anybody works to the next, which double; and seconds
# without any worker, or with paused ones alone, after which nobody is waited for. A
# nanny restarts its worker in about two; a paused one goes on when it has spilled.
_LOOK, _LONGEST_LOOK, _ALONE, _PAUSED = 2.0, 60.0, 60.0, 300.0
# What `distributed.utils.sync` raises where the call that it waits for is cancelled, as
# by a connection that is closed: it then has no result to return.
_CancelledCall = UnboundLocalError


class _Trouble(NamedTuple):
    """What may end a fit, and the seconds for which it is borne."""

    message: str
    most_seconds: float


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
    n_bytes : int
        Of rows that stay on the cluster until the end of the fit.

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
        self.n_passes = self.n_readings = self.n_bytes = 0
        self._futures: WeakSet[Future] = WeakSet()

    def __enter__(self) -> Self:
        self._has_left = _leave_pool()
        return self

    def __exit__(self, *exception: object) -> None:
        # Not `cancel`, which would take what the user has persisted, too.
        for future in self._futures:
            future.release()
        if self._has_left:
            rejoin()

    @property
    def n_threads(self) -> int:
        """Of all workers there are now; 1 where there is none yet."""
        with self._losses_told():
            return sum(self._client.nthreads().values()) or 1

    @property
    def memory(self) -> float:
        """Bytes that all workers may use; infinite where one has no limit."""
        with self._losses_told():
            limits = self._client.run(_memory_limit, on_error="ignore").values()
        return sum(limit or math.inf for limit in limits)

    def warn_of_rounding(self) -> None:
        """Where workers round differently, and it matters which of them does what."""
        with self._losses_told():
            digests = self._client.run(rounding_digest, on_error="ignore")
        examples = {digest: address for address, digest in digests.items()}
        if len(examples) > 1:
            warn(
                "The workers round differently, so that a fit is not the same bits "
                f"again: one of each kind is {examples}. Have processors of one kind, "
                "and the same versions of NumPy, SciPy and their BLAS."
            )

    def submit(self, name: str, function: Callable, *args: Any) -> Future:
        """A task `function(*args)`, of futures their results; `name` is for people."""
        key = f"sksoftmax-{name}-{self._token}-{next(self._numbers)}"
        with self._losses_told():
            future = self._client.submit(function, *args, key=key, retries=_RETRIES)
        self._futures.add(future)
        return future

    def submit_each(
        self, name: str, function: Callable, *arguments: list[Any]
    ) -> list[Future]:
        """The same for each of the first, second, ... arguments, told all at once."""
        key = f"sksoftmax-{name}-{self._token}-{next(self._numbers)}"
        keys = [f"{key}-{i}" for i in range(len(arguments[0]))]
        with self._losses_told():
            futures = self._client.map(function, *arguments, key=keys, retries=_RETRIES)
        self._futures.update(futures)
        return futures

    def shared(self, name: str, value: Any, n_tasks: int) -> Any:
        """A value as an argument of so many tasks: as a task, if it is large.

        A small one each brings along, and none waits for another one.
        """
        is_small = n_tasks * len(cloudpickle.dumps(value)) <= _MAX_REPEATED
        return value if is_small else self.given(name, value)

    def given(self, name: str, value: Any) -> Future:
        """A value as a task, which can be made again where it was lost.

        In parts, if it is large: the client warns of tasks of more than 10 MB, and
        advises to scatter, of which a part that is lost can't be made again.
        """
        pickled = cloudpickle.dumps(value)
        if len(pickled) <= _MAX_SENT:
            return self.submit(name, _given, value)
        parts = [
            self.submit(name, _given, pickled[start : start + _MAX_SENT])
            for start in range(0, len(pickled), _MAX_SENT)
        ]
        return self.submit(name, _unpickled, parts)

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
        """What a task gives, in this process; as `results`."""
        return self.results([future])[0]

    def results(self, futures: list[Future]) -> list[Any]:
        """What tasks give, in this process.

        Raises
        ------
        RuntimeError
            If there was no worker for a minute, or none that is not paused for five,
            all that the client was asked was cancelled for a minute, or data were lost
            for good.
        Exception
            What the task raises.
        """
        with self._losses_told():
            call, look, idle_since = self._call(futures), _LOOK, None
            while True:
                wait([call], look)
                if call.done() and not call.cancelled():
                    return call.result()
                trouble = self._trouble(call)
                if trouble is None:
                    look, idle_since = min(2 * look, _LONGEST_LOOK), None
                else:
                    look, idle_since = _LOOK, idle_since or time.monotonic()
                    if time.monotonic() - idle_since > trouble.most_seconds:
                        raise RuntimeError(trouble.message)
                if call.cancelled():
                    time.sleep(look)
                    call = self._call(futures)

    def _call(self, futures: list[Future]) -> Call:
        """Ask for results; where nobody waits for them any longer, it goes on."""
        # Not future.result(timeout), which is cancelled when time is over: if that is
        # just before the client asks the scheduler, all that it asks for afterwards
        # waits for a call that is never made (Client._gather_future).
        coroutine = _gathered(self._client, futures)
        try:
            return run_coroutine_threadsafe(coroutine, self._client.loop.asyncio_loop)
        except RuntimeError:  # no loop any longer
            coroutine.close()
            raise

    def _trouble(self, call: Call) -> "_Trouble | None":
        """Why nothing is to be expected of a call, if that goes on."""
        statuses = self._statuses()
        if not statuses:
            return _Trouble(
                f"The cluster has had no worker for {_ALONE:.0f} seconds. Start "
                "workers, which may have been short of memory, and fit again.",
                _ALONE,
            )
        if "running" not in statuses:
            return _Trouble(
                f"The cluster has had no worker but {', '.join(sorted(statuses))} ones "
                f"for {_PAUSED:.0f} seconds, which may be short of memory. Start more "
                "of them, or pass persist=False, and fit again.",
                _PAUSED,
            )
        if call.cancelled():
            return _Trouble(
                f"The client has cancelled what it was asked for {_ALONE:.0f} seconds. "
                "Close it, make a new one of the same address, and fit again.",
                _ALONE,
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

    def _statuses(self) -> set[str]:
        """Of the workers there are."""
        try:
            # Where the scheduler is gone, what it says of workers is what it said last.
            self._client.nthreads()
            workers = self._client.scheduler_info(n_workers=-1)["workers"]
        except (OSError, _CancelledCall):
            return set()
        return {worker["status"] for worker in workers.values()}


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


def _leave_pool() -> bool:
    """Whether this is a thread of a worker's pool, which it has left now."""
    try:
        get_worker()
        secede()
    except (ValueError, KeyError):  # of none, or the task has left it already
        return False
    return True


async def _gathered(client: Client, futures: list[Future]) -> list[Any]:
    return await client.gather(futures, asynchronous=True)


def _given(value: Any) -> Any:
    return value


def _unpickled(parts: list[bytes]) -> Any:
    return cloudpickle.loads(b"".join(parts))


def _memory_limit(dask_worker: Worker) -> int | None:
    return dask_worker.memory_manager.memory_limit
