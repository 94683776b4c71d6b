"""Labels of samples, and weights of classes by their labels."""

from types import SimpleNamespace

import numpy as np
import pytest

import sksoftmax._sklearn.labels
from sksoftmax._sklearn.labels import (
    as_labels,
    balanced_class_weight,
    check_class_weight,
    coded,
    label_codes,
)
from sksoftmax._sklearn.weights import multiplied


@pytest.mark.parametrize("weights", [None, np.array([1, 1, 2, 0, 3, 0.0])])
def test_balanced_classes_have_equal_sums(weights):
    """Of weights, where samples have some; a class without any does not matter."""
    codes = np.array([0, 0, 0, 1, 2, 1])
    found = balanced_class_weight(np.bincount(codes, weights))
    sums = np.bincount(codes, multiplied(found[codes], weights))
    total = 6 if weights is None else weights.sum()
    expected = [total / 3] * 3 if weights is None else [total / 3, 0, total / 3]
    np.testing.assert_allclose(sums, expected)


def test_weights_of_classes_and_samples_multiply():
    """By label; a label that is left out weighs 1."""
    codes = np.array([0, 1, 1])
    classes = np.array(["no", "yes"])
    for weights, expected in [(None, [1, 4, 4]), (np.array([1, 2, 3.0]), [1, 8, 12])]:
        found = check_class_weight({"yes": 4}, classes)
        np.testing.assert_array_equal(multiplied(found[codes], weights), expected)


def test_labels_that_look_like_numbers_are_strings():
    """As OpenML has them."""
    classes = np.array(["0", "1"])
    found = check_class_weight({"1": 3}, classes)
    np.testing.assert_array_equal(found, [1, 3])


@pytest.mark.parametrize("class_weight", [None, "balanced"])
def test_what_depends_on_the_samples_is_left(class_weight):
    """And no class weights are none."""
    assert check_class_weight(class_weight, np.array(["no", "yes"])) == class_weight


@pytest.mark.parametrize("at_once", [1, 7, 2**16])
@pytest.mark.parametrize("dtype", [bool, ">i2", np.uint64, float, "U3", object])
def test_classes_and_codes_are_those_of_numpy(rng, monkeypatch, dtype, at_once):
    """Of all labels, however many are looked at together."""
    monkeypatch.setattr(sksoftmax._sklearn.labels, "_LABELS_AT_ONCE", at_once)
    y = rng.integers(0, 9, 40).astype("U3" if dtype is object else int).astype(dtype)
    classes, codes = np.unique(y, return_inverse=True)
    found = coded(y)
    assert found[0].dtype == classes.dtype
    np.testing.assert_array_equal(found[0], classes)
    np.testing.assert_array_equal(found[1], codes)


@pytest.mark.parametrize("labels", [[3, 7, 8], ["c", "g", "h"]])
def test_codes_are_places_of_labels(labels):
    """Whatever is missing or in another order."""
    classes = np.array(labels)
    y = classes[[2, 0, 0]]
    np.testing.assert_array_equal(label_codes(y, classes, "y_val"), [2, 0, 0])


def test_codes_are_those_of_labels_in_another_dtype():
    """Also of integers that float64, to which NumPy takes both, can't tell apart."""
    classes = np.array([2**60, 2**60 + 1])
    codes = label_codes(classes.astype(np.uint64), classes, "y_val")
    np.testing.assert_array_equal(codes, [0, 1])


def test_unknown_labels_are_shown():
    """With those that there are, also where the types differ."""
    with pytest.raises(
        ValueError, match=r"y_val has labels that are not in y: \[5\]; y has \['a'\]"
    ):
        label_codes(np.array([5, 5]), np.array(["a"]), "y_val")


@pytest.mark.parametrize(
    ("class_weight", "message"),
    [
        ({"y": 2}, r"none of the labels in y: \['y'\]; y has \['no', 'yes'\]"),
        ({"yes": -1}, r"not negative; got \{'yes': -1\}"),
        ({"no": np.nan}, "finite"),
        ({"no": [1], "yes": [2]}, "class_weight must hold finite numbers"),
        ({"no": [1, 2]}, "class_weight must hold finite numbers"),
        ({"no": "2x"}, "class_weight must hold finite .* got {.no.: .2x.}"),
    ],
)
def test_bad_class_weights_are_shown(class_weight, message):
    """Labels that do not occur are most likely misspelt."""
    with pytest.raises(ValueError, match=message):
        check_class_weight(class_weight, np.array(["no", "yes"]))


