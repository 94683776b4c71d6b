"""Threads over blocks, and the limit they put on BLAS."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

import sksoftmax._rows.threads
from sksoftmax._rows.threads import BlockThreads

COUNTS = [1, 2, 3, 8]


def blas_threads():
    """Number of threads of each BLAS in the process."""
    return {
        lib["num_threads"] for lib in threadpool_info() if lib["user_api"] == "blas"
    }


def our_threads():
    """Threads that a BlockThreads has started and not ended."""
    return [t for t in threading.enumerate() if t.name.startswith("sksoftmax")]


@pytest.mark.parametrize("n_threads", COUNTS)
def test_as_many_threads_as_blas_is_allowed(n_threads):
    """threadpoolctl's limit is the number of block threads."""
    with threadpool_limits(n_threads, "blas"), BlockThreads() as threads:
        assert threads.n_threads == n_threads


@pytest.mark.parametrize("n_threads", COUNTS)
def test_results_come_in_order(n_threads):
    """Late results of early items do not change places."""

    def slow_at_first(i):
        time.sleep(0.001 * (i % 4 == 0))
        return i * i

    with threadpool_limits(n_threads, "blas"), BlockThreads() as threads:
        assert list(threads.map(slow_at_first, range(50))) == [i * i for i in range(50)]


def test_blocks_run_at_the_same_time():
    """Two blocks that wait for each other both end, so there are two threads."""
    barrier = threading.Barrier(2, timeout=10)
    with threadpool_limits(2, "blas"), BlockThreads() as threads:
        list(threads.map(lambda _: barrier.wait(), range(2)))


def test_blas_has_one_thread_inside_and_gets_its_own_back():
    """The limit holds in main thread and workers, and ends with the context."""
    with threadpool_limits(3, "blas"):
        with BlockThreads() as threads:
            assert blas_threads() == {1}
            for seen in threads.map(lambda _: blas_threads(), range(6)):
                assert seen == {1}
        assert blas_threads() == {3}


def test_overlapping_contexts_share_the_limit():
    """Whoever leaves last gives BLAS its threads back, in whatever order they came."""
    with threadpool_limits(3, "blas"):
        first, second = BlockThreads(), BlockThreads()
        first.__enter__()
        second.__enter__()
        assert second.n_threads == 3
        first.__exit__()
        assert blas_threads() == {1}
        second.__exit__()
        assert blas_threads() == {3}


def in_another_thread(function):
    """Result of a call in a thread of its own."""
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(function).result()


def test_the_limit_holds_in_every_python_thread():
    """After a fit in the main thread, one in another thread holds BLAS to one, too."""

    def enter_and_look():
        with BlockThreads() as threads:
            return threads.n_threads, blas_threads()

    with threadpool_limits(3, "blas"):
        assert enter_and_look() == (3, {1})
        assert in_another_thread(enter_and_look) == (3, {1})
        assert blas_threads() == {3}


def test_the_last_to_leave_may_be_another_thread():
    """BLAS gets its threads back from whichever thread leaves last."""
    with threadpool_limits(3, "blas"):
        first, second = BlockThreads(), BlockThreads()
        first.__enter__()
        in_another_thread(second.__enter__)
        first.__exit__()
        assert blas_threads() == {1}
        in_another_thread(second.__exit__)
        assert blas_threads() == {3}


def test_an_interrupt_while_the_limit_is_set_undoes_it(monkeypatch):
    """Ctrl-C on entry leaves BLAS its threads, and the next fit all of them."""
    set_threads = sksoftmax._rows.threads._set_threads

    def interrupted(counts):
        set_threads(counts)
        monkeypatch.setattr(sksoftmax._rows.threads, "_set_threads", set_threads)
        raise KeyboardInterrupt

    with threadpool_limits(3, "blas"):
        monkeypatch.setattr(sksoftmax._rows.threads, "_set_threads", interrupted)
        with pytest.raises(KeyboardInterrupt), BlockThreads():
            pass
        assert blas_threads() == {3}
        with BlockThreads() as threads:
            assert threads.n_threads == 3


def test_an_interrupt_while_the_limit_is_lifted_does_not_keep_it(monkeypatch):
    """Ctrl-C on exit gives BLAS its threads back, and the next fit all of them."""
    set_threads = sksoftmax._rows.threads._set_threads

    def interrupted(counts):
        monkeypatch.setattr(sksoftmax._rows.threads, "_set_threads", set_threads)
        raise KeyboardInterrupt

    with threadpool_limits(3, "blas"):
        with pytest.raises(KeyboardInterrupt), BlockThreads():
            monkeypatch.setattr(sksoftmax._rows.threads, "_set_threads", interrupted)
        assert blas_threads() == {3}
        with BlockThreads() as threads:
            assert threads.n_threads == 3
        assert blas_threads() == {3}


