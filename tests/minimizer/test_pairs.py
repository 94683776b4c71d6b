"""The memory of L-BFGS."""

import numpy as np
import pytest

import sksoftmax._minimizer.pairs
from sksoftmax._minimizer.pairs import MEMORY, CurvaturePairs


def two_loops(pairs, operator, vector):
    """Nocedal & Wright 2006, algorithm 7.4, as it stands there."""
    q, alphas = vector.copy(), []
    for s, y in reversed(pairs):
        alphas.append((s @ q) / (s @ y))
        q -= alphas[-1] * y
    r = operator(q)
    for (s, y), alpha in zip(pairs, reversed(alphas), strict=True):
        r += (alpha - (y @ r) / (s @ y)) * s
    return r


def remembered(pairs, n, dtype=np.float64):
    memory = CurvaturePairs(n, dtype)
    for s, y in pairs:
        memory.add(s, y)
    return memory


def positive_pairs(rng, count, n=30):
    H = np.diag(np.geomspace(1, 100, n))
    steps = rng.normal(size=(count, n))
    return [(s, H @ s) for s in steps]


@pytest.mark.parametrize("count", [0, 1, 3, MEMORY, MEMORY + 1, 3 * MEMORY + 4])
def test_the_products_are_the_recursion(count, rng):
    """Four matrix products give what two loops over the last pairs give."""
    pairs = positive_pairs(rng, count)
    operator = np.linspace(1, 2, 30).__mul__
    vector = rng.normal(size=30)
    np.testing.assert_allclose(
        remembered(pairs, 30).apply(operator, vector),
        two_loops(pairs[-MEMORY:], operator, vector),
        rtol=1e-9,
    )


def test_pairs_in_float32_are_the_recursion_up_to_their_rounding(rng):
    """In half of the memory; what they are applied to keeps its digits."""
    pairs = positive_pairs(rng, 14)
    operator = np.linspace(1, 2, 30).__mul__
    vector = rng.normal(size=30)
    found = remembered(pairs, 30, np.float32).apply(operator, vector)
    assert found.dtype == np.float64
    expected = two_loops(pairs[-MEMORY:], operator, vector)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-5)


def test_rounded_pairs_leave_the_estimate_positive_definite(rng):
    """Also of curvatures that float32 cannot tell apart, in all directions."""
    H = np.diag(np.geomspace(1e-8, 1, 30))
    steps = rng.normal(size=(MEMORY, 30)) / np.sqrt(H.diagonal())
    memory = remembered([(s, H @ s) for s in steps], 30, np.float32)
    for vector in [*steps, *np.eye(30), *rng.normal(size=(100, 30))]:
        assert vector @ memory.apply(np.copy, vector) > 0


def test_the_size_of_changes_of_the_gradient_does_not_matter(rng):
    """Also where float32 has no squares of them."""
    pairs = [(s, 1e-25 * y) for s, y in positive_pairs(rng, 5)]

    def operator(vectors):
        return (np.linspace(1, 2, 30) * vectors).astype(vectors.dtype)

    exact, rounded = (remembered(pairs, 30, d) for d in (np.float64, np.float32))
    assert rounded.scale(operator) == pytest.approx(exact.scale(operator), rel=1e-5)
    assert rounded.spread(operator) == pytest.approx(exact.spread(operator), rel=1e-5)


def test_the_newest_pair_is_reproduced(rng):
    """The secant equation H y = s."""
    pairs = positive_pairs(rng, 14)
    s, y = pairs[-1]
    memory = remembered(pairs, 30)
    np.testing.assert_allclose(memory.apply(lambda v: 0.3 * v, y), s, rtol=1e-9)


def test_scale_is_that_of_the_newest_pair(rng):
    """s'y / y'Hy, whatever came before."""
    pairs = positive_pairs(rng, 12)
    s, y = pairs[-1]
    memory = remembered(pairs, 30)
    assert memory.scale(lambda v: 2 * v) == pytest.approx((s @ y) / (2 * y @ y))


def test_spread_is_none_for_a_multiple_of_the_inverse_hessian(rng):
    """And otherwise the deviation of log(y'Hy / s'y) over the pairs in memory."""
    pairs = positive_pairs(rng, 12)
    memory = remembered(pairs, 30)
    inverse = 1 / np.geomspace(1, 100, 30)
    assert memory.spread(lambda v: 7 * inverse * v) < 1e-12
    logs = [np.log((y @ y) / (s @ y)) for s, y in pairs[-MEMORY:]]
    assert memory.spread(np.copy) == pytest.approx(np.std(logs))


@pytest.mark.parametrize("values", [1, 90, 2**16])
@pytest.mark.parametrize("count", [5, 12])
def test_spread_is_that_of_all_pairs_whatever_is_taken_at_once(
    values, count, rng, monkeypatch
):
    """One row at a time, three, or all of those in memory."""
    monkeypatch.setattr(sksoftmax._minimizer.pairs, "_VALUES_AT_ONCE", values)
    pairs = positive_pairs(rng, count)
    n_rows = []

    def operator(rows):
        n_rows.append(len(rows))
        return 2 * rows

    logs = [np.log((y @ y) / (s @ y)) for s, y in pairs[-MEMORY:]]
    spread = remembered(pairs, 30).spread(operator)
    assert spread == pytest.approx(np.std(logs))
    whole, rest = divmod(len(logs), max(values // 30, 1))
    assert n_rows == whole * [max(values // 30, 1)] + [rest] * (rest > 0)


@pytest.mark.parametrize("y", [-1.0, 0.0, 1e20, np.nan])
def test_pairs_without_curvature_are_not_remembered(y, rng):
    """Negative, zero, lost in rounding, or not a number: H stays positive."""
    memory = remembered(positive_pairs(rng, 3), 30)
    s = np.zeros(30)
    s[0] = 1e-5
    change = np.zeros(30)
    change[:2] = y, 1e20 * y
    memory.add(s, change)
    assert len(memory) == 3


def test_a_copy_is_its_own(rng):
    """Neither changes with the other."""
    pairs = positive_pairs(rng, 5)
    memory = remembered(pairs[:3], 30)
    copy = memory.copy(np.float64)
    for s, y in pairs[3:]:
        memory.add(s, y)
    vector = rng.normal(size=30)
    np.testing.assert_array_equal(
        copy.apply(np.copy, vector), remembered(pairs[:3], 30).apply(np.copy, vector)
    )


def test_cleared_it_starts_anew(rng):
    """Old pairs leave no trace."""
    pairs = positive_pairs(rng, 15)
    memory = remembered(pairs[:12], 30)
    memory.clear()
    assert not memory
    for s, y in pairs[12:]:
        memory.add(s, y)
    vector = rng.normal(size=30)
    np.testing.assert_allclose(
        memory.apply(np.copy, vector),
        two_loops(pairs[12:], np.copy, vector),
        rtol=1e-9,
    )
