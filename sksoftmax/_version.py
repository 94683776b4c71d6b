"""The package's version, what it reads of the pickles of others, and its pages."""

import warnings
from typing import Any

from sklearn.base import BaseEstimator
from sklearn.exceptions import InconsistentVersionWarning
from sklearn.utils.fixes import parse_version

from sksoftmax._sklearn.fitted import in_numpy

__version__ = "0.1.0"

# The first version whose fitted attributes this one understands.
_OLDEST_READABLE = "0.1.0"


class VersionedEstimator(BaseEstimator):
    """Base of estimators whose pickles say which version wrote them.

    As BaseEstimator does for scikit-learn's own, as it does what links their diagrams
    to the pages of their documentation.
    """

    _doc_link_module = "sksoftmax"
    _doc_link_template = (
        "https://sksoftmax.readthedocs.io/en/latest/api/"
        "{estimator_module}.{estimator_name}.html"
    )

    def __getstate__(self) -> dict[str, Any]:
        state = in_numpy(super().__getstate__())
        return {**state, "_sksoftmax_version": __version__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        state = dict(state)
        written_by = state.pop("_sksoftmax_version", "0")
        name = type(self).__name__
        if parse_version(written_by) < parse_version(_OLDEST_READABLE):
            raise ValueError(
                f"sksoftmax {__version__} reads estimators of {_OLDEST_READABLE} and "
                f"later; this {name} is of "
                f"{'an unknown version' if written_by == '0' else written_by}. Load it "
                "with the version that wrote it, or fit it again."
            )
        if parse_version(written_by) > parse_version(__version__):
            warnings.warn(
                InconsistentVersionWarning(
                    estimator_name=f"sksoftmax.{name}",
                    current_sklearn_version=__version__,
                    original_sklearn_version=written_by,
                ),
                stacklevel=2,
            )
        super().__setstate__(state)