def interrupt_after(start, monkeypatch):
    """Let Ctrl-C come when a thread was started, and the executor has not heard yet."""

    def interrupted(thread):
        start(thread)
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", interrupted)


def test_an_interrupt_as_a_thread_starts_waits_for_its_block(monkeypatch):
    """No thread is left, and the block that it works on has ended, and no other."""
    start, begun, ended = threading.Thread.start, threading.Event(), []

    def begin(thread):
        start(thread)
        begun.wait()

    def block(i):
        begun.set()
        time.sleep(0.05)  # time to be left alone in
        ended.append(i)

    monkeypatch.setattr(sksoftmax._rows.threads, "_START", 0.0)
    interrupt_after(begin, monkeypatch)
    with threadpool_limits(2, "blas"):
        with pytest.raises(KeyboardInterrupt), BlockThreads() as threads:
            list(threads.map(block, range(8)))
        assert blas_threads() == {2}
    assert not our_threads()
    assert ended == [0]


def test_a_thread_that_starts_after_an_interrupt_finds_no_block(monkeypatch):
    """What waits when the context ends is dropped."""
    start, late, begun = threading.Thread.start, [], []
    interrupt_after(late.append, monkeypatch)
    with (
        threadpool_limits(2, "blas"),
        pytest.raises(KeyboardInterrupt),
        BlockThreads() as threads,
    ):
        list(threads.map(begun.append, range(8)))
    (thread,) = late
    start(thread)
    thread.join()
    assert not begun


@pytest.fixture
def waiting_for(monkeypatch):
    """Wait for a thread that is among the living but not alive, as one that starts."""

    def wait(thread, in_sleep):
        monkeypatch.setattr(threading, "enumerate", lambda: [thread])
        monkeypatch.setattr(time, "sleep", in_sleep)
        sksoftmax._rows.threads._wait_for_threads("sksoftmax-0")

    return wait


def test_a_thread_that_is_about_to_start_is_waited_for(waiting_for, monkeypatch):
    """Until it has ended."""
    thread = threading.Thread(target=lambda: None, name="sksoftmax-0_0")

    def start(seconds):
        thread.start()
        thread.join()
        monkeypatch.setattr(threading, "enumerate", list)

    waiting_for(thread, start)
    assert thread.ident is not None


def test_a_thread_that_never_starts_is_given_up(waiting_for, monkeypatch):
    """Ctrl-C just before the start can leave such a one among the living for ever."""
    monkeypatch.setattr(sksoftmax._rows.threads, "_START", 0.0)
    waiting_for(threading.Thread(name="sksoftmax-0_0"), pytest.fail)


def test_threads_of_other_contexts_are_not_waited_for(waiting_for):
    """Also where their names begin alike."""
    waiting_for(threading.Thread(name="sksoftmax-01_0"), pytest.fail)


def test_one_block_needs_no_thread():
    """A single block, or a single allowed thread, runs where it is called."""
    with BlockThreads() as threads:
        assert list(threads.map(lambda _: threading.current_thread(), [0])) == [
            threading.current_thread()
        ]
    with threadpool_limits(1, "blas"), BlockThreads() as threads:
        assert set(threads.map(lambda _: threading.current_thread(), range(3))) == {
            threading.current_thread()
        }
        assert not our_threads()


def test_an_error_in_a_block_stops_all_and_leaves_no_thread():
    """The error comes through, blocks that have not begun are dropped."""
    begun = []

    def fail(i):
        begun.append(i)
        if i == 3:
            raise MemoryError(i)
        time.sleep(0.001)

    with (
        threadpool_limits(2, "blas"),
        pytest.raises(MemoryError),
        BlockThreads() as threads,
    ):
        list(threads.map(fail, range(1000)))
    assert len(begun) < 20
    assert not our_threads()
    with threadpool_limits(2, "blas"):
        assert blas_threads() == {2}


def test_only_a_few_results_wait():
    """However many blocks there are, a bounded number is ahead of the consumer."""
    done = []
    with threadpool_limits(2, "blas"), BlockThreads() as threads:
        for i, _ in enumerate(threads.map(done.append, range(100))):
            assert len(done) <= i + 6


@pytest.mark.parametrize("n_threads", [1, 2])
def test_blocks_have_the_callers_error_state(n_threads):
    """What the caller ignores, or raises, its threads do too."""

    def overflow(size):
        return np.float64(size) * 1e308

    with threadpool_limits(n_threads, "blas"):
        with np.errstate(over="ignore"), BlockThreads() as threads:
            assert list(threads.map(overflow, [10, 10])) == [np.inf, np.inf]
        with (
            np.errstate(over="raise"),
            BlockThreads() as threads,
            pytest.raises(FloatingPointError),
        ):
            list(threads.map(overflow, [10, 10]))
