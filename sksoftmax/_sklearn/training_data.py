"""Training data as users give them: checked and coded."""

from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets

from sksoftmax._rows.matrix import RemoteRows, Rows
from sksoftmax._sklearn.categories import Categories, numbers_of_levels
from sksoftmax._sklearn.dates import refuse_dates
from sksoftmax._sklearn.errors import refuse_lazy
from sksoftmax._sklearn.frequent import warn_of_identifiers, with_frequent_levels
from sksoftmax._sklearn.integers import refuse_lost_integers
from sksoftmax._sklearn.labels import (
    as_labels,
    check_class_weight,
    coded,
    refuse_missing_dates,
    refuse_objects,
)
from sksoftmax._sklearn.ordered_text import warn_of_ordered_text
from sksoftmax._sklearn.validation import MatrixLike, checked_rows
from sksoftmax._sklearn.weights import check_weights, copies, multiplied

Array = NDArray[np.floating]


class TrainingData(NamedTuple):
    """What a classifier is fitted to.

    Attributes
    ----------
    X : {ndarray, CSR, RemoteRows} of shape (n_samples, n_features)
        float32 or float64.
    y : ndarray of shape (n_samples,)
        Labels.
    codes : ndarray of shape (n_samples,)
        Their places in `classes`.
    classes : ndarray of shape (n_classes,)
        At least two.
    weights : ndarray of shape (n_samples,) or None
        Of the samples, the largest of which is 1, as of `check_weights`.
    unit : float
        Of them.
    class_weight : ndarray of shape (n_classes,), "balanced" or None
        As of `check_class_weight`.
    categories : Categories or None
        Of the columns whose values in `X` are levels.
    """

    X: Rows
    y: NDArray
    codes: NDArray[np.integer]
    classes: NDArray
    weights: Array | None
    unit: float
    class_weight: Array | Literal["balanced"] | None
    categories: Categories | None

    @property
    def n_levels(self) -> NDArray[np.integer]:
        """Of each column; 0 of numeric ones."""
        return numbers_of_levels(self.categories, self.X.shape[1])

    @classmethod
    def of(
        cls,
        classifier: ClassifierMixin,
        X: MatrixLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None,
        categories: Categories | None = None,
        *,
        is_warm: bool = False,
        **options: Any,
    ) -> "TrainingData":
        """Check what `fit` is given.

        Sets `n_features_in_` and `feature_names_in_`, as scikit-learn's check does.
        With `is_warm`, `categories` are those of the previous fit; otherwise they are
        those of `X`. The others are what `checked_rows` takes.

        Raises
        ------
        TypeError
            If a column holds dates, or neither numbers nor strings.
        ValueError
            If `X`, `y`, the weights or the `class_weight` of `classifier` are invalid,
            or there are fewer than two classes.
        """
        refuse_lazy(X, "X")
        refuse_lazy(y, "y")
        y = as_labels(y)
        seen = X.example if isinstance(X, RemoteRows) else X
        refuse_dates(seen)
        found = Categories.of(seen, classifier.categorical_features)
        refuse_lost_integers(X, found)
        if is_warm:
            _check_same_columns(categories, found)
        else:
            categories = found
        X, y = checked_rows(
            classifier, X, y=y, categories=categories, reset=True, **options
        )
        refuse_missing_dates(y)
        refuse_objects(y, "y", "np.asarray(y)")
        check_classification_targets(y)
        weights, unit = check_weights(sample_weight, X)
        classes, codes = coded(y)
        if classes.size < 2:
            raise ValueError(
                f"{type(classifier).__name__} needs samples of at least 2 classes; y "
                f"has only one class: {classes.tolist()[0]!r}."
            )
        class_weight = check_class_weight(classifier.class_weight, classes)
        if categories is not None and not is_warm:
            names = getattr(classifier, "feature_names_in_", None)
            if isinstance(classifier.categorical_features, str):
                warn_of_ordered_text(categories, X.shape[0], names)
            counts = copies(weights, unit)
            if isinstance(class_weight, np.ndarray) and not class_weight.all():
                is_there = class_weight[codes] > 0
                counts = multiplied(is_there.astype(np.float64), counts)
            most = classifier.max_categories
            categories = with_frequent_levels(categories, X, codes, counts, most)
            warn_of_identifiers(categories, most, names)
            X = categories.relabelled(X)
        return cls(X, y, codes, classes, weights, unit, class_weight, categories)


def _check_same_columns(previous: Categories | None, found: Categories | None) -> None:
    before, now = (
        [] if categories is None else categories.columns.tolist()
        for categories in (previous, found)
    )
    if before != now:
        raise ValueError(
            f"warm_start=True needs the columns of categories of the previous fit, "
            f"{before}; got {now}. Set warm_start=False to fit anew."
        )
