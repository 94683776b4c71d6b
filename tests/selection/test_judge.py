"""Rows dealt out, and candidates compared on them."""

from collections import Counter

import numpy as np
import pytest

from sksoftmax._selection.judge import Estimate, Judge, cost_of_an_error, deal

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
    assert not any(part.are_draws.any() for part in deal(*copies, None, N_PARTS))


def test_draws_are_spread_in_proportion(draws):
    """Of each cell and label each part holds out a fifth, but for less than one."""
    total = Counter(zip(*map(np.ndarray.tolist, draws), strict=True))
    for _, held_out in sides(*draws):
        for unit, n in total.items():
            assert abs(held_out.get(unit, 0) - n / N_PARTS) < 1
    assert all(part.are_draws.all() for part in deal(*draws, None, N_PARTS))


def test_rows_with_one_label_are_no_draws(draws, rng):
    """In a table that has both, each is dealt as what it is."""
    keys, y = (np.append(*both) for both in zip(draws, single_rows(rng), strict=True))
    is_copy = np.isin(keys, keys[:2])
    y[is_copy] = 1
    is_copy[900:] = True
    for part in deal(keys, y, rng.uniform(0.1, 3, y.size), N_PARTS):
        np.testing.assert_array_equal(part.are_draws, ~is_copy[part.held_out])
        held_out = set(keys[part.held_out[~part.are_draws]])
        assert not held_out & set(keys[part.train])


def single_rows(rng):
    return random_keys(rng, 300), rng.integers(3, size=300)


@pytest.mark.parametrize(("n_single", "are_many"), [(3, False), (80, True)])
@pytest.mark.parametrize("n_cells", [1e300, np.inf])
def test_few_categories_are_draws(rng, n_single, are_many, n_cells):
    """Whatever their labels are, if nearly all rows are there more than once."""
    keys = random_keys(rng, 40 + n_single).repeat([12] * 40 + [1] * n_single)
    y = (keys % 2).astype(int)
    asked = []

    def cells_of(rows):
        asked.append(np.sort(keys[rows]))
        return n_cells

    are_draws = n_cells < np.inf and not are_many
    for part in deal(keys, y, None, N_PARTS, n_cells=cells_of):
        assert (part.are_draws == are_draws).all()
    np.testing.assert_array_equal(asked, [np.unique(keys)] * (not are_many))


@pytest.mark.parametrize(("times", "are_draws"), [(9, False), (10, True)])
def test_rows_of_a_small_table_are_there_often(rng, times, are_draws):
    """Those that are there a few times may be of any small sample with weights."""
    keys = random_keys(rng, 40).repeat(times)
    y = (keys % 2).astype(int)
    for part in deal(keys, y, None, N_PARTS, n_cells=lambda rows: 1e300):
        assert (part.are_draws == are_draws).all()


