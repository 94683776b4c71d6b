"""Columns that are categories, found and coded."""

import datetime
import decimal
from types import SimpleNamespace

import numpy as np
import pytest
from elsewhere import Elsewhere
from scipy.sparse import csr_array
from sklearn.preprocessing import OrdinalEncoder

from sksoftmax._sklearn.categories import (
    Categories,
    has_only_numbers,
    is_frame,
    numbers_of_levels,
    possible_categories,
    read_frame,
)
from sksoftmax._sklearn.frequent import with_frequent_levels

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")

NAN = np.nan
COLOURS = ["red", None, "blue", "red"]
COLUMNS = {
    "pandas category": (pd.Series(COLOURS, dtype="category"), COLOURS),
    "pandas category of numbers": (pd.Series([7, NAN, 5, 7]).astype("category"), None),
    "pandas string": (pd.Series(COLOURS, dtype="string"), COLOURS),
    "pandas object": (pd.Series(COLOURS, dtype=object), COLOURS),
    "polars category": (pl.Series(COLOURS, dtype=pl.Categorical), COLOURS),
    "polars enum": (pl.Series(COLOURS, dtype=pl.Enum(["red", "blue"])), COLOURS),
    "polars string": (pl.Series(COLOURS), COLOURS),
}
NUMBERS = {
    "float": pd.Series([1.5, NAN, 2, 1.5]),
    "nullable": pd.Series([1, None, 2, 1], dtype="Int64"),
    "nullable bool": pd.Series([True, None, False, True], dtype="boolean"),
    "objects": pd.Series([1, None, 2.5, pd.NA], dtype=object),
    "decimals": pd.Series([decimal.Decimal("0.5"), None, decimal.Decimal(2), 1]),
    "bools": pd.Series([True, None, False, True], dtype=object),
    "polars": pl.Series([1, None, 2, 1]),
    "polars bool": pl.Series([True, None, False, True]),
}


def frame_of(**columns):
    library = pl if isinstance(next(iter(columns.values())), pl.Series) else pd
    return library.DataFrame(columns)


@pytest.mark.parametrize("name", COLUMNS)
def test_strings_and_categories_are_found(name):
    """Whatever they are stored as; a gap has no level, and another value none."""
    series, _ = COLUMNS[name]
    frame = frame_of(a=series)
    assert is_frame(frame)
    assert not has_only_numbers(frame)
    categories = Categories.of(frame, "from_dtype")
    assert categories.columns.tolist() == [0]
    assert numbers_of_levels(categories, 2).tolist() == [2, 0]
    np.testing.assert_array_equal(read_frame(frame, categories)[:, 0], [1, NAN, 0, 1])
    other = pd.DataFrame({"a": [9 if "numbers" in name else "green"]})
    assert read_frame(other, categories)[0, 0] == -1
    other = pd.DataFrame({"a": ["green" if "numbers" in name else 9]})
    with pytest.raises(ValueError, match=r"in column 'a', whose categories were"):
        read_frame(other, categories)


@pytest.mark.parametrize("series", NUMBERS.values(), ids=NUMBERS)
def test_numbers_are_numbers(series):
    """Gaps of all kinds are NaN."""
    frame = frame_of(a=series)
    assert Categories.of(frame, "from_dtype") is None
    is_gap = [value is None or value is pd.NA for value in series.to_list()]
    expected = [NAN if gap else float(v) for gap, v in zip(is_gap, series, strict=True)]
    read = read_frame(frame, None)
    assert read.dtype == float
    np.testing.assert_array_equal(read[:, 0], expected)


def test_of_one_library_what_another_has_fitted():
    """By the values, not by how they are stored."""
    fitted = Categories.of(pd.DataFrame({"a": COLOURS}), "from_dtype")
    for series in (COLUMNS["polars category"][0], COLUMNS["pandas category"][0]):
        codes = fitted.codes(frame_of(a=series))
        np.testing.assert_array_equal(codes[:, 0], [1, NAN, 0, 1])


