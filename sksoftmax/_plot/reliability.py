"""Whether events of probability p happen in a part p of all cases."""

from collections.abc import Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn import config_context
from sklearn.base import BaseEstimator
from sklearn.preprocessing import LabelEncoder
from sklearn.utils import check_array, check_consistent_length
from sklearn.utils.validation import check_is_fitted, column_or_1d

from sksoftmax._plot.axes import check_axes, line_style
from sksoftmax._rows.namespace import local
from sksoftmax._sklearn.categories import are_gaps
from sksoftmax._sklearn.validation import MatrixLike
from sksoftmax._sklearn.weights import check_weights

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

Array = NDArray[np.floating]

# By which probabilities may sum to something else than 1, as of softmax_jacobian.
_ROUNDING = 1e-3

# Inches: a line of the legend, and from the axes down past their ticks and label.
_LEGEND_LINE = 0.22
_LABELS = 0.5
# Characters of a line that is as wide as the axes.
_LEGEND_WIDTH = 48


class ReliabilityDisplay:
    """Reliability diagram of any number of classes, and the calibration error.

    Use :meth:`from_estimator` or :meth:`from_predictions` to make one. All parameters
    are stored as attributes.

    Parameters
    ----------
    prob_true : list of ndarray of shape (n_bins,)
        Part of the samples in each bin of which the prediction is true; one array for
        each curve.

    prob_pred : list of ndarray of shape (n_bins,)
        Mean predicted probability in each bin.

    bin_weight : list of ndarray of shape (n_bins,)
        Part of all samples that is in each bin.

    classes : list of shape (n_curves,), default=None
        What class each curve is about; None if there is one curve, of the most probable
        class.

    name : str, default=None
        What the legend calls the estimator; None for nothing.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the curves.

    figure_ : matplotlib Figure
        Figure that holds them.

    lines_ : list of matplotlib Line2D
        One for each curve.

    markers_ : list of matplotlib PathCollection
        A marker for each bin, with an area in proportion to its part of all samples;
        one collection for each curve.

    See Also
    --------
    sklearn.calibration.CalibrationDisplay : That of two classes, without weights.

    Notes
    -----
    The legend is below the axes in a new figure, and in all that have a layout engine
    to make room for it, as `plt.subplots(layout="constrained")`. In others it is in the
    axes, where it covers least.

    In the legend is the expected calibration error (ECE) [1]_: over the bins b, the
    mean of `|prob_true[b] - prob_pred[b]|` with weights `bin_weight[b]`. That of the
    classes taken one by one is the classwise ECE of [2]_. It grows with the number of
    bins and falls with that of samples, also of perfect probabilities: compare only
    equal numbers of them.

    References
    ----------
    .. [1] C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, On calibration of modern
       neural networks, ICML 2017, eq. (3).
    .. [2] M. Kull et al., Beyond temperature scaling: obtaining well-calibrated
       multiclass probabilities with Dirichlet calibration, NeurIPS 2019, eq. (4).

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.model_selection import train_test_split
    >>> from sksoftmax import ReliabilityDisplay, SoftmaxMLPClassifier
    >>> X, X_test, y, y_test = train_test_split(
    ...     *load_digits(return_X_y=True), random_state=0
    ... )
    >>> clf = SoftmaxMLPClassifier(alpha=1, random_state=0).fit(X, y)
    >>> display = ReliabilityDisplay.from_estimator(clf, X_test, y_test)
    >>> bool(display.ece[0] < 0.03)
    True
    """

    ax_: "Axes"
    figure_: "Figure"
    lines_: "list[Line2D]"
    markers_: "list[PathCollection]"

    def __init__(
        self,
        prob_true: Sequence[ArrayLike],
        prob_pred: Sequence[ArrayLike],
        bin_weight: Sequence[ArrayLike],
        *,
        classes: Sequence[Any] | None = None,
        name: str | None = None,
    ) -> None:
        self.prob_true = prob_true
        self.prob_pred = prob_pred
        self.bin_weight = bin_weight
        self.classes = classes
        self.name = name

    @property
    def ece(self) -> Array:
        """Expected calibration error of each curve.

        Returns
        -------
        ece : ndarray of shape (n_curves,)
            See the notes on the class.
        """
        bins = zip(self.prob_true, self.prob_pred, self.bin_weight, strict=True)
        return np.array([abs(np.subtract(t, p)) @ weight for t, p, weight in bins])

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        X: MatrixLike,
        y: ArrayLike,
        *,
        sample_weight: ArrayLike | None = None,
        kind: Literal["top-label", "per-class"] = "top-label",
        class_of_interest: Any = None,
        n_bins: int = 10,
        strategy: Literal["uniform", "quantile"] = "uniform",
        ax: "Axes | None" = None,
        name: str | None = None,
        ref_line: bool = True,
        **kwargs: Any,
    ) -> Self:
        """Plot the diagram of a classifier and data that it was not fitted to.

        Parameters
        ----------
        estimator : estimator instance
            Fitted classifier with `predict_proba`, or a Pipeline that ends with one.

        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.

        y : array-like of shape (n_samples,)
            Their labels.

        sample_weight : array-like of shape (n_samples,), default=None
            Non-negative weights; None weighs all samples equally.

        kind : {"top-label", "per-class"}, default="top-label"
            What is predicted: that the most probable class is the true one, or each
            class by itself. Of two classes only one is drawn, as the other is its
            mirror image.

        class_of_interest : label of a class, default=None
            With `kind="per-class"`, the only class to draw; None for all, and of two
            for the second.

        n_bins : int, default=10
            Number of bins. Empty ones are left out.

        strategy : {"uniform", "quantile"}, default="uniform"
            Bins of equal width, or with equal parts of the samples.

        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.

        name : str, default=None
            What the legend calls the estimator; None for its class.

        ref_line : bool, default=True
            Draw the diagonal, on which perfect probabilities are.

        **kwargs : dict
            Passed to `matplotlib.axes.Axes.plot`, for all curves.

        Returns
        -------
        display : ReliabilityDisplay
            With the data and the artists.

        Raises
        ------
        ValueError
            For the reasons of :meth:`from_predictions`.
        """
        check_is_fitted(estimator)
        return cls.from_predictions(
            y,
            estimator.predict_proba(X),
            labels=estimator.classes_,
            sample_weight=sample_weight,
            kind=kind,
            class_of_interest=class_of_interest,
            n_bins=n_bins,
            strategy=strategy,
            ax=ax,
            name=type(estimator).__name__ if name is None else name,
            ref_line=ref_line,
            **kwargs,
        )

    @classmethod
    def from_predictions(
        cls,
        y_true: ArrayLike,
        y_prob: ArrayLike,
        *,
        labels: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
        kind: Literal["top-label", "per-class"] = "top-label",
        class_of_interest: Any = None,
        n_bins: int = 10,
        strategy: Literal["uniform", "quantile"] = "uniform",
        ax: "Axes | None" = None,
        name: str | None = None,
        ref_line: bool = True,
        **kwargs: Any,
    ) -> Self:
        """Plot the diagram of predicted probabilities.

        Parameters
        ----------
        y_true : array-like of shape (n_samples,)
            True labels.

        y_prob : array-like of shape (n_samples, n_classes) or (n_samples,)
            Predicted probabilities, which sum to 1 in each row; one-dimensional those
            of the second of two classes.

        labels : array-like of shape (n_classes,), default=None
            Labels of the columns of `y_prob`; None for those of `y_true`, sorted.

        sample_weight : array-like of shape (n_samples,), default=None
            Non-negative weights; None weighs all samples equally.

        kind : {"top-label", "per-class"}, default="top-label"
            What is predicted: that the most probable class is the true one, or each
            class by itself. Of two classes only one is drawn, as the other is its
            mirror image.

        class_of_interest : label of a class, default=None
            With `kind="per-class"`, the only class to draw; None for all, and of two
            for the second.

        n_bins : int, default=10
            Number of bins. Empty ones are left out.

        strategy : {"uniform", "quantile"}, default="uniform"
            Bins of equal width, or with equal parts of the samples.

        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.

        name : str, default=None
            What the legend calls the estimator; None for nothing.

        ref_line : bool, default=True
            Draw the diagonal, on which perfect probabilities are.

        **kwargs : dict
            Passed to `matplotlib.axes.Axes.plot`, for all curves.

        Returns
        -------
        display : ReliabilityDisplay
            With the data and the artists.

        Raises
        ------
        ValueError
            If `kind`, `strategy` or `n_bins` is not allowed; `class_of_interest` is
            no label, or `kind` not "per-class" with it; a probability is outside
            [0, 1]; the rows of `y_prob` do not sum to 1; `y_prob` has not one column
            for each label; `y_true` has other labels, or lacks some; or the
            weights are negative or sum to zero.
        """
        for what, value, allowed in (
            ("kind", kind, ("top-label", "per-class")),
            ("strategy", strategy, ("uniform", "quantile")),
        ):
            if value not in allowed:
                raise ValueError(f"{what} must be one of {allowed}; got {value!r}.")
        if not (isinstance(n_bins, int | np.integer) and n_bins >= 1):
            raise ValueError(f"n_bins must be an integer >= 1; got {n_bins!r}.")
        if class_of_interest is not None and kind != "per-class":
            raise ValueError(
                f"class_of_interest={class_of_interest!r} is of kind='per-class'; got "
                f"kind={kind!r}."
            )
        classes, codes, p, weights = _checked(y_true, y_prob, labels, sample_weight)
        if kind == "top-label":
            top = p.argmax(axis=1)
            predictions = [(top == codes, p.max(axis=1))]
            shown = None
        else:
            shown = _shown(classes, class_of_interest)
            predictions = [(codes == k, p[:, k]) for k in shown]
            shown = [classes[k] for k in shown]
        curves = [
            _bins(is_true, prob, weights, n_bins, strategy)
            for is_true, prob in predictions
        ]
        display = cls(*map(list, zip(*curves, strict=True)), classes=shown, name=name)
        return display.plot(ax, ref_line=ref_line, **kwargs)

    def plot(
        self,
        ax: "Axes | None" = None,
        *,
        name: str | None = None,
        ref_line: bool = True,
        **kwargs: Any,
    ) -> Self:
        """Draw the curves.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.

        name : str, default=None
            What the legend calls the estimator; None for `name` of the display.

        ref_line : bool, default=True
            Draw the diagonal, on which perfect probabilities are.

        **kwargs : dict
            Passed to `matplotlib.axes.Axes.plot`, for all curves.

        Returns
        -------
        display : ReliabilityDisplay
            The display itself.
        """
        labels = self._labels(self.name if name is None else name)
        is_new = ax is None
        ax = check_axes(self, ax)
        if is_new:  # with room for the legend
            self.figure_.set_layout_engine("constrained")
            side = self.figure_.get_figheight()
            n_lines = sum(label.count("\n") + 1 for label in labels)
            self.figure_.set_size_inches(side, side + _LEGEND_LINE * n_lines)
        perfect = "Perfectly calibrated"
        if ref_line and perfect not in ax.get_legend_handles_labels()[1]:
            ax.plot([0, 1], [0, 1], color="0.4", linestyle=":", label=perfect)
        self.lines_, self.markers_ = [], []
        for k, label in enumerate(labels):
            # The markers tell how much there is to believe, the line only joins them.
            style = {"label": label, "linewidth": 1}
            (line,) = ax.plot(
                self.prob_pred[k], self.prob_true[k], **line_style(style, kwargs)
            )
            self.lines_.append(line)
            self.markers_.append(
                ax.scatter(
                    self.prob_pred[k],
                    self.prob_true[k],
                    s=8 + 250 * np.asarray(self.bin_weight[k]),
                    color=line.get_color(),
                    alpha=line.get_alpha(),
                )
            )
        if self.classes is None:
            ax.set(xlabel="Mean probability of the most probable class")
            ax.set(ylabel="Accuracy")
        else:
            ax.set(xlabel="Mean probability of the class")
            ax.set(ylabel="Fraction of samples of the class")
        if self.figure_.get_layout_engine() is None:  # which would make room below
            ax.set(aspect="equal")
            ax.legend()
        else:
            # The layout of axes that have to be square is not exact, and cuts legends.
            from matplotlib.transforms import offset_copy

            below = offset_copy(ax.transAxes, self.figure_, y=-_LABELS)
            ax.legend(
                loc="upper center",
                bbox_to_anchor=(0.5, 0),
                bbox_transform=below,
                frameon=False,
            )
        return self

    def _labels(self, name: str | None) -> list[str]:
        """What the legend calls the curves."""
        labels = []
        for k, ece in enumerate(self.ece):
            parts = [name, None if self.classes is None else f"class {self.classes[k]}"]
            what = ", ".join(part for part in parts if part)
            labels.append(fill(f"{what} (ECE = {ece:.3f})".strip(), _LEGEND_WIDTH))
        return labels


