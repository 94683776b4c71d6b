"""How good each strength of regularisation is."""

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator

from sksoftmax._plot.axes import check_axes, fitted_classifier, line_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D


class RegularizationPathDisplay:
    """Scores against the strength of regularisation, and the one that was chosen.

    Use :meth:`from_estimator` to make one. All parameters are stored as attributes.

    Parameters
    ----------
    alphas : array-like of shape (n_alphas,)
        Strengths of the L2 penalty.

    scores : array-like of shape (n_alphas,) or (n_folds, n_alphas)
        Score of each alpha, larger is better, in each fold of a cross-validation or at
        all. NaN where an alpha was not tried.

    alpha : float, default=None
        The strength that was chosen.

    score_name : str, default="Score"
        Label of the axis of the scores.

    name : str, default=None
        What the legend calls the estimator; None for nothing.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the curves.

    figure_ : matplotlib Figure
        Figure that holds them.

    fold_lines_ : list of matplotlib Line2D
        One for each fold; empty for one-dimensional scores.

    line_ : matplotlib Line2D
        Mean over the folds, where none is NaN.

    alpha_line_ : matplotlib Line2D or None
        Vertical line at `alpha`.

    See Also
    --------
    sklearn.model_selection.ValidationCurveDisplay : Score against any parameter, of
        any estimator, by fits of its own.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sksoftmax import RegularizationPathDisplay, SoftmaxMLPClassifier
    >>> clf = SoftmaxMLPClassifier(alpha="auto", random_state=0)
    >>> clf = clf.fit(*load_iris(return_X_y=True))
    >>> display = RegularizationPathDisplay.from_estimator(clf)
    >>> display.ax_.get_xlabel(), display.ax_.get_ylabel()
    ('alpha', 'Log-evidence')
    """

    ax_: "Axes"
    figure_: "Figure"
    fold_lines_: "list[Line2D]"
    line_: "Line2D"
    alpha_line_: "Line2D | None"

    def __init__(
        self,
        alphas: ArrayLike,
        scores: ArrayLike,
        *,
        alpha: float | None = None,
        score_name: str = "Score",
        name: str | None = None,
    ) -> None:
        self.alphas = alphas
        self.scores = scores
        self.alpha = alpha
        self.score_name = score_name
        self.name = name

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        *,
        ax: "Axes | None" = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> Self:
        """Plot what a fitted estimator knows of the alphas that it tried.

        Parameters
        ----------
        estimator : SoftmaxMLPClassifierCV, SoftmaxMLPClassifier, or a Pipeline
            Fitted; a SoftmaxMLPClassifier with `alpha="auto"`, of which the evidence is
            drawn, or with early stopping the negative validation loss.

        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.

        name : str, default=None
            What the legend calls the estimator; None for nothing.

        **kwargs : dict
            Passed to `matplotlib.axes.Axes.plot`, for the line of the means.

        Returns
        -------
        display : RegularizationPathDisplay
            With the data and the artists.

        Raises
        ------
        ValueError
            If the estimator has tried a single alpha.
        """
        clf = fitted_classifier(estimator)
        if hasattr(clf, "alphas_") and hasattr(clf, "scores_"):
            alphas, scores, scoring = clf.alphas_, clf.scores_, clf.scoring
            score_name = "Negative log-loss"
            if scoring is not None:
                score_name = getattr(scoring, "__name__", str(scoring))
        elif hasattr(clf, "alpha_path_"):
            alphas = [tried.alpha for tried in clf.alpha_path_]
            scores = [tried.log_evidence for tried in clf.alpha_path_]
            score_name = "Log-evidence"
            if np.isnan(scores).all():  # early stopping
                scores = [-tried.validation_loss for tried in clf.alpha_path_]
                score_name = "Negative validation loss"
        else:
            raise ValueError(
                f"{cls.__name__} needs a SoftmaxMLPClassifierCV, or a "
                f'SoftmaxMLPClassifier with alpha="auto"; got {clf!r}.'
            )
        display = cls(
            alphas, scores, alpha=clf.alpha_, score_name=score_name, name=name
        )
        return display.plot(ax, **kwargs)

    def plot(
        self, ax: "Axes | None" = None, *, name: str | None = None, **kwargs: Any
    ) -> Self:
        """Draw the curves.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.

        name : str, default=None
            What the legend calls the estimator; None for `name` of the display.

        **kwargs : dict
            Passed to `matplotlib.axes.Axes.plot`, for the line of the means.

        Returns
        -------
        display : RegularizationPathDisplay
            The display itself.
        """
        ax = check_axes(self, ax)
        name = self.name if name is None else name
        of = f"{name}: " if name else ""
        alphas = np.asarray(self.alphas)
        if (alphas > 0).all():
            ax.set_xscale("log")
        else:  # 0 has no logarithm
            smallest = alphas.min(where=alphas > 0, initial=1)
            ax.set_xscale("symlog", linthresh=smallest)
        scores = np.asarray(self.scores)
        folds = np.atleast_2d(scores)
        label = "each alpha" if scores.ndim == 1 else f"mean of {len(folds)} folds"
        style = {"label": of + label, "linewidth": 2.5, "marker": "o", "markersize": 4}
        (self.line_,) = ax.plot(
            self.alphas, folds.mean(axis=0), **line_style(style, kwargs)
        )
        self.fold_lines_ = []
        if scores.ndim == 2:
            style = {"color": self.line_.get_color(), "linewidth": 0.8, "alpha": 0.5}
            self.fold_lines_ = ax.plot(self.alphas, folds.T, zorder=1, **style)
            self.fold_lines_[0].set_label(f"{of}each fold")
        self.alpha_line_ = None
        if self.alpha is not None:
            self.alpha_line_ = ax.axvline(
                self.alpha,
                color="0.4",
                linestyle=":",
                zorder=0,
                label=f"{of}chosen, alpha = {self.alpha:.3g}",
            )
        ax.set(xlabel="alpha", ylabel=self.score_name)
        ax.legend()
        return self
