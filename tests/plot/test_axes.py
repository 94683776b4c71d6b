"""What all displays do before they draw."""

import sys

import pytest
from sklearn.exceptions import NotFittedError

from sksoftmax import (
    FeatureImportancesDisplay,
    LossCurveDisplay,
    RegularizationPathDisplay,
    ReliabilityDisplay,
    SoftmaxMLPClassifier,
)

DISPLAYS = [
    FeatureImportancesDisplay([0.4, 0.6], feature_names=["a", "b"]),
    LossCurveDisplay([2, 1]),
    RegularizationPathDisplay([1, 2], [0.1, 0.2]),
    ReliabilityDisplay([[0.5]], [[0.4]], [[1.0]]),
]


@pytest.mark.parametrize("display", DISPLAYS, ids=lambda d: type(d).__name__)
def test_a_new_figure_or_the_users_axes(display, pyplot):
    """Without axes there is a figure for each plot, with them there is none."""
    assert display.plot() is display
    assert display.figure_ is pyplot.gcf()
    _, axes = pyplot.subplots(1, 2)
    assert display.plot(axes[1]).ax_ is axes[1]
    assert display.figure_ is axes[1].figure
    assert len(pyplot.get_fignums()) == 2


@pytest.mark.parametrize(
    "display",
    [*DISPLAYS[1:], LossCurveDisplay([3, 2, 1], stages=[(5, 1), (9, 2)])],
    ids=lambda d: type(d).__name__,
)
def test_style_by_the_aliases_of_matplotlib(display):
    """lw is linewidth, also where the display has one of its own."""
    display.plot(lw=7, c="red", ms=9)
    lines = getattr(display, "lines_", None) or [display.line_]
    for line in lines:
        assert line.get_linewidth() == 7
        assert line.get_color() == "red"
        assert line.get_markersize() == 9


@pytest.mark.parametrize("display", DISPLAYS, ids=lambda d: type(d).__name__)
def test_without_matplotlib_it_is_said(display, monkeypatch):
    """The error names the display and the package."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(
        ImportError, match=rf"{type(display).__name__}\.plot requires matplotlib"
    ):
        display.plot()


@pytest.mark.parametrize("display", DISPLAYS, ids=lambda d: type(d).__name__)
def test_unfitted_estimators_are_refused(display):
    """There is nothing to draw before fit."""
    data = ([[0]], [0]) if isinstance(display, ReliabilityDisplay) else ()
    with pytest.raises(NotFittedError):
        display.from_estimator(SoftmaxMLPClassifier(), *data)