@pytest.mark.parametrize(("n_cells", "are_draws"), [(1e300, True), (np.inf, False)])
@pytest.mark.parametrize("n_disputed", [110, 90])
def test_many_categories_with_different_labels_are_draws(
    rng, n_cells, are_draws, n_disputed
):
    """Those with one label, too, unless they are most of them."""
    keys = random_keys(rng, 200).repeat(4)
    y = (np.arange(800) // 4 < n_disputed) * (np.arange(800) % 2)
    for part in deal(keys, y, None, N_PARTS, n_cells=lambda rows: n_cells):
        is_draw = np.isin(keys[part.held_out], keys[: 4 * n_disputed])
        is_draw |= are_draws and n_disputed > 100
        np.testing.assert_array_equal(part.are_draws, is_draw)


@pytest.mark.parametrize(("factor", "are_draws"), [(3.9, True), (4.1, False)])
@pytest.mark.parametrize("is_chance", [True, False])
def test_all_combinations_are_draws(rng, factor, are_draws, is_chance):
    """A quarter of them at least, in numbers that vary."""
    keys = random_keys(rng, 300)
    counts = rng.poisson(6, 300) + 1.0 if is_chance else np.full(300, 7.0)
    y = (keys % 2).astype(int)
    for part in deal(keys, y, counts, N_PARTS, n_cells=lambda rows: 300 * factor):
        assert (part.are_draws == (are_draws and is_chance)).all()


@pytest.mark.parametrize(("n_cells", "are_few"), [(6, True), (40, False)])
def test_a_handful_of_cells_are_draws(rng, n_cells, are_few):
    """Whatever their values are, if each is there often."""
    keys = random_keys(rng, n_cells).repeat(20)
    y = (keys % 2).astype(int)
    for part in deal(keys, y, None, N_PARTS):
        assert (part.are_draws == are_few).all()


def test_order_of_the_rows_does_not_matter(table, rng):
    """Rows are known by their keys."""
    keys, y = table
    order = rng.permutation(len(y))
    assert sides(keys[order], y[order]) == sides(keys, y)
    for train, held_out in sides(keys, y):
        for side in (train, held_out):
            units = [(label, key) for key, label in side]
            assert units == sorted(units)


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


def test_weights_are_copies(table, rng):
    """A table of counts is dealt as its rows are; a weight of 0 is no row."""
    keys, y = table
    counts = rng.integers(4, size=len(y))
    expected = sides(keys.repeat(counts), y.repeat(counts))
    assert sides(keys, y, counts.astype(float)) == expected
    units, first = np.unique([keys, y.astype(np.uint64)], axis=1, return_index=True)
    totals = [counts[(keys == key) & (y == label)].sum() for key, label in units.T]
    assert sides(keys[first], y[first], np.array(totals, float)) == expected


def test_weights_need_not_be_whole(draws, rng):
    """All of each is held out, and what is not, is trained on."""
    keys, y = draws
    counts = rng.uniform(0.01, 3, size=len(y))
    parts = deal(keys, y, counts, N_PARTS)
    for part in parts:
        total = part.train_counts.sum() + part.held_out_counts.sum()
        assert total == pytest.approx(counts.sum())
        assert part.held_out_counts.sum() == pytest.approx(total / N_PARTS, abs=3)
    held_out = sum(part.held_out_counts.sum() for part in parts)
    assert held_out == pytest.approx(counts.sum())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_ten_tenths_are_one(draws, dtype):
    """A rounding error is no row."""
    keys, y = draws[0][:40].repeat(2), draws[1][:40].repeat(2)
    tenths = sides(keys.repeat(10), y.repeat(10), np.full(800, 0.1, dtype))
    assert tenths == sides(keys, y)


@pytest.mark.parametrize(("count", "is_whole"), [(8 / 7, True), (1.3, False)])
@pytest.mark.parametrize("n_draws", [7, 9])
def test_rows_stay_whole_after_draws_that_are_not(count, is_whole, n_draws):
    """Nor does a rounding error move one: after eight it is the fourth part's turn."""
    keys = np.concatenate([np.arange(9), np.arange(n_draws)]).astype(np.uint64)
    y = np.repeat([0, 1], [9, n_draws])
    for part in deal(keys, y, np.repeat([count, 1.0], [7, 2 + n_draws]), N_PARTS):
        rows, counts = part.held_out, part.held_out_counts
        assert (counts[(rows >= 7) & (y[rows] == 0)] == 1).all()
        if is_whole:
            assert counts[y[rows] == 0].sum() == pytest.approx(2)


@pytest.mark.parametrize("count", [1e-9, 0.5, 1.0])
def test_draws_of_less_than_one_are_whole(count):
    """They are held out with the others."""
    keys, y = np.array([5, 5, 7, 8, 9], np.uint64), np.array([0, 1, 0, 1, 0])
    counts = np.array([count, 1, 1, 1, 1])
    for part in deal(keys, y, counts, N_PARTS):
        np.testing.assert_array_equal(part.held_out_counts, counts[part.held_out])
        assert part.train_counts.sum() == (counts.sum() - part.held_out_counts.sum())


def test_many_draws_are_dealt_out_equally():
    """Numbers of copies that leave no digits for the next rows."""
    keys, y = np.arange(12, dtype=np.uint64) // 2, np.arange(12) % 2
    counts = np.where(np.arange(12) < 6, 1e18, 3.0)
    for part in deal(keys, y, counts, N_PARTS):
        held_out, n = part.held_out, part.held_out_counts
        np.testing.assert_allclose(n[held_out < 6], 1e18 / N_PARTS, rtol=1e-3)
        assert n[held_out >= 6].max() <= 1


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


def test_parts_without_rows_are_left_away(rng):
    """Where there is nothing to hold out, there is none."""
    keys = random_keys(rng, 4)
    assert deal(keys, np.arange(4), None, N_PARTS) == []
    assert 2 <= len(deal(keys, np.array([0, 0, 1, 1]), None, N_PARTS)) <= 4
    assert deal(keys[[0, 0, 1, 1]], np.array([0, 0, 1, 1]), None, N_PARTS) == []


@pytest.fixture
def losses(rng):
    """Of two candidates on 50 rows, most of whose noise is the same."""
    noise = rng.exponential(size=50)
    return {"a": noise + rng.normal(0.1, 0.05, 50), "b": noise}


def judge_of(losses, weights=None, independent=None, parts=(slice(None),)):
    judge = Judge()
    ones = np.ones(len(losses["a"]))
    weights = ones if weights is None else weights
    independent = ones if independent is None else independent
    for part, rows in enumerate(parts):
        judge.set_part(part, weights[rows], independent[rows])
        for candidate, values in losses.items():
            judge.hear(candidate, part, values[rows])
    return judge


def mean_of(values):
    return pytest.approx(
        (values.mean(), values.std(ddof=1) / np.sqrt(values.size), values.size)
    )


@pytest.mark.parametrize("parts", [[slice(None)], [slice(20), slice(20, 50)]])
def test_a_difference_is_the_mean_of_differences(losses, parts):
    """Its error is that of paired rows, and not of two losses."""
    judge = judge_of(losses, parts=parts)
    assert judge.loss("a") == mean_of(losses["a"])
    difference = judge.difference("a", "b")
    assert difference == mean_of(losses["a"] - losses["b"])
    assert difference.standard_error < 0.1 * judge.loss("a").standard_error
    assert judge.difference("b", "a").mean == -difference.mean


def test_draws_are_independent(losses, rng):
    """Held out k times, a draw is k rows."""
    n = rng.integers(1, 6, size=50)
    counted = judge_of(losses, n.astype(float), n.astype(float))
    repeated = judge_of({c: values.repeat(n) for c, values in losses.items()})
    assert counted.loss("a") == pytest.approx(repeated.loss("a"))
    assert counted.difference("a", "b") == pytest.approx(repeated.difference("a", "b"))


def test_copies_are_not(losses, rng):
    """They weigh more, and know no more."""
    weights = rng.uniform(0.5, 2, size=50)
    once, often = (judge_of(losses, k * weights) for k in (1, 1000))
    assert often.loss("a") == pytest.approx(once.loss("a"))
    mean = np.average(losses["a"], weights=weights)
    error = np.sqrt(50 / 49) * np.linalg.norm(weights * (losses["a"] - mean))
    assert once.loss("a") == pytest.approx((mean, error / weights.sum(), 50))


def test_candidates_are_compared_on_the_same_parts(losses):
    """Those that both were judged on."""
    first = slice(20)
    judge = judge_of(losses, parts=[first, slice(20, 50)])
    judge.hear("c", 0, losses["b"][first] + 1)
    assert [judge.has_heard("c", part) for part in (0, 1)] == [True, False]
    assert not judge.has_heard("d", 0)
    for sign, pair in [(1, ("c", "a")), (-1, ("a", "c"))]:
        difference = sign * (losses["b"] + 1 - losses["a"])[first]
        assert judge.difference(*pair) == mean_of(difference)
    assert judge.loss("c") == mean_of(losses["b"][first] + 1)


def test_excess_is_a_difference_that_is_not_kept(losses):
    """Of losses that are not yet those of a candidate."""
    first = slice(20)
    judge = judge_of(losses, parts=[first, slice(20, 50)])
    excess = judge.excess("b", 0, losses["a"][first])
    assert excess == mean_of((losses["a"] - losses["b"])[first])
    overflow = np.full(20, np.nan)
    assert judge.excess("b", 0, overflow).mean == pytest.approx(1e6, rel=1e-5)


@pytest.mark.parametrize("loss", [np.inf, np.nan, 1e300])
def test_overflow_is_a_large_loss(losses, loss):
    """Worse than all others, and no better than another overflow."""
    overflowed = {**losses, "c": np.full(50, loss), "d": np.full(50, np.inf)}
    judge = judge_of(overflowed)
    assert judge.difference("c", "a").mean > 1e5
    assert judge.difference("c", "d") == (0, 0, 50)


@pytest.mark.parametrize("n", [0.3, 1.0])
def test_of_one_observation_the_error_is_unknown(n):
    """Nothing is clear then."""
    judge = judge_of({"a": np.ones(1)}, independent=np.full(1, n))
    assert judge.loss("a") == (1, np.inf, n)
    assert not judge.loss("a").is_clear()


def test_clear_is_above_the_error():
    """In one direction."""
    assert Estimate(0.3, 0.2, 9).is_clear()
    assert not Estimate(0.1, 0.2, 9).is_clear()
    assert not Estimate(-0.3, 0.2, 9).is_clear()
    assert not Estimate(np.nan, np.nan, 0).is_clear()


@pytest.mark.parametrize(
    ("loss", "nats"),
    [(0.7, 1.0), (np.exp(-4), 4.0), (0.0, 53 * np.log(2)), (-1.0, 53 * np.log(2))],
)
def test_an_error_costs_what_the_others_are_sure_of(loss, nats):
    """A nat at least, and at most what float64 can tell; densities may be above 1."""
    assert cost_of_an_error(loss) == pytest.approx(nats)
