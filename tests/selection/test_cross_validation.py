"""The walk over alphas: where it ends, and what it returns."""

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import get_scorer, log_loss, make_scorer
from sklearn.model_selection import GridSearchCV

from sksoftmax import SoftmaxMLPClassifier
from sksoftmax._selection.cross_validation import (
    Candidate,
    FoldFit,
    Samples,
    best_of,
    cv_results,
    fit_folds,
    is_past_the_best,
    mean_scores,
    neg_log_loss,
    takes_weights,
)

NAN = np.nan


def fits_of(scores, *candidates):
    """Fits with scores that are given, one column for each candidate."""
    candidates = candidates or [(-k, "linear") for k in range(scores.shape[1])]
    return {
        Candidate(*candidate): [FoldFit(s, "tol", 5, 1.0, 0.1) for s in of_one]
        for candidate, of_one in zip(candidates, scores.T, strict=True)
    }


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([[-3, -2, -1, -0.5]], False),  # still better
        ([[-3, -1, -2, -3]], True),
        ([[-1, -2]], False),  # one is not enough
        ([[-1, -2, -1.5, -3]], True),
        ([[-1, -2, -0.9, -3]], False),
        ([[-1, -1.0, -1.0]], False),  # no difference
        ([[-1, -2, -2], [-2, -1, -1]], False),  # means alike, for chance
        ([[-1, -2, -2], [-2, -1.5, -1.5]], False),
        ([[-1, -2, -2], [-2, -2.9, -3.1]], True),
        ([[-1, NAN, -2]], False),  # nothing is known
        ([[-1, -2, -2], [NAN, NAN, NAN]], True),  # of one fold, but of the other
        ([[-1, -np.inf, -np.inf]], True),
        ([[-1, -1.009, -1.009], [-2, -2.018, -2.018]], False),  # by less than 1 %
        ([[-1, -1.011, -1.011], [-2, -2.022, -2.022]], True),
    ],
)
def test_walk_ends_where_two_are_clearly_worse(scores, expected):
    """By more than 1 % and the standard error of the difference, in succession."""
    assert is_past_the_best(np.array(scores, dtype=float)) == expected


def test_means_are_over_folds_with_a_score():
    """One fold without all classes does not spoil an alpha; all of them do."""
    scores = np.array([[-1, -5, -np.inf], [NAN, NAN, NAN], [-2, -5, -1]])
    np.testing.assert_array_equal(mean_scores(scores), [-1.5, -5, -np.inf])
    results = cv_results(fits_of(scores))
    np.testing.assert_array_equal(results["std_test_score"], [0.5, 0, NAN])
    np.testing.assert_array_equal(mean_scores(scores[[1, 1]]), [-np.inf] * 3)


def test_what_lacks_a_score_that_others_have_is_last():
    """As in a grid search: it may lack that of the fold which is the hardest."""
    scores = np.array([[0.70, 0.78, 0.86, NAN], [NAN, 0.74, 0.88, NAN]])
    fits = fits_of(scores)
    assert best_of(fits) == list(fits)[2]
    results = cv_results(fits)
    assert results["rank_test_score"].tolist() == [3, 2, 1, 3]
    np.testing.assert_array_equal(np.isnan(results["std_test_score"]), [1, 0, 0, 1])


@pytest.mark.parametrize("size", [5e-324, 1e-300, 1e200, 5e307])
def test_no_size_of_scores_is_too_large_or_small(size):
    """Whose squares float64 does not have, whatever the caller does about overflow."""
    scores = size * np.array([[1.0, 1, 0, 0], [-1, -3, 0, 0]])
    with np.errstate(all="raise"):
        found = cv_results(fits_of(scores[:, ::2]))["std_test_score"]
        assert not is_past_the_best(scores)
    np.testing.assert_array_equal(found, [size, 0])


@pytest.mark.parametrize("size", [5e-324, 0.3, 1.7e308])
def test_weights_of_any_size_weigh_scores(size):
    """Their sum may be one that float64 does not have."""
    X, y = load_iris(return_X_y=True)
    clf = LogisticRegression(max_iter=1000).fit(X, y)
    with np.errstate(all="raise"):
        score = neg_log_loss(clf, X, y, sample_weight=np.full(len(y), size))
    assert score == neg_log_loss(clf, X, y)


@pytest.mark.parametrize("n_folds", [2, 3, 5, 10, 30])
def test_means_are_rounded_as_by_a_grid_search(rng, n_folds):
    """To the bit: alphas that tie there tie here."""
    X, y = load_iris(return_X_y=True)
    scores = rng.uniform(size=(n_folds, 2))
    given = iter(scores.T.ravel())
    search = GridSearchCV(
        DummyClassifier(),
        {"random_state": [0, 1]},
        scoring=lambda clf, X, y: next(given),
        cv=n_folds,
        refit=False,
    ).fit(X, y)
    results = cv_results(fits_of(scores))
    for name in ("mean_test_score", "std_test_score", "rank_test_score"):
        np.testing.assert_array_equal(results[name], search.cv_results_[name])


