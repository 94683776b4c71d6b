"""Rows dealt out to be held out."""

from collections import Counter

import numpy as np
import pytest

from sksoftmax._rows.dealing import deal

N_PARTS = 5


def random_keys(rng, n):
    return rng.integers(2**64, size=n, dtype=np.uint64)


@pytest.fixture
def copies(rng):
    """Keys and labels of 120 distinct rows of 4 classes, and of up to 4 copies."""
    keys, y = random_keys(rng, 120), np.minimum(rng.integers(12, size=120), 3)
    rows = np.arange(120).repeat(rng.integers(1, 5, size=120))
    return keys[rows], y[rows]


@pytest.fixture
def draws(rng):
    """Keys and labels of 900 passengers in 6 cells, with labels that nothing tells."""
    keys = random_keys(rng, 6)[rng.integers(6, size=900) % rng.integers(1, 7, 900)]
    return keys, rng.choice(3, size=900, p=[0.6, 0.38, 0.02])


@pytest.fixture(params=["copies", "draws"])
def table(request):
    return request.getfixturevalue(request.param)


def sides(keys, y, counts=None, n_parts=N_PARTS):
    """Of each part how often each row is trained on, and held out."""

    def side(rows, n):
        units = zip(keys[rows].tolist(), y[rows].tolist(), strict=True)
        return dict(zip(units, n.round(5).tolist(), strict=True))

    return [
        (
            side(part.train, part.train_counts),
            side(part.held_out, part.held_out_counts),
        )
        for part in deal(keys, y, counts, n_parts)
    ]


def are_draws(part):
    """Whether rows that are there often are more than one each."""
    return bool((part.held_out_draws > 1).any())


def repeated(rng, n, least=12):
    """Keys of some rows, each there so often or more."""
    return random_keys(rng, n).repeat(rng.integers(least, least + 5, n))


def test_each_row_is_held_out_once(table):
    """And is trained on in all other parts, with all its copies."""
    keys, y = table
    total = Counter(zip(keys.tolist(), y.tolist(), strict=True))
    parts = sides(keys, y)
    assert len(parts) == N_PARTS
    held_out = Counter()
    for train, held in parts:
        assert Counter(train) + Counter(held) == pytest.approx(total)
        held_out.update(held)
    assert held_out == pytest.approx(total)


def test_no_copy_is_on_both_sides(copies):
    """Equal rows with one label are held out together."""
    for train, held_out in sides(*copies):
        assert not train.keys() & held_out.keys()
    assert not any(are_draws(part) for part in deal(*copies, None, N_PARTS))


def test_draws_are_dealt_out_by_chance(rng):
    """Their numbers vary so, and of one label in a cell as if there were no other."""
    keys, y = (
        rng.integers(400, size=40_000).astype(np.uint64),
        rng.integers(2, size=40_000),
    )
    total = np.histogram2d(keys, y, bins=(np.arange(401), 3))[0][:, [0, 2]]
    held_out = np.zeros((N_PARTS, 400, 2))
    for part, n in zip(deal(keys, y, None, N_PARTS), held_out, strict=True):
        n[keys[part.held_out].astype(int), y[part.held_out]] = part.held_out_draws
        np.testing.assert_array_equal(part.held_out_draws, part.held_out_counts)
    np.testing.assert_array_equal(held_out.sum(axis=0), total)
    z = (held_out - total / N_PARTS) / np.sqrt(total * (1 - 1 / N_PARTS) / N_PARTS)
    assert z.var() == pytest.approx(1, abs=0.1)
    assert abs((z[..., 0] * z[..., 1]).mean()) < 0.1
    assert abs(np.corrcoef(held_out.reshape(N_PARTS, -1))[0, 1]) < 0.2


