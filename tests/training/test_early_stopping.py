"""Early stopping, from the rule to the estimator."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn import config_context
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

import sksoftmax._training.training
from sksoftmax import SoftmaxMLPClassifier, SoftmaxMLPClassifierCV
from sksoftmax._training.early_stopping import (
    EarlyStopping,
    ValidationCurve,
    held_out_rows,
    parts,
)
from sksoftmax._training.objective import Objective


def classifier(**parameters):
    parameters = {
        "hidden_layer_sizes": (20,),
        "alpha": 0.01,
        "early_stopping": True,
        "random_state": 0,
        **parameters,
    }
    return SoftmaxMLPClassifier(**parameters)


@pytest.fixture
def noisy(small_data):
    """Data that are soon learnt by heart, and as many more of their kind."""
    rng = np.random.default_rng(0)
    X, y = small_data
    X_val = X + 0.3 * rng.normal(size=X.shape) * X.std(axis=0)
    return {"X": X, "y": y, "X_val": X_val, "y_val": y}


def assert_same_weights(one, other):
    for a, b in zip(
        [*one.coefs_, *one.intercepts_],
        [*other.coefs_, *other.intercepts_],
        strict=True,
    ):
        np.testing.assert_array_equal(a, b)


class Recorded:
    """Stands for an objective: a log-loss for each point, its own number."""

    def __init__(self, losses):
        self.losses = losses

    def log_loss(self, x):
        return self.losses[x]


@pytest.mark.parametrize(
    ("losses", "n_iter", "best"),
    [
        ([3, 2, 1, 0.5, 0.4], None, 4),
        ([3, 2, 2.5, 1.999, 2.2, 1], 4, 3),
        ([3, 2, 2, 2, 1.9], None, 4),
        ([3, 2, 2, 2, 2, 1], 4, 1),
        ([3, 4, 5, 6, 1], 3, 0),
        ([3, np.nan, 2, np.inf, 1], None, 4),
    ],
)
def test_rule(losses, n_iter, best):
    """Three iterations have to gain 1 %; the lowest is kept, however little lower."""
    curve = ValidationCurve(EarlyStopping(Recorded(losses), 3, 0.01))
    curve.restart(0, 0.0)
    ends = [i for i in range(1, len(losses)) if curve.add(i, 10.0 * i)]
    assert (ends[0] if ends else None) == n_iter
    seen = ValidationCurve(EarlyStopping(Recorded(losses), 3, 0.01))
    seen.restart(0, 0.0)
    for i in range(1, (n_iter or len(losses) - 1) + 1):
        seen.add(i, 10.0 * i)
    assert seen.best == (best, 10.0 * best, losses[best], best)
    expected = np.where(np.isnan(losses), np.inf, losses)[1 : len(seen.losses) + 1]
    np.testing.assert_array_equal(seen.losses, expected)


def test_restart_forgets_the_best():
    """A stage on other rows has iterates of its own."""
    curve = ValidationCurve(EarlyStopping(Recorded([1, 2, 5, 4]), 1, 0.0))
    curve.restart(0, 0.0)
    assert curve.add(1, 1.0)
    curve.restart(2, 2.0)
    assert not curve.add(3, 3.0)
    assert curve.best == (3, 3.0, 4, 2)
    assert curve.losses == [2, 4]


def objective_of(y, sample_weight=None):
    X = np.arange(len(y), dtype=float)[:, np.newaxis]
    return classifier()._problem(X, y, sample_weight)[0]


def test_classes_are_split_in_proportion(rng):
    """At random."""
    y = np.repeat([0, 1, 2], [100, 50, 10])
    objective = objective_of(y)
    held_out = held_out_rows(objective, 0.2, np.random.RandomState(0))
    assert np.bincount(y[held_out]).tolist() == [20, 10, 2]
    other = held_out_rows(objective, 0.2, np.random.RandomState(1))
    assert (held_out != other).any()


def test_each_class_is_trained_on():
    """Also one with a single sample, and where most are for validation."""
    y = np.repeat([0, 1, 2], [100, 1, 2])
    for seed in range(20):
        held_out = held_out_rows(objective_of(y), 0.99, np.random.RandomState(seed))
        assert set(y[~held_out]) == {0, 1, 2}
        assert held_out.sum() == 100


def test_rows_without_weight_are_in_no_part(rng):
    """A weight of 0 is the absence of a row: the split is that of the others."""
    y = np.repeat([0, 1], 30)
    weights = rng.integers(2, size=60)
    held_out = held_out_rows(objective_of(y, weights), 0.3, np.random.RandomState(0))
    present = np.flatnonzero(weights)
    alone = held_out_rows(objective_of(y[present]), 0.3, np.random.RandomState(0))
    np.testing.assert_array_equal(present[alone], np.flatnonzero(held_out))


@pytest.mark.parametrize("container", [np.asarray, csr_array])
def test_copies_are_on_one_side(rng, container):
    """Rows that an oversampler has drawn, of each class in proportion without them."""
    y = np.repeat([0, 1], [100, 50])
    X, drawn = rng.normal(size=(150, 3)), np.r_[:150, rng.integers(100, 150, size=50)]
    objective = classifier()._problem(container(X[drawn]), y[drawn], None)[0]
    held_out = held_out_rows(objective, 0.2, np.random.RandomState(0))
    assert not set(drawn[held_out]) & set(drawn[~held_out])
    assert np.bincount(y[np.unique(drawn[held_out])]).tolist() == [20, 10]


def test_copies_without_weight_are_no_originals(rng):
    """The split is that of the rows that have one."""
    X, y = np.tile(rng.normal(size=(40, 2)), (3, 1)), np.tile([0, 1], 60)
    weights = np.repeat([0, 1, 1], 40)
    held_out = [
        held_out_rows(objective, 0.3, np.random.RandomState(0))
        for objective in (
            classifier()._problem(X, y, weights)[0],
            classifier()._problem(X[40:], y[40:], None)[0],
        )
    ]
    np.testing.assert_array_equal(held_out[0], [False] * 40 + [*held_out[1]])
    np.testing.assert_array_equal(held_out[1][:40], held_out[1][40:])


def test_draws_of_a_table_are_not_copies(rng):
    """Cells are on both sides: new rows will be of these."""
    X, y = rng.integers(6, size=(800, 2)), np.zeros(800, int)
    y[X[:, 0] == 0] = 1
    objective = classifier()._problem(X, y, None)[0]
    held_out = held_out_rows(objective, 0.2, np.random.RandomState(0))
    cells = [set(map(tuple, X[rows])) for rows in (held_out, ~held_out)]
    assert cells[0] == cells[1]
    assert held_out.sum() == 160


def test_what_is_there_too_often_is_no_copy(rng):
    """Half of the rows are zeros, as of accounts without a payment: on both sides."""
    X, y = rng.normal(size=(400, 3)), rng.integers(2, size=400)
    X[:200], y[:200] = 0, 0
    for seed in range(20):
        objective = classifier()._problem(X, y, None)[0]
        held_out = held_out_rows(objective, 0.1, np.random.RandomState(seed))
        assert held_out.sum() == 40
        assert 5 < held_out[:200].sum() < 35


def test_few_rows_are_on_both_sides():
    """The corners of a square: one that is held out could not be learnt."""
    X = np.tile([[0, 0], [0, 1], [1, 0], [1, 1]], (9, 1))
    objective = classifier()._problem(X, X[:, 0] ^ X[:, 1], None)[0]
    held_out = held_out_rows(objective, 0.2, np.random.RandomState(0))
    assert held_out.sum() == 7
    assert len(np.unique(X[~held_out], axis=0)) == 4


def test_few_rows_of_a_class_are_left_to_train_on():
    """Where they are no copies, validation has them in proportion alone."""
    y = np.repeat([0, 1], [100, 2])
    held_out = [
        held_out_rows(objective_of(y), 0.1, np.random.RandomState(seed))[100:].sum()
        for seed in range(20)
    ]
    assert sum(held_out) < 10


def test_a_class_of_few_originals_is_validated(rng):
    """Of three rows that were made a hundred one is held out, with its copies."""
    X, y = rng.normal(size=(103, 3)), np.repeat([0, 1], [100, 3])
    drawn = np.r_[:100, rng.integers(100, 103, size=100)]
    for seed in range(20):
        objective = classifier()._problem(X[drawn], y[drawn], None)[0]
        held_out = held_out_rows(objective, 0.1, np.random.RandomState(seed))
        assert len(np.unique(drawn[100:][held_out[100:]])) == 1
        assert not set(drawn[held_out]) & set(drawn[~held_out])


def test_of_many_cells_rows_are_copies(rng, monkeypatch):
    """They are not looked at."""
    monkeypatch.setattr("sksoftmax._training.early_stopping._MOST_CELLS", 8)
    X, y = rng.integers(6, size=(800, 2)), np.zeros(800, int)
    y[X[:, 0] == 0] = 1
    objective = classifier()._problem(X, y, None)[0]
    held_out = held_out_rows(objective, 0.2, np.random.RandomState(0))
    cells = [set(map(tuple, X[rows])) for rows in (held_out, ~held_out)]
    assert not cells[0] & cells[1]


def test_no_rows_are_copied(rng):
    """Each part is all rows, and those of the other have no weight."""
    weights = rng.integers(3, size=60)
    objective = objective_of(np.repeat([0, 1], 30), weights)
    training, validation = parts(objective, 0.3, 0)
    for part in (training, validation):
        assert part.X is objective.X
        assert part.y is objective.y
        assert part.blocks == objective.blocks
    held_out = held_out_rows(objective, 0.3, np.random.RandomState(0))
    np.testing.assert_array_equal(validation.counts, weights * held_out)
    np.testing.assert_array_equal(training.counts, weights * ~held_out)
    assert training.alpha == objective.alpha


def test_the_best_iterate_is_restored(noisy):
    """Bit for bit the weights of a fit of so many iterations."""
    clf = classifier(tol=0, max_iter=60)
    clf.fit(**noisy)
    curve = clf.validation_loss_curve_
    assert len(curve) == len(clf.loss_curve_) == clf.n_iter_ < 60
    assert clf.convergence_.reason == "early_stopping"
    assert clf.best_validation_loss_ == min(curve) == curve[clf.best_iter_ - 1]
    assert 1 < clf.best_iter_ == clf.n_iter_ - 10
    assert clf.loss_ == clf.loss_curve_[clf.best_iter_ - 1]
    short = classifier(early_stopping=False, tol=0, max_iter=clf.best_iter_)
    with pytest.warns(ConvergenceWarning):
        short.fit(noisy["X"], noisy["y"])
    assert_same_weights(clf, short)


@pytest.mark.parametrize("standardize", [True, False])
def test_criterion_is_the_log_loss(noisy, standardize):
    """As scikit-learn computes it from the probabilities, weights included."""
    weights = np.arange(len(noisy["y"])) % 5
    clf = classifier(standardize=standardize)
    clf.fit(**noisy, sample_weight_val=weights)
    p = clf.predict_proba(noisy["X_val"])
    expected = log_loss(noisy["y_val"], p, sample_weight=weights)
    assert clf.best_validation_loss_ == pytest.approx(expected, rel=1e-10)


@pytest.mark.filterwarnings("ignore:early_stopping kept a network")  # of few rows
def test_own_part_is_a_split_by_hand(small_data):
    """Rows that are set aside are the same as given ones."""
    X, y = small_data
    clf = classifier(standardize=False, validation_fraction=0.3)
    held_out = held_out_rows(
        clf._problem(X, y, None)[0], 0.3, np.random.RandomState(clf._seed)
    )
    clf.fit(X, y)
    given = classifier(standardize=False)
    given.fit(X[~held_out], y[~held_out], X_val=X[held_out], y_val=y[held_out])
    assert_same_weights(clf, given)
    assert clf.validation_loss_curve_ == given.validation_loss_curve_
    assert clf.loss_ == given.loss_


def test_own_part_of_many_rows_is_a_split_by_hand(rng):
    """Up to rounding: blocks are those of all rows, and so are draws of some."""
    X = rng.normal(size=(20_000, 4))
    y = (X[:, 0] + rng.normal(size=20_000) > 0).astype(int)
    clf = classifier(hidden_layer_sizes=(300,), standardize=False, max_iter=2)
    objective = clf._problem(X, y, None)[0]
    assert len(objective.blocks) > 1
    held_out = held_out_rows(objective, 0.1, np.random.RandomState(clf._seed))
    given = clone(clf)
    with pytest.warns(ConvergenceWarning):
        clf.fit(X, y)
    with pytest.warns(ConvergenceWarning):
        given.fit(X[~held_out], y[~held_out], X_val=X[held_out], y_val=y[held_out])
    assert clf.stages_ == given.stages_
    assert clf.stages_[-1].n_samples == 18_000
    np.testing.assert_allclose(clf.loss_curve_, given.loss_curve_, rtol=1e-9)
    np.testing.assert_allclose(
        clf.validation_loss_curve_, given.validation_loss_curve_, rtol=1e-9
    )


@pytest.mark.parametrize("given", [True, False])
@pytest.mark.parametrize("class_weight", ["balanced", {"b": 5}])
def test_class_weights_count_in_validation(noisy, given, class_weight):
    """What is validated is what is minimised."""
    data = {**noisy, "y": np.array(list("abc"))[noisy["y"]]}
    data["y_val"] = data["y"]
    if not given:
        data = {"X": data["X"], "y": data["y"]}
    clf = classifier(class_weight=class_weight).fit(**data)
    factors = dict(zip(clf.classes_, clf.class_weight_, strict=True))
    weights = [factors[label] for label in data["y"]]
    weighted = classifier()
    if given:
        weighted.fit(**data, sample_weight=weights, sample_weight_val=weights)
    else:
        weighted.fit(**data, sample_weight=weights)
    assert_same_weights(clf, weighted)
    assert clf.validation_loss_curve_ == weighted.validation_loss_curve_


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_validation_data_may_be_sparse(noisy, dtype):
    """And of another dtype: X's decides."""
    X, y, X_val, y_val = noisy.values()
    dense = classifier().fit(X.astype(dtype), y, X_val=X_val, y_val=y_val)
    sparse = classifier().fit(
        X.astype(dtype), y, X_val=csr_array(X_val.astype(dtype)), y_val=y_val
    )
    np.testing.assert_allclose(
        dense.validation_loss_curve_, sparse.validation_loss_curve_, rtol=1e-5
    )
    assert sparse.coefs_[0].dtype == dtype


