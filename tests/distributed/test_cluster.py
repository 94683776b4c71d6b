"""Tasks with names on a cluster, and results in bounded time."""

import asyncio
import operator
import time
from concurrent.futures import CancelledError

import numpy as np
import pytest
from clusters import is_left, keys_of

distributed = pytest.importorskip("distributed")
da = pytest.importorskip("dask.array")

import sksoftmax._distributed.cluster as module  # noqa: E402
from sksoftmax._distributed.cluster import FitCluster  # noqa: E402
from sksoftmax.dask import DaskSoftmaxMLPClassifier  # noqa: E402


@pytest.fixture
def fit_cluster(client):
    """That of a fit."""
    with FitCluster(client) as cluster:
        yield cluster


def test_tasks_have_names_and_take_results_of_others(fit_cluster, client):
    """By which a dashboard groups them."""
    two = fit_cluster.given("number", 2)
    total = fit_cluster.submit("total", sum, [two, two, 1])
    assert fit_cluster.result(total) == 5
    assert distributed.utils.key_split(total.key) == "sksoftmax-total"


def test_many_tasks_are_told_at_once(fit_cluster):
    """Under one name, of futures too, and their results come in order."""
    two = fit_cluster.given("number", 2)
    powers = fit_cluster.submit_each("power", pow, [two, 3, 5], [3, two, 0])
    assert fit_cluster.results(powers) == [8, 9, 1]
    names = {distributed.utils.key_split(power.key) for power in powers}
    assert names == {"sksoftmax-power"}
    assert fit_cluster.submit_each("power", pow, [], []) == []


def test_what_many_tasks_share_travels_with_each_if_it_is_small(fit_cluster):
    """If not it is a task, for all to wait for."""
    numbers = np.arange(1000.0)
    assert fit_cluster.shared("numbers", numbers, 100) is numbers
    large = fit_cluster.shared("numbers", numbers, 200)
    np.testing.assert_array_equal(fit_cluster.result(large), numbers)


def digest_of_a_worker(dask_worker=None):
    return dask_worker.address


def test_workers_that_round_differently_are_warned_of(fit_cluster, monkeypatch):
    """With the digest of each; those of one machine do not."""
    fit_cluster.warn_of_rounding()
    monkeypatch.setattr(module, "rounding_digest", digest_of_a_worker)
    with pytest.warns(UserWarning, match="not the same bits again: .*processors"):
        fit_cluster.warn_of_rounding()


def test_rounding_is_warned_of_at_the_line_that_fits(client, rng, monkeypatch):
    """And not of one of the package."""
    monkeypatch.setattr(module, "rounding_digest", digest_of_a_worker)
    clf = DaskSoftmaxMLPClassifier(2, alpha=1, random_state=0)
    X, y = rng.normal(size=(40, 2)), np.arange(40) % 2
    with pytest.warns(UserWarning, match="not the same bits again") as warned:
        clf.fit(da.from_array(X, chunks=20), y)
    assert [warning.filename for warning in warned] == [__file__]


def test_nothing_is_left_after_the_fit(client):
    """Also where somebody still holds the futures; what the user holds stays."""
    X = client.persist(da.ones((4, 2), chunks=2))
    distributed.wait(X)
    before = keys_of(client)
    with FitCluster(client) as cluster:
        futures = [*cluster.pieces(X), cluster.given("number", 1)]
        assert cluster.result(futures[-1]) == 1
        assert len(keys_of(client)) > len(before)
    assert not is_left(client, before)
    assert X.sum().compute() == 8
    del futures


def test_pieces_are_in_the_order_of_their_numbers(fit_cluster):
    """Not in that of their names, where 10 comes before 2."""
    pieces = fit_cluster.pieces(da.arange(12, chunks=1))
    assert [fit_cluster.result(piece)[0] for piece in pieces] == [*range(12)]


def test_values_of_collections_come_to_this_process(fit_cluster):
    """Others are there."""
    np.testing.assert_array_equal(
        fit_cluster.values(da.arange(5, chunks=2)), np.arange(5)
    )
    labels = ["a", "b"]
    assert fit_cluster.values(labels) is labels


def test_threads_are_those_of_all_workers(fit_cluster):
    """For as many shards at least."""
    assert fit_cluster.n_threads == 2