def test_arrowed_columns_are_those_of_others():
    """Of strings, of a dictionary and of numbers."""
    pa = pytest.importorskip("pyarrow")
    frame = pd.DataFrame(
        {
            "string": pd.array(COLOURS, dtype=pd.ArrowDtype(pa.string())),
            "dictionary": pd.array(
                COLOURS, dtype=pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string()))
            ),
            "int": pd.array([1, None, 2, 3], dtype="int64[pyarrow]"),
            "bool": pd.array([True, None, False, True], dtype="bool[pyarrow]"),
        }
    )
    categories = Categories.of(frame, "from_dtype")
    assert categories.columns.tolist() == [0, 1]
    expected = [[1, 1, 1, 1], [NAN] * 4, [0, 0, 2, 0], [1, 1, 3, 1]]
    np.testing.assert_array_equal(read_frame(frame, categories), expected)


def test_float32_stays_where_all_numbers_are():
    """Levels fit in."""
    frame = pd.DataFrame({"a": COLOURS, "b": np.ones(4, np.float32)})
    categories = Categories.of(frame, "from_dtype")
    assert read_frame(frame, categories).dtype == np.float32
    frame["c"] = 1
    assert read_frame(frame, categories).dtype == np.float64
    assert read_frame(frame[["a"]], categories).dtype == np.float64


@pytest.mark.parametrize("numbers", [[16_777_217, None], [0.1, "2"]])
def test_objects_beside_float32_keep_their_digits(numbers):
    """Numbers of 24 bits would not hold them."""
    frame = pd.DataFrame({"a": np.ones(2, np.float32)})
    frame["b"] = pd.Series(numbers, dtype=object)
    read = read_frame(frame, None)
    np.testing.assert_array_equal(read[:, 1], np.array(numbers, dtype=float))


@pytest.mark.parametrize("fill", [0, NAN])
def test_sparse_columns_beside_categories_are_numbers(fill):
    """Whatever value is not stored, and of whatever dtype."""
    frame = pd.DataFrame(
        {
            "a": COLOURS,
            "floats": pd.arrays.SparseArray([fill, 1.5, fill, 2], fill_value=fill),
            "bools": pd.arrays.SparseArray([True, False, False, True]),
            "b": [1.0, 2, 3, 4],
        }
    )
    categories = Categories.of(frame, "from_dtype")
    assert categories.columns.tolist() == [0]
    expected = [[1, NAN, 0, 1], [fill, 1.5, fill, 2], [1, 0, 0, 1], [1, 2, 3, 4]]
    np.testing.assert_array_equal(read_frame(frame, categories).T, expected)
    read = read_frame(frame[["floats", "bools"]], None)
    np.testing.assert_array_equal(read.T, expected[1:3])


def test_tables_of_pyarrow_with_strings_are_told():
    """Of their rows scikit-learn makes an array, whose columns have no dtype."""
    pa = pytest.importorskip("pyarrow")
    table = pa.table({"a": COLOURS, "b": [1, None, 2, 3], "c": [True, None] * 2})
    message = r"pyarrow.Table with .* no numbers: 'a' \(string\). Pass .*to_pandas\(\)"
    with pytest.raises(TypeError, match=message):
        Categories.of(table, "from_dtype")
    assert Categories.of(table.select(["b", "c"]), "from_dtype") is None
    categories = Categories.of(table.to_pandas(), "from_dtype")
    np.testing.assert_array_equal(read_frame(table, categories)[:, 0], [1, NAN, 0, 1])


@pytest.mark.parametrize(
    ("dtypes", "told"),
    [
        (["string", "int64"], r"'a' \(string\)\. Pass"),
        (["double", "dictionary<values=string>"], r"'b' \(dictionary<.*>\)\. Pass"),
        (["double", "bool"], None),
    ],
)
def test_a_table_is_known_by_its_schema(dtypes, told):
    """Also where pyarrow is not installed."""
    schema = SimpleNamespace(types=dtypes)
    table = SimpleNamespace(shape=(2, 2), column_names=["a", "b"], schema=schema)
    if told is None:
        assert Categories.of(table, "from_dtype") is None
        return
    with pytest.raises(TypeError, match=f"X is a pyarrow.* no numbers: {told}"):
        Categories.of(table, "from_dtype")


ARRAY = np.array([["x", 1.0], ["y", NAN], [None, 3.0], ["x", 1.0]], dtype=object)