def test_rows_with_one_label_are_no_draws(draws, rng):
    """In a table that has both, each is dealt as what it is."""
    keys, y = (np.append(*both) for both in zip(draws, single_rows(rng), strict=True))
    is_copy = np.arange(y.size) >= 900
    keys[:200], y[:200], is_copy[:200] = random_keys(rng, 10).repeat(20), 1, True
    n_draws = 0
    for part in deal(keys, y, rng.uniform(0.1, 3, y.size), N_PARTS):
        are_copies = is_copy[part.held_out]
        np.testing.assert_array_equal(part.held_out_draws[are_copies], 1)
        assert not set(keys[part.held_out[are_copies]]) & set(keys[part.train])
        n_draws += part.held_out_draws[~are_copies].sum()
    assert n_draws == pytest.approx(np.count_nonzero(~is_copy))


def test_much_of_a_table_is_drawn(rng):
    """Rows of zeros are in each part as often as in the table."""
    keys, y = single_rows(rng)
    keys[:100], y[:100] = 0, 0
    for part in deal(keys, y, None, N_PARTS):
        zeros = keys[part.held_out] == 0
        assert 5 < part.held_out_draws[zeros].sum() < 40
        assert (part.held_out_draws[~zeros] == 1).all()


def single_rows(rng):
    return random_keys(rng, 300), rng.integers(3, size=300)


@pytest.mark.parametrize(("n_single", "are_many"), [(3, False), (80, True)])
@pytest.mark.parametrize("n_cells", [1e300, np.inf])
def test_few_categories_are_draws(rng, n_single, are_many, n_cells):
    """Whatever their labels are, if nearly all rows are there more than once."""
    keys = np.append(repeated(rng, 40), random_keys(rng, n_single))
    y = (keys % 2).astype(int)
    asked = []

    def cells_of(rows):
        asked.append(np.sort(keys[rows]))
        return n_cells

    for part in deal(keys, y, None, N_PARTS, n_cells=cells_of):
        assert are_draws(part) == (n_cells < np.inf and not are_many)
    assert bool(asked) != are_many
    assert all((rows == np.unique(keys)).all() for rows in asked)


@pytest.mark.parametrize(("least", "is_often"), [(7, False), (8, True)])
def test_rows_of_a_small_table_are_there_often(rng, least, is_often):
    """Those that are there a few times may be of any small sample with weights."""
    keys = random_keys(rng, 40).repeat(least + np.arange(40) % 5)
    y = (np.arange(40) % 2)[np.unique(keys, return_inverse=True)[1]]
    for part in deal(keys, y, None, N_PARTS, n_cells=lambda rows: 1e300):
        assert are_draws(part) == is_often


@pytest.mark.parametrize(("n_cells", "is_table"), [(1e300, True), (np.inf, False)])
@pytest.mark.parametrize("n_disputed", [110, 90])
def test_many_categories_with_different_labels_are_draws(
    rng, n_cells, is_table, n_disputed
):
    """Those with one label, too, unless they are most of them."""
    cells = np.arange(200).repeat(np.resize([9, 10, 11], 200))
    keys = random_keys(rng, 200)[cells]
    y = (cells < n_disputed) * (np.arange(cells.size) % 2)
    for part in deal(keys, y, None, N_PARTS, n_cells=lambda rows: n_cells):
        others = part.held_out_draws[cells[part.held_out] >= n_disputed]
        assert (others > 1).any() == (is_table and n_disputed > 100)
        assert are_draws(part)


@pytest.mark.parametrize(("factor", "are_most"), [(3.9, True), (4.1, False)])
@pytest.mark.parametrize("is_chance", [True, False])
def test_all_combinations_are_draws(rng, factor, are_most, is_chance):
    """A quarter of them at least, in numbers that vary."""
    keys = random_keys(rng, 300)
    counts = 1 + (
        rng.poisson(6, 300) if is_chance else rng.choice(2, 300, p=[0.1, 0.9])
    )
    y = (keys % 2).astype(int)
    for part in deal(
        keys, y, counts.astype(float), N_PARTS, n_cells=lambda rows: 300 * factor
    ):
        assert are_draws(part) == (are_most and is_chance)


