"""What is trained on, and what is held out."""

import weakref

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.stats import entropy

import sksoftmax._training.objective
from sksoftmax import SoftmaxMLPClassifier
from sksoftmax._rows.dealing import Part
from sksoftmax._selection.held_out import (
    HeldOut,
    Split,
    at_most,
    fifths,
    weight_of_a_draw,
)
from sksoftmax._selection.inputs import encoded, seen_by
from sksoftmax._training.early_stopping import EarlyStopping
from sksoftmax._training.objective import evenly_spaced

ALL = 10**9


def objective_of(X, y, sample_weight=None, **parameters):
    parameters = {"alpha": 1, "random_state": 0, **parameters}
    clf = SoftmaxMLPClassifier((4,), "tanh", **parameters)
    return clf._problem(X, y, sample_weight)[0]


def point(objective):
    return np.random.default_rng(0).normal(size=objective.layout.n_parameters)


def splits_of(objective, parts=None, max_rows=ALL):
    parts = fifths(objective, ALL) if parts is None else parts
    held_out = HeldOut.of(objective, parts, max_rows, len(parts))
    return [held_out.split(part) for part in range(held_out.n_parts)]


@pytest.fixture
def cells(rng):
    """300 draws of two classes in four cells."""
    X = rng.integers(2, size=(300, 2)).astype(float)
    return X, rng.binomial(1, 0.2 + 0.5 * X[:, 0])


@pytest.fixture
def distinct(rng):
    """80 rows of three classes."""
    return rng.normal(size=(80, 6)), np.minimum(rng.integers(6, size=80), 2)


@pytest.fixture(params=["distinct", "cells"])
def data(request):
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("class_weight", [None, {0: 3, 1: 0.5}])
@pytest.mark.parametrize("weighted", [False, True])
def test_what_is_held_out_is_all_there_is(data, rng, class_weight, weighted):
    """Over all parts the losses of held-out rows add up to that of the objective."""
    X, y = data
    weights = rng.integers(4, size=len(y)) * 2.5 if weighted else None
    objective = objective_of(
        X, y, weights, class_weight=class_weight, standardize=False
    )
    x = point(objective)
    splits = splits_of(objective)
    assert len(splits) == 5
    held_out = [split.weights @ split.held_out.row_losses(x) for split in splits]
    total = objective.log_loss(x) * objective.weights_sum * objective.weights_unit
    assert sum(held_out) == pytest.approx(total)
    for split, loss in zip(splits, held_out, strict=True):
        trained = split.train.log_loss(x) * split.train.weights_sum
        trained *= split.train.weights_unit
        assert trained + loss == pytest.approx(total)
        share = split.train.weights_sum / objective.weights_sum
        assert split.train.alpha == pytest.approx(share * objective.alpha)


def test_weights_are_copies(distinct, rng):
    """Parts of a table of counts are those of its rows."""
    X, y = distinct
    counts = rng.integers(1, 4, len(y))
    assert_same_splits(X, y, counts, X.repeat(counts, axis=0), y.repeat(counts))


def test_cells_may_be_counted(cells):
    """Each once for each label, with the number of its rows for a weight."""
    table, counts = np.unique(np.column_stack(cells), axis=0, return_counts=True)
    assert_same_splits(table[:, :2], table[:, 2].astype(int), counts, *cells)


def assert_same_splits(X, y, counts, X_repeated, y_repeated):
    options = {"standardize": False}
    counted = objective_of(X, y, counts.astype(float), **options)
    repeated = objective_of(X_repeated, y_repeated, **options)
    x = point(counted)
    for ours, theirs in zip(splits_of(counted), splits_of(repeated), strict=True):
        assert ours.train(x)[0] == pytest.approx(theirs.train(x)[0])
        losses = ours.held_out.row_losses(x)
        np.testing.assert_allclose(losses, theirs.held_out.row_losses(x))
        np.testing.assert_array_equal(ours.independent, theirs.independent)


def test_draws_are_independent_and_copies_are_not(cells, rng):
    """Whatever their classes weigh."""
    X, y = cells
    for split in splits_of(objective_of(X, y, class_weight={0: 3})):
        factors = np.where(split.held_out.y == 0, 3, 1)
        np.testing.assert_allclose(
            split.independent * factors, split.weights, rtol=1e-9
        )
        assert split.independent.max() > 5
    X, y = X + rng.normal(size=X.shape), y
    for split in splits_of(objective_of(np.tile(X, (2, 1)), np.tile(y, 2))):
        np.testing.assert_array_equal(split.independent, 1)
        np.testing.assert_array_equal(split.weights, 2)


