"""Scores of one alpha after the other on the same folds, until they are clearly worse.

And so of one encoding after the other. Knows a classifier by its public interface
alone: `alpha`, `encoding`, `class_weight`, `fit`, `n_iter_`, `convergence_`.
"""

import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from inspect import signature
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata
from sklearn.base import ClassifierMixin, clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import _safe_indexing
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import _check_method_params

from sksoftmax._features.encoding import EncodingName
from sksoftmax._minimizer.progress import report
from sksoftmax._rows.namespace import as_numpy, local
from sksoftmax._selection.judge import Judge
from sksoftmax._sklearn.frequent import IDENTIFIERS
from sksoftmax._sklearn.labels import beside_predictions
from sksoftmax._sklearn.ordered_text import ORDERED_TEXT
from sksoftmax._sklearn.validation import MatrixLike

Array = NDArray[np.floating]
Fold = tuple[NDArray[np.integer], NDArray[np.integer]]

# Of the best score. Where alpha is so large that all weights are zero, scores differ by
# less, and those differences hardly from fold to fold.
_CLEAR_DIFFERENCE = 0.01


class Samples(NamedTuple):
    """Data whose rows the folds divide.

    Attributes
    ----------
    X : {ndarray, CSR, frame} of shape (n_samples, n_features)
    y : {ndarray, series} of shape (n_samples,)
    fit_params : dict
        Arrays with a value for each sample, for `fit`, or None.
    score_params : dict
        The same for the scorer.
    """

    X: MatrixLike
    y: ArrayLike
    fit_params: dict
    score_params: dict


class Candidate(NamedTuple):
    """Parameters to choose from."""

    alpha: float
    encoding: EncodingName


class FoldFit(NamedTuple):
    """One fit to the training part of a fold, scored on the rest."""

    score: float
    reason: str
    n_iter: int
    fit_time: float
    score_time: float


Fits = dict[Candidate, list[FoldFit]]


def fit_folds(
    clf: ClassifierMixin,
    alphas: Sequence[float],
    samples: Samples,
    folds: list[Fold],
    scorer: Callable,
    *,
    encodings: Iterable[EncodingName] = ("linear",),
    n_jobs: int | None = None,
    verbose: int = 0,
    announce: Callable[[], object] = lambda: None,
    callback: Callable[[], bool] = lambda: False,
    **common: Any,
) -> Fits:
    """Fit all folds with each alpha, up to two that are clearly past the best.

    A finer encoding is tried only where the one before it has the best score so far.

    Parameters
    ----------
    clf : classifier
        Clones of which are fitted.
    alphas : sequence of float
        The largest first.
    samples : Samples
    folds : list of (train, test)
        Rows.
    scorer : callable
        `scorer(clf, X, y, **score_params)`, the larger the better.
    encodings : iterable of str
        The simplest first. Alphas are walked through for each.
    n_jobs : int
        Folds at a time.
    verbose : int
        Print a line for each candidate.
    announce : callable
        Called before each candidate.
    callback : callable
        Called after each candidate; ends all walks where it returns True.
    **common : dict
        What all fits are given alike.

    Returns
    -------
    fits : dict of list of FoldFit
        Of each candidate that was tried, of each fold.
    """
    fits: Fits = {}
    with Parallel(n_jobs=n_jobs) as parallel:
        for encoding in encodings:
            walk: Fits = {}
            for candidate in (Candidate(alpha, encoding) for alpha in alphas):
                announce()
                one = clone(clf).set_params(**candidate._asdict())
                walk[candidate] = parallel(
                    delayed(_fit_fold_or_tell)(one, samples, *fold, scorer, common)
                    for fold in enumerate(folds)
                )
                if verbose:
                    report(_progress(walk))
                is_over = callback()
                if is_over or is_past_the_best(scores_of(walk)):
                    break
            fits |= walk
            if is_over or best_of(fits).encoding != encoding:
                break
    return fits


@np.errstate(all="ignore")
def _progress(walk: Fits) -> str:
    """What the last candidate has scored."""
    alpha, encoding = list(walk)[-1]
    loss, error, _ = _judge_of(scores_of(walk)).loss(len(walk) - 1)
    return f"alpha = {alpha:.3g}, {encoding}, score = {-loss:.6g} +- {error:.2g}"


def scores_of(fits: Fits) -> Array:
    """Scores of shape (n_folds, n_candidates)."""
    return np.array([[fit.score for fit in of_one] for of_one in fits.values()]).T


