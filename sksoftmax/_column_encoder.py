"""The transformer that makes inputs of columns, as a fitted classifier has it."""

from itertools import chain, count
from numbers import Integral
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import TransformerMixin
from sklearn.utils import Tags
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import _check_feature_names_in, check_is_fitted

from sksoftmax._features.encoded import with_indicators
from sksoftmax._features.encoding import (
    ENCODINGS,
    N_PARTS,
    Encoding,
    EncodingName,
    encoding_name,
    inputs_of,
)
from sksoftmax._features.first_inputs import bounded, filled
from sksoftmax._features.standardization import Standardization
from sksoftmax._sklearn.categories import Categories, numbers_of_levels
from sksoftmax._sklearn.dates import refuse_dates
from sksoftmax._sklearn.frequent import with_frequent_levels
from sksoftmax._sklearn.validation import MatrixLike, checked_rows, validates_parameters
from sksoftmax._sklearn.weights import check_weights, copies
from sksoftmax._version import VersionedEstimator

Array = NDArray[np.floating]


class ColumnEncoder(TransformerMixin, VersionedEstimator):
    """Raw columns, with gaps and categories, as inputs of a network.

    First come the numeric columns, each less its lowest value; with "piecewise" only
    between that and the highest, and then its parts between up to 17 quantiles, or 65
    with "fine-piecewise": each of these outputs is `min(max(x - start, 0), width)` of a
    column x. A value that fills a part by itself takes one of the 17, and the quantiles
    are those of the other rows. A function of one column that is linear between them is
    a sum of these with a weight for each, and constant outside of the range of the
    training data. A gap is the mean of the output. Then come, column by column, an
    output for each category, and one for gaps, if there were some: 1 where it is that,
    and 0 elsewhere.

    With "linear", and neither gaps nor categories in the training data, columns are
    passed on as they are.

    `encoder_` of a fitted :class:`SoftmaxMLPClassifier` is one, whose parts may be
    finer where they are relevant, and columns that are passed on may be so between
    their lowest and highest value.

    Parameters
    ----------
    encoding : {"linear", "piecewise", "fine-piecewise"}, default="piecewise"
        Whether numeric columns are divided: in up to 16 parts, or up to 64.

    categorical_features : array-like, "from_dtype" or None, default="from_dtype"
        Which columns hold categories: a mask, places or, of a frame, names. With
        "from_dtype" those of a frame that hold strings, or whose dtype is one of
        categories.

    max_categories : int, default=1000
        Of a column with more the rarest share an output, and so do all that are in one
        row. Weights do not count.

    Attributes
    ----------
    columns_ : ndarray of int of shape (n_inputs,)
        Which column each output is of.

    starts_, widths_ : ndarray of shape (n_parts,)
        Those of the formula above, of the outputs that are no indicators, in the units
        of the columns; None where columns are passed on as they are.

    categories_ : list of ndarray or None
        For each column its categories, sorted; None for a numeric one.

    n_features_in_ : int
        Number of features seen during `fit`.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, where `X` had names that are all strings.

    See Also
    --------
    SoftmaxMLPClassifier : Has it inside, and learns which of its outputs matter.
    sklearn.preprocessing.OneHotEncoder : Categories alone, with more options.
    sklearn.preprocessing.SplineTransformer : Smooth functions of each column.

    Notes
    -----
    Parts are the encoding of Y. Gorishniy, I. Rubachev and A. Babenko, On embeddings
    for numerical features in tabular deep learning, NeurIPS 2022, section 3.2, but for
    the ends, which are not clipped there, and for the column itself. Outputs are
    neither centred nor scaled.

    A category that `fit` has not met is as one of the rare ones, if some share an
    output; otherwise all outputs of its column are 0, as those of a gap that is the
    first one.

    Examples
    --------
    >>> import numpy as np
    >>> from sksoftmax import ColumnEncoder
    >>> X = np.array([[0.0], [1.0], [3.0]])
    >>> ColumnEncoder().fit(X).transform([[2.0], [9.0]])
    array([[2., 1., 1.],
           [3., 1., 2.]])
    >>> encoder = ColumnEncoder("linear", categorical_features=[1])
    >>> encoder.fit([[1.0, "red"], [3.0, "blue"], [np.nan, "red"]])
    ColumnEncoder(categorical_features=[1], encoding='linear')
    >>> encoder.get_feature_names_out().tolist()
    ['x0', 'missingindicator_x0', 'x1_blue', 'x1_red']
    >>> encoder.transform([[np.nan, "red"], [2.0, "green"]])
    array([[1., 1., 0., 1.],
           [1., 0., 0., 0.]])
    """

    columns_: NDArray[np.integer]
    starts_: Array | None
    widths_: Array | None
    categories_: list[NDArray[Any] | None]
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    _encoding: Encoding | None
    _fills: Array | None
    _bounds: Array | None = None
    _categories: Categories | None

    _parameter_constraints: ClassVar[dict] = {
        "encoding": [StrOptions(dict.fromkeys(ENCODINGS).keys())],
        "categorical_features": ["array-like", StrOptions({"from_dtype"}), None],
        "max_categories": [Interval(Integral, 2, None, closed="left")],
    }

    def __init__(
        self,
        encoding: EncodingName = "piecewise",
        *,
        categorical_features: ArrayLike | Literal["from_dtype"] | None = "from_dtype",
        max_categories: int = 1000,
    ) -> None:
        self.encoding = encoding
        self.categorical_features = categorical_features
        self.max_categories = max_categories

    @validates_parameters
    def fit(
        self,
        X: MatrixLike,
        y: ArrayLike | None = None,  # noqa: ARG002
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Learn the parts of the columns, and their categories.

        Parameters
        ----------
        X : {array-like, frame, sparse matrix} of shape (n_samples, n_features)
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
            If a column holds dates, or other things that are neither numbers nor
            strings; or `X` is sparse.
        ValueError
            If `X` or the weights are infinite, or of different lengths; or a column
            holds strings among numbers, varies too little for its dtype or is too large
            for sums in it.
        """
        is_divided = self.encoding in N_PARTS
        refuse_dates(X)
        categories = Categories.of(X, self.categorical_features)
        accept_sparse = False if is_divided else "csr"
        X = checked_rows(
            self, X, categories=categories, accept_sparse=accept_sparse, reset=True
        )
        weights, unit = check_weights(sample_weight, X)
        if categories is not None:
            counts = copies(weights, unit)
            categories = with_frequent_levels(
                categories, X, None, counts, self.max_categories
            )
            X = categories.relabelled(X)
        columns = Standardization.of(X, weights)
        names = getattr(self, "feature_names_in_", None)
        columns.check_dtype(X.dtype, X.shape[0], names)
        features = with_indicators(
            columns,
            X,
            weights,
            numbers_of_levels(categories, X.shape[1]),
            encoding=self.encoding,
        )
        return self._set(features.encoding, features.fills, None, categories)

    def _set(
        self,
        encoding: Encoding | None,
        fills: Array | None,
        bounds: Array | None,
        categories: Categories | None,
    ) -> Self:
        self._encoding, self._fills, self._bounds = encoding, fills, bounds
        self._categories = categories
        self.columns_ = np.arange(self.n_features_in_)
        self.starts_ = self.widths_ = None
        if encoding is not None:
            self.columns_ = encoding.input_columns
            self.starts_, self.widths_ = encoding.starts, encoding.widths
        self.categories_ = [None] * self.n_features_in_
        if categories is not None:
            for column, values in zip(
                categories.columns, categories.values, strict=True
            ):
                self.categories_[column] = values
        return self

    def transform(self, X: MatrixLike) -> Array:
        """Make inputs of the first layer.

        Parameters
        ----------
        X : {array-like, frame, sparse matrix} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        inputs : ndarray of shape (n_samples, n_inputs)
            In float32 where `X` and the rows of `fit` are, else float64; `X` itself
            where columns are passed on, without gaps.
        """
        check_is_fitted(self)
        encoding = self._encoding
        accept_sparse = "csr" if encoding is None else False
        X = checked_rows(
            self,
            X,
            categories=self._categories,
            accept_sparse=accept_sparse,
            reset=False,
        )
        if encoding is not None:
            return inputs_of(X, encoding)
        return bounded(filled(X, self._fills), self._bounds)

    def get_feature_names_out(
        self, input_features: ArrayLike | None = None
    ) -> NDArray[np.object_]:
        """Name the inputs: by the columns, with the ends of parts, or categories.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the columns, where there were none in `fit`: x0, x1, ... if None.

        Returns
        -------
        names : ndarray of str of shape (n_inputs,)
            As "x0", "x0 [1.5, 2]", "x0_red", "x0_infrequent_sklearn" and
            "missingindicator_x0"; each with "_2" and so on, where one before it is
            called so: category "b_c" of column "a" as category "c" of column "a_b".
        """
        check_is_fitted(self, "columns_")
        names = _check_feature_names_in(self, input_features)
        if self._encoding is None:
            return names
        columns, starts, widths, _, indicators, _ = self._encoding
        n_numeric = self._encoding.n_numeric
        parts = [
            f"{names[column]} [{_shortest(start)}, {_shortest(start + width)}]"
            for column, start, width in zip(
                columns[n_numeric:], starts[n_numeric:], widths[n_numeric:], strict=True
            )
        ]
        labels = {} if self._categories is None else self._categories.labels()
        indicated = [
            f"missingindicator_{names[column]}"
            if np.isnan(value)
            else f"{names[column]}_{labels[column][int(value)]}"
            for column, value in zip(*indicators, strict=True)
        ]
        names = [*names[columns[:n_numeric]], *parts, *indicated]
        return np.array(_distinct(names), dtype=object)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = self.encoding == "linear"
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


def fitted_encoder(
    encoding: Encoding | None,
    fills: Array | None,
    bounds: Array | None,
    categories: Categories | None,
    max_categories: int,
    n_features: int,
    names: NDArray | None,
) -> ColumnEncoder:
    """The transformer of an encoding that is known.

    Parameters
    ----------
    encoding : Encoding or None
        None for the columns as they are.
    fills : ndarray of shape (n_features,) or None
        What stands for gaps then.
    bounds : ndarray of shape (2, n_features) or None
        And what lower values are taken for, and higher ones.
    categories : Categories or None
        Of its columns of categories.
    max_categories : int
        Of each, at most.
    n_features : int
        Number of columns.
    names : ndarray of shape (n_features,) or None
        Of the columns.

    Returns
    -------
    encoder : ColumnEncoder
        Fitted.
    """
    name = encoding_name(encoding)
    encoder = ColumnEncoder(name, max_categories=max_categories)
    encoder.n_features_in_ = n_features
    if names is not None:
        encoder.feature_names_in_ = names
    if categories is not None:
        encoder.categorical_features = categories.columns.tolist()
    return encoder._set(encoding, fills, bounds, categories)


def _distinct(names: list[str]) -> list[str]:
    """The same names, those that have occurred before with a number.

    OneHotEncoder leaves them as they are, and polars then refuses its output.
    """
    distinct: dict[str, None] = {}
    for name in names:
        candidates = chain([name], (f"{name}_{k}" for k in count(2)))
        distinct[next(new for new in candidates if new not in distinct)] = None
    return [*distinct]


def _shortest(value: np.floating) -> str:
    """The fewest digits that no other number of the dtype has."""
    return str(value).removesuffix(".0")
