"""The starting metric, from data."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.datasets import make_classification
from sklearn.preprocessing import scale

import sksoftmax._training.metric
from sksoftmax import SoftmaxMLPClassifier
from sksoftmax._network.curvature import damped_inverse
from sksoftmax._selection.inputs import encoded
from sksoftmax._training.metric import KroneckerMetric, samples


def objective_of(X, y, sample_weight=None, **parameters):
    clf = SoftmaxMLPClassifier((7,), "tanh", random_state=0, **parameters)
    return clf._problem(X, y, sample_weight)[0]


def metric_of(X, y, sample_weight=None, seed=0, **parameters):
    objective = objective_of(X, y, sample_weight, **parameters)
    return KroneckerMetric(objective, np.random.RandomState(seed))


def samples_of(X, y, sample_weight=None, seed=0, **parameters):
    objective = objective_of(X, y, sample_weight, **parameters)
    return samples(objective, np.random.RandomState(seed))


def point(metric, rng):
    return rng.normal(size=metric._sample.layout.n_parameters)


def assert_close(ours, other, **tolerance):
    for a, b in zip(
        (*ours.inputs, *ours.deltas), (*other.inputs, *other.deltas), strict=True
    ):
        np.testing.assert_allclose(a, b, **tolerance)


def test_factors_are_those_of_standardised_features(small_data, rng):
    """Raw columns, shifted ones and StandardScaler's have the same curvature."""
    X, y = small_data
    x = point(metric_of(X, y), rng)
    expected = metric_of(scale(X), y, standardize=False).factors(x)
    for same in (X, 3 * X + 1e6):
        assert_close(metric_of(same, y).factors(x), expected, rtol=1e-6, atol=1e-8)
    with_shift = metric_of((X + 1e4).astype(np.float32), y)
    assert with_shift._sample.standardization.inputs(X) is not X
    assert_close(with_shift.factors(x), expected, rtol=0.05, atol=0.02)


@pytest.mark.parametrize("max_classes", [64, 1])
def test_weights_are_copies(small_data, rng, monkeypatch, max_classes):
    """As in the objective, also of drawn labels; rows of weight 0 may hold anything."""
    monkeypatch.setattr(sksoftmax._training.metric, "_MAX_CLASSES", max_classes)
    X, y = small_data
    weights = rng.integers(3, size=len(y))
    weights[:8] = 1
    copies = metric_of(np.repeat(X, weights, axis=0), np.repeat(y, weights))
    x = point(copies, rng)
    X[weights == 0] = 1e9
    ours = metric_of(X, y, weights.astype(float))
    assert_close(ours.factors(x), copies.factors(x), rtol=1e-8, atol=1e-10)
    assert ours._penalty == pytest.approx(copies._penalty)


