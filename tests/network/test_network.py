"""One block of rows. Derivatives are tested with the objective."""

import numpy as np
import pytest
from scipy.sparse import csr_array, csr_matrix
from scipy.special import logsumexp

from sksoftmax._network.activations import ACTIVATIONS
from sksoftmax._network.network import forward, loss_gradient_sums
from sksoftmax._network.parameters import ParameterLayout


@pytest.fixture
def network(rng):
    layout = ParameterLayout([3, 5, 4, 2])
    coefs, intercepts = layout.unpack(rng.normal(size=layout.n_parameters))
    return coefs, intercepts, [ACTIVATIONS["tanh"], ACTIVATIONS["silu"]]


@pytest.fixture(name="X")
def features(rng):
    return rng.normal(size=(20, 3))


@pytest.fixture
def y(rng):
    return rng.integers(2, size=20)


def test_forward_is_the_formula(network, X):
    """Logits are the composition of layers, written out for one row at a time."""
    (W1, W2, W3), (b1, b2, b3), _ = network
    for x, logits in zip(X, forward(X, *network).T, strict=True):
        h1 = np.tanh(W1 @ x + b1)
        a2 = W2 @ h1 + b2
        expected = W3 @ (a2 / (1 + np.exp(-a2))) + b3
        np.testing.assert_allclose(logits, expected, rtol=1e-12)


def test_loss_is_that_of_the_forward_pass(network, X, y, rng):
    """The loss of training is the weighted cross-entropy of what predict sees."""
    sample_weight = rng.uniform(size=20)
    logits = forward(X, *network)
    expected = sample_weight @ (logsumexp(logits, axis=0) - logits[y, np.arange(20)])
    loss, _, _ = loss_gradient_sums(X, y, sample_weight, *network)
    assert loss == pytest.approx(expected, rel=1e-12)


def test_sums_of_two_blocks_are_the_sums_of_both(network, X, y):
    """Loss and gradients add up over blocks of rows."""

    def flat_sums(rows):
        loss, coefs, intercepts = loss_gradient_sums(X[rows], y[rows], None, *network)
        parts = [part.ravel() for part in (*coefs, *intercepts)]
        return np.concatenate([[loss], *parts])

    np.testing.assert_allclose(
        flat_sums(slice(0, 7)) + flat_sums(slice(7, 20)),
        flat_sums(slice(0, 20)),
        rtol=1e-12,
    )


@pytest.mark.parametrize("container", [csr_array, csr_matrix])
def test_sparse_rows_give_the_same_sums(network, X, y, container):
    """A CSR block gives what its dense copy gives, as dense arrays."""
    X[X < 0] = 0
    dense = loss_gradient_sums(X, y, None, *network)
    sparse = loss_gradient_sums(container(X), y, None, *network)
    assert sparse[0] == pytest.approx(dense[0], rel=1e-12)
    for a, b in zip((*dense[1], *dense[2]), (*sparse[1], *sparse[2]), strict=True):
        assert isinstance(b, np.ndarray)
        np.testing.assert_allclose(b, a, rtol=1e-10, atol=1e-12)


def test_parameters_and_data_are_not_overwritten(network, X, y):
    """What goes in is as it was, also where activations work in place."""
    coefs, intercepts, _ = network
    before = [part.copy() for part in (X, *coefs, *intercepts)]
    loss_gradient_sums(X, y, None, *network)
    forward(X, *network)
    for part, copy in zip((X, *coefs, *intercepts), before, strict=True):
        np.testing.assert_array_equal(part, copy)