def best_of(fits: Fits) -> Candidate:
    """The one with the largest mean score; of equal ones the first, the simplest."""
    return list(fits)[int(mean_scores(scores_of(fits)).argmax())]


def lacking_classes(y: NDArray, folds: list[Fold]) -> list[int]:
    """Numbers of the folds whose training part does not have all classes."""
    classes = _classes(y, None)
    return [
        k
        for k, (train, _) in enumerate(folds)
        if _classes(y, train).size < classes.size
    ]


@np.errstate(all="ignore")
def mean_scores(scores: Array) -> Array:
    """Mean over the folds where any has a score; -inf for what lacks one of these.

    It is that of GridSearchCV to the bit: so are ties.
    """
    means = np.average(_comparable(scores), axis=1)
    return np.where(np.isnan(means), -np.inf, means)


def _comparable(scores: Array) -> Array:
    """Scores of each candidate in a row, without the folds where none has any."""
    is_scored = ~np.isnan(scores).all(axis=1)
    kept = scores[is_scored] if is_scored.any() else scores
    return np.ascontiguousarray(kept.T)


@np.errstate(all="ignore")
def _deviations(scores: Array) -> Array:
    """Standard deviations where `mean_scores` has the means; NaN where it has none.

    Powers of two are divided out, which rounds nothing: not all squares are finite.
    """
    apart = _comparable(scores) - mean_scores(scores)[:, np.newaxis]
    _, exponents = np.frexp(np.abs(apart).max(axis=1))
    squares = np.ldexp(apart, -exponents[:, np.newaxis]) ** 2
    return np.ldexp(np.sqrt(np.average(squares, axis=1)), exponents)


@np.errstate(all="ignore")
def is_past_the_best(scores: Array) -> bool:
    """Whether the last two alphas are worse than the best by more than chance.

    That is by more than a hundredth of the best score, and by more than the standard
    error, over the folds, of the difference; of a single fold nothing is known of that.
    """
    means = mean_scores(scores)
    best = int(means.argmax())
    least = _CLEAR_DIFFERENCE * abs(means[best])
    judge = _judge_of(scores)
    behind = [judge.difference(k, best) for k in range(best + 1, scores.shape[1])[-2:]]
    return len(behind) == 2 and all(
        mean > max(error if n > 1 else 0.0, least) for mean, error, n in behind
    )


def _judge_of(scores: Array) -> Judge:
    """For which each fold is an observation, and alphas are numbered."""
    judge = Judge()
    for fold, of_fold in enumerate(scores):
        judge.set_part(fold, np.ones(1), np.ones(1))
        for k in np.flatnonzero(~np.isnan(of_fold)).tolist():
            judge.hear(k, fold, -of_fold[[k]])
    return judge


@np.errstate(all="ignore")
def neg_log_loss(
    clf: ClassifierMixin,
    X: MatrixLike,
    y: ArrayLike,
    sample_weight: Array | None = None,
) -> float:
    """Mean log-probability of the labels; those that `clf` does not know are left out.

    `sklearn.metrics.log_loss` takes no such labels, and none of `predict_log_proba`.
    NaN, where nothing is left.
    """
    y, classes = np.asarray(local(y)), as_numpy(clf.classes_)
    known = np.isin(y, classes)
    weights = np.ones(len(y)) if sample_weight is None else local(sample_weight)
    weights = weights[known]
    if not weights.any():
        return np.nan
    codes = np.searchsorted(classes, y[known])
    X = _safe_indexing(X, np.flatnonzero(known))
    log_p = as_numpy(clf.predict_log_proba(X))[np.arange(codes.size), codes]
    weights = weights / weights.max()  # their sum is finite; equal ones are none
    return float(np.average(log_p.astype(np.float64), weights=weights))


def takes_weights(scorer: Callable) -> bool:
    """Whether a scorer has a `sample_weight`, as far as its signature tells."""
    function = getattr(scorer, "_score_func", scorer)  # scikit-learn's take any
    with suppress(ValueError):  # some functions written in C tell none
        try:
            signature(function).bind_partial(sample_weight=None)
        except TypeError:
            return False
    return True