def test_memory_is_that_of_all_workers(fit_cluster, client, monkeypatch):
    """And infinite where one has no limit."""
    assert 2**20 < fit_cluster.memory < np.inf
    limits = {"a": 2**30, "b": None}
    monkeypatch.setattr(client, "run", lambda *_, on_error: limits)
    assert fit_cluster.memory == np.inf


def test_errors_of_tasks_are_raised(fit_cluster):
    """As they are, timeouts of their own included."""
    with pytest.raises(ZeroDivisionError, match=r"^division by zero$"):
        fit_cluster.result(fit_cluster.submit("ratio", operator.truediv, 1, 0))

    def late():
        raise TimeoutError("the disk is slow")

    with pytest.raises(TimeoutError, match=r"^the disk is slow$"):
        fit_cluster.result(fit_cluster.submit("late", late))


def test_a_task_that_fails_is_tried_again(fit_cluster):
    """Twice: what it needs may be back."""
    calls = []

    def third_time(value):
        calls.append(value)
        if len(calls) < 3:
            raise OSError("unreachable")
        return value

    assert fit_cluster.result(fit_cluster.submit("read", third_time, 7)) == 7


def test_slow_tasks_are_waited_for(fit_cluster, monkeypatch):
    """As long as there is a worker, however often one has looked."""
    monkeypatch.setattr(module, "_LOOK", 1e-3)
    monkeypatch.setattr(module, "_ALONE", 0.0)
    event = distributed.Event()
    slow = fit_cluster.submit("slow", lambda: distributed.Event(event.name).wait())
    looks = []

    def nthreads():
        looks.append(1)
        if len(looks) == 3:
            event.set()
        return {"worker": 1}

    monkeypatch.setattr(fit_cluster._client, "nthreads", nthreads)
    assert fit_cluster.result(slow)
    assert len(looks) >= 3


def test_looks_cancel_nothing(fit_cluster, monkeypatch):
    """The client would wait forever for what was cancelled before it was sent."""
    monkeypatch.setattr(module, "_LOOK", 1e-3)
    gather, calls, gathered = distributed.Client._gather, [], []

    async def late(*args, **kwargs):
        calls.append(args)
        await asyncio.sleep(0.2)
        gathered.append(await gather(*args, **kwargs))
        return gathered[-1]

    monkeypatch.setattr(distributed.Client, "_gather", late)
    assert fit_cluster.result(fit_cluster.given("number", 1)) == 1
    assert len(calls) == len(gathered) == 1


def test_a_client_that_cancels_all_it_is_asked_is_an_error(fit_cluster, monkeypatch):
    """In bounded time. It has no other sign of what is wrong with it."""
    monkeypatch.setattr(module, "_LOOK", 0.05)
    monkeypatch.setattr(module, "_ALONE", 0.1)

    calls = []

    async def cancelled(*args, **kwargs):
        calls.append(args)
        assert len(calls) < 8
        raise asyncio.CancelledError

    monkeypatch.setattr(distributed.Client, "_gather", cancelled)
    with pytest.raises(RuntimeError, match=r"client has cancelled .*make a new one"):
        fit_cluster.result(fit_cluster.given("number", 1))


def test_a_client_without_a_loop_is_an_error():
    """As of a cluster that was closed from another thread."""
    options = {"processes": False, "dashboard_address": ":0", "n_workers": 1}
    with distributed.LocalCluster(**options) as local, distributed.Client(local) as c:
        cluster = FitCluster(c)
        number = cluster.given("number", 1)
    assert c.loop.asyncio_loop.is_closed()
    with pytest.raises(RuntimeError, match="has lost data of this fit"):
        cluster.result(number)


@pytest.mark.parametrize("has_scheduler", [True, False])
def test_without_workers_there_is_an_error(monkeypatch, has_scheduler):
    """In bounded time."""
    monkeypatch.setattr(module, "_LOOK", 0.01)
    monkeypatch.setattr(module, "_ALONE", 0.1)
    options = {"processes": False, "dashboard_address": ":0", "n_workers": 0}
    with (
        distributed.LocalCluster(**options) as nobody,
        distributed.Client(nobody) as client,
        FitCluster(client) as cluster,
    ):
        assert cluster.n_threads == 1

        def refused():
            raise OSError("connection refused")

        if not has_scheduler:
            monkeypatch.setattr(client, "nthreads", refused)
        with pytest.raises(RuntimeError, match=r"no worker for 0 seconds\. Start"):
            cluster.result(cluster.given("number", 1))


