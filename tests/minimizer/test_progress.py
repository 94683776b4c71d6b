"""What the stopping rules look at, and what users see."""

import io

import numpy as np
import pytest

from sksoftmax._minimizer.progress import (
    WINDOW,
    part_of_loss,
    relative_decrease,
    report,
)


def test_window_is_what_the_estimator_documents():
    """The docstring of `tol` says ten iterations."""
    assert WINDOW == 10


def test_progress_is_unknown_before_the_window_is_full():
    """No decrease is reported before WINDOW iterations are done."""
    assert relative_decrease([3.0] * WINDOW) == np.inf
    assert relative_decrease([4.0] + [2.0] * WINDOW) == 1


def test_progress_is_that_of_the_last_window_alone():
    """What was gained before it does not count, however long it is."""
    assert relative_decrease([100.0, 6.0, 5.0, 4.0], window=2) == 0.5


@pytest.mark.parametrize("loss", [0, 1e-12, -1e-12, 1e-4])
def test_a_negligible_loss_is_not_divided_by(loss):
    """1e-4 stands for all that is below it, as the docstring of `tol` says."""
    assert part_of_loss(1e-5, loss) == pytest.approx(0.1)


def test_a_line_is_shown_at_once(monkeypatch):
    """Also where output is a file or a pipe, which is buffered."""
    written = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(written))
    report("Iteration 1")
    assert written.getvalue().split() == [b"Iteration", b"1"]
