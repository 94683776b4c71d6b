"""Columns that are categories, found in what users give, and coded as numbers."""

from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from numbers import Real
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import issparse
from sklearn.utils import _safe_indexing, check_array
from sklearn.utils.validation import _num_features

from sksoftmax._rows.matrix import RemoteRows, Rows

if TYPE_CHECKING:
    from sklearn.preprocessing import OrdinalEncoder

Array = NDArray[np.floating]

_UNKNOWN = -1
# Types of which each value can be compared with itself.
_COMPARABLE = (str, Real, Decimal, np.bool_, type(None))
# How the names of such dtypes begin: of pandas, polars and pyarrow.
_CATEGORY_DTYPES = (
    "category",
    "Categorical",
    "Enum",
    "dictionary",
    "string",
    "String",
    "Utf8",
    "large_string",
)
# And those of numbers, of pyarrow.
_ARROW_NUMBERS = ("int", "uint", "halffloat", "float", "double", "decimal", "bool")


class Categories(NamedTuple):
    """Columns that are categories, and the level that each category is.

    Attributes
    ----------
    columns : ndarray of int of shape (n_categorical,)
    encoder : OrdinalEncoder
        Of their values.
    levels : list of ndarray of int
        For each column the level of each category of `encoder`, and last that of all
        others. -1 is none.
    """

    columns: NDArray[np.integer]
    encoder: "OrdinalEncoder"
    levels: list[NDArray[np.integer]]

    @classmethod
    def of(
        cls, X: Any, categorical_features: ArrayLike | str | None, name: str = "X"
    ) -> "Categories | None":
        """The categories of columns of `X`, each a level; None without such columns.

        Parameters
        ----------
        X : {frame, array-like, sparse matrix} of shape (n_samples, n_features)
        categorical_features : array-like, "from_dtype" or None
            A mask, places or names of the columns; "from_dtype" for those of a frame
            that hold strings or are categories.
        name : str
            What errors call `X`.

        Raises
        ------
        TypeError
            If a column of a frame holds neither numbers nor strings.
        ValueError
            If `categorical_features` are no columns, `X` is sparse, or a column holds
            both numbers and strings.
        """
        check_two_dimensional(X)
        columns = _categorical_columns(X, categorical_features, name)
        if not columns.size or not len(X):
            return None
        from sklearn.preprocessing import OrdinalEncoder  # a third of the import's time

        encoder = OrdinalEncoder(
            handle_unknown="use_encoded_value",
            unknown_value=_UNKNOWN,
            encoded_missing_value=np.nan,
        ).set_output(transform="default")  # whatever the user's frames are to be
        for column in columns:
            _check_sortable(X, column, name)
        encoder.fit(_objects(X, columns))
        sizes = [_without_gap(values).size for values in encoder.categories_]
        return cls(columns, encoder, [np.append(np.arange(n), -1) for n in sizes])

    def codes(self, X: Any, name: str = "X") -> Array:
        """Levels of the columns of `X`, (n_samples, n_categorical), NaN for gaps.

        Raises
        ------
        ValueError
            If a column holds numbers, and its categories are strings, or the other way.
        """
        values = _objects(X, self.columns)
        for column, known, new in zip(self.columns, self.values, values.T, strict=True):
            _check_kind(X, column, known, new, name)
        places = self.encoder.transform(values)
        places[values != values] = np.nan  # also where `fit` has met no gap
        return self._levels_of(places)

    def relabelled(self, X: Rows) -> Rows:
        """Rows with these levels, where categories were one each; in place, if here."""
        if isinstance(X, RemoteRows):
            return X.mapped(lambda rows: self.relabelled(rows.copy()))
        X[:, self.columns] = self._levels_of(X[:, self.columns])
        return X

    @property
    def values(self) -> list[NDArray]:
        """Categories of each column, sorted."""
        return [_without_gap(values) for values in self.encoder.categories_]

    def labels(self) -> dict[int, list[str]]:
        """What the levels of each column are called."""
        of_columns = zip(self.columns.tolist(), self.values, self.levels, strict=True)
        return {
            column: [
                "infrequent_sklearn"
                if k == levels[-1]
                else str(values[levels[:-1] == k][0])
                for k in range(levels.max() + 1)
            ]
            for column, values, levels in of_columns
        }

    def _levels_of(self, places: Array) -> Array:
        """From places among the categories of the encoder, -1 for others."""
        codes = np.full(places.shape, np.nan)
        for code, place, levels in zip(codes.T, places.T, self.levels, strict=True):
            is_there = ~np.isnan(place)
            code[is_there] = levels[place[is_there].astype(int)]
        return codes