def test_validation_may_lack_classes(noisy):
    """Labels are strings here; the order of the classes is that of `y`."""
    X, y, X_val, y_val = noisy.values()
    labels = np.array(["zero", "one", "two"])
    some = y_val == 1
    clf = classifier().fit(X, labels[y], X_val=X_val[some], y_val=labels[y_val[some]])
    column = list(clf.classes_).index("one")
    expected = -clf.predict_log_proba(X_val[some])[:, column].mean()
    assert clf.best_validation_loss_ == pytest.approx(expected, rel=1e-10)


def test_large_data_are_validated_in_each_stage(monkeypatch):
    """Early stopping ends no more than a stage on a subset, and keeps none of it."""
    monkeypatch.setattr(sksoftmax._training.training, "_FIRST_ROWS", 300)
    X, y = make_classification(5000, 6, flip_y=0.4, random_state=0)
    clf = classifier(n_iter_no_change=2).fit(X, y)
    assert [stage.n_samples for stage in clf.stages_] == [300, 1200, 4500]
    n_iter = [stage.n_iter for stage in clf.stages_]
    assert n_iter[0] < 12
    assert len(clf.validation_loss_curve_) == clf.n_iter_ == sum(n_iter)
    before = n_iter[0] + n_iter[1]
    assert clf.best_iter_ > before
    assert clf.best_validation_loss_ == min(clf.validation_loss_curve_[before:])
    assert clf.convergence_.reason == "early_stopping"