def test_score_is_the_log_loss(rng):
    """That of scikit-learn, where it is defined."""
    X, y = load_iris(return_X_y=True)
    weights = rng.uniform(size=len(y))
    clf = LogisticRegression(max_iter=1000).fit(X, y)
    score = neg_log_loss(clf, X, y, sample_weight=weights)
    expected = log_loss(y, clf.predict_proba(X), sample_weight=weights)
    assert score == pytest.approx(-expected, rel=1e-12)


def test_labels_that_are_unknown_are_not_scored():
    """No classifier knows the probability of a class that it has not seen."""
    X, y = load_iris(return_X_y=True)
    names = np.array(["a", "b", "c"])[y]
    clf = LogisticRegression(max_iter=1000).fit(X[y != 1], names[y != 1])
    score = neg_log_loss(clf, X, names)
    assert score == neg_log_loss(clf, X[y != 1], names[y != 1])
    assert np.isnan(neg_log_loss(clf, X[y == 1], names[y == 1]))
    assert np.isnan(neg_log_loss(clf, X, names, sample_weight=(y == 1) * 1.0))


def walk(alphas, scores, **options):
    """`fit_folds` with scores that are given, of two folds.

    Of several encodings there is a list of scores for each.
    """
    X, y = load_iris(return_X_y=True)
    encodings = options.get("encodings", ["linear"])
    scores = np.reshape(scores, (len(encodings), len(alphas)))
    rows = np.arange(len(y))
    folds = [(rows[::2], rows[1::2]), (rows[1::2], rows[::2])]
    clf = SoftmaxMLPClassifier((), random_state=0)
    return fit_folds(
        clf,
        alphas,
        Samples(X, y, {"sample_weight": None}, {}),
        folds,
        lambda clf, X, y: scores[
            encodings.index(clf.encoding), alphas.index(clf.alpha)
        ].item(),
        **options,
    )


def test_smaller_alphas_are_not_tried_for_nothing():
    """The two that ended the walk are in its results, and no others."""
    alphas = [30.0, 10.0, 3.0, 1.0, 0.3]
    assert len(walk(alphas, [-3, -1, -2, -3, -4])) == 4
    assert len(walk(alphas, [-5, -4, -3, -2, -1])) == 5


ENCODINGS = ["linear", "piecewise", "fine-piecewise"]


@pytest.mark.parametrize(
    ("scores", "tried", "best"),
    [
        ([[-1, -2], [-1, -3], [0, 0]], ENCODINGS[:2], (3.0, "linear")),
        ([[-1, -2], [-3, -0.9], [-2, -2]], ENCODINGS, (1.0, "piecewise")),
        ([[-1, -2], [-3, -0.9], [-0.8, -1]], ENCODINGS, (3.0, "fine-piecewise")),
    ],
)
def test_finer_encodings_are_tried_where_coarser_ones_win(scores, tried, best):
    """And each is walked through on its own."""
    fits = walk([3.0, 1.0], scores, encodings=ENCODINGS)
    assert list(fits) == [(alpha, name) for name in tried for alpha in (3.0, 1.0)]
    assert best_of(fits) == best


def test_of_equal_candidates_the_simplest_is_best():
    """The one with the largest alpha, of the coarsest encoding."""
    fits = walk([3.0, 1.0], [[-2, -1], [-1, -1]], encodings=ENCODINGS[:2])
    assert list(fits)[-1] == (1.0, "piecewise")
    assert best_of(fits) == (1.0, "linear")


def test_each_encoding_has_a_walk_of_its_own():
    """One ends where its own scores do, though others were better."""
    alphas = [30.0, 10.0, 3.0, 1.0, 0.3]
    scores = [[-1, -2, -2, -1, -1], [-5, -4, -3, -2, -1.5]]
    tried = list(walk(alphas, scores, encodings=ENCODINGS[:2]))
    assert [encoding for _, encoding in tried] == ["linear"] * 3 + ["piecewise"] * 5


def test_a_stop_ends_all_walks():
    """Told before and after each candidate, callbacks end more than one encoding."""
    told = []
    fits = walk(
        [3.0, 1.0],
        [[-2, -1], [0, 0]],
        encodings=ENCODINGS[:2],
        announce=lambda: told.append("begin"),
        callback=lambda: told.append("end") or len(told) == 4,
    )
    assert list(fits) == [(3.0, "linear"), (1.0, "linear")]
    assert told == ["begin", "end"] * 2


