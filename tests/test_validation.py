"""Sample weights. Their errors are tested where users meet them."""

import numpy as np
import pytest

from sksoftmax._validation import (
    check_class_weight,
    check_weights,
    label_codes,
    multiplied,
    samples_of_weight,
)

X = np.zeros((3, 2), dtype=np.float32)


def test_no_weights_weigh_one_each():
    """None stays None, and stands for as many as there are rows."""
    assert check_weights(None, X) == (None, 3.0, 1.0)


@pytest.mark.parametrize("size", [1e-300, 1, 1e300])
def test_weights_of_every_size_fit_into_float32(size):
    """Weights are divided by the largest, then cast; their sum is of float64."""
    weights, total, unit = check_weights(np.array([1, 0, 2]) * size, X)
    assert weights.dtype == np.float32
    np.testing.assert_array_equal(weights, [0.5, 0, 1])
    assert (total, unit) == (1.5, 2 * size)


def test_sum_of_many_weights_is_exact():
    """Sums of float32 weights do not stop growing at 2**24."""
    n = 2**24 + 8
    _, total, _ = check_weights(np.ones(n), np.broadcast_to(np.float32(0), (n, 1)))
    assert total == n


def test_a_number_weighs_each_row():
    """A scalar is a weight for all rows, as elsewhere in scikit-learn."""
    weights, total, unit = check_weights(2, X)
    np.testing.assert_array_equal(weights, [1, 1, 1])
    assert (total, unit) == (3, 2)


def test_weights_may_not_cancel():
    """Weights that are all zero are shown."""
    with pytest.raises(
        ValueError, match=r"at least one non-zero number; all of sample_weight are 0"
    ):
        check_weights([0, 0, 0], X)


@pytest.mark.parametrize("weights", [None, np.array([1, 1, 2, 0, 3, 0.0])])
def test_balanced_classes_have_equal_sums(weights):
    """Of weights, where samples have some; a class without any does not matter."""
    codes = np.array([0, 0, 0, 1, 2, 1])
    found = check_class_weight("balanced", np.array(list("abc")), codes, weights)
    sums = np.bincount(codes, multiplied(found[codes], weights))
    total = 6 if weights is None else weights.sum()
    expected = [total / 3] * 3 if weights is None else [total / 3, 0, total / 3]
    np.testing.assert_allclose(sums, expected)


def test_weights_of_classes_and_samples_multiply():
    """By label; a label that is left out weighs 1."""
    codes = np.array([0, 1, 1])
    classes = np.array(["no", "yes"])
    for weights, expected in [(None, [1, 4, 4]), (np.array([1, 2, 3.0]), [1, 8, 12])]:
        found = check_class_weight({"yes": 4}, classes, codes, weights)
        np.testing.assert_array_equal(multiplied(found[codes], weights), expected)


def test_labels_that_look_like_numbers_are_strings():
    """As OpenML has them."""
    classes = np.array(["0", "1"])
    found = check_class_weight({"1": 3}, classes, np.array([0, 1]), None)
    np.testing.assert_array_equal(found, [1, 3])


def test_no_class_weight_is_one():
    """Without `class_weight` all classes weigh the same."""
    found = check_class_weight(None, np.array(["no", "yes"]), np.array([0, 1]), None)
    np.testing.assert_array_equal(found, [1, 1])


@pytest.mark.parametrize("labels", [[3, 7, 8], ["c", "g", "h"]])
def test_codes_are_places_of_labels(labels):
    """Whatever is missing or in another order."""
    classes = np.array(labels)
    y = classes[[2, 0, 0]]
    np.testing.assert_array_equal(label_codes(y, classes, "y_val"), [2, 0, 0])


def test_unknown_labels_are_shown():
    """With those that there are, also where the types differ."""
    with pytest.raises(
        ValueError, match=r"y_val has labels that are not in y: \[5\]; y has \['a'\]"
    ):
        label_codes(np.array([5, 5]), np.array(["a"]), "y_val")


@pytest.mark.parametrize(
    ("class_weight", "message"),
    [
        ({"y": 2}, r"not in y: \['y'\]; y has \['no', 'yes'\]"),
        ({"yes": -1}, r"not negative; got \{'yes': -1\}"),
        ({"no": np.nan}, "finite"),
    ],
)
def test_bad_class_weights_are_shown(class_weight, message):
    """Labels that do not occur are most likely misspelt."""
    with pytest.raises(ValueError, match=message):
        check_class_weight(
            class_weight, np.array(["no", "yes"]), np.array([0, 1]), None
        )


@pytest.mark.parametrize(
    "sample_weight",
    [None, [1, 2, 0], [0.2, 0.1, 0.3], [1e9, 1, 1], [0, 0, 3], [0.1, 0.1, 0.1]],
)
def test_weights_are_numbers_of_copies(sample_weight):
    """Of whatever size, unless there are far too few: a weight is its own number."""
    weights, _, unit = check_weights(sample_weight, X)
    assert samples_of_weight(weights, unit) == unit


@pytest.mark.parametrize("size", [1e-3, 1e-300])
def test_small_weights_are_relative(rng, size):
    """They stand for Kish's number of samples; those that are 0, for none."""
    sample_weight = np.append(rng.uniform(0.5, 2, size=200), np.zeros(99)) * size
    weights, total, unit = check_weights(sample_weight, np.zeros((299, 1)))
    kish = weights.sum() ** 2 / (weights**2).sum()
    with pytest.warns(UserWarning, match=r"200 samples sum to .*Multiply them"):
        samples = samples_of_weight(weights, unit)
    assert samples * total == pytest.approx(kish)


def test_relative_weights_that_are_equal_are_none():
    """Each is a sample, as boosting begins."""
    weights, _, unit = check_weights(np.full(50, 1 / 50), np.zeros((50, 1)))
    with pytest.warns(UserWarning, match="weights of 50 samples sum to 1, too little"):
        assert samples_of_weight(weights, unit) == pytest.approx(1)


def test_no_more_samples_than_weights_sum_to():
    """One that has nearly all the weight is so many copies."""
    sample_weight = np.append(np.full(99, 1e-6), 5.0)
    weights, _, unit = check_weights(sample_weight, np.zeros((100, 1)))
    assert samples_of_weight(weights, unit) == unit == 5