@pytest.mark.parametrize(
    ("X", "chosen", "expected"),
    [
        (ARRAY, [0], [0]),
        (ARRAY, np.array([True, False]), [0]),
        (ARRAY.tolist(), [0, 1], [0, 1]),
        (np.array([[3, 1.0], [5, 2], [NAN, 2], [3, 4]]), [0], [0]),
        (pd.DataFrame(ARRAY, columns=["a", "b"]), ["a"], [0]),
        (pd.DataFrame({"a": [3, 5, NAN, 3], "b": 1.0}), ["a"], [0]),
        (ARRAY, "from_dtype", []),
        (ARRAY, None, []),
        (ARRAY, [], []),
        (csr_array(np.eye(3)), "from_dtype", []),
        (csr_array(np.eye(3)), None, []),
    ],
    ids=str,
)
def test_columns_are_chosen_by_users(X, chosen, expected):
    """By a mask, places or names; else none of an array is a category."""
    categories = Categories.of(X, chosen)
    if not expected:
        assert categories is None
        return
    assert categories.columns.tolist() == expected
    np.testing.assert_array_equal(categories.codes(X)[:, 0], [0, 1, NAN, 0])
    numeric = [j for j in range(2) if j not in expected]
    read = read_frame(X, categories)
    values = np.asarray(X, dtype=object)[:, numeric].astype(float)
    np.testing.assert_array_equal(read[:, numeric], values)


@pytest.mark.parametrize(
    ("X", "chosen", "error", "message"),
    [
        (ARRAY, [2], ValueError, r"places below 2, .* got \[2\]"),
        (ARRAY, [-1], ValueError, r"got \[-1\]"),
        (ARRAY, [True], ValueError, "a mask of the 2 columns"),
        (ARRAY, ["a"], ValueError, "names of columns of a frame; got"),
        (ARRAY, [[0]], ValueError, "got"),
        (ARRAY, [0.5], ValueError, "got"),
        (ARRAY, "auto", ValueError, "must be 'from_dtype', None, or .* got 'auto'"),
        (pd.DataFrame({"a": [1]}), ["b"], ValueError, r"got \['b'\]"),
        (csr_array(np.eye(3)), [0], ValueError, "needs dense X; got a sparse matrix"),
        (
            pd.DataFrame({"a": [[1], [2]]}),
            "from_dtype",
            TypeError,
            "X has values of type list in column 'a' .object., which are neither",
        ),
        (
            pd.DataFrame({"day": [datetime.date(2020, 1, 1)]}),
            "from_dtype",
            TypeError,
            "type date in column 'day'",
        ),
        (
            pd.DataFrame({"a": pd.Categorical(["x", 3])}),
            "from_dtype",
            ValueError,
            "both strings and numbers in column 'a'",
        ),
        (np.array([[b"x"], [b"y"]], object), [0], TypeError, "type bytes in column 0"),
    ],
    ids=str,
)
def test_what_is_no_category_is_told(X, chosen, error, message):
    """With the column, and what it may be."""
    with pytest.raises(error, match=message):
        Categories.of(X, chosen)


def test_a_string_among_numbers_is_told():
    """Where it is, and what it may stand for; one that is a number passes."""
    frame = pd.DataFrame({"a": [1, "2", None]}, dtype=object)
    assert Categories.of(frame, "from_dtype") is None
    np.testing.assert_array_equal(read_frame(frame, None)[:, 0], [1, 2, NAN])
    frame.loc[1, "a"] = "n/a"
    message = "X_val has 'n/a' in column 'a', .* Put NaN .* strings of all values.$"
    with pytest.raises(ValueError, match=message):
        read_frame(frame, None, "X_val")
    message = "'x' in column 0, which is no number.* put 0 into categorical_features.$"
    with pytest.raises(ValueError, match=message):
        read_frame(ARRAY, None)
    with pytest.raises(TypeError, match="type list in column 'a'"):
        read_frame(pd.DataFrame({"a": [[1], 2]}), None)


