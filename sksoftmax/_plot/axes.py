"""What all displays do before they draw."""

from typing import TYPE_CHECKING, Any

from sklearn.base import BaseEstimator
from sklearn.utils._optional_dependencies import check_matplotlib_support
from sklearn.utils.validation import check_is_fitted

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def check_axes(display: Any, ax: "Axes | None") -> "Axes":
    """Set `ax_` and `figure_` of a display: those of `ax`, or new ones."""
    check_matplotlib_support(f"{type(display).__name__}.plot")
    import matplotlib.pyplot as plt

    display.ax_ = plt.subplots()[1] if ax is None else ax
    display.figure_ = display.ax_.figure
    return display.ax_


def line_style(style: dict[str, Any], kwargs: dict[str, Any]) -> dict[str, Any]:
    """`style`, changed by what the user says, also in aliases as `lw`."""
    from matplotlib.cbook import normalize_kwargs
    from matplotlib.lines import Line2D

    return style | normalize_kwargs(kwargs, Line2D)


def fitted_classifier(estimator: BaseEstimator) -> Any:
    """The estimator itself, or the last step of a Pipeline, checked to be fitted."""
    from sklearn.pipeline import Pipeline  # a tenth of the package's import

    if isinstance(estimator, Pipeline):
        estimator = estimator[-1]
    check_is_fitted(estimator)
    return estimator
