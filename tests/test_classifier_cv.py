"""Alpha by cross-validation, by identities with scikit-learn's own search."""

import re
import warnings

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn import config_context
from sklearn.base import clone
from sklearn.datasets import load_iris, make_classification
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import (
    accuracy_score,
    get_scorer,
    get_scorer_names,
    make_scorer,
)
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    ShuffleSplit,
    StratifiedKFold,
)

from sksoftmax import SoftmaxMLPClassifier, SoftmaxMLPClassifierCV
from sksoftmax._selection.cross_validation import is_past_the_best, neg_log_loss

ALPHAS = [10.0, 1.0, 0.1]


def classifier(**parameters):
    parameters = {
        "hidden_layer_sizes": (8,),
        "alphas": ALPHAS,
        "cv": 3,
        "tol": 0.05,
        "random_state": 0,
        **parameters,
    }
    return SoftmaxMLPClassifierCV(**parameters)


def single(**parameters):
    return SoftmaxMLPClassifier((8,), random_state=0, tol=0.05, **parameters)


def assert_same_fit(one, other):
    for a, b in zip(one.coefs_, other.coefs_, strict=True):
        np.testing.assert_array_equal(a, b)
    assert one.loss_curve_ == other.loss_curve_
    assert one.convergence_[:3] == other.convergence_[:3]


@pytest.mark.parametrize("scoring", [None, "neg_log_loss", "accuracy"])
def test_scores_are_those_of_a_grid_search(small_data, scoring):
    """And the fit is that of its best estimator, bit for bit."""
    X, y = small_data
    clf = classifier(scoring=scoring).fit(X, y)
    search = GridSearchCV(
        single(), {"alpha": ALPHAS}, scoring=scoring or neg_log_loss, cv=3
    )
    search.fit(X, y)
    n_alphas = len(clf.alphas_)
    assert clf.scores_.shape == (3, n_alphas)
    for name, values in clf.cv_results_.items():
        if name.endswith("test_score") and name != "rank_test_score":
            expected = search.cv_results_[name][:n_alphas]
            np.testing.assert_array_equal(values, expected, err_msg=name)
    assert clf.alpha_ == search.best_params_["alpha"]
    assert clf.best_score_ == search.best_score_
    assert_same_fit(clf, search.best_estimator_)
    np.testing.assert_array_equal(clf.predict(X), search.predict(X))
    assert clf.score(X, y) == search.best_estimator_.score(X, y)


def steps(n=240, seed=0):
    """Labels that jump in the first of three columns."""
    X = np.random.default_rng(seed).normal(size=(n, 3))
    return X, np.digitize(X[:, 0], [-1, -0.3, 0.3, 1]) % 2


def test_encodings_are_searched_as_by_a_grid_search():
    """Each score tells its encoding, and the fit is that of the best one."""
    X, y = steps()
    clf = classifier(encoding="auto").fit(X, y)
    assert clf.encoding_ != "linear"
    for encoding in ("linear", "piecewise"):
        search = GridSearchCV(
            single(encoding=encoding), {"alpha": ALPHAS}, scoring=neg_log_loss, cv=3
        ).fit(X, y)
        mine = clf.encodings_ == encoding
        n_alphas = np.count_nonzero(mine)
        assert clf.alphas_[mine].tolist() == ALPHAS[:n_alphas]
        means = search.cv_results_["mean_test_score"][:n_alphas]
        np.testing.assert_array_equal(clf.cv_results_["mean_test_score"][mine], means)
    best = int(clf.cv_results_["rank_test_score"].argmin())
    assert clf.scores_[:, best].mean() == clf.best_score_
    assert clf.cv_results_["params"][best] == {
        "alpha": clf.alpha_,
        "encoding": clf.encoding_,
    }
    assert_same_fit(clf, single(alpha=clf.alpha_, encoding=clf.encoding_).fit(X, y))
    given = classifier(encoding=clf.encoding_).fit(X, y)
    assert given.encodings_.tolist() == [clf.encoding_] * len(given.alphas_)
    assert given.best_score_ == clf.best_score_


@pytest.mark.parametrize(
    ("change", "parameters"),
    [
        (csr_array, {}),
        (np.sign, {}),
        (lambda X: X, {"standardize": False}),
    ],
    ids=["sparse", "two values", "columns in their own units"],
)
def test_columns_without_parts_are_not_searched(change, parameters):
    """What has none is linear, without a fit that says so."""
    X, y = steps()
    clf = classifier(encoding="auto", alphas=[1.0], **parameters).fit(change(X), y)
    assert clf.encodings_.tolist() == ["linear"]


