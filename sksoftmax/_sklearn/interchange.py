"""The same network as an estimator of scikit-learn's own."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from sksoftmax._sklearn.errors import column_name
from sksoftmax._sklearn.fitted import Layers

if TYPE_CHECKING:
    from sklearn.neural_network import MLPClassifier

_ACTIVATIONS = ("identity", "logistic", "tanh", "relu")
# Of what a column adds to a hidden unit, by rounding alone.
_LARGEST_ERROR = 1e-3


def to_mlp_classifier(clf: Any, activations: list[str]) -> "MLPClassifier":
    """Build the MLPClassifier whose probabilities are those of a fitted classifier.

    Of its inputs, where these are parts of the columns. It gets what
    `MLPClassifier.fit` would set with `solver="lbfgs"`, in scikit-learn 1.6 to 1.9.

    Parameters
    ----------
    clf : SoftmaxMLPClassifier
        Fitted.
    activations : list of str
        Names, one for each hidden layer of `clf`.

    Raises
    ------
    ValueError
        If MLPClassifier has no such activations, or a column is so far from 0 that it
        would lose its digits.
    """
    # Not at the top: few need it, and it would make the package's import longer.
    from sklearn.neural_network import MLPClassifier
    from sklearn.preprocessing import LabelBinarizer

    names = set(activations) or {"identity"}  # no hidden layer: any will do
    if len(names) > 1 or not names.issubset(_ACTIVATIONS):
        raise ValueError(
            "MLPClassifier has one activation for all hidden layers, of "
            f"{list(_ACTIVATIONS)}; got {activations}. Fit with one of these, or "
            "export to ONNX with sksoftmax.onnx, which has them all."
        )
    layers = Layers.of(vars(clf))
    coefs = [coef.copy() for coef in layers.coefs]
    intercepts = [intercept.copy() for intercept in layers.intercepts]
    if layers.origin is not None:
        names_in = getattr(clf, "feature_names_in_", None)
        coefs[0], intercepts[0] = _from_zero(layers, names_in)
    is_binary = clf.classes_.size == 2
    if is_binary:
        # softmax of (z_0, z_1) is the logistic function of z_1 - z_0.
        coefs[-1] = coefs[-1][:, 1:] - coefs[-1][:, :1]
        intercepts[-1] = intercepts[-1][1:] - intercepts[-1][:1]
    mlp = MLPClassifier(
        hidden_layer_sizes=tuple(coef.shape[1] for coef in coefs[:-1]),
        activation=names.pop(),
        solver="lbfgs",
        alpha=clf.alpha_,
        max_iter=clf.max_iter,
        random_state=clone(clf.random_state, safe=False),  # as clone does
    )
    mlp.classes_ = clf.classes_
    mlp.n_features_in_ = coefs[0].shape[0]
    takes_columns = layers.encoding is None and layers.bounds is None
    if takes_columns and hasattr(clf, "feature_names_in_"):
        mlp.feature_names_in_ = clf.feature_names_in_
    mlp.coefs_, mlp.intercepts_ = coefs, intercepts
    mlp.n_layers_ = clf.n_layers_
    mlp.n_outputs_ = 1 if is_binary else clf.n_outputs_
    mlp.out_activation_ = "logistic" if is_binary else "softmax"
    mlp.n_iter_, mlp.loss_, mlp.t_ = clf.n_iter_, clf.loss_, 0
    # Private, but predict needs it, and no public method sets it alone: a fit to a few
    # rows would leave arrays of another network behind. A test compares it with fit's.
    mlp._label_binarizer = LabelBinarizer().fit(clf.classes_)
    return mlp


def _from_zero(layers: Layers, names: NDArray | None) -> tuple[NDArray, NDArray]:
    """The first layer for rows less no origin: float64 has the digits, or none has."""
    coef = layers.coefs[0].astype(np.float64)
    origin = np.asarray(layers.origin, np.float64)
    sizes = abs(coef).max(axis=1) * abs(origin)
    column = int(sizes.argmax())
    if sizes[column] * np.finfo(np.float64).eps > _LARGEST_ERROR:
        raise ValueError(
            "MLPClassifier adds up products with the values of X, and those of "
            f"{column_name(column, names)}, about {origin[column]:.3g}, are too far "
            "from 0 for what distinguishes them. Subtract a constant from the column "
            "before the fit."
        )
    return coef, layers.intercepts[0] - origin @ coef
