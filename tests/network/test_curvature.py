"""Kronecker factors of the curvature."""

from functools import partial

import numpy as np
import pytest
from stencil import five_point_gradient

from sksoftmax._network.activations import ACTIVATIONS
from sksoftmax._network.curvature import (
    KroneckerFactors,
    KroneckerInverse,
    curvature_sums,
    damped_inverse,
    second_moment,
)
from sksoftmax._network.network import loss_gradient_sums
from sksoftmax._network.parameters import ParameterLayout

HIDDEN = [(), (5,), (5, 4)]


def make_network(hidden, activation, rng):
    layout = ParameterLayout([3, *hidden, 4])
    coefs, intercepts = layout.unpack(rng.normal(size=layout.n_parameters))
    return layout, (coefs, intercepts, [ACTIVATIONS[activation]] * len(hidden))


@pytest.fixture(name="X")
def features(rng):
    return rng.normal(size=(20, 3))


def all_factors(X, sample_weight, network, max_dense=100):
    inputs, deltas = curvature_sums(X, sample_weight, *network, max_dense)
    return [second_moment(X.T, sample_weight, max_dense), *inputs], deltas


def flat_factors(X, sample_weight, network, max_dense=100):
    inputs, deltas = all_factors(X, sample_weight, network, max_dense)
    return [*inputs, *deltas]


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("max_dense", [1, 100])
def test_no_rows_have_no_curvature(hidden, max_dense, rng):
    """A block all rows of which weigh nothing adds zeros."""
    _, network = make_network(hidden, "tanh", rng)
    X = np.zeros((0, 3))
    for factor in flat_factors(X, np.zeros(0), network, max_dense):
        assert not factor.any()


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_deltas_are_those_of_all_labels(hidden, activation, X, rng):
    """G is the mean over labels drawn from p of outer products of gradients.

    By backpropagation of each label in turn, row by row: an intercept's gradient of
    one row is its delta.
    """
    _, network = make_network(hidden, activation, rng)
    _, deltas = curvature_sums(X, None, *network, 100)
    expected = [np.zeros_like(G) for G in deltas]
    for x in X:
        for label in range(4):
            loss, _, gradients = loss_gradient_sums(
                x[np.newaxis], np.array([label]), None, *network
            )
            for G, delta in zip(expected, gradients, strict=True):
                G += np.exp(-loss) * np.outer(delta, delta)
    for G, other in zip(deltas, expected, strict=True):
        np.testing.assert_allclose(G, other, rtol=1e-9, atol=1e-12)


def test_for_one_row_the_product_is_the_hessian(rng):
    """With linear hidden units, A (x) G of one row is a block of the Hessian."""
    _, (coefs, intercepts, activations) = make_network((5,), "identity", rng)
    x, y = rng.normal(size=(1, 3)), np.array([2])
    inputs, deltas = all_factors(x, None, (coefs, intercepts, activations))
    for layer in range(2):
        W, b = coefs[layer], intercepts[layer]
        place = np.column_stack((W, b))

        def gradient(flat, entry, layer=layer, shape=place.shape):
            point = flat.reshape(shape)
            new_coefs, new_intercepts = list(coefs), list(intercepts)
            new_coefs[layer], new_intercepts[layer] = point[:, :-1], point[:, -1]
            _, by_coef, by_intercept = loss_gradient_sums(
                x, y, None, new_coefs, new_intercepts, activations
            )
            both = np.column_stack((by_coef[layer], by_intercept[layer]))
            return both.ravel()[entry]

        hessian = np.array(
            [
                five_point_gradient(lambda flat, i=i: gradient(flat, i), place.ravel())
                for i in range(place.size)
            ]
        )
        np.testing.assert_allclose(
            np.kron(deltas[layer], inputs[layer]), hessian, atol=1e-8
        )