@pytest.mark.parametrize(("n_cells", "are_few"), [(6, True), (40, False)])
def test_a_handful_of_cells_are_draws(rng, n_cells, are_few):
    """Whatever their values are, if each is there often."""
    keys = repeated(rng, n_cells, 20)
    y = (keys % 2).astype(int)
    for part in deal(keys, y, None, N_PARTS):
        assert are_draws(part) == are_few


def test_what_all_rows_of_a_class_have_in_common_is_no_draw(draws):
    """A table that was repeated, or one class of it, is dealt as it was before."""
    keys, y = draws
    cells = np.arange(900) // 40 % 16
    keys, y = keys + cells.astype(np.uint64), np.minimum(y, 1)
    once = deal(keys, y, None, N_PARTS)
    for times in ([3, 3], [1, 10], [2, 5]):
        n = np.array(times)[y]
        for part, other in zip(
            deal(keys.repeat(n), y.repeat(n), None, N_PARTS), once, strict=True
        ):
            np.testing.assert_array_equal(part.held_out_draws, other.held_out_draws)
            n_held_out = other.held_out_counts * n[other.held_out]
            np.testing.assert_allclose(part.held_out_counts, n_held_out)
            np.testing.assert_array_equal(y.repeat(n)[part.train], y[other.train])


def test_a_few_cells_have_no_common_factor(rng):
    """Seven numbers of draws may all be even by chance."""
    cells = random_keys(rng, 9)
    keys, y = np.append(cells, cells[:7]).repeat(6), np.repeat([0, 1], [54, 42])
    parts = deal(keys, y, None, N_PARTS)
    draws = np.concatenate([part.held_out_draws for part in parts])
    labels = np.concatenate([y[part.held_out] for part in parts])
    assert draws[labels == 0].max() == 1 < draws[labels == 1].max()


def test_order_of_the_rows_does_not_matter(table, rng):
    """Rows are known by their keys."""
    keys, y = table
    order = rng.permutation(len(y))
    assert sides(keys[order], y[order]) == sides(keys, y)
    for train, held_out in sides(keys, y):
        for side in (train, held_out):
            units = [(label, key) for key, label in side]
            assert units == sorted(units)


def test_order_of_the_classes_does_not_matter(table):
    """Nor what they are called."""
    keys, y = table
    other = [
        ({(key, 7 - label): n for (key, label), n in side.items()} for side in both)
        for both in sides(keys, 7 - y)
    ]
    assert [tuple(both) for both in other] == sides(keys, y)


def test_rows_may_be_dealt_out_in_the_order_of_other_keys(rng):
    """Keys then only say which rows are equal, and break ties."""
    y, order = rng.integers(2, size=100), random_keys(rng, 100)
    one, other = (
        deal(random_keys(rng, 100), y, None, N_PARTS, order=order) for _ in range(2)
    )
    for part, same in zip(one, other, strict=True):
        np.testing.assert_array_equal(part.held_out, same.held_out)
        assert (
            np.diff(order[part.held_out[y[part.held_out] == 0]].astype(float)) > 0
        ).all()
    keys, ties = random_keys(rng, 100), np.zeros(100, np.uint64)
    tied = deal(keys, y, None, N_PARTS, order=ties)
    shuffled = rng.permutation(100)
    again = deal(keys[shuffled], y[shuffled], None, N_PARTS, order=ties)
    for part, same in zip(tied, again, strict=True):
        np.testing.assert_array_equal(part.held_out, shuffled[same.held_out])


def test_weights_are_copies(copies, rng):
    """A table of counts is dealt as its rows are; a weight of 0 is no row."""
    keys, y = copies
    counts = rng.integers(4, size=len(y))
    expected = sides(keys.repeat(counts), y.repeat(counts))
    assert sides(keys, y, counts.astype(float)) == expected
    first = first_of_units(keys, y)
    totals = [counts[(keys == keys[k]) & (y == y[k])].sum() for k in first]
    assert sides(keys[first], y[first], np.array(totals, float)) == expected


