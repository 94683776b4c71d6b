"""The estimator that chooses `alpha`, and an encoding, by cross-validation."""

import warnings
from collections.abc import Callable, Iterable, Sequence
from numbers import Integral
from typing import Any, ClassVar, Literal, Self, cast

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import check_scoring, get_scorer_names
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    _raise_for_params,
    _routing_enabled,
    process_routing,
)
from sklearn.utils.validation import check_is_fitted

from sksoftmax._classifier import SoftmaxMLPClassifier
from sksoftmax._device.rows import DeviceRows, given_rows, rows_beside, rows_on_device
from sksoftmax._features.encoding import EncodingName
from sksoftmax._rows.matrix import Matrix
from sksoftmax._rows.namespace import local
from sksoftmax._selection.cross_validation import (
    Candidate,
    Fits,
    Fold,
    Samples,
    best_of,
    cv_results,
    fit_folds,
    lacking_classes,
    mean_scores,
    neg_log_loss,
    scores_of,
    takes_weights,
)
from sksoftmax._selection.inputs import offered
from sksoftmax._sklearn.callbacks import FitTask
from sksoftmax._sklearn.categories import as_table
from sksoftmax._sklearn.convergence import convergence_warnings
from sksoftmax._sklearn.errors import renamed
from sksoftmax._sklearn.fit_params import of_validation, refuse_fit_params
from sksoftmax._sklearn.fitted import forget, restored_on_failure
from sksoftmax._sklearn.folds import frame_or_array, rows_of, splitter_of
from sksoftmax._sklearn.frequent import IDENTIFIERS
from sksoftmax._sklearn.ordered_text import ORDERED_TEXT
from sksoftmax._sklearn.training_data import TrainingData
from sksoftmax._sklearn.validation import MatrixLike, validates_parameters
from sksoftmax._sklearn.warning import warn
from sksoftmax._training.early_stopping import check_validation_data

Array = NDArray[np.floating]

# Powers of ten between which `alphas` puts its grid. On the data sets of
# docs/benchmarks/quality the best alpha is mostly between 0.1 and 30.
_LARGEST, _SMALLEST = 2, -2
_MOST_ALPHAS = 1000