def are_draws(part):
    return bool((part.held_out_draws > 1).any())


@pytest.mark.parametrize("container", [np.asarray, csr_array])
def test_tables_of_few_categories_are_of_draws(rng, container):
    """Where a column has as many values as there are rows, its rows are copies."""
    X = rng.integers(8, size=(800, 2)).astype(float)
    y = (X[:, 0] > 3).astype(int)
    for values, is_table in [(X, True), (X + [0, 8.1] * X[:, [1, 0]], False)]:
        for part in fifths(objective_of(container(values), y), ALL):
            assert are_draws(part) == is_table


@pytest.mark.parametrize(
    ("n_values", "n_rows", "least", "is_table"),
    [(15, 30, 1, True), (15, 30, 0, True), (17, 33, 1, False), (17, 33, 0, False)],
)
def test_zero_is_a_category(n_values, n_rows, least, is_table):
    """Where a sparse column has any; half as many values as distinct rows are few."""
    X = least + np.indices((n_values, 2)).reshape(2, -1).T[:n_rows]
    times = np.resize([11, 12, 13], n_rows)
    X, weights = 0.7 * X.repeat(times, axis=0), np.ones(times.sum())
    y = (X[:, 0] > 5).astype(int)
    # Rows without weight do not count.
    X = np.concatenate([X[:50] + np.linspace(0, 0.5, 50)[:, np.newaxis], X])
    y, weights = np.append(y[:50], y), np.append(np.zeros(50), weights)
    for container in (np.asarray, csr_array):
        for part in fifths(objective_of(container(X), y, weights), ALL):
            assert are_draws(part) == is_table


@pytest.mark.parametrize(
    ("values", "is_table"),
    [
        (np.arange(60), True),
        (np.arange(-90, 90, 3), False),
        (np.arange(60) / 2, False),
        (np.append(np.arange(59), 500), False),
    ],
)
def test_one_column_of_whole_numbers_is_a_table(rng, values, is_table):
    """Of which hardly one is left out, as codes of categories and ages are."""
    X = rng.choice(values, size=(1000, 1)).astype(float)
    y = rng.permutation(np.arange(values.size) % 2)[np.searchsorted(values, X[:, 0])]
    for part in fifths(objective_of(X, y), ALL):
        assert are_draws(part) == is_table


@pytest.mark.parametrize("container", [np.asarray, csr_array])
def test_whole_numbers_are_no_categories(rng, container):
    """Rows with weights, or that were repeated, of a few values in many columns."""
    X = rng.integers(5, size=(300, 8)).astype(float)
    y = (X[:, 0] > 2).astype(int)
    for weights in (np.full(300, 2.0), rng.integers(2, 100, 300).astype(float)):
        for part in fifths(objective_of(container(X), y, weights), ALL):
            assert not are_draws(part)
            assert not set(part.train) & set(part.held_out)


def test_a_table_with_all_combinations_is_of_draws(rng):
    """In numbers that chance has it; not if each row was repeated."""
    cells = np.indices((12, 30)).reshape(2, -1).T.astype(float)
    y = (cells[:, 0] > cells[:, 1] / 3).astype(int)
    chance, repeated = rng.poisson(8, size=360), np.resize([7, 7, 7, 8], 360)
    for weights, is_table in [(chance, True), (repeated, False)]:
        for part in fifths(objective_of(cells, y, weights.astype(float)), ALL):
            assert are_draws(part) == is_table


def test_rows_held_out_have_no_part_in_the_standardisation(distinct):
    """It is that of the rows to train on, unless there is none."""
    X, y = distinct
    parts = fifths(objective_of(X, y), ALL)
    for part, split in zip(parts, splits_of(objective_of(X, y)), strict=True):
        for side in (split.train, split.held_out):
            z = side.standardization.standardized_values(X[part.train], slice(None))
            np.testing.assert_allclose(z.mean(axis=0), 0, atol=1e-12)
            np.testing.assert_allclose(z.std(axis=0), 1)
    for split in splits_of(objective_of(X, y, standardize=False)):
        np.testing.assert_array_equal(split.train.standardization.scale, 1)