@pytest.mark.parametrize("hidden", HIDDEN)
def test_inputs_are_second_moments(hidden, X, rng):
    """A of a layer is the sum of outer products of what it sees, and of 1."""
    _, network = make_network(hidden, "tanh", rng)
    inputs, _ = all_factors(X, None, network)
    h = X
    for A, W, b in zip(inputs, *network[:2], strict=True):
        seen = np.column_stack((h, np.ones(len(h))))
        np.testing.assert_allclose(A, seen.T @ seen, rtol=1e-12)
        h = np.tanh(h @ W.T + b)


@pytest.mark.parametrize("hidden", HIDDEN)
def test_a_weight_is_a_number_of_copies(hidden, X, rng):
    """Weights 0, 1, 2 give the factors of no, one and two copies of a row."""
    _, network = make_network(hidden, "silu", rng)
    weights = rng.integers(3, size=20)
    ours = flat_factors(X, weights.astype(float), network)
    copies = flat_factors(np.repeat(X, weights, axis=0), None, network)
    for weighted, repeated in zip(ours, copies, strict=True):
        np.testing.assert_allclose(weighted, repeated, rtol=1e-10, atol=1e-13)


def test_blocks_add_up(X, rng):
    """Factors of two blocks are those of both."""
    _, network = make_network((5,), "tanh", rng)
    whole, first, second = (
        flat_factors(rows, None, network) for rows in (X, X[:7], X[7:])
    )
    for total, a, b in zip(whole, first, second, strict=True):
        np.testing.assert_allclose(a + b, total, rtol=1e-12)


def test_wide_layers_have_diagonals(X, rng):
    """Beyond a width only the diagonals of the same matrices are kept."""
    _, network = make_network((5,), "tanh", rng)
    full = flat_factors(X, None, network)
    diagonals = flat_factors(X, None, network, max_dense=4)
    for factor, diagonal in zip(full, diagonals, strict=True):
        if len(factor) > 4:
            np.testing.assert_allclose(diagonal, np.diag(factor), rtol=1e-12)
        else:
            np.testing.assert_array_equal(diagonal, factor)


def factors_of(X, network, *, diagonal=()):
    inputs, deltas = (
        [part / len(X) for part in parts] for parts in all_factors(X, None, network)
    )
    if "inputs" in diagonal:
        inputs = [np.diag(A).copy() for A in inputs]
    if "deltas" in diagonal:
        deltas = [np.diag(G).copy() for G in deltas]
    return KroneckerFactors(inputs, deltas)


def operator(factors, layout, dtype=np.float64):
    dtype = np.dtype(dtype)
    return KroneckerInverse(
        factors,
        layout,
        damping=0.01,
        dtype=dtype,
        first_inverse=partial(damped_inverse, factors.inputs[0], dtype=dtype),
    )


def as_matrix(function, n):
    return np.array([function(column) for column in np.eye(n)]).T


@pytest.mark.parametrize(
    "diagonal", [(), ("inputs",), ("deltas",), ("inputs", "deltas")]
)
def test_the_operator_is_symmetric_and_positive(diagonal, X, rng):
    """As L-BFGS needs it, also with diagonals."""
    layout, network = make_network((5,), "tanh", rng)
    H = as_matrix(
        operator(factors_of(X, network, diagonal=diagonal), layout),
        layout.n_parameters,
    )
    np.testing.assert_allclose(H, H.T, rtol=1e-9, atol=1e-12 * H.max())
    assert np.linalg.eigvalsh(H).min() > 0


def test_the_operator_inverts_the_damped_product(X, rng):
    """One layer: (A + pi d I) (x) (G + d / pi I), pi from the mean eigenvalues."""
    layout, network = make_network((), "tanh", rng)
    factors = factors_of(X, network)
    (A,), (G,) = factors
    pi = 2.0 ** round(np.log2(np.trace(A) / 4 / (np.trace(G) / 4)) / 2)
    damped = np.kron(G + 0.1 / pi * np.eye(4), A + 0.1 * pi * np.eye(4))
    H = as_matrix(operator(factors, layout), 16)
    order = np.arange(16).reshape(4, 4)  # of [W b] in the flat vector
    W, b = layout.unpack(np.arange(16.0))
    order = np.column_stack((W[0], b[0])).astype(int).ravel()
    np.testing.assert_allclose(H[np.ix_(order, order)] @ damped, np.eye(16), atol=1e-9)