def test_a_search_of_encodings_takes_raw_tables():
    """Frames with gaps and categories; a column of those alone has no parts."""
    pandas = pytest.importorskip("pandas")
    X, y = steps()
    X[::7, 0] = np.nan
    colours = np.where(np.arange(len(y)) % 3 == 0, "red", "blue")
    frame = pandas.DataFrame({"step": X[:, 0], "colour": colours})
    clf = classifier(encoding="auto", alphas=[1.0]).fit(frame, y)
    assert {"linear", "piecewise"} <= set(clf.encodings_)
    assert clf.encoder_.get_feature_names_out()[-1] == "colour_red"
    clf.fit(frame[["colour"]], y)
    assert clf.encodings_.tolist() == ["linear"]


def test_a_search_of_encodings_warns_of_weights_once():
    """To look at what columns are worth parts is no fit."""
    X, y = steps()
    weights = np.full(len(y), 1e-3)
    with pytest.warns(UserWarning, match=r"The weights of .* samples sum to") as warned:
        classifier(encoding="auto", alphas=[1.0]).fit(X, y, weights)
    assert len(warned) == 1


def test_alpha_has_the_largest_score(small_data):
    """Of equal ones the largest alpha, which is the simplest model."""
    clf = classifier(scoring="accuracy", alphas=[1e8, 1e7, 1e6]).fit(*small_data)
    assert len(set(clf.scores_.mean(axis=0))) == 1
    assert clf.alpha_ == clf.alphas_[0] == 1e8


@pytest.mark.parametrize(
    ("alphas", "expected"),
    [
        (5, [100, 10, 1, 0.1, 0.01]),
        (np.int64(2), [100, 0.01]),
        ((0.1, 3, 1, 3), [3, 1, 0.1]),
        ([0.0, 5], [5, 0]),
    ],
    ids=str,
)
def test_alphas_are_walked_from_the_largest(small_data, alphas, expected):
    """A number is a grid of decades; copies are dropped."""
    clf = classifier(alphas=alphas, scoring=lambda clf, X, y: -clf.alpha, tol=0.1)
    clf.fit(*small_data)  # the smaller the better: all are tried
    np.testing.assert_allclose(clf.alphas_, expected)
    assert clf.alpha_ == expected[-1]