def test_a_table_of_counts_is_of_draws(draws):
    """Where each row is there once with a label, and its weight is how often it was."""
    keys, y = draws
    first = first_of_units(keys, y)
    units = np.stack([keys, y.astype(np.uint64)])
    _, counts = np.unique(units, axis=1, return_counts=True)
    assert sides(keys[first], y[first], counts.astype(float)) == sides(keys, y)
    for part in deal(keys[first], y[first], counts + 0.5, N_PARTS):
        np.testing.assert_array_equal(part.held_out_draws, 1)


def first_of_units(keys, y):
    """One row of each key and label."""
    units = np.stack([keys, y.astype(np.uint64)])
    return np.unique(units, axis=1, return_index=True)[1]


@pytest.mark.parametrize("kind", ["survey", "costs", "balanced", "whole"])
def test_other_weights_are_no_draws(draws, rng, kind):
    """Rows are dealt as without them, whatever they weigh."""
    keys, y = draws
    counts = {
        "survey": rng.lognormal(12, 0.5, 900),
        "costs": rng.lognormal(0, 1, 900),
        "balanced": np.array([0.55, 0.88, 16.6])[y],
        "whole": rng.integers(1, 5, 900).astype(float),
    }[kind]
    expected = deal(keys, y, None, N_PARTS)
    parts = deal(keys, y, counts, N_PARTS)
    for part, other in zip(parts, expected, strict=True):
        np.testing.assert_array_equal(part.held_out, other.held_out)
        np.testing.assert_array_equal(part.held_out_draws, other.held_out_draws)
        total = part.train_counts.sum() + part.held_out_counts.sum()
        assert total == pytest.approx(counts.sum())
    held_out = sum(part.held_out_counts.sum() for part in parts)
    assert held_out == pytest.approx(counts.sum())


@pytest.mark.parametrize("count", [1e-9, 0.5, 1.0])
def test_draws_of_less_than_one_are_whole(count):
    """They are held out with the others."""
    keys, y = np.array([5, 5, 7, 8, 9], np.uint64), np.array([0, 1, 0, 1, 0])
    counts = np.array([count, 1, 1, 1, 1])
    for part in deal(keys, y, counts, N_PARTS):
        np.testing.assert_array_equal(part.held_out_counts, counts[part.held_out])
        assert part.train_counts.sum() == (counts.sum() - part.held_out_counts.sum())


def test_weights_may_be_numbers_of_any_size():
    """Of more than a milliard rows the parts have a fifth each."""
    keys, y = np.arange(12, dtype=np.uint64) // 2, np.arange(12) % 2
    counts = np.where(np.arange(12) < 6, 1e30, 3.0)
    for part in deal(keys, y, counts, N_PARTS):
        held_out, n = part.held_out, part.held_out_counts
        np.testing.assert_allclose(n[held_out < 6], 1e30 / N_PARTS, rtol=1e-3)


def test_classes_are_dealt_out_by_themselves(copies):
    """Rows of another class change nothing."""
    keys, y = copies
    for rows in (y > 0, y != 1):
        fewer = np.flatnonzero(rows | (np.arange(y.size) % 3 == 0))
        for part, other in zip(
            deal(keys, y, None, N_PARTS),
            deal(keys[fewer], y[fewer], None, N_PARTS),
            strict=True,
        ):
            ours, theirs = part.held_out, fewer[other.held_out]
            assert set(keys[ours[rows[ours]]]) == set(keys[theirs[rows[theirs]]])