@pytest.mark.parametrize("n_columns", [6, 700])
def test_rows_are_judged_as_they_are_predicted(rng, n_columns):
    """Values beyond those of the rows to train on count as the nearest of these."""
    X, y = rng.normal(size=(80, n_columns)), np.arange(80) % 3
    bounded, plain = objective_of(X, y, alpha="auto"), objective_of(X, y)
    part, *_ = parts = fifths(bounded, ALL)
    ends = X[part.train].min(axis=0), X[part.train].max(axis=0)
    within = X.copy()
    within[part.held_out] = X[part.held_out].clip(*ends)
    split, as_it_is, expected = (
        HeldOut.of(objective, parts, ALL, 1).split(0)
        for objective in (bounded, plain, objective_of(within, y))
    )
    assert (split.train.X.shape[1] < n_columns) == (n_columns == 700)
    x = point(split.train)
    assert split.train.log_loss(x) == expected.train.log_loss(x)
    losses = split.held_out.row_losses(x)
    np.testing.assert_allclose(losses, expected.held_out.row_losses(x))
    assert abs(losses - as_it_is.held_out.row_losses(x)).max() > 1e-3
    if n_columns == 6:  # also as other inputs
        other = split.seen_by(encoded(split.train, "piecewise").standardization)
        back = other.seen_by(split.train.standardization)
        np.testing.assert_array_equal(back.held_out.row_losses(x), losses)


def test_validation_data_keep_their_bounds_with_other_penalties(distinct):
    """As inputs that are learnt from a minimum have them."""
    X, y = distinct
    objective = objective_of(X, y, alpha="auto")
    rule = EarlyStopping(objective.on(3 * X, y, None), 10, 0.0)
    features = objective.standardization.penalised(np.arange(6.0))
    found = seen_by(rule, objective.seen_by(features)).validation
    within = (3 * X).clip(X.min(axis=0), X.max(axis=0))
    expected = objective.on(within, y, None).seen_by(features)
    x = point(objective)
    np.testing.assert_allclose(found.row_losses(x), expected.row_losses(x))


def test_validation_data_are_judged_as_they_are_predicted(distinct):
    """By the range of the rows that are trained on beside them."""
    X, y = distinct
    objective = objective_of(X, y, alpha="auto")
    validation = objective.on(3 * X, y, None)
    train, held_out, _ = HeldOut.by_validation(objective, validation, 40).split(0)
    ends = train.X.min(axis=0), train.X.max(axis=0)
    within = objective.on((3 * X).clip(*ends), y, None)
    x = point(objective)
    expected = within.row_losses(train.translated(x, objective))
    np.testing.assert_allclose(held_out.row_losses(x), expected)


def test_weight_of_a_draw_is_that_of_most(cells, distinct):
    """With its copies; of a table it is one, and of nothing."""
    X, y = distinct
    for times in (1, 3):
        weights = np.full(80, float(times))
        weights[:20] = 7
        assert weight_of_a_draw(fifths(objective_of(X, y, weights), ALL)) == times
    assert weight_of_a_draw(fifths(objective_of(*cells), ALL)) == 1
    assert weight_of_a_draw([]) == 1


def test_parts_are_known_by_what_rows_hold(distinct, rng):
    """Not by their order, the units of the features or those of the weights."""
    X, y = distinct
    order = rng.permutation(len(y))
    for X_same, y_same, weights, rows in [
        (X[order], y[order], None, order),
        (X * 2.0 ** np.arange(6), y, None, np.arange(80)),
        (X, y, np.full(80, 1.0), np.arange(80)),
    ]:
        same = fifths(objective_of(X_same, y_same, weights), ALL)
        for part, other in zip(fifths(objective_of(X, y), ALL), same, strict=True):
            np.testing.assert_array_equal(part.held_out, rows[other.held_out])
            np.testing.assert_array_equal(part.train, rows[other.train])


@pytest.mark.parametrize("max_rows", [ALL, 500])
def test_rows_without_weight_are_in_no_part(rng, max_rows):
    """They are not there, and take nobody's place."""
    X, y = rng.normal(size=(1500, 3)), rng.integers(3, size=1500)
    weights = (np.arange(1500) % 3 != 0).astype(float)
    parts = fifths(objective_of(X, y, weights), max_rows)
    rows = np.concatenate([part.held_out for part in parts])
    assert weights[rows].all()
    assert len(set(rows)) == len(rows) == min(max_rows, 1000)


@pytest.fixture
def rare_class(rng):
    """3000 rows, of which a class has 2700, one 270 and one 30."""
    return rng.normal(size=(3000, 3)), rng.permutation(
        np.repeat([0, 1, 2], [2700, 270, 30])
    )


