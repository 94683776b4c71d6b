"""The transformer that makes inputs of columns, as a fitted classifier has it."""

from typing import ClassVar, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import TransformerMixin
from sklearn.utils import Tags
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.validation import (
    _check_feature_names_in,
    check_is_fitted,
)

from sksoftmax._features.piecewise import Parts, inputs_of
from sksoftmax._sklearn.validation import (
    MatrixLike,
    check_weights,
    checked_rows,
    validates_parameters,
)
from sksoftmax._version import VersionedEstimator

Array = NDArray[np.floating]


class ColumnEncoder(TransformerMixin, VersionedEstimator):
    """Columns, and their parts between quantiles, as inputs of a network.

    Each output is `min(max(x - start, 0), width)` of one column x: first of each column
    from its lowest to its highest value, then of each between up to 17 distinct
    quantiles. A function of one column that is linear between them is a sum of these
    with a weight for each, and constant outside of the range of the training data.

    `encoder_` of a fitted :class:`SoftmaxMLPClassifier` is one; with "linear" its
    inputs are the columns.

    Parameters
    ----------
    encoding : {"linear", "piecewise"}, default="piecewise"
        "linear" passes the columns on as they are.

    Attributes
    ----------
    columns_ : ndarray of int of shape (n_inputs,)
        Which column each output is of.

    starts_, widths_ : ndarray of shape (n_inputs,)
        Those of the formula above, in the units of the columns; with "linear" None.

    n_features_in_ : int
        Number of features seen during `fit`.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, where `X` had names that are all strings.

    See Also
    --------
    SoftmaxMLPClassifier : Has it inside, and learns which of its outputs matter.
    sklearn.preprocessing.SplineTransformer : Smooth functions of each column.

    Notes
    -----
    The encoding of Y. Gorishniy, I. Rubachev and A. Babenko, On embeddings for
    numerical features in tabular deep learning, NeurIPS 2022, section 3.2, but for the
    ends, which are not clipped there, and for the column itself. Outputs are neither
    centred nor scaled.

    Examples
    --------
    >>> import numpy as np
    >>> from sksoftmax import ColumnEncoder
    >>> X = np.array([[0.0], [1.0], [3.0]])
    >>> ColumnEncoder().fit(X).transform([[2.0], [9.0]])
    array([[2., 1., 1.],
           [3., 1., 2.]])
    """

    columns_: NDArray[np.integer]
    starts_: Array | None
    widths_: Array | None
    n_features_in_: int
    feature_names_in_: NDArray

    _parameter_constraints: ClassVar[dict] = {
        "encoding": [StrOptions({"linear", "piecewise"})]
    }

    def __init__(self, encoding: Literal["linear", "piecewise"] = "piecewise") -> None:
        self.encoding = encoding

    @validates_parameters
    def fit(
        self,
        X: MatrixLike,
        y: ArrayLike | None = None,  # noqa: ARG002
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Learn the parts of the columns.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Training data, sparse with "linear" alone.

        y : None
            Not used.

        sample_weight : array-like of shape (n_samples,), default=None
            Numbers of copies; None for one of each.

        Returns
        -------
        self : ColumnEncoder
            The fitted transformer.

        Raises
        ------
        TypeError
            If a column holds dates, or `X` is sparse.
        ValueError
            If `X` or the weights are not finite, or of different lengths.
        """
        is_linear = self.encoding == "linear"
        X = self._validated(X, is_linear=is_linear, reset=True)
        weights, _ = check_weights(sample_weight, X)
        return self._set(None if is_linear else Parts.of(X, weights), X.shape[1])

    @classmethod
    def with_parts(
        cls, parts: Parts | None, n_features: int, names: NDArray | None
    ) -> Self:
        """Make a fitted one, of parts of columns that are known.

        Parameters
        ----------
        parts : tuple of ndarray or None
            What is to be `columns_`, `starts_` and `widths_`; None for "linear".
        n_features : int
            Number of columns.
        names : ndarray of shape (n_features,) or None
            Names of the columns.

        Returns
        -------
        encoder : ColumnEncoder
            Fitted.
        """
        encoder = cls("linear" if parts is None else "piecewise")
        encoder.n_features_in_ = n_features
        if names is not None:
            encoder.feature_names_in_ = names
        return encoder._set(parts, n_features)

    def _set(self, parts: Parts | None, n_features: int) -> Self:
        self.columns_ = np.arange(n_features)
        self.starts_ = self.widths_ = None
        if parts is not None:
            self.columns_, self.starts_, self.widths_ = parts
        return self

    def transform(self, X: MatrixLike) -> Array:
        """Make inputs of the first layer.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        inputs : ndarray of shape (n_samples, n_inputs)
            In float32 where `X` and the rows of `fit` are, else float64; with "linear"
            `X` itself.
        """
        check_is_fitted(self)
        X = self._validated(X, is_linear=self.starts_ is None, reset=False)
        if self.starts_ is None or self.widths_ is None:
            return X
        return inputs_of(X, Parts(self.columns_, self.starts_, self.widths_))

    def get_feature_names_out(
        self, input_features: ArrayLike | None = None
    ) -> NDArray[np.object_]:
        """Name the inputs: by the columns, with the ends of parts.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the columns, where there were none in `fit`: x0, x1, ... if None.

        Returns
        -------
        names : ndarray of str of shape (n_inputs,)
            As "x0" and "x0 [1.5, 2]".
        """
        check_is_fitted(self, "columns_")
        names = _check_feature_names_in(self, input_features)
        if self.starts_ is None or self.widths_ is None:
            return names
        n_columns = len(names)
        parts = [
            f"{names[column]} [{_shortest(start)}, {_shortest(start + width)}]"
            for column, start, width in zip(
                self.columns_[n_columns:],
                self.starts_[n_columns:],
                self.widths_[n_columns:],
                strict=True,
            )
        ]
        return np.array([*names, *parts], dtype=object)

    def _validated(self, X: MatrixLike, *, is_linear: bool, reset: bool) -> Array:
        accept_sparse = "csr" if is_linear else False
        return checked_rows(self, X, accept_sparse=accept_sparse, reset=reset)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = self.encoding == "linear"
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


def _shortest(value: np.floating) -> str:
    """The fewest digits that no other number of the dtype has."""
    return str(value).removesuffix(".0")
