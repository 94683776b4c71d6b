"""The penalised mean, its gradient, and identities with other code."""

import tracemalloc

import numpy as np
import pytest
import sklearn
from scipy.sparse import csr_array
from sklearn.neural_network import MLPClassifier
from sklearn.utils.fixes import parse_version
from stencil import five_point_gradient

import sksoftmax._training.objective
from sksoftmax import SoftmaxMLPClassifier
from sksoftmax._features.standardization import Standardization
from sksoftmax._network.activations import ACTIVATIONS
from sksoftmax._network.network import forward
from sksoftmax._network.parameters import ParameterLayout
from sksoftmax._selection.inputs import encoded
from sksoftmax._sklearn.weights import check_weights
from sksoftmax._training.objective import Objective, counted_inputs

DEPTHS = [(), (5,), (5, 4), (5, 4, 3)]


def make_objective(
    X,
    y,
    sample_weight=None,
    hidden=(5,),
    activation="tanh",
    alpha=0.7,
    standardize=True,
):
    layout = ParameterLayout([X.shape[1], *hidden, y.max() + 1])
    weights, unit = check_weights(sample_weight, X)
    return Objective(
        X,
        y,
        weights,
        layout=layout,
        activations=[ACTIVATIONS[activation]] * len(hidden),
        alpha=alpha / unit,
        standardization=(
            Standardization.of(X, weights)
            if standardize
            else Standardization.identity(X.shape[1])
        ),
        weights_unit=unit,
    )


def random_point(objective, rng):
    return rng.normal(scale=0.5, size=objective.layout.n_parameters)


@pytest.fixture(name="X")
def features(rng):
    return rng.normal([0, 3, -1], [1, 0.5, 2], size=(25, 3))


@pytest.fixture
def y(rng):
    return np.concatenate([[0, 1, 2], rng.integers(3, size=22)])


@pytest.fixture
def sample_weight(rng):
    return rng.uniform(0.1, 3, size=25)


@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("hidden", DEPTHS, ids=str)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradient_is_that_of_the_loss(
    X, y, sample_weight, rng, activation, hidden, weighted, standardize
):
    """The analytic gradient equals a five-point stencil of the loss."""
    weights = sample_weight if weighted else None
    objective = make_objective(X, y, weights, hidden, activation, 0.7, standardize)
    point = random_point(objective, rng)
    numerical = five_point_gradient(lambda theta: objective(theta)[0], point)
    np.testing.assert_allclose(objective(point)[1], numerical, rtol=1e-7, atol=1e-10)


@pytest.mark.parametrize("offset", [0, 1e3])
@pytest.mark.parametrize("hidden", DEPTHS, ids=str)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_float32_gradient_is_close_to_the_exact_one(
    X, y, sample_weight, rng, activation, hidden, offset
):
    """Loss and gradient of float32 data equal those of the same data in float64."""
    X = (X + offset).astype(np.float32)
    single = make_objective(X, y, sample_weight, hidden, activation)
    double = make_objective(X.astype(float), y, sample_weight, hidden, activation)
    point = random_point(single, rng)
    loss, gradient = single(point)
    assert gradient.dtype == np.float64
    assert loss == pytest.approx(double(point)[0], rel=1e-5)
    np.testing.assert_allclose(gradient, double(point)[1], rtol=1e-4, atol=2e-6)


def test_float32_is_computed_in_float32(X, y, rng, monkeypatch):
    """Every array that reaches the kernel for float32 rows is float32."""
    seen = []
    kernel = sksoftmax._training.objective.loss_gradient_sums

    def spy(X, y, sample_weight, coefs, intercepts, activations):
        seen.extend([X, sample_weight, *coefs, *intercepts])
        sums = kernel(X, y, sample_weight, coefs, intercepts, activations)
        seen.extend([*sums[1], *sums[2]])
        return sums

    monkeypatch.setattr(sksoftmax._training.objective, "loss_gradient_sums", spy)
    weights = rng.uniform(size=25)
    objective = make_objective(X.astype(np.float32), y, weights, (5, 4), "silu")
    objective(random_point(objective, rng))
    assert {part.dtype for part in seen} == {np.dtype(np.float32)}