@pytest.mark.parametrize(
    ("dtype", "plain"),
    [("Int64", "int64"), ("UInt8", "uint8"), ("boolean", "bool")],
)
def test_nullable_labels_are_those_of_their_dtype(dtype, plain):
    """Where none is missing; scikit-learn names one that is."""
    pandas = pytest.importorskip("pandas")
    y = pandas.Series([1, 0, 1], dtype=dtype)
    assert as_labels(y).dtype == plain
    np.testing.assert_array_equal(as_labels(y), [1, 0, 1])
    y[1] = pandas.NA
    assert as_labels(y) is y
    objects = np.array(["a", pandas.NA, pandas.NaT, np.nan], dtype=object)
    assert as_labels(objects) is objects


@pytest.mark.parametrize(
    ("labels", "types"),
    [([1, 2], "['int']"), ([1, "a"], "['int', 'str']"), ([np.nan, 0.5], "['float']")],
)
def test_labels_of_other_types_have_a_remedy(labels, types):
    """Objects that are no strings: what they are, and what to pass instead."""
    with pytest.raises(ValueError) as error:
        as_labels(np.array(labels, dtype=object), "y_val")
    assert f"y_val is an array of objects, of the types {types}" in str(error.value)
    assert "y_val.astype(int)" in str(error.value)


@pytest.mark.parametrize("kind", ["list", "array", "pandas", "polars"])
def test_samples_without_a_label_are_told(kind):
    """As strings they would be a class of their own."""
    labels = ["a", None, "b"]
    if kind == "array":
        labels = np.array(labels, dtype=object)
    if kind == "pandas":
        labels = pytest.importorskip("pandas").Series(labels, dtype="string")
    if kind == "polars":
        labels = pytest.importorskip("polars").Series(labels)
    with pytest.raises(ValueError, match=r"y has samples without a label\. Leave them"):
        as_labels(labels)


@pytest.mark.parametrize("dtype", ["Int64", "boolean"])
def test_a_column_of_a_frame_and_categories_have_their_labels(dtype):
    """The first in the shape that it has, of which scikit-learn warns."""
    pandas = pytest.importorskip("pandas")
    y = pandas.Series([1, 0, 1], dtype=dtype)
    column, categories = as_labels(y.to_frame()), as_labels(y.astype("category"))
    assert column.dtype == categories.dtype == as_labels(y).dtype
    assert column.tolist() == [[1], [0], [1]]
    assert categories.tolist() == [1, 0, 1]
    strings = pandas.DataFrame({"y": ["a", "b"]})
    assert as_labels(strings).tolist() == [["a"], ["b"]]


def test_categories_that_are_booleans_stay_so():
    """Where scikit-learn makes floats of them."""
    pandas = pytest.importorskip("pandas")
    y = pandas.Series([True, False, True], dtype="category")
    for labels in (y, y.array):
        assert as_labels(labels).dtype == bool
        assert as_labels(labels).tolist() == [True, False, True]


def test_soft_labels_have_a_remedy():
    """Probabilities of classes are weights of as many copies of a sample."""
    with pytest.raises(ValueError, match=r"shape \(3, 2\) instead.*weight=y.rav"):
        as_labels([[0.1, 0.9], [0.5, 0.5], [1, 0]])
    assert as_labels([[1], [2]]) == [[1], [2]]


def test_class_weights_of_absent_labels_do_not_count():
    """As where a fold lacks a class; none that is there is most likely misspelt."""
    classes = np.array([1, 2])
    weights = check_class_weight({1: 3, 7: 5}, classes)
    np.testing.assert_array_equal(weights, [3, 1])
    np.testing.assert_array_equal(check_class_weight({}, classes), 1)
    with pytest.raises(ValueError, match=r"none of the labels in y: \[7\]; y has \[1"):
        check_class_weight({7: 5}, classes)
    with pytest.raises(ValueError, match="not negative; got"):
        check_class_weight({1: 3, 7: -5}, classes)


def test_a_series_without_pandas_is_known_by_its_dtype():
    """What has a `numpy_dtype` is converted by itself, as pandas' extension arrays."""
    values = np.array([1, 0, 1])
    y = SimpleNamespace(
        dtype=SimpleNamespace(numpy_dtype=np.dtype(np.int8)),
        isna=lambda: values < 0,
        to_numpy=values.astype,
    )
    assert as_labels(y).dtype == np.int8
    values -= 1
    assert as_labels(y) is y