def cv_results(fits: Fits) -> dict[str, NDArray]:
    """Everything in the format of `GridSearchCV.cv_results_`."""
    scores = scores_of(fits)
    means = mean_scores(scores)
    alphas, encodings = zip(*fits, strict=True)
    results = {
        "param_alpha": np.array(alphas),
        "param_encoding": np.array(encodings),
        "params": np.array([candidate._asdict() for candidate in fits]),
    }
    for fold, row in enumerate(scores):
        results[f"split{fold}_test_score"] = row
    results["mean_test_score"] = means
    results["std_test_score"] = _deviations(scores)
    results["rank_test_score"] = rankdata(-means, method="min").astype(np.int32)
    for name in ("fit_time", "score_time"):
        seconds = np.array([[getattr(f, name) for f in row] for row in fits.values()])
        results[f"mean_{name}"] = seconds.mean(axis=1)
        results[f"std_{name}"] = seconds.std(axis=1)
    for fold, of_fold in enumerate(zip(*fits.values(), strict=True)):
        results[f"split{fold}_n_iter"] = np.array([fit.n_iter for fit in of_fold])
    return results


def _classes(y: ArrayLike, rows: NDArray[np.integer] | None) -> NDArray:
    """Labels of some rows, None for all."""
    return np.unique(np.asarray(_safe_indexing(y, rows)))


def _fit_fold_or_tell(
    clf: ClassifierMixin,
    samples: Samples,
    number: int,
    fold: Fold,
    scorer: Callable,
    common: dict,
) -> FoldFit:
    """What goes wrong is about a part of the samples: an error says which."""
    try:
        return _fit_fold(clf, samples, fold, scorer, common)
    except Exception as error:
        train, test = fold
        n_classes, n_train, n_test = (
            _classes(samples.y, rows).size for rows in (None, train, test)
        )
        error.add_note(
            f"This is fold {number} of cv, with alpha={clf.alpha:g} and "
            f"encoding={clf.encoding!r}: of {n_classes} classes, the {train.size} "
            f"samples to fit have {n_train}, the {test.size} to score {n_test}."
        )
        raise


def _fit_fold(
    clf: ClassifierMixin, samples: Samples, fold: Fold, scorer: Callable, common: dict
) -> FoldFit:
    X, y, fit_params, score_params = samples
    train, test = fold
    clf, common = _for_labels(clone(clf), _classes(y, train), common)
    began = time.perf_counter()
    with warnings.catch_warnings():
        # Told once for all, by the reasons and of all samples.
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.filterwarnings("ignore", "The weights of .* samples sum to")
        warnings.filterwarnings("ignore", "X does not have valid feature names")
        warnings.filterwarnings("ignore", "early_stopping")
        warnings.filterwarnings("ignore", "standardize=False: the mean of")
        warnings.filterwarnings("ignore", ORDERED_TEXT)
        warnings.filterwarnings("ignore", IDENTIFIERS)
        clf.fit(
            _safe_indexing(X, train),
            _safe_indexing(y, train),
            **_check_method_params(X, fit_params, train),
            **common,
        )
    fitted = time.perf_counter()
    y_test = _safe_indexing(y, test)
    score_params = _check_method_params(X, score_params, test)
    y_test, score_params = beside_predictions(X, y_test, score_params)
    score = _score(scorer, clf, _safe_indexing(X, test), y_test, score_params)
    return FoldFit(
        score,
        clf.convergence_.reason,
        clf.n_iter_,
        fitted - began,
        time.perf_counter() - fitted,
    )


def _score(
    scorer: Callable, clf: ClassifierMixin, X: Any, y: Any, score_params: dict
) -> float:
    try:
        score = scorer(clf, X, y, **score_params)
    except Exception as error:
        error.add_note(f"It was raised by {scorer!r}, which is scoring.")
        raise
    if hasattr(score, "item"):
        with suppress(ValueError):  # of more than one
            score = score.item()
    if not isinstance(score, Real):
        raise ValueError(
            f"scoring must give a number, the larger the better; got {score!r} from "
            f"{scorer!r}."
        )
    return float(score)


def _for_labels(
    clf: ClassifierMixin, labels: NDArray, common: dict
) -> tuple[ClassifierMixin, dict]:
    """Without class weights and validation data of labels that a fold does not have."""
    if isinstance(clf.class_weight, dict):
        known = labels.tolist()
        weights = {c: w for c, w in clf.class_weight.items() if c in known}
        clf.set_params(class_weight=weights)
    if common.get("y_val") is not None:
        known = np.isin(common["y_val"], labels)
        rows = None if known.all() else np.flatnonzero(known)
        common = {
            name: None if value is None else _safe_indexing(value, rows)
            for name, value in common.items()
        }
    return clf, common
