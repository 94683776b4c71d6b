"""The softmax layer alone."""

import mpmath
import numpy as np
import pytest
from scipy.special import log_softmax, softmax
from sklearn.exceptions import DataConversionWarning
from sklearn.metrics import log_loss
from stencil import five_point_gradient

from sksoftmax import cross_entropy, softmax_jacobian
from sksoftmax._network.loss import cross_entropies


@pytest.fixture
def logits(rng):
    return rng.normal(scale=3, size=(7, 4))


@pytest.fixture
def y(rng):
    return rng.integers(4, size=7)


@pytest.fixture
def sample_weight(rng):
    return rng.uniform(0, 2, size=7)


def test_cross_entropy_is_the_log_loss_of_softmax(logits, y, sample_weight):
    """The weighted mean loss is scikit-learn's log_loss of the probabilities."""
    loss, _ = cross_entropy(logits, y, sample_weight)
    expected = log_loss(
        y, softmax(logits, axis=1), sample_weight=sample_weight, labels=range(4)
    )
    assert loss == pytest.approx(expected, rel=1e-12)


def test_gradient_is_the_weighted_difference_to_the_target(logits, y, sample_weight):
    """The gradient is w / sum(w) * (p - onehot(y))."""
    _, gradient = cross_entropy(logits, y, sample_weight)
    weights = sample_weight[:, np.newaxis] / sample_weight.sum()
    expected = weights * (softmax(logits, axis=1) - np.eye(4)[y])
    np.testing.assert_allclose(gradient, expected, rtol=1e-12, atol=1e-16)


def test_gradient_is_that_of_the_loss(logits, y, sample_weight):
    """The gradient equals a five-point stencil of the loss."""
    _, gradient = cross_entropy(logits, y, sample_weight)
    numerical = five_point_gradient(
        lambda z: cross_entropy(z.reshape(logits.shape), y, sample_weight)[0],
        logits.ravel(),
    )
    np.testing.assert_allclose(gradient.ravel(), numerical, rtol=1e-8, atol=1e-11)


def test_no_probability_is_clipped():
    """Logits (0, 60, 0) of class 0 cost 60, where clipping at eps reports 36.04."""
    loss, gradient = cross_entropy([[0, 60, 0]], [0])
    assert loss == 60.0
    np.testing.assert_allclose(gradient, [[-1, 1, 0]], atol=1e-15)


@pytest.mark.parametrize("size", [1e3, 1e6])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_large_logits_neither_overflow_nor_lose_the_difference(size, dtype):
    """A common offset of all logits changes nothing, up to its own rounding."""
    z = np.array([[size, size + 1]], dtype)
    loss, gradient = cross_entropy(z, [0])
    assert loss == pytest.approx(np.log1p(np.e), rel=8 * float(np.finfo(dtype).eps))
    assert gradient.dtype == dtype


def test_input_is_not_overwritten(logits, y):
    """Logits of the caller stay as they are."""
    before = logits.copy()
    cross_entropy(logits, y)
    np.testing.assert_array_equal(logits, before)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"y": [0, 1]}, "one class for each of the 3 rows of logits, got 2"),
        ({"y": [0, 1, 2]}, "integers from 0 to 1 .* values from 0 to 2"),
        ({"y": [0, -1, 1]}, "integers from 0 to 1 .* values from -1 to 1"),
        (
            {"y": [1.0, 0.0, 1.0]},
            "class codes, integers from 0 to 1, got dtype float64",
        ),
        ({"y": ["a", "b", "a"]}, "class codes, integers from 0 to 1, got dtype <U1"),
        ({"logits": [[0.0, np.nan]] * 3}, "logits contains NaN"),
        ({"logits": [[1e308, -1e308]] * 3}, "loss overflows float64"),
        ({"sample_weight": [1, -1, 1]}, "[Nn]egative"),
        ({"sample_weight": [1, 1]}, "inconsistent|shape"),
        ({"sample_weight": [1, np.inf, 1]}, "infinity"),
    ],
)
def test_bad_input_is_named(bad, message):
    """Errors say what was wrong and what is allowed."""
    arguments = {"logits": np.zeros((3, 2)), "y": [0, 1, 1], **bad}
    with pytest.raises(ValueError, match=message):
        cross_entropy(**arguments)