def test_a_subset_is_not_the_best(monkeypatch):
    """Also where it validates better than all rows, which are what is asked for."""
    monkeypatch.setattr(sksoftmax._training.training, "_FIRST_ROWS", 300)
    X, y = make_classification(1000, 6, class_sep=2, random_state=0)
    losses = iter(range(1000))  # the later, the worse
    monkeypatch.setattr(Objective, "log_loss", lambda *_: next(losses))
    with pytest.warns(UserWarning, match="hardly trained"):
        clf = classifier(n_iter_no_change=2).fit(X, y)
    assert len(clf.stages_) == 2
    assert clf.best_iter_ == clf.stages_[0].n_iter


def test_warm_start_is_never_worse(noisy):
    """The weights it starts from are in the race; the split stays the same."""
    clf = classifier(warm_start=True, random_state=np.random.RandomState(0))
    clf.fit(noisy["X"], noisy["y"])
    for _ in range(3):
        before = clf.best_validation_loss_
        clf.fit(noisy["X"], noisy["y"])
        assert clf.best_validation_loss_ <= before * (1 + 1e-12)


def test_fit_without_it_knows_nothing_of_it(noisy):
    """Attributes of an earlier fit are gone."""
    clf = classifier().fit(**noisy).set_params(early_stopping=False)
    clf.fit(noisy["X"], noisy["y"])
    for name in ("validation_loss_curve_", "best_validation_loss_", "best_iter_"):
        assert not hasattr(clf, name)