def test_of_many_rows_some_are_dealt_out(rare_class):
    """At random, so of each class nearly in proportion; and enough for all parts."""
    X, y = rare_class
    parts = fifths(objective_of(X, y), 300)
    rows = np.concatenate([part.held_out for part in parts])
    np.testing.assert_allclose(np.bincount(y[rows]), [270, 27, 5], atol=4)
    assert np.bincount(y[rows]).min() >= 5
    for part in parts:
        assert set(part.held_out) | set(part.train) == set(rows)
    assert not np.array_equal(rows, np.sort(rows))


def test_equal_rows_are_all_dealt_out_or_none(rare_class):
    """Otherwise weights of copies would be lost."""
    X, y = (np.tile(part, (2, 1)[: part.ndim]) for part in rare_class)
    for part in fifths(objective_of(X, y), 300):
        assert (part.held_out_counts == 2).all()
        assert (part.train_counts == 2).all()


def test_rows_that_are_dealt_out_are_known_by_what_they_hold(rare_class, rng):
    """Those of a rare class, too, and with them what is equal in others."""
    X, y = rare_class
    X[y == 2] = X[y == 0][:30]
    order = rng.permutation(3000)
    parts = fifths(objective_of(X, y), 100)
    shuffled = fifths(objective_of(X[order], y[order]), 100)
    for part, other in zip(parts, shuffled, strict=True):
        np.testing.assert_array_equal(part.held_out, order[other.held_out])
    rows = np.concatenate([part.held_out for part in parts])
    twins = np.isin(X[y == 0][:, 0], X[rows[y[rows] == 2], 0])
    assert np.isin(np.flatnonzero(y == 0)[twins], rows).all()


def test_cells_keep_all_their_labels(rng):
    """Of many draws in few cells all or none are dealt out."""
    X = rng.integers(2, size=(60_000, 4)).astype(float)
    y = rng.binomial(1, 0.1 + 0.8 * X[:, 0])
    parts = fifths(objective_of(X, y), 10_000)
    rows = np.concatenate([part.held_out for part in parts])
    cells = [{tuple(x) for x in X[rows[y[rows] == label]]} for label in (0, 1)]
    assert cells[0] == cells[1]


def test_subsets_of_a_part_keep_each_class(rare_class):
    """In proportion; the rare ones have one row at least."""
    X, y = rare_class
    objective = objective_of(X, y)
    parts = fifths(objective, ALL)
    whole, some, few = (
        splits_of(objective, parts, n_rows)[0] for n_rows in (ALL, 400, 20)
    )
    np.testing.assert_array_equal(np.bincount(whole.train.y), [2160, 216, 24])
    np.testing.assert_array_equal(np.bincount(whole.held_out.y), [540, 54, 6])
    for side, n_rows in [(some.train, 400), (some.held_out, 400), (few.train, 20)]:
        found = np.bincount(side.y)
        expected = n_rows * np.array([0.9, 0.09, 0.01])
        np.testing.assert_allclose(found, expected.clip(1), atol=1.5)
        assert found.min() >= 1


@pytest.mark.parametrize(
    ("n_rows", "max_parts", "n_parts"),
    [(80, 5, 5), (80, 2, 2), (1250, 5, 4), (2500, 5, 2), (5000, 5, 1), (6000, 5, 1)],
)
def test_enough_rows_are_held_out(rng, n_rows, max_parts, n_parts):
    """A thousand, if there are so many: of more rows fewer parts are."""
    X, y = rng.normal(size=(n_rows, 2)), np.arange(n_rows) % 2
    objective = objective_of(X, y)
    parts = fifths(objective, ALL)
    assert HeldOut.of(objective, parts, ALL, max_parts).n_parts == n_parts


def test_where_nothing_can_be_held_out_there_are_no_parts(rng):
    """Each class is a single distinct row."""
    X, y = rng.normal(size=(3, 2)).repeat(4, axis=0), np.arange(3).repeat(4)
    objective = objective_of(X, y)
    parts = fifths(objective, ALL)
    assert HeldOut.of(objective, parts, ALL, len(parts)).n_parts == 0