def test_walk_ends_past_the_best():
    """Labels of pure noise need no small alpha, and none is fitted."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(200, 5)), rng.integers(2, size=200)
    clf = classifier(alphas=9).fit(X, y)
    n_alphas = len(clf.alphas_)
    assert n_alphas == clf.scores_.shape[1] == len(clf.cv_results_["param_alpha"]) < 9
    assert is_past_the_best(clf.scores_)
    assert not is_past_the_best(clf.scores_[:, :-1])


def test_weights_count_in_fits_and_scores(small_data, rng):
    """As a search by hand would have it."""
    X, y = small_data
    weights = rng.uniform(size=len(y))
    clf = classifier().fit(X, y, weights)
    for fold, (train, test) in enumerate(StratifiedKFold(3).split(X, y)):
        one = single(alpha=ALPHAS[0]).fit(X[train], y[train], weights[train])
        score = neg_log_loss(one, X[test], y[test], weights[test])
        assert clf.scores_[fold, 0] == score
    assert_same_fit(clf, single(alpha=clf.alpha_).fit(X, y, weights))


def test_a_single_weight_is_that_of_every_row(small_data):
    """As where scikit-learn checks weights."""
    X, y = small_data
    given = {"X_val": X[::2], "y_val": y[::2]}
    one = classifier(early_stopping=True, alphas=[1.0])
    each = clone(one)
    one.fit(X, y, 2.0, **given, sample_weight_val=3.0)
    weights = np.full(len(y), 2.0)
    each.fit(X, y, weights, **given, sample_weight_val=weights[::2] + 1)
    assert_same_fit(one, each)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_processes_and_formats_do_not_matter(small_data, dtype):
    """Two folds at a time, or sparse rows, are the same search."""
    X, y = small_data
    X = X.astype(dtype)
    clf = classifier().fit(X, y)
    parallel = classifier(n_jobs=2).fit(X, y)
    np.testing.assert_array_equal(parallel.scores_, clf.scores_)
    assert_same_fit(clf, parallel)
    sparse = classifier().fit(csr_array(X), y)
    # Rounding errors grow along the path; that to the largest alpha is short.
    np.testing.assert_allclose(sparse.scores_[:, 0], clf.scores_[:, 0], atol=1e-3)
    assert sparse.coefs_[0].dtype == dtype


@pytest.mark.parametrize("state", [None, np.random.RandomState(3), 3])
def test_random_numbers_are_the_same_in_each_fit(small_data, state):
    """Alphas are compared from the same start, whatever it is drawn from."""
    clf = classifier(alphas=[1.0, 1.0 + 1e-14], random_state=state).fit(*small_data)
    np.testing.assert_allclose(clf.scores_[:, 0], clf.scores_[:, 1], rtol=1e-6)


@pytest.mark.parametrize("dtype", ["S3", object])
def test_weights_are_numbers_however_they_are_stored(small_data, dtype):
    """To the score as to the fits."""
    X, y = small_data
    weights = np.arange(len(y)) % 3 + 1.0
    clf = classifier(max_iter=5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = clf.fit(X, y, weights).scores_
        found = clf.fit(X, y, weights.astype(str).astype(dtype)).scores_
    np.testing.assert_array_equal(found, expected)


def test_a_class_may_be_missing_in_a_fold():
    """Samples that no model can know do not count."""
    X, y = make_classification(60, 5, random_state=0)
    y[0] = 2
    cv = [(np.arange(1, 40), np.r_[0, 40:60]), (np.arange(40), np.arange(40, 60))]
    match = r"parts of folds \[0\] of cv lack classes"
    with pytest.warns(UserWarning, match=match) as warned:
        clf = classifier(cv=cv).fit(X, y)
    assert warned[0].filename == __file__
    assert np.isfinite(clf.scores_).all()
    assert clf.classes_.tolist() == [0, 1, 2]
    one = single(alpha=ALPHAS[0]).fit(X[1:40], y[1:40])
    assert clf.scores_[0, 0] == neg_log_loss(one, X[40:], y[40:])


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_errors_tell_the_fold(n_jobs):
    """What is said of its samples would be false of those of the user."""
    X, y = make_classification(60, 5, random_state=0)
    y.sort()
    folds = [(np.arange(60), np.arange(60)), (np.arange(20), np.arange(60))]
    with pytest.raises(ValueError, match="only one class") as raised:
        classifier(cv=folds, scoring="accuracy", n_jobs=n_jobs).fit(X, y)
    (note,) = raised.value.__notes__
    assert note == (
        "This is fold 1 of cv, with alpha=10 and encoding='linear': of 2 classes, the "
        "20 samples to fit have 1, the 60 to score 2."
    )


def test_errors_of_a_scorer_tell_whose_they_are():
    """A function of labels and predictions, say, which is to be a scorer first."""
    X, y = load_iris(return_X_y=True)
    with pytest.raises(TypeError) as raised:
        classifier(scoring=len).fit(X, y)
    assert raised.value.__notes__[0] == (
        "It was raised by <built-in function len>, which is scoring."
    )


def test_walk_goes_on_where_all_weights_are_zero():
    """Scores that differ in their seventh digit are equal, though in all folds."""
    X, y = load_iris(return_X_y=True)
    clf = classifier(alphas=[1e6, 1e5, 1e4, 1e3, 1]).fit(X, y)
    assert clf.alpha_ == 1
    assert np.ptp(clf.scores_[:, :3].mean(axis=0)) < 1e-3


def test_a_class_may_be_missing_in_all_that_is_about_it():
    """Its weight, and its validation data, are not for a fold that lacks it."""
    X, y = make_classification(
        90, 5, n_informative=4, n_redundant=0, n_classes=3, random_state=0
    )
    folds = [(np.flatnonzero(y < 2), np.arange(90)), (np.arange(90), np.arange(90))]
    clf = classifier(cv=folds, class_weight={0: 1, 2: 5}, early_stopping=True)
    with pytest.warns(UserWarning, match="lack classes"):
        clf.fit(X, y, X_val=X, y_val=y, sample_weight_val=np.ones(90))
    assert np.isfinite(clf.scores_).all()
    np.testing.assert_array_equal(clf.class_weight_, [1, 1, 5])


def test_fits_that_ended_early_are_told_once(small_data):
    """With how many, and from the user's line."""
    with pytest.warns(ConvergenceWarning, match="in 7 of 7 fits: 7 by max_iter") as w:
        classifier(alphas=[10, 1], max_iter=1).fit(*small_data)
    assert len(w) == 1
    assert w[0].filename == __file__


