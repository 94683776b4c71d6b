"""What a fitted network predicts, and what it is to others."""

import typing
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import log_softmax, softmax
from sklearn.utils.validation import check_is_fitted

from sksoftmax._column_encoder import ColumnEncoder, fitted_encoder
from sksoftmax._device.rows import check_beside, labels_beside, rows_on_device
from sksoftmax._features.encoding import Encoding, EncodingName, encoding_name
from sksoftmax._network.activations import ACTIVATIONS
from sksoftmax._network.prediction import outputs
from sksoftmax._rows.namespace import local
from sksoftmax._sklearn.categories import Categories
from sksoftmax._sklearn.fitted import Layers, in_numpy
from sksoftmax._sklearn.interchange import to_mlp_classifier
from sksoftmax._sklearn.labels import beside_predictions
from sksoftmax._sklearn.validation import MatrixLike, checked_rows

if typing.TYPE_CHECKING:
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import Pipeline

Array = NDArray[np.floating]


class FittedNetworkMixin:
    """Predictions of a classifier, from the attributes that its `fit` has set."""

    max_categories: int
    classes_: NDArray[Any]
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    coefs_: list[Array]
    intercepts_: list[Array]
    _activations: list[str]
    _origin: Array | None
    _origin_intercept: Array
    _fills: Array | None
    _encoding: Encoding | None
    _bounds: Array | None = None
    _categories: Categories | None

    def decision_function(self, X: MatrixLike) -> Array:
        """Compute the logits of the classes, the input of softmax.

        Parameters
        ----------
        X : {array-like, frame, sparse matrix} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        decision : ndarray of shape (n_samples, n_classes) or (n_samples,)
            The logits. For two classes the difference of the second and the first,
            which is the log-odds of `classes_[1]`.
        """
        logits = self._outputs(X, "decision_function")
        return logits[:, 1] - logits[:, 0] if logits.shape[1] == 2 else logits

    def predict(self, X: MatrixLike) -> NDArray[Any]:
        """Most probable class of each sample.

        Parameters
        ----------
        X : {array-like, frame, sparse matrix} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            Labels from `classes_`.
        """
        logits = self._outputs(X, "predict")
        if isinstance(logits, np.ndarray):
            return self.classes_[logits.argmax(axis=1)]
        return labels_beside(logits, self.classes_)

    def predict_proba(self, X: MatrixLike) -> Array:
        """Probability of each class.

        Parameters
        ----------
        X : {array-like, frame, sparse matrix} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        p : ndarray of shape (n_samples, n_classes)
            Softmax of the logits, columns in the order of `classes_`, in float32 where
            `X` and the fitted weights are.
        """
        return self._outputs(X, "predict_proba", softmax)

    def predict_log_proba(self, X: MatrixLike) -> Array:
        """Log-probability of each class, finite also where that is 0.

        Parameters
        ----------
        X : {array-like, frame, sparse matrix} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        log_p : ndarray of shape (n_samples, n_classes)
            Log-softmax of the logits, columns in the order of `classes_`.
        """
        return self._outputs(X, "predict_log_proba", log_softmax)

    def score(
        self, X: MatrixLike, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> float:
        """Mean accuracy of `predict`.

        Parameters
        ----------
        X : {array-like, frame, sparse matrix} of shape (n_samples, n_features)
            Samples.
        y : array-like of shape (n_samples,)
            Their labels; of any library, whatever that of `X` is.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights.

        Returns
        -------
        score : float
            The share of the weights whose samples have the label that is predicted.
        """
        if sample_weight is not None:
            sample_weight = np.asarray(local(sample_weight))
        y, params = beside_predictions(X, y, {"sample_weight": sample_weight})
        from sklearn.metrics import accuracy_score  # few need it, and all its imports

        return accuracy_score(y, self.predict(X), **params)

    def _outputs(
        self,
        X: MatrixLike,
        method: str,
        function: Callable[..., Array] | None = None,
    ) -> Any:
        """`function` of the logits, (n_samples, n_classes), block by block of rows."""
        check_is_fitted(self)
        X = rows_on_device(X)
        check_beside(self, X, method)
        # NaN and infinity are looked for block by block, in the threads.
        X = checked_rows(
            self,
            X,
            categories=self._categories,
            ensure_all_finite=False,
            order=None,
            reset=False,
        )
        coefs, intercepts, origin, fills, encoding, bounds = Layers.of(vars(self))
        return outputs(
            X,
            [coef.T for coef in coefs],
            intercepts,
            [ACTIVATIONS[name] for name in self._activations],
            function,
            origin=origin,
            fills=fills,
            encoding=encoding,
            bounds=bounds,
            feature_names=self._feature_names(),
        )

    @property
    def encoding_(self) -> EncodingName:
        """What the columns are to the first layer.

        Returns
        -------
        encoding : {"linear", "piecewise", "fine-piecewise"}
            The first for themselves, the others with their parts.
        """
        check_is_fitted(self)
        return encoding_name(self._encoding)

    @property
    def encoder_(self) -> ColumnEncoder:
        """What makes inputs of the columns.

        Returns
        -------
        encoder : ColumnEncoder
            Fitted.
        """
        check_is_fitted(self)
        names, layers = self._feature_names(), Layers.of(in_numpy(vars(self)))
        return fitted_encoder(
            self._encoding,
            layers.fills,
            layers.bounds,
            self._categories,
            self.max_categories,
            self.n_features_in_,
            names,
        )

    def to_numpy(self) -> Self:
        """Give the same classifier with arrays of NumPy, whatever it was fitted to.

        Returns
        -------
        clf : estimator
            Itself, where it was fitted to NumPy. It predicts from NumPy's arrays, on
            the CPU.

        Notes
        -----
        With `sklearn.set_config(array_api_dispatch=True)` a classifier that was fitted
        to an array of another library, as torch or CuPy, predicts from arrays of that
        library and device. Pickles always hold NumPy.
        """
        check_is_fitted(self)
        attributes = in_numpy(vars(self))
        if attributes is vars(self):
            return self
        return self._with(attributes)

    def _with(self, attributes: Mapping[str, Any]) -> Self:
        other = type(self).__new__(type(self))
        other.__dict__.update(attributes)
        return other

    def __copy__(self) -> Self:
        """With its arrays where they are, which pickles are not."""
        return self._with(vars(self))

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self._with(deepcopy(vars(self), memo))

    def to_sklearn(self) -> "MLPClassifier | Pipeline":
        """Convert to a fitted MLPClassifier of scikit-learn with the same predictions.

        For all that reads `MLPClassifier`: exporters, explainers, or a server without
        this package.

        Returns
        -------
        mlp : sklearn.neural_network.MLPClassifier or sklearn.pipeline.Pipeline
            With copies of the weights, in their dtype, and `solver="lbfgs"`. For two
            classes it has one logistic output unit, for the difference of the logits.
            Its `loss_` and `n_iter_` are those of this fit. Fitted anew, it would do
            without standardised features and with its own `tol`. Unless the fit was
            told that columns are linear, by `encoding="linear"` or a number for
            `alpha`, and after a fit to gaps or categories, it is the last step of a
            pipeline that begins with `encoder_`, which needs this package. A warm start
            that meets the first gaps does not make it so.

        Raises
        ------
        ValueError
            If an activation is not one of MLPClassifier's ("identity", "logistic",
            "tanh", "relu"), or the hidden layers have different ones.

        See Also
        --------
        sksoftmax.onnx : Export to ONNX, with all activations.

        Examples
        --------
        >>> import numpy as np
        >>> from sklearn.datasets import load_iris
        >>> from sksoftmax import SoftmaxMLPClassifier
        >>> X, y = load_iris(return_X_y=True)
        >>> clf = SoftmaxMLPClassifier((10,), encoding="linear", random_state=0)
        >>> mlp = clf.fit(X, y).to_sklearn()
        >>> mlp
        MLPClassifier(...)
        >>> np.allclose(mlp.predict_proba(X), clf.predict_proba(X), atol=1e-12)
        True
        """
        check_is_fitted(self)
        local = self.to_numpy()
        mlp = to_mlp_classifier(local, self._activations)
        if self._encoding is None and self._bounds is None:
            return mlp
        from sklearn.pipeline import make_pipeline  # few need it

        encoder = local.encoder_.set_output(transform="default")  # mlp has no names
        return make_pipeline(encoder, mlp)

    def _feature_names(self) -> NDArray | None:
        return getattr(self, "feature_names_in_", None)