class SoftmaxMLPClassifierCV(SoftmaxMLPClassifier):
    """:class:`SoftmaxMLPClassifier` with `alpha` chosen by cross-validation.

    Every alpha of a grid is scored on the same folds, from the largest to where smaller
    ones are clearly worse, and the best is fitted to all samples. So is every encoding
    of columns, with `encoding="auto"`.

    Parameters
    ----------
    hidden_layer_sizes : int or array-like of int, default=(100,)
        Units of each hidden layer; `()` for none.

    activation : str or sequence of str, default="relu"
        Activation of the hidden layers, or one for each, as of
        :class:`SoftmaxMLPClassifier`.

    alphas : int or array-like of float, default=9
        Strengths of the L2 penalty to choose from. An int is a number of them, from 2
        to 1000, from 100 to 0.01 in equal steps of the logarithm.

    cv : int, cross-validation generator or iterable, default=None
        Folds, as of :class:`~sklearn.model_selection.GridSearchCV`: None is five, of
        each class in proportion. They are drawn once. An iterable gives pairs of the
        rows to fit and those to score, as integers or as masks.

    scoring : str or callable, default=None
        What alpha is chosen by, the larger the better. None is the negative log-loss,
        without samples of classes that the training part of their fold lacks;
        "accuracy" and others are those of :func:`sklearn.metrics.get_scorer`. A
        callable `scoring(clf, X, y)` is given the rows of a fold as `fit` was: of a
        data frame a data frame.

    class_weight : dict, "balanced" or None, default=None
        Weights of the classes in each fit. They do not count in scores.

    encoding : {"auto", "linear", "piecewise", "fine-piecewise"}, default="linear"
        What columns are to the first layer, as of :class:`SoftmaxMLPClassifier`. "auto"
        chooses by the scores, too: alphas are walked through for "linear", then for
        "piecewise", and where that is better for "fine-piecewise". It takes several
        times as long. Columns that are "linear" are so beyond the training data, too.

    categorical_features : array-like, "from_dtype" or None, default="from_dtype"
        Which columns hold categories, as of :class:`SoftmaxMLPClassifier`. Each fold
        knows those of its training part.

    max_categories : int, default=1000
        Of a column with more, the rarest share an input, and so do all that are in one
        row. Equal rows with one label are one here, unless others have several, and
        weights do not count.

    standardize : bool, default=True
        Fit to features with mean 0 and standard deviation 1, of the training part of
        each fold.

    max_iter : int, default=500
        Most iterations of each fit.

    tol : float, default=5e-3
        Part of the objective that ten iterations of a fit must gain for it to go on.

    max_time : float or None, default=None
        Seconds after which each fit ends.

    early_stopping : bool, default=False
        End each fit, of folds and of all samples, by the log-loss on validation data of
        its own: a part of its training samples, or `X_val`.

    validation_fraction : float, default=0.1
        The part that early stopping sets aside.

    n_iter_no_change : int, default=10
        Iterations that early stopping waits for a gain.

    n_jobs : int, default=None
        Folds that are fitted at a time, in processes of their own. None is 1, unless in
        a :func:`joblib.parallel_config` context. Each fit has threads also without it.

    random_state : int, RandomState instance or None, default=None
        Draws initial coefficients and samples, the same in each fit.

    verbose : bool or int, default=0
        1 prints a line for each alpha, 2 also what each fit prints.

    Attributes
    ----------
    alpha_ : float
        The chosen alpha.

    best_score_ : float
        Mean score of the chosen alpha, and encoding, over the folds.

    alphas_ : ndarray of shape (n_candidates,)
        Those that were tried, the largest first, of one encoding after the other.

    encodings_ : ndarray of str of shape (n_candidates,)
        The encoding with which each was tried.

    scores_ : ndarray of shape (n_folds, n_candidates)
        What they scored.

    cv_results_ : dict of ndarray
        The same in the format of :class:`~sklearn.model_selection.GridSearchCV`: alphas
        and encodings; means, standard deviations and ranks of the scores; seconds; and
        `split0_n_iter` and so on, the iterations of each fit. Where an alpha has no
        score (NaN) on a fold on which another one has, its mean is -inf.

    classes_ : ndarray of shape (n_classes,)
        Class labels, sorted.

    class_weight_ : ndarray of shape (n_classes,)
        Weights of the classes: ones without `class_weight`.

    n_features_in_ : int
        Number of features seen during `fit`.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, where `X` had names that are all strings.

    coefs_ : list of ndarray
        `coefs_[i]`, of shape (units of layer i, units of layer i + 1), are the weights
        between layers i and i + 1, in the units and the dtype of `X`.

    intercepts_ : list of ndarray
        `intercepts_[i]`, of shape (units of layer i + 1,), belong to layer i + 1.

    encoding_ : {"linear", "piecewise", "fine-piecewise"}
        What the columns are to the first layer: with `encoding="auto"`, the chosen one.

    encoder_ : ColumnEncoder
        The transformer from `X` to the inputs of the first layer.

    feature_importances_ : ndarray of shape (n_features,)
        Part of each column in the sum of squares of the first layer's weights.

    n_iter_ : int
        Iterations of the fit to all samples, as all that follows is about that one.

    loss_ : float
        Objective at the fitted weights, penalty included.

    loss_curve_ : list of float
        Objective after each iteration.

    validation_loss_curve_ : list of float
        With `early_stopping`, the log-loss on the validation data after each iteration.

    best_validation_loss_ : float
        With `early_stopping`, that of the fitted weights.

    best_iter_ : int
        With `early_stopping`, the iterations that led to the fitted weights.

    stages_ : list of (n_samples, n_iter)
        How many samples the iterations of `loss_curve_` were on.

    convergence_ : (reason, n_iter, n_evaluations, gradient_norm, seconds)
        Why the fit ended, as of :class:`SoftmaxMLPClassifier`.

    n_layers_ : int
        Number of layers, input and output included.

    n_outputs_ : int
        Units of the output layer, one for each class.

    out_activation_ : str
        "softmax".

    See Also
    --------
    SoftmaxMLPClassifier : Chooses alpha, encodings and relevances by held-out samples,
        of fewer fits, with `alpha="auto"`.
    sklearn.model_selection.GridSearchCV : Searches any parameters.

    Notes
    -----
    The scores are those of `GridSearchCV(SoftmaxMLPClassifier(), {"alpha": alphas},
    scoring="neg_log_loss")`, with "encoding" beside "alpha" where that is searched, and
    so is the fit to all samples that of `SoftmaxMLPClassifier(alpha=alpha_,
    encoding=encoding_)`, bit for bit. What this class adds is that it ends the walk:
    where two alphas in succession have scored worse than the best one of the same
    encoding by more than a hundredth, and by more than the standard error, over the
    folds, of the difference, the smaller ones, which take most iterations, are not
    tried. Relevances are not searched.

    Each fit is from random weights, not from those of the next larger alpha. The
    objective is not convex, so that the way to a minimum decides which it is: to walk
    from one to the next takes 60 % of the iterations, but units that a large alpha has
    put to sleep stay so, and the log-loss with the best alpha is 5 to 6 % higher
    (docs/benchmarks/quality/README.md).

    `sample_weight` counts in fits and in scores; with metadata routing enabled, in
    scores by a given `scoring` where that requests it. `score` is the accuracy, as of
    every classifier.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sksoftmax import SoftmaxMLPClassifierCV
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = SoftmaxMLPClassifierCV(alphas=[10, 1, 0.1], random_state=0).fit(X, y)
    >>> clf.alpha_
    1.0
    >>> clf.scores_.shape
    (5, 3)
    >>> clf.encodings_.tolist()
    ['linear', 'linear', 'linear']
    """

    best_score_: float
    alphas_: Array
    scores_: Array
    cv_results_: dict[str, NDArray[Any]]

    _parameter_constraints: ClassVar[dict] = {
        **{
            name: constraint
            for name, constraint in SoftmaxMLPClassifier._parameter_constraints.items()
            if name not in ("alpha", "relevance", "warm_start")
        },
        "alphas": ["array-like", Integral],
        "cv": ["cv_object"],
        # Not a set, whose order in errors is another one in each process.
        "scoring": [
            StrOptions(dict.fromkeys(sorted(get_scorer_names())).keys()),
            callable,
            None,
        ],
        "n_jobs": [Integral, None],
    }

    def __init__(
        self,
        hidden_layer_sizes: ArrayLike = (100,),
        activation: str | Sequence[str] = "relu",
        *,
        alphas: int | Sequence[float] | Array = 9,
        cv: Any = None,
        scoring: str | Callable[..., float] | None = None,
        class_weight: dict[Any, float] | Literal["balanced"] | None = None,
        encoding: EncodingName | Literal["auto"] = "linear",
        categorical_features: ArrayLike | Literal["from_dtype"] | None = "from_dtype",
        max_categories: int = 1000,
        standardize: bool = True,
        max_iter: int = 500,
        tol: float = 5e-3,
        max_time: float | None = None,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
        n_jobs: int | None = None,
        random_state: int | np.random.RandomState | None = None,
        verbose: int = 0,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.alphas = alphas
        self.cv = cv
        self.scoring = scoring
        self.class_weight = class_weight
        self.encoding = encoding
        self.categorical_features = categorical_features
        self.max_categories = max_categories
        self.standardize = standardize
        self.max_iter = max_iter
        self.tol = tol
        self.max_time = max_time
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose

    @validates_parameters
    def fit(
        self,
        X: MatrixLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        *,
        X_val: MatrixLike | None = None,
        y_val: ArrayLike | None = None,
        sample_weight_val: ArrayLike | None = None,
        **params: Any,
    ) -> Self:
        """Choose alpha and the encoding, and fit the network with them to all samples.

        A fit that raises, or is interrupted before the last fit, leaves the estimator
        as it was.

        Parameters
        ----------
        X : {array-like, frame, sparse matrix} of shape (n_samples, n_features)
            Training data.

        y : array-like of shape (n_samples,)
            Class labels.

        sample_weight : array-like of shape (n_samples,), default=None
            Non-negative weights; None weighs all samples equally.

        X_val : {array-like, sparse matrix} of shape (n_val, n_features), default=None
            Validation data that end each fit, with `early_stopping`, instead of a part
            of its samples. Alphas are scored on the folds all the same.

        y_val : array-like of shape (n_val,), default=None
            Their labels, all of which are in `y`.

        sample_weight_val : array-like of shape (n_val,), default=None
            Their weights.

        **params : dict
            With metadata routing enabled, parameters of the splitter and of the scorer,
            as `groups`.

        Returns
        -------
        self : SoftmaxMLPClassifierCV
            The fitted estimator.

        Raises
        ------
        TypeError
            If there are `params` that are validation data by their names, such as
            `eval_set`, and of no use to the splitter and the scorer.
        ValueError
            As :meth:`SoftmaxMLPClassifier.fit`; or if `alphas` is 1 or less, or holds
            none, negative or infinite ones, `cv` gives no rows of `X`, no alpha has a
            score on all folds where another has, or `scoring` does not take the
            `sample_weight` that there is. An error about a fold has a note that says
            which.

        Warns
        -----
        sklearn.exceptions.ConvergenceWarning
            If a fit ended before it met `tol`, with the reason and the remedy.
        UserWarning
            If the training part of a fold lacks a class, whose samples the default
            scoring leaves out.
        """
        self._refuse_validation_data(params)
        _raise_for_params(params, self, "fit")
        alphas = _check_alphas(self.alphas)
        task = FitTask(self, X, y, sample_weight)
        X = rows_on_device(X, self.categorical_features)
        X_val = rows_beside(X_val, X)
        sample_weight, sample_weight_val = (
            local(sample_weight),
            local(sample_weight_val),
        )
        with restored_on_failure(self):
            forget(self)
            data = TrainingData.of(self, X, y, sample_weight)
            self._categories = data.categories
            rows: Any = X
            if not isinstance(X, DeviceRows):
                rows = data.X if data.categories is None else as_table(X)
            given = given_rows(rows)
            weights = _by_row(sample_weight, data.X)
            validation = self._validation_data(
                X_val, y_val, sample_weight_val, data.classes, data.X.dtype
            )
            shown = frame_or_array(X, given) if given is data.X else given
            samples, folds, scorer = self._divided(shown, y, data.y, weights, params)
            clf = self._classifier()
            task.begin()
            fits = fit_folds(
                clf,
                alphas.tolist(),
                samples,
                folds,
                scorer,
                encodings=self._encodings(clf, rows, data.y, weights),
                n_jobs=self.n_jobs,
                verbose=self.verbose,
                announce=lambda: task.start("alpha"),
                callback=task.finish,
                **validation,
            )
            clf.set_params(**self._best_of(fits)._asdict())
            doubts = self._refit(clf, task, given, data.y, weights, **validation)
            is_interrupted = self.convergence_.reason == "interrupted"
            if isinstance(X, DeviceRows):
                self.__dict__.update(X.beside(vars(self)))
            if not is_interrupted:
                task.finish(dict)
                task.end()
        if is_interrupted:
            raise KeyboardInterrupt
        reasons = [fit.reason for of_one in fits.values() for fit in of_one]
        reasons.append(self.convergence_.reason)
        for doubt in [*convergence_warnings(self, reasons), *doubts]:
            warn(doubt)
        return self

    def _divided(
        self, X: Any, given_y: Any, y: NDArray, weights: Array | None, params: dict
    ) -> tuple[Samples, list[Fold], Callable]:
        """Samples, the folds that divide them, and what scores them."""
        scorer, split_params, score_params = self._route(weights, params)
        fit_params = {"sample_weight": weights}
        samples = Samples(X, frame_or_array(given_y, y), fit_params, score_params)
        return samples, self._folds(samples, y, split_params), scorer

    def _folds(self, samples: Samples, y: NDArray, split_params: dict) -> list[Fold]:
        """Rows to train and to score on."""
        cv = splitter_of(self.cv, y)
        with renamed("^", "", "cv"):
            folds = [
                (rows_of(train, len(y)), rows_of(test, len(y)))
                for train, test in cv.split(samples.X, samples.y, **split_params)
            ]
        if not folds:
            raise ValueError(f"cv must give at least one fold; got {self.cv!r}.")
        if self.scoring is None:
            _warn_of_missing_classes(lacking_classes(y, folds))
        return folds

    def _encodings(
        self, clf: SoftmaxMLPClassifier, *data: Any
    ) -> Sequence[EncodingName]:
        """Those to choose from, the simplest first."""
        if self.encoding != "auto":
            return (self.encoding,)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # told by the fit to all samples
            objective = clone(clf)._problem(*data).objective
        inputs = offered(objective, self.encoding, has_relevance=False)
        return [one.encoding for one in inputs]

    def _best_of(self, fits: Fits) -> Candidate:
        """The one with the largest mean score; and set what all have scored."""
        self.scores_, self.cv_results_ = scores_of(fits), cv_results(fits)
        self.alphas_ = self.cv_results_["param_alpha"]
        means = mean_scores(self.scores_)
        if not np.isfinite(means).any():
            raise ValueError(
                f"scoring={self.scoring!r} gave no finite score for any alpha in "
                f"{self.alphas_.tolist()} on all the folds where another has a score."
            )
        self.best_score_ = float(means.max())
        return best_of(fits)

    def _refit(
        self, clf: SoftmaxMLPClassifier, task: FitTask, *data: Any, **validation: Any
    ) -> list[Warning]:
        """Fit all samples, and take over what that has set; and what it warns of."""
        task.start("refit")
        try:
            with task.share_with(clf), warnings.catch_warnings(record=True) as doubts:
                warnings.simplefilter("always")
                warnings.simplefilter("ignore", ConvergenceWarning)  # told of all fits
                warnings.filterwarnings("ignore", ORDERED_TEXT)  # told already
                warnings.filterwarnings("ignore", IDENTIFIERS)
                clf.fit(*data, **validation)
        except KeyboardInterrupt:
            if not hasattr(clf, "coefs_"):
                raise
        fitted = set(vars(clf)).difference(clf.get_params())
        self.__dict__.update({name: getattr(clf, name) for name in fitted})
        return [cast(Warning, doubt.message) for doubt in doubts]

    @property
    def encodings_(self) -> NDArray[np.str_]:
        """What the columns were to the first layer, for each candidate.

        Returns
        -------
        encodings : ndarray of str of shape (n_candidates,)
            In the order of `alphas_`.
        """
        check_is_fitted(self)
        return self.cv_results_["param_encoding"]

    def get_metadata_routing(self) -> MetadataRouter:
        """Tell how metadata are routed to the splitter and to the scorer.

        Returns
        -------
        routing : MetadataRouter
            See scikit-learn's user guide on metadata routing.
        """
        to_splitter = MethodMapping().add(caller="fit", callee="split")
        to_scorer = MethodMapping().add(caller="fit", callee="score")
        return (
            MetadataRouter(owner=self)
            .add_self_request(self)
            .add(splitter=self.cv, method_mapping=to_splitter)
            .add(scorer=self._scorer(), method_mapping=to_scorer)
        )

    def _validation_data(
        self,
        X_val: MatrixLike | None,
        y_val: ArrayLike | None,
        sample_weight_val: ArrayLike | None,
        classes: NDArray,
        dtype: DTypeLike,
    ) -> dict:
        """What users validate on, as arrays, whose rows folds can choose from."""
        given = check_validation_data(
            self, X_val, y_val, sample_weight_val, classes, dtype
        )
        if given is None:
            return {}
        X, codes, _ = given
        return {
            "X_val": given_rows(X if self._categories is None else X_val),
            "y_val": classes[codes],
            "sample_weight_val": _by_row(sample_weight_val, X),
        }

    def _route(self, weights: Array | None, params: dict) -> tuple:
        """Scorer, and what the splitter and it are given."""
        scorer = self._scorer()
        split_params, score_params = {}, {"sample_weight": weights}
        if _routing_enabled():
            routed = process_routing(self, "fit", sample_weight=weights, **params)
            split_params = routed.splitter.split
            if self.scoring is not None:
                score_params = routed.scorer.score
        if weights is None:
            score_params = {**score_params}
            score_params.pop("sample_weight", None)
        if "sample_weight" in score_params and not takes_weights(scorer):
            raise ValueError(
                f"scoring must take the sample_weight that fit got; {self.scoring!r} "
                "does not. Pass a scorer that does, as scoring(clf, X, y, "
                "sample_weight=None), or leave out sample_weight."
            )
        return scorer, split_params, score_params

    def _scorer(self) -> Callable[..., float]:
        if self.scoring is None:
            return neg_log_loss
        return check_scoring(self, scoring=self.scoring)

    def _refuse_validation_data(self, params: dict) -> None:
        """Unless the splitter or the scorer has asked for what is called so."""
        routed: Iterable[str] = ()
        if _routing_enabled():
            routed = self.get_metadata_routing().consumes("fit", params)
        unknown = {name: params[name] for name in params if name not in routed}
        refuse_fit_params(self, of_validation(unknown))

    def _classifier(self) -> SoftmaxMLPClassifier:
        """For one alpha, with the same random numbers in all copies."""
        clf = SoftmaxMLPClassifier()
        mine = self.get_params(deep=False)
        clf.set_params(
            **{name: mine[name] for name in clf.get_params() if name in mine}
        )
        seed = self.random_state
        if not isinstance(seed, Integral):
            seed = check_random_state(seed).randint(np.iinfo(np.int32).max)
        return clf.set_params(random_state=seed, verbose=max(self.verbose - 1, 0))


def _warn_of_missing_classes(folds: list[int]) -> None:
    if folds:
        warn(
            f"The training parts of folds {folds} of cv lack classes of y, whose "
            "samples do not count in their scores. Shuffled, stratified or fewer folds "
            "may have them all."
        )


def _by_row(weights: ArrayLike | None, X: Matrix) -> Array | None:
    """Valid weights as an array to choose from; a single number is that of all rows."""
    if weights is None:
        return None
    weights = np.asarray(weights)
    if weights.dtype.kind not in "biuf":  # but numbers, as `fit` has seen
        weights = weights.astype(np.float64)
    return np.broadcast_to(weights, X.shape[:1])


def _check_alphas(alphas: int | Sequence[float] | Array) -> Array:
    """As an array, the largest first."""
    if isinstance(alphas, Integral):
        if not 2 <= int(alphas) <= _MOST_ALPHAS:
            raise ValueError(
                f"alphas must be a number of alphas from 2 to {_MOST_ALPHAS}, or a "
                f"sequence of them; got {alphas!r}. For a single alpha pass "
                "alphas=[1.0], or take SoftmaxMLPClassifier(alpha=1.0), which needs no "
                "folds."
            )
        return np.logspace(_LARGEST, _SMALLEST, alphas)
    values = np.asarray(alphas)
    if (
        values.ndim != 1
        or values.size == 0
        or values.dtype.kind not in "iuf"
        or not (np.isfinite(values) & (values >= 0)).all()
    ):
        raise ValueError(
            "alphas must be a number of alphas, or a sequence with at least one of "
            f"them, all finite and not negative; got {alphas!r}."
        )
    return np.unique(values.astype(np.float64))[::-1]
