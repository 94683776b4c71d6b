"""From data and the shape of a network to an objective."""

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from sksoftmax import SoftmaxMLPClassifier
from sksoftmax._features.standardization import Standardization
from sksoftmax._minimizer.lbfgs import NotFiniteError
from sksoftmax._rows.threads import BlockThreads
from sksoftmax._sklearn.labels import balanced_class_weight
from sksoftmax._sklearn.training_data import TrainingData
from sksoftmax._sklearn.weights import check_weights
from sksoftmax._training.problem import Problem, objective_of, samples_of_weight

# Of as many rows as there are.
BLOCKS = [slice(0, 2), slice(2, 999)]


def problem(data, sample_weight=None, class_weight=None, **options):
    clf = SoftmaxMLPClassifier(class_weight=class_weight)
    data = TrainingData.of(clf, *data, sample_weight)
    options = {"alpha": 2.0, "standardize": True, **options}
    return objective_of(data, [5], ["tanh"], **options)


def point_of(objective):
    return np.linspace(-1, 1, objective.layout.n_parameters)


def test_shapes_are_those_of_data_and_network(small_data):
    """Features, hidden units, classes; each sample counts as one."""
    objective = problem(small_data)
    assert objective.layout.layer_units == (6, 5, small_data[1].max() + 1)
    assert objective.weights_sum == 80
    assert objective.effective_samples == pytest.approx(80)
    assert objective.alpha == 2.0


def test_class_weights_are_factors_of_sample_weights(small_data):
    """Whose unit is that of alpha, too."""
    _, y = small_data
    weights = np.arange(80.0) + 1
    by_class = problem(small_data, weights, {0: 4.0})
    plain = problem(small_data, weights * np.where(y == 0, 4, 1))
    point = point_of(plain)
    for one, other in zip(by_class(point), plain(point), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)
    np.testing.assert_array_equal(by_class.counts, weights)


def test_products_of_weights_are_checked(small_data):
    """None of them need be left."""
    _, y = small_data
    with pytest.raises(ValueError, match="sample_weight times class_weight are 0"):
        problem(small_data, np.where(y == 0, 1.0, 0.0), {0: 0.0})


def test_columns_are_looked_at_by_whoever_has_threads(small_data, monkeypatch):
    """Pass after pass, in as many tasks as there are blocks; that changes no bit."""
    monkeypatch.setattr("sksoftmax._rows.blocks._MAX_ROWS", 16)
    passes = []

    def map_blocks(function, blocks):
        passes.append(len(blocks))
        return map(function, blocks)

    first = problem(small_data, map_blocks=map_blocks).standardization
    assert passes == [8, 8, 8]  # range, mean and spread
    with threadpool_limits(2, "blas"), BlockThreads() as threads:
        second = problem(small_data, map_blocks=threads.map).standardization
    expected = problem(small_data).standardization
    for name in ("lowest", "scale", "fills", "has_gaps"):
        for found in (first, second):
            np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))


def test_features_are_standardised_unless_not(small_data):
    """Then units and offsets do not matter."""
    X, y = small_data
    moved = X * 8 + 16, y
    point = point_of(problem(small_data))
    near, far = (problem(data)(point)[0] for data in (small_data, moved))
    assert far == pytest.approx(near, rel=1e-9)
    near, far = (
        problem(data, standardize=False)(point)[0] for data in (small_data, moved)
    )
    assert far != pytest.approx(near, rel=1e-4)


def test_a_column_too_small_is_named(small_data):
    """By its name, where there are names."""
    X, y = small_data
    X = X.astype(np.float32)
    X[:, 1] *= np.float32(1e-40)
    names = np.array(list("abcdef"), dtype=object)
    with pytest.raises(ValueError, match="column 'b'"):
        problem((X, y), feature_names=names)


