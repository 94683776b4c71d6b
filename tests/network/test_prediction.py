"""Outputs of rows, in blocks."""

import numpy as np
import pytest
from elsewhere import Elsewhere
from scipy.sparse import csr_array
from threadpoolctl import ThreadpoolController, threadpool_limits

from sksoftmax._features.encoding import Encoding, Indicators
from sksoftmax._features.first_inputs import FirstInputs
from sksoftmax._network.activations import ACTIVATIONS
from sksoftmax._network.network import forward
from sksoftmax._network.prediction import blocks_of, outputs, overflow_message


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
    found = outputs(as_format(X), *network)
    np.testing.assert_allclose(found, forward(X, *network).T, atol=1e-12)


@pytest.mark.parametrize(("n_rows", "n_threads"), [(2, 3), (3, 1), (600, 1)])
def test_bits_do_not_depend_on_blas(monkeypatch, rng, n_rows, n_threads):
    """It has one thread for what is more than it would do in one anyway."""
    found = []

    def told(*args):
        controllers = ThreadpoolController().select(user_api="blas").lib_controllers
        found.extend(one.num_threads for one in controllers)
        return forward(*args)

    monkeypatch.setattr("sksoftmax._network.prediction.forward", told)
    coefs = rng.normal(size=(64, 50)), rng.normal(size=(3, 64))
    X, activations = rng.normal(size=(n_rows, 50)), [ACTIVATIONS["tanh"]]
    with threadpool_limits(3, user_api="blas"):
        outputs(X, coefs, [np.zeros(64), np.zeros(3)], activations)
    assert set(found) == {n_threads}


def test_function_is_of_the_logits(network, rng):
    """Along the classes, which are the first axis inside."""
    X = rng.normal(size=(5, 4))
    found = outputs(X, *network, np.cumsum)
    np.testing.assert_allclose(found, np.cumsum(outputs(X, *network), axis=1))


def test_blocks_are_as_long_as_their_inputs_allow():
    """Of a column with many categories: 4 MiB of inputs, where these are all stored."""
    X, units = np.zeros((30_000, 40)), (3, 2)
    no_part = np.empty(0)
    codes = Indicators(np.repeat(np.arange(40), 10), np.tile(np.arange(10.0), 40))
    encoding = Encoding(np.empty(0, int), *[no_part] * 3, codes, "linear")
    blocks = blocks_of(X, units, FirstInputs(encoding=encoding))
    longest = max(rows.stop - rows.start for rows in blocks)
    assert 2**20 < longest * encoding.n_inputs * X.itemsize <= 2**22
    assert len(blocks_of(X, units, FirstInputs())) < len(blocks) / 5


def test_blocks_of_sparse_rows_that_are_bounded_are_short():
    """As dense ones of them are made."""
    X, units = csr_array((30_000, 4000)), (3, 2)
    first = FirstInputs(bounds=np.zeros((2, 4000)))
    longest = max(rows.stop - rows.start for rows in blocks_of(X, units, first))
    assert longest * 4000 * X.dtype.itemsize <= 2**23
    assert len(blocks_of(X, units, FirstInputs())) < 30_000 / longest / 5


@pytest.mark.parametrize("as_format", [np.asarray, csr_array])
def test_nan_that_is_no_gap_is_told(network, as_format):
    """What to do about it, and not which other estimators take it."""
    X = as_format([[1.0, np.nan, 0, 0]])
    with pytest.raises(ValueError, match=r"gap in dense data alone. Pass X.toarray"):
        outputs(X, *network)
    fills = np.zeros(4)
    if as_format is np.asarray:
        assert np.isfinite(outputs(X, *network, fills=fills)).all()
    else:
        with pytest.raises(ValueError, match="Input X contains NaN, which stands for"):
            outputs(X, *network, fills=fills)


@pytest.mark.parametrize(
    ("value", "message"),
    [(np.nan, "X contains NaN, which"), (1e308, "overflows: a logit")],
)
def test_what_is_not_finite_is_named(network, value, message):
    """In the input, or in the logits."""
    coefs, intercepts, _ = network
    X = np.full((2, 4), value)
    identity = [ACTIVATIONS["identity"]]
    with pytest.raises(ValueError, match=f"(?s){message}"):
        outputs(X, [100 * W for W in coefs], intercepts, identity)


def test_the_column_of_an_overflow_is_named_wherever_rows_are():
    """The one of the largest size, gaps aside."""
    X = np.array([[1, -1e300, np.nan], [2, 1e299, np.nan]])
    for place in (np.asarray, csr_array, Elsewhere, lambda X: Elsewhere(csr_array(X))):
        message = overflow_message(place(np.nan_to_num(X)), "a logit is infinite")
        assert "up to 1e+300, are those of column 1" in message
    assert "column 1" in overflow_message(X, "a logit is infinite")
    X[0, 0] = np.inf
    assert "NaN or infinity" in overflow_message(Elsewhere(X), "")