def test_parts_are_as_large_as_each_other(rng):
    """In each class; and over all, where most classes have fewer rows than parts."""
    y = np.concatenate([np.repeat([0, 1], [333, 44]), 2 + np.arange(3000) // 2])
    keys, counts = random_keys(rng, y.size), rng.integers(1, 9, y.size).astype(float)
    parts = deal(keys, y, counts, N_PARTS)
    sizes = np.array([np.bincount(y[part.held_out], minlength=1502) for part in parts])
    assert (np.ptp(sizes, axis=0) <= 1).all()
    assert np.ptp(sizes.sum(axis=1)) < 0.2 * 3377 / N_PARTS


@pytest.mark.parametrize("n_rows", range(1, 8))
def test_no_class_is_lost_from_training(rng, n_rows):
    """However rare: a single distinct row is never held out, whatever it weighs."""
    y = np.repeat([0, 1], [30, n_rows])
    keys, counts = random_keys(rng, y.size), rng.integers(1, 9, y.size).astype(float)
    for keys_of, n_distinct in [(keys, n_rows), (np.where(y, keys[-1], keys), 1)]:
        parts = deal(keys_of, y, counts, N_PARTS)
        assert all(set(y[part.train]) == {0, 1} for part in parts)
        n_held_out = sum(np.count_nonzero(y[part.held_out]) for part in parts)
        assert n_held_out == (n_distinct if n_distinct > 1 else 0)


@pytest.mark.parametrize("count", [0.2, 1.0, 1.5, 2.0, 9.0])
def test_no_class_of_draws_is_lost_from_training(rng, count):
    """Where all of its rows are in a cell with those of another class."""
    keys, y = random_keys(rng, 30), np.repeat([0, 1], [29, 1])
    keys[-1] = keys[0]
    counts = np.append(np.ones(29), count)
    parts = deal(keys, y, counts, N_PARTS)
    assert all(part.train_counts[y[part.train] == 1].sum() > 0 for part in parts)


def test_no_two_classes_have_the_same_chances(rng):
    """Draws of one cell with a hundred labels, as many of each, are in all parts."""
    keys = np.append(np.zeros(200, np.uint64), random_keys(rng, 600))
    y = np.append(np.repeat(np.arange(100), 2), np.repeat(np.arange(100), 6))
    for part in deal(keys, y, None, N_PARTS):
        n = part.held_out_draws[keys[part.held_out] == 0].sum()
        assert 20 < n < 65


@pytest.mark.parametrize("weight", [1, 10, 9.5])
def test_equal_weights_are_no_draws(rng, weight):
    """Of a small sample, each row of which is there once."""
    keys, y = random_keys(rng, 24), rng.integers(2, size=24)
    for part in deal(keys, y, np.full(24, float(weight)), N_PARTS):
        assert not are_draws(part)


def test_a_few_counts_may_be_equal(rng):
    """The cells of the exclusive or, each twenty times."""
    keys, y = random_keys(rng, 4), np.array([0, 1, 1, 0])
    for part in deal(keys, y, np.full(4, 20.0), N_PARTS):
        assert are_draws(part)


def test_a_small_table_with_noise_may_have_been_repeated(rng):
    """Ten times each: its draws are those of the rows before."""
    keys = random_keys(rng, 64)[rng.integers(64, size=300)]
    y = rng.integers(2, size=300)
    once, times = (
        deal(np.tile(keys, n), np.tile(y, n), None, N_PARTS, n_cells=lambda rows: 64)
        for n in (1, 10)
    )
    for part, same in zip(once, times, strict=True):
        np.testing.assert_array_equal(part.held_out_draws, same.held_out_draws)


def test_parts_without_rows_are_left_away(rng):
    """Where there is nothing to hold out, there is none."""
    keys = random_keys(rng, 4)
    assert deal(keys, np.arange(4), None, N_PARTS) == []
    assert 2 <= len(deal(keys, np.array([0, 0, 1, 1]), None, N_PARTS)) <= 4
    assert deal(keys[[0, 0, 1, 1]], np.array([0, 0, 1, 1]), None, N_PARTS) == []