def test_progress_shows_the_validation_loss(noisy, capsys):
    """In the line of each iteration."""
    clf = classifier(verbose=1).fit(**noisy)
    out = capsys.readouterr().out
    assert out.count(", validation loss = ") == clf.n_iter_
    assert f"validation loss = {clf.best_validation_loss_:.8f}, " in out


def test_pipeline_transforms_validation_data(noisy):
    """As it does the training data, where it is told to."""
    X, y, X_val, y_val = noisy.values()
    with config_context(enable_metadata_routing=True):
        clf = classifier().set_fit_request(X_val=True, y_val=True)
        pipeline = make_pipeline(MinMaxScaler(), clf, transform_input=["X_val"])
        pipeline.fit(X, y, X_val=X_val, y_val=y_val)
    expected = log_loss(y_val, pipeline.predict_proba(X_val))
    assert pipeline[-1].best_validation_loss_ == pytest.approx(expected, rel=1e-10)


X_FEW, Y_FEW = np.arange(24.0).reshape(12, 2) % 7, np.repeat([0, 1, 2], 4)
VALIDATION = {"X_val": X_FEW, "y_val": Y_FEW}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"X_val": X_FEW}, "validation data without y_val"),
        ({"y_val": Y_FEW}, "validation data without X_val"),
        ({"sample_weight_val": Y_FEW}, "validation data without X_val"),
        ({**VALIDATION, "y_val": Y_FEW + 1}, r"y_val has labels .* \[3\]; y has \[0"),
        ({**VALIDATION, "y_val": Y_FEW[1:]}, "X_val, y_val: .*inconsistent numbers"),
        ({**VALIDATION, "y_val": Y_FEW * np.nan}, "Input y_val contains NaN"),
        ({**VALIDATION, "y_val": np.eye(3)[Y_FEW]}, "y_val should be a 1d array"),
        (
            {**VALIDATION, "X_val": X_FEW[:, :1]},
            "X_val has 1 features, but .* expecting 2",
        ),
        ({**VALIDATION, "X_val": X_FEW + np.inf}, "Input X_val contains infinity"),
        (
            {**VALIDATION, "X": X_FEW.astype("f"), "X_val": 1e39 * X_FEW},
            r"X_val contains infinity or a value too large for dtype\('float32'\)",
        ),
        (
            {**VALIDATION, "X": X_FEW.astype("f"), "X_val": csr_array(1e39 * X_FEW)},
            r"X_val contains infinity or a value too large for dtype\('float32'\)",
        ),
        (
            {**VALIDATION, "sample_weight_val": [1, 2]},
            r"sample_weight_val.shape == \(2",
        ),
        (
            {**VALIDATION, "sample_weight_val": -1.0 * Y_FEW},
            "[Nn]egative values in .*sample_weight_val",
        ),
        (
            {**VALIDATION, "sample_weight_val": np.nan * Y_FEW},
            "weight_val contains NaN",
        ),
        (
            {**VALIDATION, "sample_weight_val": 0 * Y_FEW},
            "all of sample_weight_val are",
        ),
        ({"X": X_FEW[::4], "y": Y_FEW[::4]}, "only one of each of its 3 classes"),
    ],
    ids=str,
)
def test_bad_validation_data_are_named(data, message):
    """Before any work is done, and without a trace in the estimator."""
    clf = classifier()
    before = vars(clf).copy()
    with pytest.raises(ValueError, match=message):
        clf.fit(**{"X": X_FEW, "y": Y_FEW, **data})
    assert vars(clf) == before