def test_a_decimal_that_takes_no_comparison_is_told():
    """By its column, as a string that is no number."""
    frame = pd.DataFrame({"a": [decimal.Decimal("sNaN"), decimal.Decimal(1)]})
    with pytest.raises(ValueError, match="X has a signaling NaN in column 'a', which"):
        read_frame(frame, None)


def test_codes_are_those_of_an_ordinal_encoder(rng):
    """With a level for each category."""
    values = rng.choice([*"abcdef"], size=(200, 1)).astype(object)
    expected = OrdinalEncoder().fit_transform(values)
    np.testing.assert_array_equal(Categories.of(values, [0]).codes(values), expected)


LARGE = [2**60 + 1, 2**60 + 2, None, 2**60 + 1]


@pytest.mark.parametrize(
    "series",
    [
        pd.Series(pd.array(LARGE, dtype="Int64")),
        pd.Series(pd.Categorical(LARGE, categories=[2**60 + 1, 2**60 + 2])),
        pd.Series(LARGE, dtype=object),
        pd.Series(LARGE, dtype="int64[pyarrow]"),
        pl.Series(LARGE),
    ],
    ids=["nullable", "category", "object", "pyarrow", "polars"],
)
def test_whole_numbers_beside_gaps_keep_their_digits(series):
    """float64 would take them all for one, and for none that it has met."""
    frame = frame_of(a=series)
    for known in (frame, frame[:2]):
        categories = Categories.of(known, ["a"])
        (values,) = categories.values
        assert values.tolist() == [2**60 + 1, 2**60 + 2]
        codes = categories.codes(frame)
        np.testing.assert_array_equal(codes, [[0], [1], [np.nan], [0]])


EMPTY = {
    "pandas object": pd.Series([None] * 3, dtype=object),
    "pandas string": pd.Series([None] * 3, dtype="string"),
    "pandas category": pd.Series([None] * 3, dtype="category"),
    "polars null": pl.Series([None] * 3),
    "polars string": pl.Series([None] * 3, dtype=pl.String),
}


@pytest.mark.parametrize("series", EMPTY.values(), ids=EMPTY)
def test_columns_of_objects_without_values_may_have_any_later(series):
    """All of which are the same one, that no sample of the fit has."""
    frame = frame_of(a=series)
    categories = Categories.of(frame, "from_dtype")
    rows = read_frame(frame, categories)
    no_labels = np.zeros(len(rows), int)
    categories = with_frequent_levels(categories, rows, no_labels, None, 5)
    assert np.isnan(rows).all()
    for values in (["x", None, "y"], [1.5, np.nan, 3]):
        later = read_frame(pd.DataFrame({"a": values}), categories)
        np.testing.assert_array_equal(later[:, 0], [0, NAN, 0])


def test_all_columns_are_looked_at_once():
    """A frame may have thousands."""
    asked = []

    class Frame(pd.DataFrame):
        @property
        def dtypes(self):
            asked.append(len(asked))
            return pd.DataFrame(self).dtypes

    frame = Frame(np.eye(30))
    asked.clear()
    assert has_only_numbers(frame)
    assert len(asked) < 5


def test_rows_elsewhere_are_relabelled_there(rng):
    """And not written to, as they may be asked for again."""
    X = np.column_stack([rng.integers(9, size=40), rng.normal(size=40)])
    objects = X.astype(object)
    categories = Categories.of(objects, [0])
    codes = read_frame(objects, categories)
    y = rng.integers(2, size=40)
    known = with_frequent_levels(categories, Elsewhere(codes), y, None, 4)
    kept = codes.copy()
    found = known.relabelled(Elsewhere(codes))[:]
    np.testing.assert_array_equal(codes, kept)
    np.testing.assert_array_equal(found, known.relabelled(codes))
    assert found[:, 0].max() == 3


def test_columns_that_may_be_categories_are_those_without_numbers():
    """Of a frame by its dtypes, or those that are named."""
    frame = frame_of(a=[1, 2], b=["x", None], c=pd.Series([1, 2], dtype="category"))
    assert possible_categories(frame, "from_dtype").tolist() == [1, 2]
    assert possible_categories(frame, ["a"]).tolist() == [0]
    assert not possible_categories(frame, None).size
    assert not possible_categories(np.eye(2), "from_dtype").size