@pytest.mark.parametrize("diagonal", [(), ("inputs",), ("deltas",)])
def test_damping_is_shared_by_mean_eigenvalues(diagonal, rng):
    """Also of factors of unequal width: pi does not change with copies of units."""
    layout = ParameterLayout([7, 2])
    A, G = 4.0 * np.ones(8), np.ones(2)
    factors = KroneckerFactors(
        [A if "inputs" in diagonal else np.diag(A)],
        [G if "deltas" in diagonal else np.diag(G)],
    )
    H = operator(factors, layout)(np.ones(layout.n_parameters))
    np.testing.assert_allclose(H, 1 / ((4 + 0.1 * 2) * (1 + 0.1 / 2)))


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_factors_that_cannot_be_inverted_show(bad, rng):
    """Indefinite or not finite: NaN in each entry, and no exception."""
    layout = ParameterLayout([2, 2])
    factors = KroneckerFactors([np.diag([1.0, bad, 1.0])], [np.eye(2)])
    assert np.isnan(operator(factors, layout)(np.ones(6))).all()


def test_deltas_of_zero_are_damped(X, rng):
    """Before the first step, hidden layers get no gradient: still a positive H."""
    layout, network = make_network((5,), "tanh", rng)
    network[0][-1][:] = 0
    factors = factors_of(X, network)
    assert not factors.deltas[0].any()
    H = as_matrix(operator(factors, layout), layout.n_parameters)
    assert np.linalg.eigvalsh(H).min() > 0


@pytest.mark.parametrize("diagonal", [(), ("inputs",), ("deltas",)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rows_are_turned_as_vectors_are(diagonal, dtype, X, rng):
    """Of several vectors at once each has the bits that it has alone."""
    layout, network = make_network((5,), "tanh", rng)
    H = operator(factors_of(X, network, diagonal=diagonal), layout, dtype)
    vectors = rng.normal(size=(7, layout.n_parameters))
    np.testing.assert_array_equal(H(vectors), [H(vector) for vector in vectors])


def test_products_are_in_the_dtype_of_the_data(X, rng):
    """float32 operators take and give float64 vectors, to float32's rounding."""
    layout, network = make_network((5,), "tanh", rng)
    factors = factors_of(X, network)
    vector = rng.normal(size=layout.n_parameters)
    ours = operator(factors, layout, np.float32)(vector)
    assert ours.dtype == np.float64
    for diagonal in (False, True):
        held = operator(
            KroneckerFactors(
                [np.diag(A) if diagonal else A for A in factors.inputs],
                [np.diag(G) if diagonal else G for G in factors.deltas],
            ),
            layout,
            np.float32,
        )
        assert {matrix.dtype for pair in held._inverses for matrix in pair} == {
            np.dtype(np.float32)
        }
    expected = operator(factors, layout)(vector)
    assert 0 < np.abs(ours - expected).max() < 1e-4 * np.abs(expected).max()


def test_labels_are_drawn_as_often_as_they_are_likely(X, rng):
    """Evenly spaced numbers draw each label of a row p times their number, nearly."""
    _, network = make_network((), "tanh", rng)
    draws = np.tile(((np.arange(2000) + 0.5) / 2000)[:, np.newaxis], len(X))
    _, exact = curvature_sums(X, None, *network, 100)
    _, drawn = curvature_sums(X, None, *network, 100, draws)
    np.testing.assert_allclose(drawn[0], exact[0], atol=0.02)


def test_overflow_draws_no_label_that_is_not_there(X, rng):
    """Of probabilities that are NaN the factors are NaN."""
    _, network = make_network((5,), "tanh", rng)
    network[0][1][:] = np.nan
    _, deltas = curvature_sums(X, None, *network, 100, rng.random((3, len(X))))
    assert np.isnan(deltas[-1]).all()