def test_early_stopping_is_that_of_each_fit(small_data):
    """On a part of each fold's training samples, or on the user's data."""
    X, y = small_data
    stops = {"early_stopping": True, "validation_fraction": 0.3}
    clf = classifier(**stops).fit(X, y)
    assert_same_fit(clf, single(alpha=clf.alpha_, **stops).fit(X, y))
    assert clf.best_validation_loss_ == min(clf.validation_loss_curve_)
    y = np.array(["a", "b", "c"])[y]
    validation = {"X_val": X[::2], "y_val": y[::2]}
    validation["sample_weight_val"] = np.linspace(0, 1, len(y[::2])) ** 4
    given = classifier(early_stopping=True).fit(X, y, **validation)
    expected = single(alpha=given.alpha_, early_stopping=True).fit(X, y, **validation)
    assert_same_fit(given, expected)
    assert given.validation_loss_curve_ == expected.validation_loss_curve_
    clf.set_params(early_stopping=False).fit(X, y)
    assert not hasattr(clf, "best_validation_loss_")


def test_feature_names_are_kept():
    """Those of a data frame, also of validation data."""
    pd = pytest.importorskip("pandas")
    X, y = make_classification(60, 5, random_state=0)
    X = pd.DataFrame(X, columns=list("abcde"))
    clf = classifier(early_stopping=True).fit(X, y, X_val=X, y_val=y)
    assert clf.feature_names_in_.tolist() == list("abcde")
    clf.predict(X)  # a warning if names were missing, and warnings are errors
    with pytest.raises(ValueError, match="feature names"):
        clf.predict(X[list("edcba")])


def test_progress_of_fits_is_for_two(small_data, capsys):
    """verbose=1 tells of alphas, 2 also of iterations."""
    clf = classifier(verbose=1).fit(*small_data)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) >= len(clf.alphas_)
    assert all(line.startswith("alpha = ") for line in lines)
    classifier(verbose=2).fit(*small_data)
    assert "Iteration 1, " in capsys.readouterr().out


def test_groups_are_routed_to_the_splitter(small_data):
    """And no group is on both sides of a fold."""
    X, y = small_data
    groups = np.arange(len(y)) % 8
    expected = list(GroupKFold(4).split(X, y, groups))
    with config_context(enable_metadata_routing=True):
        clf = classifier(cv=GroupKFold(4)).fit(X, y, groups=groups)
    by_hand = classifier(cv=expected).fit(X, y)
    np.testing.assert_array_equal(clf.scores_, by_hand.scores_)
    with pytest.raises(ValueError, match="enable_metadata_routing=True"):
        classifier(cv=GroupKFold(4)).fit(X, y, groups=groups)


@pytest.mark.parametrize("requested", [True, False])
def test_weights_are_routed_to_a_scorer_that_asks(small_data, rng, requested):
    """Those of the default count always."""
    X, y = small_data
    weights = rng.uniform(size=len(y)) ** 4
    weighted = classifier(scoring="neg_log_loss").fit(X, y, weights)
    with config_context(enable_metadata_routing=True):
        scorer = get_scorer("neg_log_loss").set_score_request(sample_weight=requested)
        clf = classifier(scoring=scorer).set_fit_request(sample_weight=True)
        clf.fit(X, y, sample_weight=weights)
        routing = str(clf.get_metadata_routing())
        default = classifier().set_fit_request(sample_weight=True)
        default.fit(X, y, sample_weight=weights)
    same = np.array_equal(clf.scores_[:, 0], weighted.scores_[:, 0])
    assert same == requested
    assert "splitter" in routing
    assert "scorer" in routing
    np.testing.assert_allclose(default.scores_[:, 0], weighted.scores_[:, 0])