@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
def test_sparse_features_have_the_curvature_of_dense_ones(standardize, weighted, rng):
    """A fit to sparse X takes the same path."""
    dense, sparse, x = same_dense_and_sparse(standardize, weighted, rng)
    assert_close(sparse().factors(x), dense().factors(x), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
def test_wide_sparse_features_stay_sparse(standardize, weighted, rng, monkeypatch):
    """Their first factor is the diagonal of that of dense ones."""
    dense, sparse, x = same_dense_and_sparse(standardize, weighted, rng)
    expected = dense().factors(x)
    expected.inputs[0] = np.diag(expected.inputs[0])
    monkeypatch.setattr(sksoftmax._training.metric, "_max_dense", lambda _: 9)
    monkeypatch.setattr(csr_array, "toarray", None)
    metric = sparse()
    assert_close(metric.factors(x), expected, rtol=1e-9, atol=1e-12)


def same_dense_and_sparse(standardize, weighted, rng):
    X = rng.normal(size=(60, 9)) * (rng.uniform(size=(60, 9)) < 0.3)
    y = rng.integers(2, size=60)
    weights = rng.uniform(size=60) if weighted else None
    common = y, weights, 0
    return (
        lambda: metric_of(X, *common, standardize=standardize),
        lambda: metric_of(csr_array(X), *common, standardize=standardize),
        rng.normal(size=7 * 9 + 7 + 14 + 2),
    )


def test_wide_features_have_a_diagonal(small_data, rng, monkeypatch):
    """Beyond MAX_DENSE the first factor takes no square of the width."""
    X, y = small_data
    full = metric_of(X, y)
    x = point(full, rng)
    expected = full.factors(x)
    for factors in (expected.inputs, expected.deltas):
        factors[0] = np.diag(factors[0])
    expected.inputs[1] = np.diag(expected.inputs[1])
    monkeypatch.setattr(sksoftmax._training.metric, "_max_dense", lambda _: 6)
    assert_close(metric_of(X, y).factors(x), expected, rtol=1e-9)


def test_some_rows_are_enough(rng):
    """Of many rows a sample is taken, whose factors are near those of all."""
    X, y = make_classification(
        20_000, 6, n_informative=6, n_redundant=0, random_state=0
    )
    sample, _ = samples_of(X, y)
    assert sample.X.shape[0] == 4096
    assert not np.array_equal(samples_of(X, y, seed=1)[0].X, sample.X)
    metric, other = metric_of(X, y), metric_of(X, y, seed=1)
    x = 0.3 * point(metric, rng)
    ours, theirs = metric.factors(x), other.factors(x)
    for a, b in zip(sum(ours, []), sum(theirs, []), strict=True):  # noqa: RUF017
        assert np.linalg.norm(a - b) < 0.1 * np.linalg.norm(a)


def test_rare_classes_are_in_the_sample(rng):
    """Each class has as many rows as there are for all, and weighs what it did."""
    X, y = rng.normal(size=(20_000, 3)), np.repeat([0, 1, 2], [19_000, 990, 10])
    weights = rng.uniform(0.5, 1, size=20_000)
    sample, _ = samples_of(X, y, weights)
    np.testing.assert_array_equal(np.bincount(sample.y), [3096, 990, 10])
    shares = np.bincount(sample.y, sample.weights) / sample.weights_sum
    np.testing.assert_allclose(
        shares, np.bincount(y, weights) / weights.sum(), rtol=0.05
    )


def test_periodic_rows_are_sampled_at_random(rng):
    """Interleaved panels are all seen."""
    group = np.arange(8000) % 8
    X, y = np.eye(8)[group], rng.integers(4, size=8000)
    for sample in samples_of(X, y, standardize=False):
        assert (sample.X.sum(axis=0) > 0.05 * len(sample.X)).all()


@pytest.mark.parametrize(
    ("shape", "hidden", "dense"),
    [((150, 4), 100, 128), ((300, 20), 500, 240), ((20_000, 784), 128, 2000)],
)
def test_only_factors_that_are_worth_it_are_inverted(shape, hidden, dense):
    """Their cube is an evaluation or two, unless they are of the usual width."""
    X = np.broadcast_to(0.0, shape)
    y = np.arange(shape[0]) % 3
    clf = SoftmaxMLPClassifier(hidden, standardize=False)
    objective, *_ = clf._problem(X, y, None)
    assert sksoftmax._training.metric._max_dense(objective) == pytest.approx(
        dense, rel=0.01
    )
    sparse, *_ = clf._problem(csr_array(shape), y, None)
    assert sksoftmax._training.metric._max_dense(sparse) <= dense


def test_small_data_are_not_copied(small_data):
    """Where all rows are taken, they are those of the objective."""
    objective = objective_of(*small_data)
    of_inputs, of_others = samples(objective, np.random.RandomState(0))
    assert of_inputs is of_others is objective


@pytest.mark.parametrize("n_classes", [50, 64])
def test_many_classes_take_fewer_rows(rng, n_classes):
    """What is propagated back is bounded: rows times classes."""
    X, y = rng.normal(size=(5000, 3)), np.arange(5000) % n_classes
    of_inputs, of_others = samples_of(X, y)
    assert 4000 <= of_inputs.X.shape[0] <= 4096
    assert 2000 < of_others.X.shape[0] * n_classes <= 4096


@pytest.mark.parametrize("n_classes", [65, 1000])
def test_of_more_classes_labels_are_drawn(rng, n_classes):
    """As many columns as of the most classes that are all taken, from more rows."""
    X, y = rng.normal(size=(5000, 3)), np.arange(5000) % n_classes
    metric = metric_of(X, y)
    n_rows = metric._sample.X.shape[0]
    assert 100 < n_rows <= 256
    assert metric._draws.shape == (n_rows, 16)
    np.testing.assert_allclose(np.diff(metric._draws, axis=1), 1 / 16)
    assert ((metric._draws >= 0) & (metric._draws < 1)).all()


def test_drawn_labels_estimate_the_curvature(rng, monkeypatch):
    """Of many rows the factors are nearly those of all labels."""
    X, y = rng.normal(size=(4000, 3)), np.arange(4000) % 5
    monkeypatch.setattr(sksoftmax._training.metric, "_MAX_COLUMNS", 2**20)
    exact = metric_of(X, y)
    monkeypatch.setattr(sksoftmax._training.metric, "_MAX_CLASSES", 2)
    drawn = metric_of(X, y)
    x = point(exact, rng) / 3
    for a, b in zip(exact.factors(x).deltas, drawn.factors(x).deltas, strict=True):
        np.testing.assert_allclose(b, a, atol=0.03 * abs(a).max())


def test_wide_rows_are_few():
    """The copy of rows of X is bounded too."""
    X = np.broadcast_to(np.float32(0), (3000, 20_000))
    y = np.arange(3000) % 2
    assert samples_of(X, y, standardize=False)[0].X.size <= 2**22
    X = csr_array((3000, 20_000), dtype=np.float32)
    assert samples_of(X, y, standardize=False)[0].X is X


def test_the_operator_is_near_the_inverse_hessian(small_data):
    """Without hidden layers and with little noise, H times the Hessian is near 1.

    Near: within a factor of 10 in every direction, where the Hessian alone spans 100.
    """
    X, y = small_data
    clf = SoftmaxMLPClassifier((), random_state=0)
    objective, start, *_ = clf._problem(X, y, None)
    metric = KroneckerMetric(objective, np.random.RandomState(0))
    H = metric(start)(1e-3)
    steps = 1e-5 * np.eye(start.size)
    hessian = np.array(
        [(objective(start + s)[1] - objective(start - s)[1]) / 2e-5 for s in steps]
    )
    product = np.array([H(column) for column in hessian])
    moved = np.abs(np.linalg.eigvals(hessian)) > 0.02
    values = np.sort(np.abs(np.linalg.eigvals(product)))[-moved.sum() :]
    assert values.min() > 0.1
    assert values.max() < 10


def test_the_first_inverse_is_used_again(small_data, rng, monkeypatch):
    """A of the first layer is inverted once for a damping, of the last three."""
    made = []

    def counted(factor, damping, dtype):
        made.append(damping)
        return damped_inverse(factor, damping, dtype)

    monkeypatch.setattr(sksoftmax._training.metric, "damped_inverse", counted)
    metric = metric_of(*small_data)
    x = point(metric, rng)
    for damping in (0.003, 0.03, 0.0003, 0.003, 0.03):
        metric(x)(damping)
    assert len(made) == 3
    for damping in (0.3, 0.0003):
        metric(x)(damping)
    assert len(made) == 5


def test_parts_have_whole_factors_however_few_values_are_stored(rng):
    """The same as where rows are dense; levels only those of what is stored."""
    X, y = rng.normal(size=(3000, 4)), rng.integers(2, size=3000)
    objective = encoded(objective_of(X, y), "fine-piecewise")
    assert objective.row_inputs == 8
    assert KroneckerMetric(objective, np.random.RandomState(0)).first_inputs.ndim == 2
    levels = rng.integers(300, size=(3000, 1)).astype(float)
    objective = objective_of(levels, y, categorical_features=[0])
    assert objective.row_inputs == 1
    assert KroneckerMetric(objective, np.random.RandomState(0)).first_inputs.ndim == 1


@pytest.mark.parametrize("weighted", [True, False])
def test_squares_of_parts_are_the_diagonal(rng, monkeypatch, weighted):
    """Where they are too many for a whole factor."""
    X, y = rng.normal(size=(600, 4)), rng.integers(2, size=600)
    weights = rng.random(600) if weighted else None
    objective = encoded(objective_of(X, y, weights), "fine-piecewise")

    def first_factor(width):
        monkeypatch.setattr(sksoftmax._training.metric, "_max_dense", lambda _: width)
        return KroneckerMetric(objective, np.random.RandomState(0)).first_inputs

    np.testing.assert_allclose(first_factor(9), np.diag(first_factor(999)), rtol=1e-10)