def test_validation_data_are_beside_all_rows_or_some(distinct, rng):
    """Some are those that are trained on where nothing else is to judge."""
    X, y = distinct
    objective = objective_of(X * [1, 1, 1, 1, 1, 1e3], y)
    validation = objective.on(rng.normal(size=(30, 6)), rng.integers(3, size=30), None)
    beside_all = HeldOut.by_validation(objective, validation, 80)
    assert beside_all.is_of_all
    assert beside_all.split(0)[:2] == (objective, validation)
    beside_some = HeldOut.by_validation(objective, validation, 40)
    assert not beside_some.is_of_all
    train, held_out, independent = beside_some.split(0)
    (same,) = splits_of(objective, fifths(objective, 50)[:1], 40)
    np.testing.assert_array_equal(train.X, same.train.X)
    assert train.n_samples == 40
    x = point(objective)
    expected = validation.row_losses(train.translated(x, objective))
    np.testing.assert_allclose(held_out.row_losses(x), expected, rtol=1e-9)
    assert independent.tolist() == [1] * 30


def test_validation_data_are_beside_all_rows_where_none_can_be_held_out(rng):
    """Each class is one row that is repeated."""
    X, y = rng.normal(size=(30, 6)).repeat(9, axis=0), np.arange(30).repeat(9)
    objective = objective_of(X, y)
    beside = HeldOut.by_validation(objective, objective, 100)
    assert beside.is_of_all
    assert beside.split(0).train is objective


def test_the_last_split_is_kept():
    """Splits are made when they are asked for."""
    made = []
    held_out = HeldOut(3, lambda part: made.append(part) or f"split {part}")
    assert [held_out.split(part) for part in (1, 1, 0, 0, 1)] == [
        f"split {part}" for part in (1, 1, 0, 0, 1)
    ]
    assert made == [1, 0, 1]


def test_no_two_splits_are_in_memory():
    """The last one is gone before the next is made."""
    made = []

    def split(part):
        assert not any(reference() for reference in made)
        new = Split(None, None, np.ones(3))
        made.append(weakref.ref(new.independent))
        return new

    held_out = HeldOut(3, split)
    for part in (0, 1, 2, 0):
        held_out.split(part)
    assert len(made) == 4


def test_class_frequencies_are_those_of_the_other_part(distinct, rng):
    """Weighted; and what was never seen has no probability."""
    X, y = distinct
    weights = rng.integers(3, size=80).astype(float)
    weights[y == 0] = 0
    train, held_out = objective_of(X, y, weights), objective_of(X, y, 2 - weights)
    split = Split.of(train, held_out)
    np.testing.assert_allclose(split.weights, (2 - weights)[weights < 2])
    assert split.independent.tolist() == [1] * split.weights.size
    p = np.bincount(y, weights) / weights.sum()
    np.testing.assert_allclose(np.exp(-split.frequency_losses()), p[y[weights < 2]])
    assert split.train.entropy == pytest.approx(entropy(p))


@pytest.mark.parametrize("weighted", [False, True])
def test_entropy_is_the_loss_of_the_class_frequencies(distinct, rng, weighted):
    """On the rows that they are of; below nine tenths of it something is learnt."""
    X, y = distinct
    objective = objective_of(X, y, rng.uniform(size=80) if weighted else None)
    split = Split.of(objective, objective)
    loss = np.average(split.frequency_losses(), weights=split.weights)
    assert objective.entropy == pytest.approx(loss)
    assert objective.plateau == pytest.approx(0.9 * loss)


@pytest.mark.parametrize("encoding", ["linear", "piecewise"])
def test_only_rows_to_train_on_are_stored(distinct, rng, monkeypatch, encoding):
    """Those held out are read now and then, in the dtype of the user."""
    monkeypatch.setattr(sksoftmax._training.objective, "_FEW_VALUES", 0)
    split = splits_of(objective_of(*distinct))[0]
    split = split.seen_by(encoded(split.train, encoding).standardization)
    penalties = rng.normal(size=split.train.layout.layer_units[0])
    stored = split.stored()
    assert stored.train.X.dtype == np.float32
    stored = stored.seen_by(stored.train.standardization.penalised(penalties))
    split = split.seen_by(split.train.standardization.penalised(penalties))
    x = point(split.train)
    np.testing.assert_array_equal(
        stored.held_out.row_losses(x), split.held_out.row_losses(x)
    )
    np.testing.assert_allclose(
        stored.train.row_losses(x), split.train.row_losses(x), rtol=1e-4
    )


@pytest.mark.parametrize(("most", "is_many"), [(299, True), (300, False)])
def test_arrays_as_long_as_many_rows_are_given_back(cells, monkeypatch, most, is_many):
    """Once rows are dealt out, of which a search then takes a few."""
    given_back = []
    name = "sksoftmax._selection.held_out."
    monkeypatch.setattr(name + "_MANY_ROWS", most)
    monkeypatch.setattr(
        name + "give_back_freed_memory", lambda: given_back.append(True)
    )
    fifths(objective_of(*cells), ALL)
    assert given_back == [True] * is_many