def test_validation_data_need_early_stopping():
    """They would be ignored otherwise."""
    with pytest.raises(
        ValueError, match=r"got X_val and y_val, .* Set early_stopping=True"
    ):
        classifier(early_stopping=False).fit(X_FEW, Y_FEW, **VALIDATION)


def test_validation_data_of_small_units_are_told(rng):
    """As of a pipeline that scales X alone; not few rows, nor those of heavy tails."""
    X = rng.normal(size=(400, 4))
    y = np.digitize(X[:, 0] + 0.3 * rng.normal(size=400), [-0.5, 0.5])
    clf = SoftmaxMLPClassifier((8,), alpha=0.1, early_stopping=True, random_state=0)
    with pytest.warns(UserWarning, match=r"100% of its columns are within 0\.25 s"):
        clf.fit(X[:300], y[:300], X_val=0.05 * X[300:], y_val=y[300:])
    clf.fit(X[:300], y[:300], X_val=X[300:], y_val=y[300:])
    few = np.argsort(abs(X[300:]).max(axis=1))[:3] + 300
    clf.fit(X[:300], y[:300], X_val=X[few], y_val=y[few])
    X = np.sign(X) * abs(X) ** 15
    clf.fit(X[:300], y[:300], X_val=X[300:], y_val=y[300:])