def _shown(classes: NDArray, class_of_interest: Any) -> Sequence[int]:
    """Places of the classes that have a curve of their own."""
    class_of_interest = local(class_of_interest)
    if getattr(class_of_interest, "ndim", None) == 0:  # one of `classes_`
        class_of_interest = class_of_interest.item()
    if class_of_interest is None:
        return range(1 if len(classes) == 2 else 0, len(classes))
    labels = classes.tolist()
    # Of what is no scalar, and of gaps, == is no truth value.
    if not np.isscalar(class_of_interest) or class_of_interest not in labels:
        raise ValueError(
            f"class_of_interest must be one of the classes {labels}; got "
            f"{class_of_interest!r}."
        )
    return [labels.index(class_of_interest)]


def _checked(
    y_true: ArrayLike,
    y_prob: ArrayLike,
    labels: ArrayLike | None,
    sample_weight: ArrayLike | None,
) -> tuple[NDArray, NDArray[np.integer], Array, Array]:
    """Validated: labels, codes of the samples, probabilities, weights that sum to 1."""
    y_true, y_prob = column_or_1d(local(y_true)), local(y_prob)
    labels = local(labels)
    if are_gaps(y_true.astype(object)).any():
        raise ValueError(
            "y_true has samples without a label. Leave them out, here and in y_prob."
        )
    with config_context(assume_finite=False):
        p = check_array(y_prob, ensure_2d=False, dtype=[np.float64, np.float32])
    check_consistent_length(y_true, p)
    if p.min() < 0 or p.max() > 1:
        raise ValueError(
            f"y_prob must be probabilities, in [0, 1]; got {p.min():.3g} to "
            f"{p.max():.3g}. For logits z pass scipy.special.softmax(z, axis=1)."
        )
    if p.ndim == 1:
        p = np.stack([1 - p, p], axis=1)
    error = np.abs(p.sum(axis=1, dtype=np.float64) - 1).max()
    if error > _ROUNDING:
        raise ValueError(
            "y_prob must hold probabilities that sum to 1 in each row; got sums that "
            f"differ by {error:.3g}. Divide each row by its sum, or pass one column "
            "as one-dimensional y_prob, if that is of the second of two classes."
        )
    encoder = LabelEncoder().fit(y_true if labels is None else labels)
    classes = encoder.classes_
    if labels is not None and classes.tolist() != np.asarray(labels).tolist():
        raise ValueError(f"labels must be sorted, each one once; got {labels!r}.")
    if len(classes) != p.shape[1]:
        raise ValueError(
            f"y_prob must have a column for each of the {len(classes)} labels "
            f"{classes.tolist()}; got {p.shape[1]}. Pass labels if y_true has not all."
        )
    unknown = set(y_true.tolist()).difference(classes.tolist())
    if unknown:
        raise ValueError(
            f"y_true has labels that are not among the classes {classes.tolist()}: "
            f"{sorted(unknown, key=str)}."
        )
    weights, _ = check_weights(sample_weight, p)
    weights = np.ones(len(p)) if weights is None else weights
    total = weights.sum(dtype=np.float64)
    return classes, encoder.transform(y_true), p, weights / total


def _bins(
    is_true: NDArray[np.bool_], p: Array, weights: Array, n_bins: int, strategy: str
) -> tuple[NDArray, NDArray, NDArray]:
    """Bins that are not empty: part of true predictions, mean prediction, weight.

    As `sklearn.calibration.calibration_curve`, which has no weights, and does not tell
    the number of samples. Quantiles are values of `p`, not between them as there, for a
    weight of two to be worth two samples.
    """
    inner = np.linspace(0, 1, n_bins + 1)[1:-1]
    if strategy == "quantile":
        inner = np.quantile(p, inner, weights=weights, method="inverted_cdf")
    place = np.searchsorted(inner, p)
    weight, true, pred = (
        np.bincount(place, values * weights, n_bins)
        for values in (np.ones_like(p), is_true, p)
    )
    full = weight > 0
    return true[full] / weight[full], pred[full] / weight[full], weight[full]