@pytest.mark.parametrize("class_weight", [None, "balanced"])
def test_all_sums_are_those_of_the_blocks(rng, class_weight):
    """Moments of the features, and totals of the classes."""
    X, y = rng.lognormal(0, 3, (40_000, 2)), rng.integers(3, size=40_000)
    weights = rng.lognormal(0, 3, 40_000)
    objective = problem((X, y), weights, class_weight)
    whole = objective.on(X, y, objective.weights)
    whole.blocks = [slice(0, 40_000)]
    assert len(objective.blocks) > 1
    for blocks, is_same in ((objective.blocks, True), (whole.blocks, False)):
        features = Standardization.of(X, objective.weights, blocks)
        assert (features.scale == objective.standardization.scale).all() == is_same
    if class_weight is not None:
        plain = weights / weights.max()
        balanced, other = (
            balanced_class_weight(part.class_sums(plain)) for part in (objective, whole)
        )
        np.testing.assert_array_equal(objective.class_weight, balanced)
        assert (balanced != other).any()


@pytest.mark.parametrize(
    "sample_weight",
    [None, [1, 2, 0], [0.2, 0.1, 0.3], [1e9, 1, 1], [0, 0, 3], [0.1, 0.1, 0.1]],
)
def test_weights_are_numbers_of_copies(sample_weight):
    """Of whatever size, unless there are far too few: a weight is its own number."""
    weights, unit = check_weights(sample_weight, np.zeros((3, 1)))
    assert samples_of_weight(weights, unit, BLOCKS) == unit


@pytest.mark.parametrize("size", [1e-3, 1e-300])
def test_small_weights_are_relative(rng, size):
    """They stand for Kish's number of samples; those that are 0, for none."""
    sample_weight = np.append(rng.uniform(0.5, 2, size=200), np.zeros(99)) * size
    weights, unit = check_weights(sample_weight, np.zeros((299, 1)))
    kish = weights.sum() ** 2 / (weights**2).sum()
    with pytest.warns(UserWarning, match=r"200 samples sum to .*Multiply them"):
        samples = samples_of_weight(weights, unit, BLOCKS)
    assert samples * weights.sum() == pytest.approx(kish)


def test_relative_weights_that_are_equal_are_none():
    """Each is a sample, as boosting begins."""
    weights, unit = check_weights(np.full(50, 1 / 50), np.zeros((50, 1)))
    with pytest.warns(UserWarning, match="weights of 50 samples sum to 1, too little"):
        assert samples_of_weight(weights, unit, BLOCKS) == pytest.approx(1)


def test_no_more_samples_than_weights_sum_to():
    """One that has nearly all the weight is so many copies."""
    sample_weight = np.append(np.full(99, 1e-6), 5.0)
    weights, unit = check_weights(sample_weight, np.zeros((100, 1)))
    assert samples_of_weight(weights, unit, BLOCKS) == unit == 5


def test_a_start_is_drawn_with_the_seed_of_other_draws(small_data):
    """One after the other: what a given generator says, and nothing else."""
    objective = problem(small_data)
    drawn, again, other = (
        Problem.drawn(objective, np.random.RandomState(seed)) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(drawn.start, again.start)
    assert drawn.seed == again.seed != other.seed
    assert not np.array_equal(drawn.start, other.start)
    assert drawn.state is None


def test_a_start_is_that_of_the_same_network(small_data):
    """With the seed of the fit before; another network is refused."""
    clf = SoftmaxMLPClassifier((5,), "tanh", alpha=2.0, random_state=0, warm_start=True)
    before = vars(clf.fit(*small_data))
    objective = problem(small_data)
    continued = Problem.continued(objective, before, before)
    assert objective(continued.start)[0] == clf.loss_
    assert continued.seed == clf._seed
    with pytest.raises(ValueError, match="activations"):
        Problem.continued(objective, before, {**before, "_activations": ["relu"]})


@pytest.mark.parametrize("error", [NotFiniteError, np.linalg.LinAlgError])
def test_overflow_is_told_with_its_column(small_data, error):
    """And with the alpha that may be its cause."""
    X, y = small_data
    X = X * [1, 1, 1e9, 1, 1, 1]
    drawn = Problem.drawn(problem((X, y)), np.random.RandomState(0))
    with (
        pytest.raises(ValueError, match=r"overflows: so\..*'c'.* alpha \(0.5\) do"),
        drawn.overflow_told(0.5, np.array(list("abcdef"))),
    ):
        raise error("so")