def test_where_all_workers_are_paused_there_is_an_error(client, monkeypatch):
    """In bounded time; one that goes on in that time is waited for."""
    monkeypatch.setattr(module, "_LOOK", 0.01)
    with FitCluster(client) as cluster:
        with monkeypatch.context() as patch:
            for worker in client.cluster.workers.values():
                patch.setattr(worker.memory_manager, "memory_pause_fraction", 1e-9)
            until = time.monotonic() + 10
            while cluster._statuses() != {"paused"} and time.monotonic() < until:
                time.sleep(0.01)
            number = cluster.given("number", 1)
            patch.setattr(module, "_PAUSED", 0.1)
            with pytest.raises(RuntimeError, match="but paused ones for 0 seconds"):
                cluster.result(number)
        assert cluster.result(number) == 1


def test_large_values_are_sent_in_parts(fit_cluster, rng):
    """Without the client's warning of large graphs."""
    values = rng.normal(size=2_000_000)
    found = fit_cluster.result(fit_cluster.given("values", values))
    np.testing.assert_array_equal(found, values)


@pytest.mark.parametrize("ask", ["n_threads", "memory", "warn_of_rounding"])
def test_a_closed_cluster_is_told(ask):
    """Whatever it is asked."""
    options = {"processes": False, "dashboard_address": ":0", "n_workers": 1}
    with distributed.LocalCluster(**options) as local, distributed.Client(local) as c:
        cluster = FitCluster(c)
    with pytest.raises(RuntimeError, match="has lost data of this fit"):
        getattr(cluster, ask)()


def test_a_task_may_have_left_its_pool(client):
    """By itself, or as `worker_client` lets it."""

    def seceded():
        distributed.secede()
        with FitCluster(None) as cluster:
            return cluster.result(cluster.given("number", 1))

    def of_a_client():
        with distributed.worker_client(), FitCluster(None) as cluster:
            return cluster.result(cluster.given("number", 2))

    assert client.submit(seceded, pure=False).result() == 1
    assert client.submit(of_a_client, pure=False).result() == 2


def test_what_was_scattered_may_be_lost():
    """With the worker that has it: the error says what to pass."""
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=False, dashboard_address=":0"
        ) as local,
        distributed.Client(local) as own,
    ):
        worker = own.cluster.workers[0]
        scattered = own.scatter(np.ones(3), workers=[worker.address], direct=False)
        own.sync(worker.close)
        with FitCluster(own) as cluster:
            total = cluster.submit("total", np.sum, scattered)
            with pytest.raises(RuntimeError, match="was scattered to a worker"):
                cluster.result(total)


def test_what_is_lost_for_good_is_an_error(fit_cluster):
    """As data that were scattered, or all of a cluster that was closed."""
    number = fit_cluster.given("number", 1)
    fit_cluster.result(number)
    fit_cluster._client.cancel([number])
    with pytest.raises(RuntimeError, match="has lost data of this fit") as raised:
        fit_cluster.result(number)
    assert isinstance(raised.value.__cause__, CancelledError)


def test_without_a_client_the_error_says_how_to_start_one():
    """Where none is given, nor current."""
    with pytest.raises(ValueError, match=r"Client\(distributed.LocalCluster\(\)\)"):
        FitCluster(None)


def test_the_current_client_is_found(client):
    """Where none is given."""
    with FitCluster(None) as cluster:
        assert cluster._client is client


def test_what_is_no_client_is_refused():
    """An address, say."""
    with pytest.raises(TypeError, match=r"got str. Pass Client\(address\)"):
        FitCluster("tcp://127.0.0.1:8786")


def test_an_asynchronous_client_is_refused(client, monkeypatch):
    """A fit cannot wait for it."""
    monkeypatch.setattr(type(client), "asynchronous", True)
    with pytest.raises(TypeError, match="client is asynchronous, and fit is not"):
        FitCluster(client)