def halved(rng, value, *, weighted=False):
    """Half of whose rows are one, of two classes."""
    X, y = rng.normal(size=(2000, 3)), rng.integers(2, size=2000)
    labels = (rng.random(2000) < 0.1).astype(int)
    if not weighted:
        X = np.concatenate([X, np.full((2000, 3), value)])
        return X, np.concatenate([y, labels]), None
    X = np.concatenate([X, np.full((2, 3), value)])
    weights = np.concatenate([np.ones(2000), np.bincount(labels)])
    return X, np.concatenate([y, [0, 1]]), weights


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("value", [0, 0.3, 0.5, 0.7])
def test_of_some_rows_one_that_is_half_of_all_is_half(rng, value, weighted):
    """Whatever it is; all that are equal would be nearly everything."""
    X, y, weights = halved(rng, value, weighted=weighted)
    objective = objective_of(X, y, weights)
    for part in fifths(objective, ALL):
        some = at_most(200, part, objective.y)
        sides = (some.train, some.train_counts, some.train_draws), some[3:]
        for rows, counts, draws in sides:
            is_it = X[rows, 0] == value
            assert sorted(y[rows[is_it]]) == [0, 1]
            assert rows.size <= 200 + 2
            assert counts[is_it].sum() / counts.sum() == pytest.approx(0.5, abs=0.06)
            np.testing.assert_array_equal(draws, counts)
            assert (counts[~is_it] == 1).all()


def test_of_some_rows_copies_are_all_there(rng):
    """Where none is much of all: some rows, each with its copies, evenly spaced."""
    X, y = rng.normal(size=(2000, 3)), rng.integers(2, size=2000)
    objective = objective_of(np.tile(X, (3, 1)), np.tile(y, 3))
    part = fifths(objective, ALL)[0]
    some = at_most(200, part, objective.y)
    for side, of_all in ((some[:3], part[:3]), (some[3:], part[3:])):
        rows, counts, draws = side
        assert 200 <= rows.size <= 200 + 2
        assert set(evenly_spaced(of_all[0], 200)) <= {*rows}
        assert set(counts) == {3}
        assert set(draws) == {1}
    assert at_most(2000, part, objective.y).train is part.train


def test_of_some_rows_many_that_are_there_often_are_no_more():
    """The most frequent are always there, in proportion; the others with all."""
    draws = np.r_[np.ones(1000), np.arange(1000.0, 1400.0)]
    side = np.arange(1400), 2 * draws, draws
    for half in (slice(3), slice(3, None)):
        rows, counts, chosen_draws = at_most(
            100, Part(*side, *side), np.zeros(1400, int)
        )[half]
        assert 100 <= rows.size <= 101
        is_often = rows >= 1350
        assert is_often.sum() == 50
        np.testing.assert_allclose(chosen_draws[is_often], draws[1350:] / 14)
        np.testing.assert_array_equal(chosen_draws[~is_often], draws[rows[~is_often]])
        np.testing.assert_array_equal(counts, 2 * chosen_draws)


@pytest.mark.parametrize(("n_draws", "share"), [(102, 1), (103, 100 / 1020)])
def test_of_some_rows_those_that_are_not_often_there_come_with_all(n_draws, share):
    """Often is ten times what is in proportion to one of a row."""
    draws = np.r_[np.ones(1000), np.full(20, n_draws)]
    side = np.arange(1020), draws, draws
    some = at_most(100, Part(*side, *side), np.zeros(1020, int))
    is_more = some.train >= 1000
    assert is_more.any()
    np.testing.assert_allclose(some.train_counts[is_more], share * n_draws)


class Watched(np.ndarray):
    """Rows that know how many of them were asked for at once."""

    most = 0

    def __getitem__(self, rows):
        if isinstance(rows, np.ndarray):
            Watched.most = max(Watched.most, rows.size)
        return super().__getitem__(rows)


def test_copies_are_not_fetched(rng, monkeypatch):
    """To know which rows are copies takes their keys alone."""
    X, y = np.tile(rng.normal(size=(100, 3)), (20, 1)), np.arange(2000) % 2
    objective = objective_of(X, y)
    expected = fifths(objective, 50)
    monkeypatch.setattr(objective, "X", X.view(Watched))
    for part, other in zip(fifths(objective, 50), expected, strict=True):
        np.testing.assert_array_equal(part.train, other.train)
    assert Watched.most == 50
