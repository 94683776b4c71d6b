"""Outputs of rows, in blocks."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from sksoftmax._network.activations import ACTIVATIONS
from sksoftmax._network.network import forward
from sksoftmax._network.prediction import outputs


@pytest.fixture
def network(rng):
    """Random weights of 4 features, 3 hidden units and 2 classes."""
    coefs = [rng.normal(size=(3, 4)), rng.normal(size=(2, 3))]
    return coefs, [rng.normal(size=3), rng.normal(size=2)], [ACTIVATIONS["tanh"]]


@pytest.mark.parametrize("n_rows", [1, 30_000])
@pytest.mark.parametrize("as_format", [np.asarray, csr_array])
def test_blocks_do_not_matter(network, rng, n_rows, as_format):
    """One block, or several in threads, dense or sparse: the logits of the network."""
    X = rng.normal(size=(n_rows, 4))
    found = outputs(as_format(X), *network, name="A")
    np.testing.assert_allclose(found, forward(X, *network).T, atol=1e-12)


def test_function_is_of_the_logits(network, rng):
    """Along the classes, which are the first axis inside."""
    X = rng.normal(size=(5, 4))
    found = outputs(X, *network, np.cumsum, name="A")
    np.testing.assert_allclose(found, np.cumsum(outputs(X, *network, name="A"), axis=1))


@pytest.mark.parametrize(
    ("value", "message"), [(np.nan, "X contains NaN.*A"), (1e308, "overflows: a logit")]
)
def test_what_is_not_finite_is_named(network, value, message):
    """In the input, or in the logits."""
    coefs, intercepts, _ = network
    X = np.full((2, 4), value)
    identity = [ACTIVATIONS["identity"]]
    with pytest.raises(ValueError, match=f"(?s){message}"):
        outputs(X, [100 * W for W in coefs], intercepts, identity, name="A")