def numbers_of_levels(
    categories: Categories | None, n_features: int
) -> NDArray[np.integer]:
    """Of each column; 0 of numeric ones."""
    n_levels = np.zeros(n_features, int)
    if categories is not None:
        n_levels[categories.columns] = [
            k.max(initial=-1) + 1 for k in categories.levels
        ]
    return n_levels


def read_frame(X: Any, categories: Categories | None, name: str = "X") -> Array:
    """A frame as numbers, (n_samples, n_features), categories as levels.

    float32 where all its numbers are, else float64.

    Raises
    ------
    TypeError
        If a column holds neither numbers nor strings.
    ValueError
        If a value is no number, where numbers are expected.
    """
    X = as_table(X)
    n_features = _num_features(X)
    if not len(X):
        return np.empty((0, n_features))
    coded = np.empty(0, int) if categories is None else categories.columns
    numeric = np.setdiff1d(np.arange(n_features), coded)
    plain = numeric[_are_dense_numbers(X)[numeric]]
    rows = np.zeros((len(X), 0))
    if plain.size:
        rows = check_array(
            _safe_indexing(X, plain, axis=1),
            dtype=[np.float64, np.float32],
            ensure_all_finite=False,
            ensure_min_samples=0,
            input_name=name,
        )
    dtype = rows.dtype if plain.size == numeric.size else np.dtype(np.float64)
    read = np.empty((len(rows), n_features), dtype)
    read[:, plain] = rows
    for column in np.setdiff1d(numeric, plain):
        read[:, column] = _numbers(X, column, name)
    if categories is not None:
        read[:, coded] = categories.codes(X, name)
    return read


def is_frame(X: Any) -> bool:
    """Whether there are columns with a dtype each."""
    return hasattr(X, "dtypes") and hasattr(X, "columns")


def is_arrow_table(X: Any) -> bool:
    """Whether it is pyarrow's, whose rows scikit-learn takes for those of an array."""
    return hasattr(X, "column_names") and hasattr(X, "schema")


def as_table(X: Any) -> Any:
    """Rows to choose from: of a list as objects, or numbers would become strings."""
    is_table = is_frame(X) or isinstance(X, np.ndarray)
    return X if is_table else np.asarray(X, dtype=object)


def has_only_numbers(X: Any) -> bool:
    """Whether all columns of a frame have a numeric dtype, or a boolean one."""
    return bool(are_numbers(X).all())


def check_two_dimensional(X: Any) -> None:
    """Refuse a single column, or none, as scikit-learn does."""
    rows = as_table(X) if isinstance(X, list | tuple) else X
    if not hasattr(rows, "shape") or len(rows.shape) != 2:
        check_array(X, dtype=None, accept_sparse=True, ensure_all_finite=False)


def _categorical_columns(
    X: Any, categorical_features: ArrayLike | str | None, name: str
) -> NDArray[np.integer]:
    none = np.empty(0, int)
    if categorical_features is None:
        return none
    if isinstance(categorical_features, str):
        if categorical_features != "from_dtype":
            raise ValueError(
                "categorical_features must be 'from_dtype', None, or an array of "
                "booleans, integers or names with one for each column that holds "
                f"categories; got {categorical_features!r}."
            )
        if not is_frame(X):
            _refuse_arrow_strings(X, name)
            return none
        return np.array(
            [
                j
                for j, is_number in enumerate(are_numbers(X))
                if not is_number and _is_category(X, j, name)
            ],
            int,
        )
    chosen = np.asarray(categorical_features)
    if not chosen.size:
        return none
    if issparse(X):
        raise ValueError(
            f"categorical_features needs dense {name}; got a sparse matrix. Pass "
            f"{name}.toarray(), or categorical_features=None."
        )
    return _places(X, chosen, name)