def test_validation_data_of_sparse_rows_have_no_gaps():
    """As rows to predict have none."""
    gaps = X_FEW.copy()
    gaps[0, 0] = np.nan
    with pytest.raises(ValueError, match=r"^Input X_val contains NaN.* X\.toarray"):
        classifier().fit(csr_array(X_FEW), Y_FEW, X_val=gaps, y_val=Y_FEW)


@pytest.mark.parametrize(
    ("given", "advice"), [(True, "transform_input"), (False, "alpha='auto'")]
)
def test_a_network_that_learns_nothing_is_told(rng, given, advice):
    """With the likely cause: validation data that are not transformed as X is."""
    X = rng.normal(size=(120, 3))
    y = (X[:, 0] > 0).astype(int) if given else np.arange(120) % 2
    clf = SoftmaxMLPClassifier((4,), alpha=1.0, early_stopping=True, random_state=0)
    validation = {"X_val": rng.permutation(X), "y_val": y} if given else {}
    with pytest.warns(UserWarning, match=rf"hardly trained: .*{advice}"):
        clf.fit(X, y, **validation)
    assert clf.best_iter_ <= 2


@pytest.mark.parametrize("kind", ["array", "sparse", "frame", "gaps", "warm", "cv"])
@pytest.mark.parametrize("seed", range(3))
def test_validation_data_of_other_columns_are_told(kind, seed):
    """Also where a large alpha makes something of them: the column, and the remedy."""
    rng = np.random.default_rng(seed)
    raw = 100 * rng.normal(size=(200, 3)) + 300
    y = (raw[:, 0] > 300).astype(int)
    raw[:, 1] = rng.integers(0, 2, 200)
    X, X_val = (raw[:150] - 300) / 100, raw[150:].copy()
    X[:, 1] = raw[:150, 1]
    column = "column 0"
    if kind == "sparse":
        X, X_val = csr_array(X), csr_array(X_val)
    if kind == "frame":
        pd = pytest.importorskip("pandas")
        X, X_val = (pd.DataFrame(rows, columns=list("abc")) for rows in (X, X_val))
        column = "column 'a'"
    if kind == "gaps":
        X[::9, 2], X_val[::7, 0], X_val[::7, 2] = 3 * [np.nan]
    clf = SoftmaxMLPClassifier((4,), early_stopping=True, random_state=0)
    if kind == "warm":
        clf.set_params(warm_start=True).fit(X, y[:150])
    if kind == "cv":
        clf = SoftmaxMLPClassifierCV((4,), alphas=[1.0], cv=2, early_stopping=True)
    message = rf"as 100% of its values in {column} .*transform_input=\['X_val'\]"
    if kind == "gaps":
        message = message.replace("100%", r"8\d%")
    with pytest.warns(UserWarning, match=message) as warned:
        clf.fit(X, y[:150], X_val=X_val, y_val=y[150:])
    assert any(warning.filename == __file__ for warning in warned)


