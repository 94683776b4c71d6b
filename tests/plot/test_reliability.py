"""ReliabilityDisplay: bins, calibration error, artists."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sksoftmax import ReliabilityDisplay


@pytest.fixture
def predictions(rng):
    """Labels and probabilities of 400 samples and three classes, overconfident."""
    logits = rng.normal(size=(400, 3))
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    y = np.array([rng.choice(3, p=row) for row in p])
    sharp = p**2
    return y, sharp / sharp.sum(axis=1, keepdims=True)


def labels(display):
    return [text.get_text() for text in display.ax_.get_legend().get_texts()]


def test_top_label_is_the_calibration_curve_of_being_right(predictions):
    """Bins are those of scikit-learn, for the event that the top class is true."""
    y, p = predictions
    display = ReliabilityDisplay.from_predictions(y, p, n_bins=8)
    true, pred = calibration_curve(p.argmax(axis=1) == y, p.max(axis=1), n_bins=8)
    np.testing.assert_allclose(display.prob_true, [true])
    np.testing.assert_allclose(display.prob_pred, [pred])
    np.testing.assert_allclose(np.sum(display.bin_weight), 1)


def test_per_class_is_the_calibration_curve_of_each_class(predictions):
    """One curve for each class against the rest."""
    y, p = predictions
    names = np.array(["ant", "bee", "cow"])
    display = ReliabilityDisplay.from_predictions(names[y], p, kind="per-class")
    assert list(display.classes) == ["ant", "bee", "cow"]
    for k in range(3):
        true, pred = calibration_curve(y == k, p[:, k], n_bins=10)
        np.testing.assert_allclose(display.prob_true[k], true)
        np.testing.assert_allclose(display.prob_pred[k], pred)
    assert labels(display)[1].startswith("class ant (ECE = 0.")


def test_ece_is_that_of_the_definition():
    """Guo et al. 2017, eq. (3), by hand."""
    p = np.array([0.55, 0.58, 0.92, 0.96, 0.98])
    y = np.array([1, 0, 1, 1, 0])
    display = ReliabilityDisplay.from_predictions(y, p, kind="per-class", n_bins=10)
    expected = 2 / 5 * abs(1 / 2 - 0.565) + 3 / 5 * abs(2 / 3 - 2.86 / 3)
    np.testing.assert_allclose(display.ece, [expected])
    assert f"(ECE = {expected:.3f})" in labels(display)[1]


@pytest.mark.parametrize("strategy", ["uniform", "quantile"])
@pytest.mark.parametrize("kind", ["top-label", "per-class"])
def test_weights_are_copies(predictions, rng, strategy, kind):
    """Integer weights give the curves of rows that are repeated as often."""
    y, p = predictions
    weights = rng.integers(0, 4, len(y))
    options = {"strategy": strategy, "kind": kind}
    weighted = ReliabilityDisplay.from_predictions(
        y, p, sample_weight=weights, **options
    )
    y, p = np.repeat(y, weights), np.repeat(p, weights, axis=0)
    repeated = ReliabilityDisplay.from_predictions(y, p, **options)
    for name in ("prob_true", "prob_pred", "bin_weight"):
        for one, other in zip(
            getattr(weighted, name), getattr(repeated, name), strict=True
        ):
            np.testing.assert_allclose(one, other)


def test_quantile_bins_hold_equal_parts(predictions):
    """Of 400 samples without ties, 40 in each of 10 bins."""
    display = ReliabilityDisplay.from_predictions(*predictions, strategy="quantile")
    np.testing.assert_allclose(display.bin_weight[0], 0.1)


@pytest.mark.parametrize("load", [load_iris, load_breast_cancer])
def test_any_classifier(load):
    """Estimators and pipelines of scikit-learn; two classes are the second alone."""
    data = load()
    X, y = data.data, data.target_names[data.target]
    model = make_pipeline(StandardScaler(), GaussianNB()).fit(X, y)
    display = ReliabilityDisplay.from_estimator(model, X, y, kind="per-class")
    shown = model.classes_[1:] if len(model.classes_) == 2 else model.classes_
    assert list(display.classes) == list(shown)
    p = model.predict_proba(X)[:, -1]
    true, _ = calibration_curve(y == model.classes_[-1], p, n_bins=10)
    np.testing.assert_allclose(display.prob_true[-1], true)
    assert labels(display)[1].startswith(f"Pipeline, class {shown[0]} (ECE")


@pytest.mark.parametrize("shown", ["malignant", "benign"])
def test_of_two_classes_the_one_that_is_asked_for(shown):
    """Its name, its probabilities, how often it is there: the first as the second."""
    data = load_breast_cancer()
    X, y = data.data, data.target_names[data.target]
    model = GaussianNB().fit(X, y)
    display = ReliabilityDisplay.from_estimator(
        model, X, y, kind="per-class", class_of_interest=shown
    )
    p = model.predict_proba(X)[:, model.classes_.tolist().index(shown)]
    true, pred = calibration_curve(y == shown, p, n_bins=10)
    np.testing.assert_allclose(display.prob_true, [true])
    np.testing.assert_allclose(display.prob_pred, [pred])
    assert labels(display)[1].startswith(f"GaussianNB, class {shown} (ECE")


def test_one_class_of_several(predictions):
    """Its curve is the one that it has among all."""
    y, p = predictions
    every = ReliabilityDisplay.from_predictions(y, p, kind="per-class")
    one = ReliabilityDisplay.from_predictions(
        y, p, kind="per-class", class_of_interest=2
    )
    assert list(one.classes) == [2]
    np.testing.assert_array_equal(one.prob_true[0], every.prob_true[2])


def drawn_legend(display):
    """Extent of the legend, in pixels, and of the axes."""
    display.figure_.draw_without_rendering()
    return display.ax_.get_legend().get_window_extent(), display.ax_.bbox


@pytest.mark.parametrize("n_classes", [2, 3, 10])
def test_the_legend_is_below_the_axes(rng, n_classes):
    """And whole, in a new figure, where each class has a line in it."""
    p = rng.dirichlet(np.ones(n_classes), 200)
    display = ReliabilityDisplay.from_predictions(
        rng.integers(n_classes, size=200), p, kind="per-class", name="A long name"
    )
    legend, axes = drawn_legend(display)
    label = display.ax_.xaxis.label.get_window_extent()
    assert legend.y1 <= label.y0 < axes.y0
    assert legend.y0 >= 0
    assert axes.height > 300  # and does not take the room of the curves
    assert 0.9 < axes.height / axes.width < 1.1


@pytest.mark.parametrize(
    "name", ["HistGradientBoostingClassifier", "calibrated " * 8, "x" * 90]
)
def test_long_names_take_lines(rng, name):
    """Instead of the width of the axes, or more than there is."""
    p = rng.dirichlet(np.ones(3), 200)
    display = ReliabilityDisplay.from_predictions(
        rng.choice(["a rather long name", "b", "c"], 200),
        p,
        kind="per-class",
        name=name,
    )
    legend, axes = drawn_legend(display)
    assert 0 <= legend.x0 < legend.x1 <= display.figure_.bbox.x1
    assert legend.y0 >= 0
    assert 0.9 < axes.height / axes.width < 1.1


def test_the_legend_of_figures_of_the_user(predictions):
    """Below the axes if the figure makes room there, or else in them, not cut off."""
    for size in ((6.4, 4.8), (10.5, 6.4)):  # nearly square axes as well
        _, ax = plt.subplots(1, 2, figsize=size, layout="constrained")
        for each in ax:
            display = ReliabilityDisplay.from_predictions(*predictions, ax=each)
            each.set_title("A title")
            legend, axes = drawn_legend(display)
            assert 0 <= legend.y0 < legend.y1 < axes.y0
            assert each.title.get_window_extent().y1 <= display.figure_.bbox.y1
    _, ax = plt.subplots()
    display = ReliabilityDisplay.from_predictions(*predictions, ax=ax)
    legend, axes = drawn_legend(display)
    assert axes.y0 < legend.y0 < legend.y1 < axes.y1


def test_artists(predictions):
    """A line and a marker for each bin, which tells how many samples are there."""
    display = ReliabilityDisplay.from_predictions(*predictions, name="A", color="red")
    (line,), (markers,) = display.lines_, display.markers_
    np.testing.assert_array_equal(
        line.get_data(), [display.prob_pred[0], display.prob_true[0]]
    )
    assert line.get_color() == "red"
    sizes = markers.get_sizes()
    assert sizes.argmax() == display.bin_weight[0].argmax()
    assert sizes.max() > 2 * sizes.min()
    assert labels(display)[0] == "Perfectly calibrated"
    assert labels(display)[1] == f"A (ECE = {display.ece[0]:.3f})"
    assert display.ax_.get_ylabel() == "Accuracy"


def test_one_diagonal_for_several_estimators(predictions):
    """A second plot on the same axes adds its own curve alone; or none is drawn."""
    display = ReliabilityDisplay.from_predictions(*predictions)
    display = ReliabilityDisplay.from_predictions(*predictions, ax=display.ax_)
    assert labels(display).count("Perfectly calibrated") == 1
    assert len(display.ax_.lines) == 3
    assert len(display.plot(ref_line=False).ax_.lines) == 1


def test_rounding_errors_of_sums_are_none(predictions):
    """Probabilities of float16, or written with four digits, are taken as they are."""
    y, p = predictions
    for rounded in (p.astype(np.float16), p.astype(np.float32), p.round(4)):
        display = ReliabilityDisplay.from_predictions(y, rounded)
        np.testing.assert_allclose(
            display.prob_pred[0] @ display.bin_weight[0],
            rounded.max(axis=1).mean(dtype=float),
        )


def test_labels_that_are_not_in_the_data(predictions):
    """With `labels`, a class may be missing in y_true."""
    y, p = predictions
    few = y < 2
    display = ReliabilityDisplay.from_predictions(
        y[few], p[few], labels=[0, 1, 2], kind="per-class"
    )
    assert not display.prob_true[2].any()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"kind": "all"},
            r"kind must be one of \('top-label', 'per-class'\); got 'all'",
        ),
        ({"strategy": "kmeans"}, r"strategy must be .*'quantile'\); got 'kmeans'"),
        (
            {"class_of_interest": 1},
            r"class_of_interest=1 is of kind='per-class'; got kind='top-label'",
        ),
        (
            {"kind": "per-class", "class_of_interest": np.array([0, 1])},
            r"class_of_interest must be one of the classes \[0, 1, 2\]; got array",
        ),
        (
            {"kind": "per-class", "class_of_interest": 7},
            r"class_of_interest must be one of the classes \[0, 1, 2\]; got 7",
        ),
        ({"n_bins": 0}, r"n_bins must be an integer >= 1; got 0"),
        ({"labels": [0, 1]}, r"a column for each of the 2 labels \[0, 1\]; got 3"),
        (
            {"labels": [2, 1, 0]},
            r"labels must be sorted, each one once; got \[2, 1, 0\]",
        ),
        ({"y_true": [0, 1, 2, np.nan] * 100}, "y_true has samples without a label. Le"),
        ({"y_true": ["a", "b", "c", None] * 100}, "y_true has samples without a label"),
        ({"labels": [0, 1, 5]}, r"y_true has labels that are not among .*\[0, 1, 5\]"),
        ({"y_prob": np.full((400, 3), 1.5)}, r"in \[0, 1\]; got 1.5 to 1.5\. For log"),
        ({"y_prob": np.full(400, 1.5)}, r"in \[0, 1\]; got 1.5 to 1.5\. For logits"),
        ({"y_prob": np.full(400, -0.1)}, r"in \[0, 1\]; got -0.1 to -0.1"),
        (
            {"y_prob": np.full((400, 3), 1 / 6)},
            r"sum to 1 in each row; got sums that differ by 0\.5\. Divide each row by",
        ),
        ({"y_prob": np.full((400, 1), 0.5)}, "or pass one column as one-dimensional"),
        ({"y_prob": np.full((400, 3), 1 / 3) + 4e-4}, r"differ by 0\.0012"),
        ({"sample_weight": -np.ones(400)}, r"[Nn]egative"),
        ({"sample_weight": np.zeros(400)}, r"at least one non-zero"),
        ({"y_true": [1]}, r"inconsistent numbers of samples"),
    ],
)
def test_what_is_refused(predictions, options, message):
    """Each with the value and what is allowed."""
    options = dict(zip(("y_true", "y_prob"), predictions, strict=True)) | options
    with pytest.raises(ValueError, match=message):
        ReliabilityDisplay.from_predictions(**options)