def _refuse_arrow_strings(X: Any, name: str) -> None:
    """Tables of pyarrow with categories, which are frames once they are converted."""
    if not is_arrow_table(X):
        return
    others = [
        f"{column!r} ({dtype})"
        for column, dtype in zip(X.column_names, X.schema.types, strict=True)
        if not str(dtype).startswith(_ARROW_NUMBERS)
    ]
    if others:
        raise TypeError(
            f"{name} is a pyarrow.{type(X).__name__} with columns that are no numbers: "
            f"{', '.join(others)}. Pass a frame of it, {name}.to_pandas() or "
            f"polars.from_arrow({name})."
        )


def possible_categories(
    X: Any, categorical_features: ArrayLike | str | None, name: str = "X"
) -> NDArray[np.integer]:
    """Columns that are categories, or would be, if their values were strings."""
    if isinstance(categorical_features, str) and is_frame(X):
        return np.flatnonzero(~are_numbers(X))
    return _categorical_columns(X, categorical_features, name)


def _places(X: Any, chosen: NDArray, name: str) -> NDArray[np.integer]:
    n_features = _num_features(X)
    if chosen.ndim == 1 and chosen.dtype.kind == "b" and chosen.size == n_features:
        return np.flatnonzero(chosen)
    if chosen.ndim == 1 and chosen.dtype.kind in "iu":
        if ((chosen >= 0) & (chosen < n_features)).all():
            return np.unique(chosen)
    elif chosen.ndim == 1 and chosen.dtype.kind in "OU" and is_frame(X):
        names = [*X.columns]
        unknown = [c for c in chosen.tolist() if c not in names]
        if not unknown:
            return np.unique([names.index(c) for c in chosen.tolist()])
    raise ValueError(
        f"categorical_features must be a mask of the {n_features} columns of {name}, "
        f"places below {n_features}, or names of columns of a frame; got "
        f"{chosen.tolist()!r}."
    )


def are_numbers(X: Any) -> NDArray[np.bool_]:
    """Which columns have a numeric dtype, or a boolean one."""
    if not is_frame(X):
        return np.full(_num_features(X), _is_number(X.dtype))
    return np.array([_is_number(dtype) for dtype in X.dtypes], dtype=bool)


def _are_dense_numbers(X: Any) -> NDArray[np.bool_]:
    """Those, but for sparse columns of pandas."""
    dtypes = [*X.dtypes] if is_frame(X) else [X.dtype] * _num_features(X)
    is_sparse = [hasattr(dtype, "fill_value") for dtype in dtypes]
    return are_numbers(X) & ~np.array(is_sparse, dtype=bool)


def _is_number(dtype: Any) -> bool:
    is_numeric = getattr(dtype, "is_numeric", None)  # polars
    if is_numeric is not None:
        return bool(is_numeric()) or str(dtype) == "Boolean"
    return getattr(dtype, "kind", "O") in "biuf"


def _is_category(X: Any, column: int, name: str) -> bool:
    """Whether a column of a frame has a dtype of categories, or of strings.

    Of objects, if it holds strings, or nothing: there may be some in other rows.
    """
    dtype = _dtype_name(X, column)
    if dtype == "str" or dtype.startswith(_CATEGORY_DTYPES):
        return True
    types = _types(column_values(X, column))
    if all(issubclass(t, str) for t in types):
        return True
    _refuse_others(X, column, types, name)
    return False


def _dtype_name(X: Any, column: int) -> str:
    return str([*X.dtypes][column] if is_frame(X) else X.dtype)


def _refuse_others(X: Any, column: int, types: Iterable[type], name: str) -> None:
    """What is neither a number nor a string, in a column that may hold both."""
    others = [
        t
        for t in types
        # A time span is an integer to NumPy.
        if np.timedelta64 in t.__mro__
        or not issubclass(t, str | Real | Decimal | np.bool_)
    ]
    if others:
        raise TypeError(
            f"{name} has values of type {others[0].__name__} in {_name(X, column)} "
            f"({_dtype_name(as_table(X), column)}), which are neither numbers nor "
            "strings: an argument must be a string or a number. Make numbers or "
            "strings of them first, a column of each part."
        )


