"""How good each strength of regularisation is."""

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator

from sksoftmax._plot.axes import check_axes, fitted_classifier, line_style
from sksoftmax._rows.namespace import as_numpy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import LineCollection
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

    standard_errors : array-like of shape (n_alphas,), default=None
        Of one-dimensional scores, drawn as bars.

    log_evidences : array-like of shape (n_alphas,), default=None
        Log-evidence of each alpha, drawn to an axis of its own on the right. NaN where
        it is not known.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the curves.

    evidence_ax_ : matplotlib Axes or None
        Axes of the log-evidence.

    figure_ : matplotlib Figure
        Figure that holds them.

    fold_lines_ : list of matplotlib Line2D
        One for each fold; empty for one-dimensional scores.

    line_ : matplotlib Line2D
        Mean over the folds, where none is NaN.

    bars_ : matplotlib LineCollection or None
        The standard errors.

    evidence_line_ : matplotlib Line2D or None
        Log-evidence.

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
    ('alpha', 'Negative held-out log-loss')
    """

    ax_: "Axes"
    evidence_ax_: "Axes | None"
    figure_: "Figure"
    bars_: "LineCollection | None"
    evidence_line_: "Line2D | None"
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
        standard_errors: ArrayLike | None = None,
        log_evidences: ArrayLike | None = None,
    ) -> None:
        self.alphas = alphas
        self.scores = scores
        self.alpha = alpha
        self.score_name = score_name
        self.name = name
        self.standard_errors = standard_errors
        self.log_evidences = log_evidences

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
            Fitted; a SoftmaxMLPClassifier with `alpha="auto"`, of which the negative
            log-loss on held-out samples is drawn, with its standard error, and the
            log-evidence, where that is known. Of several encodings those fits are drawn
            that have the chosen one, and with relevances or without, as was chosen.

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
            scoring, score_name = clf.scoring, "Negative log-loss"
            if scoring is not None:
                score_name = getattr(scoring, "__name__", str(scoring))
            chosen = clf.encodings_ == clf.encoding_
            alphas, scores = as_numpy(clf.alphas_), as_numpy(clf.scores_)
            data = {"alphas": alphas[chosen], "scores": scores[:, chosen]}
        elif hasattr(clf, "alpha_path_"):
            chosen = clf.encoding_, clf._log_penalties is not None
            path = [step for step in clf.alpha_path_ if step[-2:] == chosen]
            alphas, losses, errors, evidences = np.transpose([s[:4] for s in path])
            score_name = "Negative held-out log-loss"
            data = {"alphas": alphas, "scores": -losses, "standard_errors": errors}
            if not np.isnan(evidences).all():
                data["log_evidences"] = evidences
        else:
            raise ValueError(
                f"{cls.__name__} needs a SoftmaxMLPClassifierCV, or a "
                f'SoftmaxMLPClassifier with alpha="auto"; got {clf!r}.'
            )
        display = cls(**data, alpha=clf.alpha_, score_name=score_name, name=name)
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
        self.bars_ = None
        if self.standard_errors is not None:
            error = np.asarray(self.standard_errors)
            self.bars_ = ax.vlines(
                self.alphas,
                scores - error,
                scores + error,
                color=self.line_.get_color(),
                alpha=0.5,
                label=f"{of}standard error",
            )
        self.evidence_ax_ = self.evidence_line_ = None
        if self.log_evidences is not None:
            self.evidence_ax_ = ax.twinx()
            self.evidence_ax_.set_ylabel("Log-evidence")
            (self.evidence_line_,) = self.evidence_ax_.plot(
                self.alphas,
                self.log_evidences,
                color="0.4",
                linestyle="--",
                marker="s",
                markersize=3,
            )
            # For the legend, which is that of the other axes.
            ax.plot([], [], color="0.4", linestyle="--", label=f"{of}log-evidence")
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
        # Below the peaks: "best" does not see the lines of the other axes.
        ax.legend(loc="best" if self.evidence_ax_ is None else "lower center")
        return self
