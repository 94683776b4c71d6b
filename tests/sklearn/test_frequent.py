"""Which categories have a level of their own."""

import warnings

import numpy as np
import pytest
from elsewhere import Elsewhere

from sksoftmax import SoftmaxMLPClassifierCV
from sksoftmax._sklearn.categories import Categories, numbers_of_levels
from sksoftmax._sklearn.frequent import (
    IDENTIFIERS,
    warn_of_identifiers,
    with_frequent_levels,
)

NAN = np.nan


def table(values, other=None):
    """Categories beside a number that makes all rows different, if there is none."""
    values = np.array(values, dtype=object)
    other = np.arange(values.size) / 7 if other is None else other
    rows = np.column_stack([values, np.asarray(other, dtype=object)])
    categories = Categories.of(rows, [0])
    codes = np.column_stack([categories.codes(rows), rows[:, 1:].astype(float)])
    return categories, codes


def frequent(values, max_categories, counts=None, y=None, other=None):
    """The categories, and the level of each row."""
    categories, codes = table(values, other)
    y = np.zeros(len(codes), int) if y is None else y
    counts = None if counts is None else np.array(counts, dtype=float)
    categories = with_frequent_levels(categories, codes, y, counts, max_categories)
    return categories, categories.relabelled(codes)[:, 0].tolist()


def test_all_have_one_where_they_are_few(rng):
    """That is as many as there may be, or fewer."""
    values = rng.choice([*"abcdef"], size=200)
    _, levels = frequent(values, 6)
    assert levels == np.unique(values, return_inverse=True)[1].tolist()


def test_the_rarest_categories_share_a_level():
    """And those of a single row, which tell nothing of others."""
    categories, levels = frequent([*"aaabbbccd"], 3)
    assert levels == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert categories.labels() == {0: ["a", "b", "infrequent_sklearn"]}
    _, levels = frequent([*"aaabcdef"], 5)
    assert levels == [0] * 3 + [1] * 5
    categories, levels = frequent(range(9), 5)
    assert levels == [0] * 9
    assert numbers_of_levels(categories, 2).tolist() == [1, 0]
    assert categories.labels() == {0: ["infrequent_sklearn"]}
    new = np.array([[77, 0], [NAN, 0]], dtype=object)
    np.testing.assert_array_equal(categories.codes(new), [[0], [NAN]])


def test_categories_of_no_sample_are_none():
    """As if they were not there."""
    categories, levels = frequent([*"abcc"], 255, [2, 0, 1, 1])
    assert levels == [0, -1, 1, 1]
    assert categories.labels() == {0: ["a", "c"]}
    _, levels = frequent([*"abcc", NAN], 2, [1, 0, 1, 1, 1])
    np.testing.assert_array_equal(levels, [0, -1, 1, 1, NAN])
    nothing, levels = frequent([NAN, None], 2)
    assert np.isnan(levels).all()
    assert numbers_of_levels(nothing, 2).tolist() == [1, 0]
    assert nothing.labels() == {0: ["infrequent_sklearn"]}