@pytest.mark.skipif(
    parse_version(sklearn.__version__) < parse_version("1.7"),
    reason="the MLPClassifier of scikit-learn 1.6 takes no sample_weight",
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("hidden", [(5,), (5, 4)], ids=str)
@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
@pytest.mark.parametrize("weighted", [True, False])
def test_loss_and_gradient_equal_those_of_mlp_classifier(
    X, y, sample_weight, activation, hidden, weighted
):
    """Unstandardised, ours is the objective of scikit-learn's own MLPClassifier."""
    weights = sample_weight if weighted else None
    mlp = MLPClassifier(hidden, activation, alpha=0.7, solver="lbfgs", max_iter=3)
    mlp.fit(X, y)
    n_coefs = len(mlp.coefs_)
    theirs, gradient = mlp._loss_grad_lbfgs(
        np.concatenate([part.ravel() for part in (*mlp.coefs_, *mlp.intercepts_)]),
        X,
        np.eye(3)[y],
        weights,
        [X] + [None] * n_coefs,
        [None] * n_coefs,
        [np.empty_like(coef) for coef in mlp.coefs_],
        [np.empty_like(intercept) for intercept in mlp.intercepts_],
    )

    objective = make_objective(X, y, weights, hidden, activation, 0.7, False)
    layout = objective.layout
    point = layout.pack([coef.T for coef in mlp.coefs_], mlp.intercepts_)
    loss, ours = objective(point)
    assert loss == pytest.approx(theirs, rel=1e-10)
    coefs, intercepts = layout.unpack(ours)
    ours = layout.pack([W.T for W in coefs], intercepts)
    np.testing.assert_allclose(
        ours, gradient, rtol=1e-10, atol=1e-10 * np.abs(gradient).max()
    )


@pytest.mark.parametrize("standardize", [True, False])
def test_weights_are_repetitions(X, y, rng, standardize):
    """A weight of k is k copies of the row, a weight of 0 is its absence."""
    counts = np.concatenate([[1, 1, 1], rng.integers(0, 4, size=22)])
    weighted = make_objective(X, y, counts.astype(float), standardize=standardize)
    repeated = make_objective(
        X.repeat(counts, axis=0), y.repeat(counts), standardize=standardize
    )
    point = random_point(weighted, rng)
    assert weighted(point)[0] == pytest.approx(repeated(point)[0], rel=1e-12)
    np.testing.assert_allclose(
        weighted(point)[1], repeated(point)[1], rtol=1e-9, atol=1e-13
    )


@pytest.mark.parametrize("container", [np.asarray, csr_array])
def test_rows_without_weight_may_hold_anything(X, y, sample_weight, rng, container):
    """Rows of weight zero change no bit, however large they are."""
    sample_weight[::3] = 0
    wild = X.copy()
    wild[::3] = 1.7e308
    clean, dirty = (
        make_objective(container(d), y, sample_weight, activation="identity")
        for d in (X, wild)
    )
    point = random_point(clean, rng)
    assert clean(point)[0] == dirty(point)[0]
    np.testing.assert_array_equal(clean(point)[1], dirty(point)[1])


def test_a_block_without_weight_adds_nothing(X, y, sample_weight, rng, monkeypatch):
    """Blocks whose rows all have weight zero are no special case for the user."""
    monkeypatch.setattr(
        sksoftmax._training.objective,
        "row_blocks",
        lambda X, *units: [slice(0, 9), slice(9, 25)],
    )
    sample_weight[:9] = 0
    y[9:12] = [0, 1, 2]
    weighted = make_objective(X, y, sample_weight)
    monkeypatch.undo()
    absent = make_objective(X[9:], y[9:], sample_weight[9:])
    point = random_point(weighted, rng)
    assert weighted(point)[0] == pytest.approx(absent(point)[0], rel=1e-12)


@pytest.mark.parametrize(("a", "b"), [(7.3, 0), (1e-6, 0.1), (1e6, 1e3), (0.3, 1e4)])
@pytest.mark.parametrize("hidden", [(), (5, 4)], ids=str)
def test_units_of_the_features_do_not_matter(X, y, rng, hidden, a, b):
    """Standardised, the objective on a * (x + b) is the objective on x, to 1e-10."""
    first = make_objective(X, y, hidden=hidden)
    second = make_objective(a * (X + b), y, hidden=hidden)
    point = random_point(first, rng)
    assert first(point)[0] == pytest.approx(second(point)[0], rel=1e-10)
    np.testing.assert_allclose(first(point)[1], second(point)[1], atol=1e-10)


def test_scale_of_the_weights_is_that_of_alpha(X, y, sample_weight, rng):
    """Weights and alpha multiplied by one number state the same problem."""
    first = make_objective(X, y, sample_weight, alpha=0.7)
    second = make_objective(X, y, 1000 * sample_weight, alpha=700)
    point = random_point(first, rng)
    assert first(point)[0] == pytest.approx(second(point)[0], rel=1e-12)
    np.testing.assert_allclose(first(point)[1], second(point)[1], rtol=1e-9)


@pytest.mark.parametrize("hidden", [(), (5, 4)], ids=str)
def test_penalty_is_on_coefficients_alone(X, y, rng, hidden):
    """alpha adds alpha / (2 n) * ||W||^2, and nothing for the intercepts."""
    free, penalised = (make_objective(X, y, hidden=hidden, alpha=a) for a in (0, 3))
    point = random_point(free, rng)
    coefs, intercepts = free.layout.unpack(point)
    squares = sum(np.sum(W**2) for W in coefs)
    difference = penalised(point)[0] - free(point)[0]
    assert difference == pytest.approx(3 / (2 * 25) * squares, rel=1e-10)
    step = penalised(point)[1] - free(point)[1]
    expected = free.layout.pack(
        [3 / 25 * W for W in coefs], [0 * b for b in intercepts]
    )
    np.testing.assert_allclose(step, expected, rtol=1e-9, atol=1e-15)


def test_blocks_do_not_matter(X, y, sample_weight, rng, monkeypatch):
    """One block and many blocks give the same sums, up to rounding."""
    whole = make_objective(X, y, sample_weight)
    monkeypatch.setattr(
        sksoftmax._training.objective,
        "row_blocks",
        lambda X, *units: [slice(i, i + 4) for i in range(0, len(X), 4)],
    )
    cut = make_objective(X, y, sample_weight)
    point = random_point(whole, rng)
    assert whole(point)[0] == pytest.approx(cut(point)[0], rel=1e-13)
    np.testing.assert_allclose(whole(point)[1], cut(point)[1], rtol=1e-10, atol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sparse_equals_dense(X, y, sample_weight, rng, dtype):
    """CSR rows, standardised without being densified, give the dense result."""
    X[X < 0] = 0
    X = X.astype(dtype)
    dense = make_objective(X, y, sample_weight)
    sparse = make_objective(csr_array(X), y, sample_weight)
    point = random_point(dense, rng)
    tolerance = 1e-5 if dtype == np.float32 else 1e-12
    assert dense(point)[0] == pytest.approx(sparse(point)[0], rel=tolerance)
    np.testing.assert_allclose(dense(point)[1], sparse(point)[1], atol=tolerance)


def test_start_costs_log_of_the_number_of_classes(X, y):
    """At the drawn start all classes are equally probable."""
    objective = make_objective(X, y, alpha=0)
    start = objective.layout.draw(np.random.RandomState(0))
    assert objective(start)[0] == pytest.approx(np.log(3), rel=1e-14)


def test_objective_has_no_memory(X, y, rng):
    """The same point gives the same bits again, and a gradient of its own."""
    objective = make_objective(X, y)
    point = random_point(objective, rng)
    before = point.copy()
    loss, gradient = objective(point)
    kept = gradient.copy()
    objective(point + 1)
    again, same = objective(point)
    assert loss == again
    np.testing.assert_array_equal(gradient, kept)
    np.testing.assert_array_equal(gradient, same)
    np.testing.assert_array_equal(point, before)


@pytest.mark.parametrize(("dtype", "atol"), [(np.float32, 1e-3), (np.float64, 1e-9)])
def test_public_weights_are_the_network_in_the_users_units(X, y, rng, dtype, atol):
    """They take rows as the user has them to the logits that the loss is of."""
    X = X.astype(dtype) + 1000  # blocks are shifted in float32 only
    objective = make_objective(X, y)
    x = random_point(objective, rng)
    coefs, intercepts = objective.public_weights(x, dtype)
    assert {part.dtype for part in (*coefs, *intercepts)} == {np.dtype(dtype)}
    hidden = np.tanh(X @ coefs[0] + intercepts[0])
    rows = objective.standardization.inputs(X)
    logits = forward(rows, *objective.network(x), objective.activations)
    np.testing.assert_allclose(hidden @ coefs[1] + intercepts[1], logits.T, atol=atol)


@pytest.fixture(params=["plain", "weighted", "class weights", "both"])
def user_problem(request, X, y, rng):
    """An objective in the user's units, numbers of copies, and weights of classes."""
    copies = np.concatenate([[1, 2, 3], rng.integers(0, 4, size=22)])
    if request.param in ("plain", "class weights"):
        copies = np.ones(25, int)
    class_weight = [3, 0.5, 1] if request.param in ("class weights", "both") else None
    return user_objective(X, y, copies, class_weight), copies, class_weight


def user_objective(X, y, copies, class_weight):
    clf = SoftmaxMLPClassifier(
        (5,),
        "tanh",
        alpha=0.7,
        class_weight=None if class_weight is None else dict(enumerate(class_weight)),
        standardize=False,
    )
    is_plain = (copies == 1).all()
    return clf._problem(X, y, None if is_plain else copies.astype(float))[0]


def test_counts_are_samples_whatever_classes_weigh(user_problem):
    """In whole numbers, also from weights in float32."""
    objective, copies, class_weight = user_problem
    if objective.weights is None:
        assert objective.counts is None
        return
    np.testing.assert_array_equal(objective.counts, copies)
    single = user_objective(
        objective.X.astype(np.float32), objective.y, copies, class_weight
    )
    np.testing.assert_array_equal(single.counts, copies)


def test_large_weights_are_whole_only_if_they_are(X, y, rng):
    """Weights of a survey are not, in whatever unit."""
    weights = rng.integers(10**6, 10**7, size=len(y)) + 0.5
    np.testing.assert_allclose(user_objective(X, y, weights, None).counts, weights)
    assert (user_objective(X, y, weights, None).counts % 1 > 0.4).all()
    assert (user_objective(X, y, weights + 0.5, None).counts % 1 == 0).all()


def test_counts_need_not_be_whole(X, y, rng):
    """What is no whole number is not made one; a class without weight has none."""
    copies = rng.uniform(0.1, 3, size=25)
    for factor in (1, 0):
        counts = user_objective(X, y, copies, [2, factor, 1]).counts
        expected = np.where(y == 1, factor * copies, copies)
        np.testing.assert_allclose(counts, expected, rtol=1e-12)


def test_samples_of_uneven_class_weights_are_fewer(user_problem):
    """Kish's number; alpha is in the unit of the mean class weight."""
    objective, copies, class_weight = user_problem
    factors = (
        np.ones(25) if class_weight is None else np.array(class_weight)[objective.y]
    )
    weights = copies * factors
    assert objective.mean_class_weight == pytest.approx(weights.sum() / copies.sum())
    n_effective = weights.sum() ** 2 / (copies @ factors**2)
    assert objective.effective_samples == pytest.approx(n_effective)


def test_losses_of_rows_add_up(user_problem, rng):
    """To the log-loss; rows without weight have none, however they are cut."""
    objective, _, _ = user_problem
    point = random_point(objective, rng)
    losses = objective.row_losses(point)
    rows = np.arange(25)[objective.counted]
    weights = np.ones(25) if objective.weights is None else objective.weights[rows]
    assert np.average(losses, weights=weights) == pytest.approx(
        objective.log_loss(point), rel=1e-12
    )
    objective.blocks = [slice(0, 9), slice(9, 10), slice(10, 25)]
    np.testing.assert_allclose(objective.row_losses(point), losses, rtol=1e-12)
    for row, loss in zip(rows, losses, strict=True):
        alone = objective.on(objective.X[[row]], objective.y[[row]], None)
        assert loss == pytest.approx(alone.log_loss(point), rel=1e-12)


def test_losses_of_rows_are_in_float64(X, y, rng):
    """Differences of those of two networks are not rounded."""
    objective = make_objective(X.astype(np.float32), y, standardize=False)
    assert objective.row_losses(random_point(objective, rng)).dtype == np.float64
    huge = np.full(objective.layout.n_parameters, 1e300)
    with np.errstate(all="ignore"):
        assert not np.isfinite(objective.row_losses(huge)).any()


def test_repeated_rows_are_copies(user_problem, rng):
    """With the penalty of so many samples, and with the weights of their classes."""
    objective, copies, class_weight = user_problem
    rows, counts = np.array([3, 0, 1, 2]), np.array([1, 2, 4, 3])
    ours = objective.repeated(rows, counts.astype(float))
    theirs = user_objective(
        objective.X[rows.repeat(counts)],
        objective.y[rows.repeat(counts)],
        np.ones(10, int),
        class_weight,
    )
    point = random_point(objective, rng)
    whole = (
        copies if class_weight is None else copies @ np.array(class_weight)[objective.y]
    )
    total = theirs.weights_sum * theirs.weights_unit
    theirs = theirs.with_alpha(0.7 * total / np.sum(whole))
    assert ours(point)[0] == pytest.approx(theirs(point)[0], rel=1e-12)
    np.testing.assert_allclose(ours(point)[1], theirs(point)[1], atol=1e-14)
    np.testing.assert_array_equal(ours.counts, counts)


def test_all_rows_with_their_counts_are_the_objective(X, y, sample_weight, rng):
    """Whose dtype is that of the weights."""
    weighted = user_objective(X, y, sample_weight, [0.3, 7, 1])
    x = random_point(weighted, rng)
    again = weighted.repeated(np.arange(25), weighted.counts)
    assert again(x)[0] == pytest.approx(weighted(x)[0])
    for weights in (np.ones(25), np.full(25, 3.0)):
        objective = make_objective(X, y, weights)
        again = objective.repeated(np.arange(25), weights)
        assert again(x)[0] == pytest.approx(objective(x)[0])
    single = make_objective(X.astype(np.float32), y)
    assert single.repeated(np.arange(25), np.full(25, 2.0)).weights.dtype == np.float32


def test_another_alpha_is_in_the_users_unit(X, y, sample_weight, rng):
    """The objective stays as it was."""
    objective = make_objective(X, y, sample_weight, alpha=0.7)
    x = random_point(objective, rng)
    other = make_objective(X, y, sample_weight, alpha=5.0)
    assert objective.with_alpha(5.0)(x)[0] == other(x)[0]
    assert objective(x)[0] < other(x)[0]


@pytest.mark.parametrize("offset", [0, 1e12])
def test_translated_parameters_are_the_same_network(X, y, rng, offset):
    """Where other rows, with another mean and scale, are standardised by themselves."""
    X = np.rint(100 * X) + offset
    objective = make_objective(X, y, alpha=0)
    part = objective.repeated(np.arange(15), np.ones(15))
    assert not np.allclose(part.standardization.scale, objective.standardization.scale)
    x = random_point(objective, rng)
    before = x.copy()
    there = objective.translated(x, part)
    np.testing.assert_array_equal(x, before)
    np.testing.assert_allclose(part.row_losses(there), objective.row_losses(x)[:15])
    np.testing.assert_allclose(part.translated(there, objective), x)


def test_weights_are_added_up_in_float64(X, y, sample_weight):
    """Those of float32 too."""
    objective = make_objective(X.astype(np.float32), y, sample_weight)
    total = objective.weights.astype(np.float64).sum()
    assert objective.weights_sum == pytest.approx(total, rel=1e-15)


def test_weights_of_one_are_none(X, y):
    """Those of a block, without the rows that have no weight."""
    objective = make_objective(X, y, np.arange(25) % 2)
    rows, _, weights = counted_inputs(
        objective.standardization.first, X, y, objective.weights
    )
    np.testing.assert_array_equal(rows, X[1::2])
    assert weights is None


@pytest.mark.parametrize("container", [np.asarray, csr_array])
def test_some_of_the_rows_are_those_of_a_copy(X, y, rng, container):
    """To the bit, where they are one block."""
    chosen = rng.random(25) < 0.6
    for weights in (None, np.ones(25), rng.integers(1, 5, size=25)):
        objective = make_objective(container(X), y, weights)
        some = objective.where(chosen)
        copied = objective.subset(np.flatnonzero(chosen))
        assert some.X is objective.X
        assert some.n_samples == copied.n_samples == chosen.sum()
        assert some.alpha == pytest.approx(copied.alpha)
        some = some.with_alpha(1.0)
        point = random_point(objective, rng)
        for one, other in zip(some(point), copied.with_alpha(1.0)(point), strict=True):
            np.testing.assert_array_equal(one, other)
        assert some.log_loss(point) == copied.log_loss(point)


def test_sums_of_classes_are_those_of_their_rows(X, y, sample_weight):
    """Of values, or numbers of rows."""
    objective = make_objective(X, y)
    np.testing.assert_array_equal(objective.class_sums(None), np.bincount(y))
    expected = [sample_weight[y == label].sum() for label in range(3)]
    np.testing.assert_allclose(objective.class_sums(sample_weight), expected)


@pytest.fixture
def every_size_is_stored(monkeypatch):
    monkeypatch.setattr(sksoftmax._training.objective, "_FEW_VALUES", 0)


@pytest.mark.usefixtures("every_size_is_stored")
@pytest.mark.parametrize("weighted", [False, True])
def test_stored_inputs_give_the_same_function(X, y, sample_weight, rng, weighted):
    """To float32; rows without weight are not stored, whatever they hold."""
    weights = sample_weight if weighted else None
    objective = make_objective(X, y, weights)
    if weighted:
        X = np.where(sample_weight[:, np.newaxis] == 0, np.nan, X)
        objective.X = X
    stored = objective.stored()
    assert stored.X.dtype == np.float32
    assert stored.X.shape == (objective.n_samples, X.shape[1])
    assert (stored.pairs_dtype, objective.pairs_dtype) == (np.float32, np.float64)
    assert stored.alpha == objective.alpha
    point = random_point(objective, rng)
    (loss, gradient), (expected, exact) = stored(point), objective(point)
    assert loss == pytest.approx(expected, rel=1e-6)
    np.testing.assert_allclose(gradient, exact, atol=1e-6)
    np.testing.assert_allclose(
        stored.translated(point, objective), point, rtol=1e-9, atol=1e-12
    )


@pytest.mark.usefixtures("every_size_is_stored")
def test_sparse_rows_are_not_stored(X, y):
    """Their objective is itself."""
    objective = make_objective(csr_array(X), y)
    assert objective.stored() is objective


@pytest.mark.usefixtures("every_size_is_stored")
def test_without_hidden_layers_nothing_is_stored(X, y):
    """It would take no less time."""
    objective = make_objective(X, y, hidden=())
    assert objective.stored() is objective


@pytest.mark.parametrize(("few", "is_stored"), [(75, True), (76, False)])
def test_few_values_are_not_stored(X, y, monkeypatch, few, is_stored):
    """Here 25 rows of 3: float32 would hardly pay."""
    monkeypatch.setattr(sksoftmax._training.objective, "_FEW_VALUES", few)
    objective = make_objective(X, y)
    assert (objective.stored() is not objective) == is_stored


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("encoding", ["piecewise", "fine-piecewise"])
def test_few_values_that_are_encoded_keep_their_dtype(X, y, rng, encoding, dtype):
    """Their inputs are made once all the same."""
    objective = encoded(make_objective(X.astype(dtype), y), encoding)
    stored = objective.stored()
    assert stored is not objective
    assert stored.X.dtype == dtype
    point = random_point(objective, rng)
    (loss, gradient), (expected, exact) = stored(point), objective(point)
    tolerance = 1e-10 if dtype == np.float64 else 1e-4
    assert loss == pytest.approx(expected, rel=tolerance)
    np.testing.assert_allclose(gradient, exact, atol=tolerance)


@pytest.mark.usefixtures("every_size_is_stored")
@pytest.mark.parametrize(("smallest", "is_stored"), [(1e-6, True), (1e-9, False)])
def test_weights_that_float32_does_not_see_keep_their_dtype(X, y, smallest, is_stored):
    """All rows count in the loss, however much heavier others are."""
    weights = np.where(np.arange(y.size) < 3, 1.0, smallest)
    objective = make_objective(X, y, weights)
    assert (objective.stored() is not objective) == is_stored


def test_repeated_rows_have_the_same_bits_in_any_unit(X, y, rng):
    """Of the weights of all rows: the heaviest one that is repeated weighs 1."""
    counts = rng.integers(1, 4, size=y.size)
    rows = np.arange(y.size)
    ones = make_objective(X, y).repeated(rows, counts.astype(float))
    others = make_objective(X, y, np.full(y.size, 0.3)).repeated(
        rows, counts.astype(float)
    )
    assert ones.weights.max() == 1
    np.testing.assert_array_equal(ones.weights, others.weights)
    assert ones.weights_unit == others.weights_unit == counts.max()


def test_rows_are_shuffled_in_little_memory(rng):
    """Of millions on a cluster that is what this process holds most of."""
    n = 200_000
    objective = make_objective(np.zeros((n, 1)), rng.integers(0, 3, n))
    tracemalloc.start()
    classes = objective.shuffled_classes(np.random.RandomState(0))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 24 * n
    rows = np.random.RandomState(0).permutation(n)
    for code, found in enumerate(classes):
        np.testing.assert_array_equal(found, rows[objective.y[rows] == code])