def test_progress_tells_each_candidate(capsys):
    """In a line, with the encoding and the standard error."""
    walk([3.0, 1.0], [[-3, -2], [-1, -1]], encodings=ENCODINGS[:2], verbose=1)
    assert capsys.readouterr().out.splitlines() == [
        "alpha = 3, linear, score = -3 +- 0",
        "alpha = 1, linear, score = -2 +- 0",
        "alpha = 3, piecewise, score = -1 +- 0",
        "alpha = 1, piecewise, score = -1 +- 0",
    ]


def test_error_of_a_score_is_that_of_the_mean(capsys):
    """The sample's standard deviation, with ddof=1, by the root of the folds."""
    scores = iter([-1.0, -4.0])
    X, y = load_iris(return_X_y=True)
    rows = np.arange(len(y))
    fit_folds(
        SoftmaxMLPClassifier((), random_state=0),
        [1.0],
        Samples(X, y, {"sample_weight": None}, {}),
        [(rows[::2], rows[1::2]), (rows[1::2], rows[::2])],
        lambda clf, X, y: next(scores),
        verbose=1,
    )
    error = np.std([-1, -4], ddof=1) / np.sqrt(2)
    line = f"alpha = 1, linear, score = -2.5 +- {error:.2g}\n"
    assert capsys.readouterr().out == line


def test_a_score_may_be_an_array_of_one_number():
    """As a grid search takes it."""
    X, y = load_iris(return_X_y=True)
    rows = np.arange(len(y))
    fits = fit_folds(
        SoftmaxMLPClassifier((), random_state=0),
        [1.0],
        Samples(X, y, {"sample_weight": None}, {}),
        [(rows[::2], rows[1::2])],
        lambda clf, X, y: np.array(0.5),
    )
    assert [[fit.score for fit in of_one] for of_one in fits.values()] == [[0.5]]


def test_parameters_by_sample_follow_the_folds():
    """Weights are divided as rows are; what is common is not, however long."""
    X, y = load_iris(return_X_y=True)
    seen = []

    class Recorder(SoftmaxMLPClassifier):
        def fit(self, X, y, sample_weight=None, *, X_val=None):
            np.testing.assert_array_equal(sample_weight, X[:, 0])
            assert X_val.shape == (150, 4)
            return super().fit(X, y)

    def scorer(clf, X, y, sample_weight):
        np.testing.assert_array_equal(sample_weight, X[:, 1])
        seen.append(len(y))
        return 0.0

    rows = np.arange(len(y))
    fits = fit_folds(
        Recorder((), random_state=0),
        [1.0],
        Samples(X, y, {"sample_weight": X[:, 0]}, {"sample_weight": X[:, 1]}),
        [(rows[10:], rows[:10])],
        scorer,
        X_val=X,
    )
    assert seen == [10]
    ((fit,),) = fits.values()
    assert fit.n_iter > 1


@pytest.mark.parametrize(
    ("scorer", "expected"),
    [
        (neg_log_loss, True),
        (get_scorer("accuracy"), True),
        (get_scorer("rand_score"), False),
        (lambda clf, X, y: 0, False),
        (lambda clf, X, y, /, sample_weight=None: 0, True),
        (lambda clf, X, y, **params: 0, True),
        (make_scorer(max), True),  # written in C: it is tried
    ],
)
def test_scorers_tell_whether_they_take_weights(scorer, expected):
    """Functions, and scorers that scikit-learn makes of them."""
    assert takes_weights(scorer) == expected


def test_results_are_those_of_a_grid_search():
    """Names and shapes; the largest score has rank 1."""
    fits = {
        Candidate(10.0, "linear"): [
            FoldFit(-3.0, "tol", 5, 1.0, 0.1),
            FoldFit(-1.0, "tol", 7, 2.0, 0.3),
        ],
        Candidate(1.0, "piecewise"): [
            FoldFit(-1.5, "tol", 9, 4.0, 0.1),
            FoldFit(-1.5, "tol", 8, 4.0, 0.1),
        ],
    }
    results = cv_results(fits)
    expected = {
        "param_alpha": [10, 1],
        "split0_test_score": [-3, -1.5],
        "split1_test_score": [-1, -1.5],
        "mean_test_score": [-2, -1.5],
        "std_test_score": [1, 0],
        "rank_test_score": [2, 1],
        "mean_fit_time": [1.5, 4],
        "std_fit_time": [0.5, 0],
        "mean_score_time": [0.2, 0.1],
        "std_score_time": [0.1, 0],
        "split0_n_iter": [5, 9],
        "split1_n_iter": [7, 8],
    }
    assert results.keys() == {*expected, "param_encoding", "params"}
    for name, values in expected.items():
        np.testing.assert_allclose(results[name], values, err_msg=name)
    assert results["param_encoding"].tolist() == ["linear", "piecewise"]
    assert results["params"].tolist() == [
        {"alpha": 10.0, "encoding": "linear"},
        {"alpha": 1.0, "encoding": "piecewise"},
    ]
