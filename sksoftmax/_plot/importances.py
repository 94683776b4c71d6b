"""Which columns a fitted classifier goes by."""

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.utils.validation import _check_feature_names_in

from sksoftmax._plot.axes import check_axes, fitted_classifier
from sksoftmax._rows.namespace import as_numpy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.container import BarContainer
    from matplotlib.figure import Figure


class FeatureImportancesDisplay:
    """Importances of the columns, the largest first.

    Use :meth:`from_estimator` to make one. All parameters are stored as attributes.

    Parameters
    ----------
    importances : array-like of shape (n_features,)
        A number for each column.

    feature_names : array-like of str of shape (n_features,)
        What the columns are called.

    max_features : int or None, default=20
        How many are drawn; None for all.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the bars.

    figure_ : matplotlib Figure
        Figure that holds them.

    bars_ : matplotlib BarContainer
        A bar for each column that is drawn, the most important first.

    See Also
    --------
    sklearn.inspection.permutation_importance : What the score owes to each column.
    sklearn.inspection.PartialDependenceDisplay : How predictions change with one.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sksoftmax import FeatureImportancesDisplay, SoftmaxMLPClassifier
    >>> clf = SoftmaxMLPClassifier(random_state=0).fit(*load_iris(return_X_y=True))
    >>> display = FeatureImportancesDisplay.from_estimator(clf)
    >>> len(display.bars_)
    4
    """

    ax_: "Axes"
    figure_: "Figure"
    bars_: "BarContainer"

    def __init__(
        self,
        importances: ArrayLike,
        *,
        feature_names: ArrayLike,
        max_features: int | None = 20,
    ) -> None:
        self.importances = importances
        self.feature_names = feature_names
        self.max_features = max_features

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        *,
        max_features: int | None = 20,
        ax: "Axes | None" = None,
        **kwargs: Any,
    ) -> Self:
        """Draw `feature_importances_` of a fitted estimator.

        Parameters
        ----------
        estimator : classifier or regressor, or a Pipeline that ends with one
            Fitted: a SoftmaxMLPClassifier, or another one with `feature_importances_`.
            Of a pipeline, the columns are those of its last step.

        max_features : int or None, default=20
            How many columns are drawn; None for all.

        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.

        **kwargs : dict
            Passed to `matplotlib.axes.Axes.barh`.

        Returns
        -------
        display : FeatureImportancesDisplay
            With the data and the artists.

        Raises
        ------
        ValueError
            If the estimator has no `feature_importances_`.
        """
        last = fitted_classifier(estimator)
        if not hasattr(last, "feature_importances_"):
            raise ValueError(
                f"{cls.__name__} needs an estimator with feature_importances_, such as "
                f"SoftmaxMLPClassifier; got {last!r}."
            )
        display = cls(
            as_numpy(last.feature_importances_),
            feature_names=_check_feature_names_in(last),
            max_features=max_features,
        )
        return display.plot(ax, **kwargs)

    def plot(self, ax: "Axes | None" = None, **kwargs: Any) -> Self:
        """Draw the bars.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a new figure.

        **kwargs : dict
            Passed to `matplotlib.axes.Axes.barh`.

        Returns
        -------
        display : FeatureImportancesDisplay
            The display itself.
        """
        ax = check_axes(self, ax)
        importances = np.asarray(self.importances)
        order = np.argsort(-importances, kind="stable")[: self.max_features]
        # By place, and names as labels: two columns may have the same name.
        places = np.arange(order.size)
        self.bars_ = ax.barh(places, importances[order], **kwargs)
        ax.set_yticks(places, [str(np.asarray(self.feature_names)[j]) for j in order])
        ax.invert_yaxis()
        left_out = importances.size - order.size
        rest = f" ({left_out} smaller ones are left out)" if left_out else ""
        ax.set(xlabel=f"Importance{rest}")
        return self