def test_requests_survive_a_fit(small_data):
    """Only what an earlier fit has set is forgotten."""
    with config_context(enable_metadata_routing=True):
        clf = classifier().set_fit_request(sample_weight=True)
        before = str(clf.get_metadata_routing())
        clf.fit(*small_data).fit(*small_data)
        assert str(clf.get_metadata_routing()) == before
        assert str(clone(clf).get_metadata_routing()) == before


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"alphas": []}, "at least one of them, all finite and not negative; got []"),
        ({"alphas": [1, -1]}, "got [1, -1]"),
        ({"alphas": [1, np.nan]}, "got [1, nan]"),
        ({"alphas": ["a"]}, "got ['a']"),
        ({"alphas": [[1, 2], [3, 4]]}, "got [[1, 2], [3, 4]]"),
        ({"alphas": 0}, "from 2 to 1000, or a sequence of them; got 0."),
        ({"alphas": 2**70}, "from 2 to 1000, or a sequence of them; got 118"),
        (
            {"alphas": 1},
            "got 1. For a single alpha pass alphas=[1.0], or take SoftmaxMLPC",
        ),
        ({"alphas": "all"}, "The 'alphas' parameter"),
        ({"cv": []}, "cv must give at least one fold; got []"),
        (
            {"cv": range(3)},
            "iterable of pairs of rows to train on and rows to score on",
        ),
        ({"cv": np.array(3)}, "rows to score on; got array(3)."),
        ({"cv": [([0.0], [1])]}, "or as a mask of 80 booleans; got array([0.])"),
        ({"cv": [([0, 40], [80])]}, "integers from 0 to 79, or as a"),
        (
            {"scoring": lambda clf, X, y: None},
            "must give a number, the larger the bett",
        ),
        (
            {"scoring": lambda clf, X, y: np.ones(2)},
            "must give a number, the larger the better; got array([1., 1.]) from",
        ),
        ({"scoring": "loss"}, "The 'scoring' parameter"),
        ({"scoring": accuracy_score}, "looks like it is a metric function rather than"),
        ({"cv": 100}, "cv: Cannot have number of splits n_splits=100"),
        ({"scoring": lambda clf, X, y: np.nan}, "no finite score for any alpha in [10"),
    ],
)
def test_bad_parameters_are_named(small_data, parameters, message):
    """And an earlier fit survives."""
    clf = classifier(alphas=[10]).fit(*small_data)
    clf.set_params(**{"alphas": ALPHAS, **parameters})
    before = vars(clf).copy()
    with pytest.raises(ValueError, match=re.escape(message)):
        clf.fit(*small_data)
    assert vars(clf) == before


@pytest.mark.parametrize("scoring", ["rand_score", lambda clf, X, y: 0.5])
def test_scoring_without_weights_is_refused_before_any_fit(
    small_data, monkeypatch, scoring
):
    """Unless metadata routing is enabled, where it is given what it asks for."""
    X, y = small_data
    weights = np.ones(len(y))
    pattern = f"sample_weight that fit got; {re.escape(repr(scoring))} does not"
    with monkeypatch.context() as patch:
        patch.delattr("sksoftmax._classifier_cv.fit_folds")
        with pytest.raises(ValueError, match=pattern):
            classifier(scoring=scoring).fit(X, y, weights)
    classifier(scoring=scoring, alphas=[1]).fit(X, y)
    with config_context(enable_metadata_routing=True):
        clf = classifier(scoring=scoring, alphas=[1])
        clf.set_fit_request(sample_weight=True).fit(X, y, sample_weight=weights)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"y": np.zeros(80)}, "only one class"),
        ({"sample_weight": -np.ones(80)}, "[Nn]egative"),
        ({"X_val": np.ones((3, 6)), "y_val": [0, 1, 0]}, "early_stopping=False"),
        ({"y_val": [0, 1, 0]}, "early_stopping=False"),
    ],
    ids=str,
)
def test_bad_data_are_named(small_data, data, message):
    """By the errors of the single fit."""
    X, y = small_data
    with pytest.raises(ValueError, match=message):
        classifier().fit(**{"X": X, "y": y, **data})


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"y_val": [0, 1, 5]}, r"y_val has labels that are not in y: \[5\]"),
        ({"X_val": np.full((3, 6), 1e39)}, "Input X_val contains infinity"),
        ({"sample_weight_val": [1, 2]}, r"sample_weight_val.shape == \(2,\)"),
    ],
    ids=str,
)
def test_bad_validation_data_are_named_before_any_fit(
    small_data, monkeypatch, data, message
):
    """As by the single fit."""
    X, y = small_data
    monkeypatch.delattr("sksoftmax._classifier_cv.fit_folds")
    with pytest.raises(ValueError, match=message):
        classifier(early_stopping=True).fit(
            X.astype(np.float32), y, **{"X_val": X[:3], "y_val": [0, 1, 0], **data}
        )