IDS = np.arange(40)
LABELS = np.random.default_rng(0).integers(2, size=IDS.size)
KINDS = {
    "of classes": lambda y: 1 + y,
    "of classes, not whole": lambda y: np.where(y, 0.7, 1.3),
    "of classes, large": lambda y: 1 + 99 * y,
    "small": lambda y: (1 + y) / 1000,
    "of some": lambda y: y.astype(float),
    "random": lambda y: (1 + y) * np.random.default_rng(1).lognormal(size=y.size),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("are_copied", [False, True])
def test_weights_make_no_identifier_frequent(kind, are_copied):
    """Nor do copies, as many of a class as an oversampler makes."""
    counts = KINDS[kind](LABELS)
    rows = IDS
    if are_copied:
        rows = np.repeat(IDS, np.maximum(np.rint(counts), 1).astype(int))
        counts = None
    _, levels = frequent(rows, 10, counts, LABELS[rows], rows / 7)
    there = rows if counts is None else rows[counts > 0]
    assert np.array(levels)[there].max() == 0


def test_rows_of_a_bootstrap_make_no_identifier_frequent(rng):
    """Of which some are there several times."""
    rows = rng.choice(IDS, IDS.size)
    _, levels = frequent(rows, 5, y=LABELS[rows], other=rows / 7)
    assert set(levels) == {0}


@pytest.mark.parametrize("n_others", [0, 2, 900])
@pytest.mark.parametrize("chance", [0.5, 0.05, 0.004])
def test_equal_rows_with_other_labels_are_counted(rng, n_others, chance):
    """Each of them, and so is each other row: those of one label are not rarer."""
    values = np.repeat(np.arange(60), rng.poisson(12, 60))
    y = (rng.random(values.size) < chance).astype(int)
    other = values % n_others if n_others else y * 0
    expected = np.sort(np.argsort(-np.bincount(values), kind="stable")[:9])
    for counts in (None, 1.0 + y):
        categories, _ = frequent(values, 10, counts, y, other)
        labels = categories.labels()[0]
        assert labels == [*map(str, expected), "infrequent_sklearn"]


@pytest.mark.parametrize("factor", [1, 0.1])
@pytest.mark.parametrize("chance", [0.5, 0.05])
def test_counts_of_a_table_are_numbers_of_rows(rng, factor, chance):
    """Of a row for each category and label, with its number as the weight."""
    values = np.repeat(np.arange(60), rng.poisson(12, 60) + 1)
    y = (rng.random(values.size) < chance).astype(int)
    rows, counts = np.unique([values, y], axis=1, return_counts=True)
    other = np.zeros(len(rows[0]))
    weighted, _ = frequent(rows[0], 10, counts * factor, rows[1], other)
    copied, _ = frequent(values, 10, None, y, values * 0)
    assert weighted.labels() == copied.labels()
    assert len(weighted.labels()[0]) == 10


def test_other_weights_are_no_numbers_of_rows():
    """Where hardly any rows are equal: what has two labels by chance."""
    values, y = np.append(IDS, IDS[:2]), np.append(LABELS, 1 - LABELS[:2])
    _, levels = frequent(values, 10, 1.0 + y, y, values / 7)
    assert set(levels) == {0}


def test_rows_of_one_column_are_no_copies(rng):
    """All of a category are equal, whatever their labels are."""
    values = np.repeat(np.arange(30), rng.poisson(12, 30)).astype(object)
    categories = Categories.of(values[:, np.newaxis], [0])
    codes = categories.codes(values[:, np.newaxis])
    y = values.astype(int) % 2
    categories = with_frequent_levels(categories, codes, y, None, 10)
    most = np.sort(np.argsort(-np.bincount(values.astype(int)), kind="stable")[:9])
    assert categories.labels()[0] == [*map(str, most), "infrequent_sklearn"]


def test_nothing_is_known_of_copies_without_labels():
    """As of `ColumnEncoder`: each row counts."""
    categories, codes = table([*"aaabbbc"], np.zeros(7))
    categories = with_frequent_levels(categories, codes, None, None, 2)
    assert categories.labels() == {0: ["a", "infrequent_sklearn"]}


def test_rows_elsewhere_are_counted_as_here(rng):
    """Known by their keys."""
    values = rng.integers(40, size=400)
    categories, codes = table(values, np.zeros(400))
    y = rng.integers(2, size=400)
    here = with_frequent_levels(categories, codes, y, None, 10)
    there = with_frequent_levels(categories, Elsewhere(codes), y, None, 10)
    assert here.labels() == there.labels()
    assert len(here.labels()[0]) == 10


def test_a_column_of_identifiers_is_told():
    """By its name; those whose categories are few, or have levels, are not."""
    categories, _ = frequent(IDS, 10)
    with pytest.warns(UserWarning, match=f"'id'.*{IDENTIFIERS[3:]}.* it is 10.$"):
        warn_of_identifiers(categories, 10, np.array(["id", "x"]))
    with pytest.warns(UserWarning, match=IDENTIFIERS):
        warn_of_identifiers(categories, 10, None)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_identifiers(frequent([7] * 9, 10)[0], 10, None)
        warn_of_identifiers(frequent([NAN] * 9, 10)[0], 10, None)
        warn_of_identifiers(frequent(IDS, 10, IDS == 3)[0], 10, None)
        warn_of_identifiers(frequent([*IDS, 0], 10)[0], 10, None)


def test_folds_do_not_repeat_it():
    """The class with cross-validation tells it once, of all rows."""
    X = np.column_stack([IDS, IDS / 7]).astype(object)
    clf = SoftmaxMLPClassifierCV(
        (), alphas=[1, 2], max_iter=3, tol=1, categorical_features=[0]
    )
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        clf.set_params(max_categories=10).fit(X, LABELS)
    messages = [str(warning.message) for warning in told]
    assert len([text for text in messages if "has a category" in text]) == 1
