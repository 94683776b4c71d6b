"""Training data as users give them: checked and coded."""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array, csr_matrix
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets

from sksoftmax._sklearn.labels import as_labels, check_class_weight
from sksoftmax._sklearn.validation import MatrixLike, check_weights, checked_rows

Array = NDArray[np.floating]


class TrainingData(NamedTuple):
    """What a classifier is fitted to.

    Attributes
    ----------
    X : {ndarray, CSR} of shape (n_samples, n_features)
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
    """

    X: NDArray[np.floating] | csr_array | csr_matrix
    y: NDArray
    codes: NDArray[np.integer]
    classes: NDArray
    weights: Array | None
    unit: float
    class_weight: Array | Literal["balanced"] | None

    @classmethod
    def of(
        cls,
        classifier: ClassifierMixin,
        X: MatrixLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None,
    ) -> "TrainingData":
        """Check what `fit` is given.

        Sets `n_features_in_` and `feature_names_in_`, as scikit-learn's check does.

        Raises
        ------
        TypeError
            If a column holds dates.
        ValueError
            If `X`, `y`, the weights or the `class_weight` of `classifier` are invalid,
            or there are fewer than two classes.
        """
        X, y = checked_rows(classifier, X, y=as_labels(y), reset=True)
        check_classification_targets(y)
        weights, unit = check_weights(sample_weight, X)
        classes, codes = np.unique(y, return_inverse=True)
        if classes.size < 2:
            raise ValueError(
                f"{type(classifier).__name__} needs samples of at least 2 classes; y "
                f"has only one class: {classes.tolist()[0]!r}."
            )
        class_weight = check_class_weight(classifier.class_weight, classes)
        return cls(X, y, codes, classes, weights, unit, class_weight)