def test_any_splitter_will_do(small_data):
    """Folds are drawn once: each alpha has the same ones."""
    splitter = ShuffleSplit(2, random_state=np.random.RandomState(0))
    clf = classifier(alphas=[1.0, 1.0 + 1e-14], cv=splitter).fit(*small_data)
    assert clf.scores_.shape == (2, 2)
    np.testing.assert_allclose(clf.scores_[:, 0], clf.scores_[:, 1], rtol=1e-6)


ROWS = np.arange(80)


@pytest.mark.parametrize(
    "form",
    [
        tuple,
        list,
        lambda rows: np.isin(ROWS, rows),
        lambda rows: np.isin(ROWS, rows).tolist(),
        lambda rows: rows - 80,
        lambda rows: rows.astype(np.uint8),
    ],
    ids=["tuple", "list", "mask", "list mask", "from the end", "uint8"],
)
def test_folds_are_given_as_to_a_grid_search(small_data, form):
    """Rows in any container, and masks."""
    X, y = small_data
    folds = [(form(ROWS[::2]), form(ROWS[1::2])), (form(ROWS[1::2]), form(ROWS[::2]))]
    clf = classifier(alphas=[1.0], cv=folds).fit(X, y)
    search = GridSearchCV(single(), {"alpha": [1.0]}, scoring=neg_log_loss, cv=folds)
    assert clf.best_score_ == search.fit(X, y).best_score_


def test_names_in_errors_are_in_order(small_data):
    """Not in that of a set, which is another one in each process."""
    with pytest.raises(ValueError, match="The 'scoring' parameter") as raised:
        classifier(scoring="loss").fit(*small_data)
    names = re.findall("'([^']*)'", str(raised.value))[1:-1]
    assert names == sorted(get_scorer_names())


def test_validation_data_of_other_libraries_lead_to_ours(small_data):
    """With and without metadata routing; other arguments are scikit-learn's affair."""
    X, y = small_data
    for enabled, error in ((False, ValueError), (True, TypeError)):
        with config_context(enable_metadata_routing=enabled):
            with pytest.raises(TypeError, match=r"unexpected eval_set; .* as X_val"):
                classifier().fit(X, y, eval_set=[(X, y)])
            with pytest.raises(error, match="epochs"):
                classifier().fit(X, y, epochs=3)


def test_what_a_scorer_asks_for_is_its_own_affair(small_data):
    """Also if it sounds like validation data."""

    def score(y, predicted, eval_value):
        return eval_value.mean()

    X, y = small_data
    with config_context(enable_metadata_routing=True):
        scorer = make_scorer(score).set_score_request(eval_value=True)
        clf = classifier(scoring=scorer, alphas=[1.0])
        assert clf.fit(X, y, eval_value=np.full(80, 2.0)).best_score_ == 2


def test_scorers_may_be_made(small_data):
    """Anything that scikit-learn calls a scorer."""
    from sklearn.metrics import balanced_accuracy_score

    clf = classifier(scoring=make_scorer(balanced_accuracy_score)).fit(*small_data)
    assert ((clf.scores_ >= 0) & (clf.scores_ <= 1)).all()


def test_data_are_checked_as_those_of_the_classifier(small_data):
    """Dates are named, and nullable labels stay what they are."""
    pandas = pytest.importorskip("pandas")
    X, y = small_data
    clf = SoftmaxMLPClassifierCV((3,), alphas=[10.0], cv=2, random_state=0)
    with pytest.raises(TypeError, match="X has dates or time spans"):
        clf.fit(X.astype("datetime64[D]"), y)
    clf.fit(X, pandas.Series(y, dtype="Int64"))
    assert clf.classes_.dtype == np.int64


def test_doubts_about_the_last_fit_are_said_at_the_users_line(rng):
    """Once, after all has been set: those of folds are of their validation data."""
    X = rng.normal(size=(120, 3))
    y = (X[:, 0] > 0).astype(int)
    clf = classifier(early_stopping=True, hidden_layer_sizes=(4,))
    for X_val, message in (
        (rng.permutation(X), "hardly trained"),
        (100 * X + 300, "X_val is not what X is"),
    ):
        with pytest.warns(UserWarning, match=message) as warned:
            clf.fit(X, y, X_val=X_val, y_val=y)
        assert [warning.filename for warning in warned] == [__file__]
        assert clf.best_score_ < 0