def test_jacobian_is_that_of_softmax(logits):
    """Each column of the Jacobian equals a five-point stencil of softmax."""
    jacobian = softmax_jacobian(softmax(logits, axis=1))
    assert jacobian.shape == (7, 4, 4)
    for z, J in zip(logits, jacobian, strict=True):
        for i in range(4):
            numerical = five_point_gradient(lambda z, i=i: softmax(z)[i], z)
            np.testing.assert_allclose(J[i], numerical, atol=1e-11)


def test_chain_rule_through_the_jacobian_gives_p_minus_t(logits, y):
    """J @ dC/dp = p - t for cross-entropy, which is why the two belong together."""
    p = softmax(logits, axis=1)
    dC_dp = -np.eye(4)[y] / p
    through = np.einsum("nij,nj->ni", softmax_jacobian(p), dC_dp)
    _, gradient = cross_entropy(logits, y)
    np.testing.assert_allclose(through / 7, gradient, atol=1e-15)


@pytest.mark.parametrize(
    ("p", "dtype"), [([1, 0], "f8"), (np.float32([0.5, 0.5]), "f4")]
)
def test_jacobian_of_one_sample(p, dtype):
    """One row of probabilities gives one matrix, in float32 where the row is."""
    jacobian = softmax_jacobian(p)
    assert jacobian.shape == (len(p), len(p))
    assert jacobian.dtype == dtype


@pytest.mark.parametrize(
    ("p", "got"),
    [
        (1.0, r"shape .*n_classes.* got array\(1"),
        ([1.6, 3.1, 0.5], r"differ by 4\.2 .*softmax\(z"),
        ([0.9, 0.2], r"differ by 0\.1 "),
        ([2.0, -1.0], "a smallest value of -1"),
        ([np.nan], "nan"),
    ],
)
def test_jacobian_refuses_what_is_not_a_probability(p, got):
    """Logits passed by mistake are named, with the remedy."""
    with pytest.raises(ValueError, match=got):
        softmax_jacobian(p)


def test_the_callers_error_state_does_not_matter():
    """Products and means may be smaller than floats are, and sums larger."""
    p = np.array([1e-200, 1e-200, 1.0])
    with np.errstate(all="raise"):
        jacobian = softmax_jacobian(p)
        with pytest.raises(ValueError, match="sums that differ by inf"):
            softmax_jacobian([1e308, 1e308])
        loss, _ = cross_entropy([[0.0, 745.0], [0.0, 800.0]], [1, 1], [1, 1])
    np.testing.assert_array_equal(np.diag(jacobian), [1e-200, 1e-200, 0])
    assert loss == 0


def test_logits_of_ten_thousand_have_a_finite_loss_and_its_gradient():
    """At logits of +-1e4 the gradient is the stencil's, though p is 0 or 1."""
    logits, y = np.array([[1e4, -1e4, 0], [-1e4, 1e4, 1e4]]), [1, 2]
    loss, gradient = cross_entropy(logits, y)
    assert loss == pytest.approx((2e4 + np.log(2)) / 2, rel=1e-14)
    numerical = five_point_gradient(
        lambda z: cross_entropy(z.reshape(2, 3), y)[0], logits.ravel(), step=1e-2
    )
    np.testing.assert_allclose(gradient.ravel(), numerical, atol=1e-8)


def test_losses_of_many_float32_rows_are_added_in_float64():
    """A sum of float32 losses has the precision of its terms."""
    logits = np.tile(np.float32([[0.1, 0, 0.3]]), (200_000, 1))
    expected, _ = cross_entropy(logits[:1].astype(float), [0])
    for weights in (None, np.ones(len(logits))):
        loss, _ = cross_entropy(logits, np.zeros(len(logits), int), weights)
        assert loss == pytest.approx(expected, rel=1e-7)