@pytest.mark.parametrize(
    ("lowest", "n_samples", "has_learnt"),
    [
        (0.6, 100, True),
        (0.698, 1000, False),  # a hundredth is not gained
        (0.68, 40, False),  # 0.8 nats, as the best of many iterates by chance
        (0.68, 60, True),
    ],
)
def test_a_gain_is_more_than_chance(lowest, n_samples, has_learnt):
    """A part of the log-loss, and nats of all validation data together."""
    validation = Recorded([0.7, lowest])
    validation.effective_samples = n_samples
    curve = ValidationCurve(EarlyStopping(validation, 10, 1e-3))
    curve.restart(0, 0.0)
    curve.add(1, 0.0)
    curve.restart(1, 0.0)  # the start is that of the first stage
    assert curve.has_learnt() == has_learnt


def test_validation_data_are_checked_as_training_data(small_data):
    """Dates are named, and nullable labels are those of their dtype."""
    pandas = pytest.importorskip("pandas")
    X, y = small_data
    clf = classifier(alpha=1.0)
    with pytest.raises(TypeError, match="X_val has dates or time spans"):
        clf.fit(X, y, X_val=X.astype("datetime64[D]"), y_val=y)
    y_val = pandas.Series(y, dtype="Int64").astype(object)
    with pytest.raises(ValueError, match="y_val is an array of objects"):
        clf.fit(X, y, X_val=X, y_val=y_val)
    y_val = pandas.Series(pandas.date_range("2001", periods=len(y), tz="UTC"))
    with pytest.raises(ValueError, match=r"Pass np\.asarray\(y_val\)\.astype"):
        clf.fit(X, y, X_val=X, y_val=y_val)