def _check_sortable(X: Any, column: int, name: str) -> None:
    """Refuse strings among numbers, and other objects, as categories."""
    types = _types(column_values(X, column))
    _refuse_others(X, column, types, name)
    are_strings = {issubclass(t, str) for t in types}
    if len(are_strings) > 1:
        raise ValueError(
            f"{name} has both strings and numbers in {_name(X, column)}, categories "
            "that have no order. Make strings of all of them."
        )


def _check_kind(X: Any, column: int, known: NDArray, new: NDArray, name: str) -> None:
    """Refuse numbers where categories are strings, which would all be unknown."""
    types = _types(new)
    _refuse_others(X, column, types, name)
    are_strings = {issubclass(t, str) for t in types}
    were_strings = {isinstance(value, str) for value in known}
    if were_strings and not are_strings <= were_strings:
        kinds = (
            ("strings", "numbers") if True in were_strings else ("numbers", "strings")
        )
        raise ValueError(
            f"{name} has {kinds[1]} in {_name(X, column)}, whose categories were "
            f"{kinds[0]} in fit. Make {kinds[0]} of all of them."
        )


def _numbers(X: Any, column: int, name: str) -> Array:
    """A column of objects as float64."""
    values = column_values(X, column)
    _refuse_others(X, column, _types(values), name)
    numbers = np.full(len(values), np.nan)
    for row, value in enumerate(values):
        try:
            numbers[row] = float(value)
        except (ValueError, OverflowError) as error:
            of_array = f" and put {column} into categorical_features"
            raise ValueError(
                f"{name} has {value!r} in {_name(X, column)}, which is no number. Put "
                "NaN where it stands for a gap; or, if these are categories, make "
                f"strings of all values{'' if is_frame(X) else of_array}."
            ) from error
    return numbers


def column_values(X: Any, column: int) -> NDArray[np.object_]:
    """Values of a column, NaN for gaps."""
    given = _safe_indexing(as_table(X), int(column), axis=1)
    values = _as_objects(_named(given))
    try:
        values[are_gaps(values)] = np.nan
    except InvalidOperation as error:
        raise ValueError(
            f"X has a signaling NaN in {_name(X, column)}, which is no number. Put NaN "
            "where it stands for a gap."
        ) from error
    return values


def _named(given: Any) -> Any:
    """A column, whose categories go by their names, if they are intervals or dates.

    By those of the dtype: with a gap beside them intervals get other ends.
    """
    if str(getattr(given, "dtype", "")) != "category":
        return given
    categories = given.cat.categories
    if all(isinstance(category, _COMPARABLE) for category in categories):
        return given
    return given.cat.rename_categories([*map(str, categories)])


def _as_objects(given: Any) -> NDArray[np.object_]:
    """Each value as it is: to NumPy whole numbers beside a gap would be float64."""
    if hasattr(given, "astype"):
        return np.array(given.astype(object), object)
    return np.fromiter(given.to_list(), object, len(given))  # of polars


def _objects(X: Any, columns: Sequence[int] | NDArray) -> NDArray[np.object_]:
    return np.stack([column_values(X, column) for column in columns], axis=1)


def are_gaps(values: NDArray[np.object_]) -> NDArray[np.bool_]:
    """None, NaN of any kind, and NA and NaT of pandas."""
    types = set(map(type, values))
    if all(issubclass(t, str) for t in types):
        return np.zeros(values.size, bool)
    if all(issubclass(t, _COMPARABLE) for t in types):
        return np.equal(values, np.array(None)) | (values != values)
    return np.array([_is_gap(value) for value in values], dtype=bool)


def _is_gap(value: Any) -> bool:
    return (
        value is None
        or type(value).__name__ in ("NAType", "NaTType")
        or (isinstance(value, _COMPARABLE) and value != value)
    )


def _types(values: NDArray[np.object_]) -> set[type]:
    """Of what is no gap."""
    return set(map(type, values[~are_gaps(values)]))


def _without_gap(categories: NDArray) -> NDArray:
    """Those of a column but the gap, which comes last."""
    return categories[~are_gaps(categories)]


def _name(X: Any, column: int) -> str:
    return f"column {[*X.columns][column]!r}" if is_frame(X) else f"column {column}"