def test_loss_of_confident_answers_is_not_rounded_away():
    """A margin of 30 costs exp(-30) to float64's precision, not zero."""
    loss, _ = cross_entropy([[30.0, 0.0]], [0])
    assert loss == pytest.approx(-log_softmax([30.0, 0.0])[0], abs=1e-16)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_losses_of_rows_are_those_of_each_alone(logits, y, dtype):
    """In float64; logits stay as they are."""
    logits = np.asfortranarray(logits.T.astype(dtype))
    before = logits.copy()
    losses = cross_entropies(logits, y)
    assert losses.dtype == np.float64
    np.testing.assert_array_equal(logits, before)
    for z, code, loss in zip(logits.T.astype(float), y, losses, strict=True):
        assert loss == pytest.approx(cross_entropy([z], [code])[0], rel=1e-14)


def test_losses_of_rows_are_not_clipped():
    """Of whatever size the logits are."""
    logits = np.float32([[1e6, 0, 1e30], [1e6 + 1, 60, 0]])
    losses = cross_entropies(logits, np.array([0, 0, 0]))
    np.testing.assert_allclose(losses, [np.log1p(np.e), 60, 0], rtol=1e-14)


def test_nullable_labels_are_integers(logits, y):
    """A pandas series of dtype Int64 holds class codes."""
    pandas = pytest.importorskip("pandas")
    expected, _ = cross_entropy(logits, y)
    assert cross_entropy(logits, pandas.Series(y, dtype="Int64"))[0] == expected


@pytest.mark.parametrize("size", [1e-8, 1.0, 40.0, 700.0, 1e4, 1e300])
def test_loss_and_gradient_are_those_of_four_hundred_digits(rng, size):
    """To rounding, at any size of logits: beside another library's arithmetic."""
    logits = rng.normal(size=(20, 3)) * size
    logits[::4] = np.nextafter(
        logits[::4, :1], np.inf
    )  # classes that are all but equal
    logits[::4, 0] = logits[::4, 1]
    y = rng.integers(3, size=20)
    mpmath.mp.dps = 400
    for row, label in zip(logits, y, strict=True):
        loss, gradient = cross_entropy(row[np.newaxis], [label])
        below = [mpmath.mpf(z) - mpmath.mpf(row.max()) for z in row.tolist()]
        log_sum = mpmath.log(mpmath.fsum(map(mpmath.exp, below)))
        # exp loses as many digits as its argument has before the point.
        # logsumexp of SciPy before 1.15 rounds at the size of 1.
        assert loss == pytest.approx(
            float(log_sum - below[label]), rel=1e-13, abs=2e-16
        )
        expected = [mpmath.exp(z - log_sum) for z in below]
        expected[label] -= 1
        np.testing.assert_allclose(
            gradient[0], [*map(float, expected)], rtol=1e-13, atol=2e-16
        )


def test_labels_of_one_column_are_told(logits, y, sample_weight):
    """As scikit-learn tells it, with the loss of labels in a row."""
    with pytest.warns(DataConversionWarning, match="column-vector y"):
        loss, _ = cross_entropy(logits, y[:, np.newaxis], sample_weight)
    assert loss == cross_entropy(logits, y, sample_weight)[0]


def test_weights_of_float32_are_added_in_float64():
    """Whose sum float32 does not hold."""
    weights = np.ones(2**12 + 1, np.float32)
    weights[0] = 2**24
    logits = np.zeros((weights.size, 2), np.float32)
    logits[1:, 0] = 1
    loss, _ = cross_entropy(logits, np.zeros(weights.size, int), weights)
    losses = np.append(np.log(2), np.full(2**12, np.log1p(np.exp(-1))))
    expected = np.average(losses, weights=weights.astype(float))
    assert loss == pytest.approx(expected, rel=1e-7)


def test_the_order_of_the_logits_does_not_matter(rng):
    """To the last bit."""
    logits, y = rng.normal(size=(300, 7)), rng.integers(7, size=300)
    loss, gradient = cross_entropy(logits, y)
    other_loss, other = cross_entropy(np.asfortranarray(logits), y)
    assert other_loss == loss
    np.testing.assert_array_equal(other, gradient)
