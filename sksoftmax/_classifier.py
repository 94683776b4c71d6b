"""The estimator: parameters, and the fit."""

import math
import time
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import Tags, check_random_state
from sklearn.utils._param_validation import Interval, StrOptions

from sksoftmax._device.rows import (
    DeviceRows,
    check_labels,
    rows_beside,
    rows_on_device,
)
from sksoftmax._features.encoding import ENCODINGS, N_PARTS, EncodingName
from sksoftmax._fitted_network import FittedNetworkMixin
from sksoftmax._minimizer.lbfgs import Convergence, State
from sksoftmax._network.activations import ACTIVATIONS
from sksoftmax._network.layers import check_activations, check_hidden_units
from sksoftmax._rows.namespace import IS_SUPPORTED
from sksoftmax._rows.threads import BlockThreads, Map
from sksoftmax._selection.alpha_search import Candidate
from sksoftmax._selection.inputs import encoded, seen_by, start_of
from sksoftmax._selection.regularization import search_doubts, train_with_best_alpha
from sksoftmax._sklearn.callbacks import CallbackSupportMixin, FitTask
from sksoftmax._sklearn.convergence import convergence_warnings
from sksoftmax._sklearn.fit_params import refuse_fit_params
from sksoftmax._sklearn.fitted import forget, in_numpy, restored_on_failure
from sksoftmax._sklearn.training_data import TrainingData
from sksoftmax._sklearn.validation import (
    FiniteInterval,
    MatrixLike,
    validates_parameters,
)
from sksoftmax._sklearn.warning import warn
from sksoftmax._training.attributes import attributes_of, iterate_at
from sksoftmax._training.early_stopping import validation_doubt
from sksoftmax._training.problem import Problem, objective_of
from sksoftmax._training.training import CUT_SHORT, Stage, Trained, train
from sksoftmax._training.warm_start import start_doubt
from sksoftmax._version import VersionedEstimator

Array = NDArray[np.floating]


class SoftmaxMLPClassifier(
    FittedNetworkMixin, CallbackSupportMixin, ClassifierMixin, VersionedEstimator
):
    """Multi-layer perceptron classifier with a softmax output layer.

    Minimises the mean cross-entropy of all samples plus an L2 penalty, by full-batch
    L-BFGS with an analytic gradient. It takes the place of
    :class:`sklearn.neural_network.MLPClassifier` with `solver="lbfgs"`: parameters and
    attributes have its names and, but for `tol`, its meaning.

    Parameters
    ----------
    hidden_layer_sizes : int or array-like of int, default=(100,)
        Units of each hidden layer. An int is one layer, `()` none: multinomial logistic
        regression, which is additive in functions of single columns where `encoding`
        divides them.

    activation : str or sequence of str, default="relu"
        Activation of the hidden layers, or one for each: "identity", "logistic",
        "tanh", "relu", "softplus", "silu", "elu".

    alpha : float or "auto", default="auto"
        Strength of the L2 penalty `alpha / (2 * S) * ||W||**2` on the coefficients of
        all layers, not on intercepts, where S is the sum of the sample weights (the
        number of samples without them): the more data, the less it counts. Scaled as in
        MLPClassifier, whose default of 1e-4 is as good as none. "auto" chooses it by
        the log-loss on samples that are held out, a fifth at a time, and then fits all
        of them: 10, 1 and 0.1 first, further decades and half decades where they lead,
        from 1e-5 to 1e4, in the unit of class weights. A number is faster, the more so
        the fewer samples: some thirty times of 2,000, twice of some hundred thousand.

    class_weight : dict, "balanced" or None, default=None
        Weights of the classes, `{label: weight}`, 1 for those left out, multiplied into
        `sample_weight`. "balanced" gives each class the same sum of weights. The
        probabilities are then those of data with such weights; to have back those of
        the data as they were, divide by `class_weight_`, and then each row by its sum.

    encoding : {"auto", "linear", "piecewise", "fine-piecewise"}, default="auto"
        What columns are to the first layer: "linear" themselves; "piecewise" also their
        parts between up to 17 quantiles, `min(max(x - start, 0), width)` each [6]_, so
        that it takes no hidden unit to make a step or a bend in one column;
        "fine-piecewise" between up to 65, or with relevances those of "piecewise", of
        which the relevant ones are divided again, into up to 8. "auto" chooses with
        `alpha="auto"`, by the same held-out samples (the last from 250 training samples
        on), and is "linear" with a number for `alpha`, for sparse `X`, more than 100
        classes, and more than 2000 parts, or 4 for each sample. To all but what is
        "linear" by this parameter, by a number for `alpha`, sparse `X` or
        `standardize=False`, a value beyond those of training is the nearest of them.

    relevance : bool, default=True
        With `alpha="auto"`, let there be penalties of their own for the weights of each
        input, `alpha * exp(t)`, learnt from a first fit [7]_, where held-out samples
        are predicted better with them: inputs that tell nothing then count less. That
        is a second fit, which ends at four times `tol`, and with "fine-piecewise" there
        is a third one. Not for more than 100 classes, or two columns for each sample.

    categorical_features : array-like, "from_dtype" or None, default="from_dtype"
        Which columns hold categories, as
        :class:`~sklearn.ensemble.HistGradientBoostingClassifier` has it: a mask, places
        or, of a data frame, names. "from_dtype" are those of a pandas or polars frame
        that hold strings, or whose dtype is one of categories. Each category is an
        input that is 1 where it is, and 0 elsewhere; one that `fit` has not met is
        none of them, or a rare one (below).

    max_categories : int, default=1000
        Of a column with more, the rarest share an input, and so do all that are in one
        row. Equal rows with one label are one here, unless others have several, and
        weights do not count.

    standardize : bool, default=True
        Fit to features with weighted mean 0 and standard deviation 1; those of two
        values are 2 apart, so that rare ones are not blown up, nor are others that less
        than a quarter of the samples has (Notes). The fitted coefficients are in the
        units of `X`, so that predictions need no scaler. The penalty acts on
        standardised features, so that the objective does not depend on the units of the
        columns, and a fit only by rounding. Columns of one value have coefficients of
        0. Sparse `X` is never densified as a whole. `False` is the behaviour of
        MLPClassifier, and warns of a column whose mean is more than 1000 standard
        deviations from 0: beside it little is learnt.

    max_iter : int, default=500
        Most iterations over all samples of one call of `fit`; with relevances of each
        of its fits. Large data have up to 12 more on each of a few subsets.

    tol : float, default=5e-3
        The fit ends where ten iterations together lowered the objective by no more than
        `tol` times its value. For smaller losses than 1e-4 that value stands for it.
        That bounds what they gained, not what is left: without hidden layers, where the
        optimum is known, the default ended half of the fits to ill-conditioned data
        that were measured within 0.03 % of it, the worst 5 % above, and 1e-4 all within
        0.12 %; of 126 others the worst was 9 % above, and with 1e-4 0.5 %.

    max_time : float or None, default=None
        Seconds after the call of `fit` at which it ends, with the iteration that is
        running; if that is on a subset, or in the search for alpha, with one more on
        all samples. Where it ends the fit, results are not reproducible.

    early_stopping : bool, default=False
        End the fit where `n_iter_no_change` iterations over all samples together
        lowered the lowest log-loss on validation data by no more than `tol` times its
        value, or where it would end anyway, and keep the weights of the lowest. With
        `alpha="auto"` that log-loss chooses alpha.

    validation_fraction : float, default=0.1
        Part of the samples, of each class in proportion, that early stopping sets aside
        for validation, copies of one together. Not used where `fit` has `X_val`.

    n_iter_no_change : int, default=10
        Iterations that early stopping waits for a gain.

    warm_start : bool, default=False
        Start from the weights of the previous `fit` rather than from random ones, with
        what it has learnt: alpha, parts of columns and penalties. Needs the same
        classes, features, hidden layers, activations and encoding. With the same data
        and parameters the fit goes on as if it had not stopped: two fits of k
        iterations give the same bits as one of 2 k, but for early stopping, which goes
        on from the iterate that it kept. For that the estimator, also when pickled,
        keeps 24 vectors of the length of all weights.

    random_state : int, RandomState instance or None, default=None
        Draws the initial coefficients of the hidden layers, the samples that early
        stopping sets aside and, of more than a few hundred samples, those that the
        minimiser takes the curvature from. Pass an int for the same result in every
        call.

    verbose : bool or int, default=0
        1 prints a line for each iteration: the objective, `gradient_norm` (of
        `convergence_`, where its step began), the validation log-loss and the seconds
        so far; and the reason of the stop. Of the search for alpha it prints a line for
        each fit, 2 also their iterations.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Class labels, sorted.

    n_features_in_ : int
        Number of features seen during `fit`.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, where `X` had names that are all strings.

    coefs_ : list of ndarray
        `coefs_[i]`, of shape (units of layer i, units of layer i + 1), are the weights
        between layers i and i + 1, in the units and the dtype of `X`; those of layer 0
        have a row for each output of `encoder_`.

    intercepts_ : list of ndarray
        `intercepts_[i]`, of shape (units of layer i + 1,), belong to layer i + 1.

    encoding_ : {"linear", "piecewise", "fine-piecewise"}
        What the columns are to the first layer.

    encoder_ : ColumnEncoder
        The transformer from `X` to the inputs of the first layer, which are the columns
        themselves with "linear", where the training data have no gaps or categories.

    feature_importances_ : ndarray of shape (n_features,)
        Part of each column, all its inputs together, in the sum of squares of the first
        layer's weights, those of standardised inputs. They sum to 1.

    n_iter_ : int
        Iterations of the last call of `fit`, those on subsets included.

    class_weight_ : ndarray of shape (n_classes,)
        Weights of the classes: ones without `class_weight`.

    loss_ : float
        Objective at the fitted weights, penalty included.

    loss_curve_ : list of float
        Objective after each iteration, of length `n_iter_`; of the samples of its
        stage.

    validation_loss_curve_ : list of float
        With `early_stopping`, the log-loss on the validation data after each iteration.

    best_validation_loss_ : float
        With `early_stopping`, that of the fitted weights.

    best_iter_ : int
        With `early_stopping`, the iterations that led to the fitted weights; the later
        ones brought nothing.

    stages_ : list of (n_samples, n_iter)
        How many samples the iterations of `loss_curve_` were on, in their order. The
        last stage is on all of them, and the only one below 10,000 samples; but where
        penalties were learnt there are those of the fit before, too.

    alpha_ : float
        The `alpha` of the fitted weights.

    held_out_loss_ : float
        With `alpha="auto"`, the log-loss on samples that fits with `alpha_` have not
        seen, in nats: what to expect on new ones, or a little more, as those fits are
        to four fifths of the data. With class weights it is weighted by them. NaN where
        nothing can be held out, as each class is a single sample.

    log_evidence_ : float
        With `alpha="auto"`, the logarithm of the probability that the labels have for
        `alpha_` [5]_, up to a constant; for comparison. NaN with `early_stopping`,
        where penalties were learnt, and of an alpha that was only tried on more samples
        than the others.

    alpha_path_ : list of named tuples
        With `alpha="auto"`, what was tried, in the order of inputs and alpha: `alpha`;
        `held_out_loss`, comparable between them, and its `standard_error`;
        `log_evidence` and `n_effective`, the number of coefficients that the data
        determine (NaN for fits that were given up, with `early_stopping`, with
        relevances, and where only more samples were tried); `n_iter`, the iterations of
        its fits; `encoding`, and `has_relevance`, whether penalties were learnt. After
        a warm start, these are those of the fit that learnt `alpha_`.

    convergence_ : (reason, n_iter, n_evaluations, gradient_norm, seconds)
        Why the fit ended, a named tuple. `reason` is "tol"; "gradient" or "rounding",
        where all that is left to gain is below the rounding error of the loss;
        "max_iter", "max_time", "early_stopping", "callback" or "interrupted"; or
        "line_search", where rounding errors hide any gain. `n_evaluations` counts
        evaluations of loss and gradient, and `gradient_norm` is `sqrt(g' H g / loss_)`
        with the gradient g and the estimated inverse Hessian H at the last iterate:
        half its square is the part of the loss that is left as far as H knows, often a
        small part of all.

    n_layers_ : int
        Number of layers, input and output included.

    n_outputs_ : int
        Units of the output layer: one for each class, also where there are two.

    out_activation_ : str
        "softmax".

    See Also
    --------
    SoftmaxMLPClassifierCV : Chooses alpha by cross-validation.
    sklearn.neural_network.MLPClassifier : Adam and SGD on mini-batches, for data too
        many to pass over a few hundred times.
    sklearn.linear_model.LogisticRegression : The same model without hidden layers.

    Notes
    -----
    With sample weights s_i, S their sum and logits z_i, the objective is ::

        sum_i s_i * (logsumexp(z_i) - z_i[y_i]) / S + alpha / (2 * S) * sum_l ||W_l||**2

    A weight of k is the same as k copies of a sample, a weight of 0 as its absence; but
    in a table of few categories, where equal samples are told as draws, `alpha="auto"`
    counts them, and not their weights, and `early_stopping` without `X_val` sets other
    samples aside. Without hidden layers this is
    `LogisticRegression(C=1 / alpha)` for three or more classes and `C=2 / alpha` for
    two.

    Coefficients start from the uniform distribution of [1]_, eq. (16), intercepts and
    the output layer from zero: the first loss is log(n_classes), and the order of the
    classes does not matter. The minimiser is L-BFGS [2]_ with the Kronecker-factored
    curvature of [3]_ for its starting metric, which needs less than half of the
    iterations; of large data, subsets come first [4]_. docs/how_the_optimiser_works.md
    explains it, docs/benchmarks/optimiser.md has the measurements.

    Blocks of rows run on as many threads as BLAS may use (OPENBLAS_NUM_THREADS,
    threadpoolctl), with the same bits of `coefs_` on any number of them; BLAS itself
    has one thread during a fit. float32 arrays are computed in float32, with losses and
    gradients added up in float64.

    A column where more than three quarters of the samples have the same value, its
    lowest, its highest or 0, is divided by the geometric mean of its standard deviation
    and of half of the root mean square of the others' distances from that value; one of
    two values by half of their distance, times the fourth root of 200 p where a part p
    of less than a 200th has the rarer one. By deviations alone a word, or a level of
    many, would count the more the rarer it is. The mean of a column that is far from 0
    is subtracted from the rows, in fits and in predictions: `coefs_` and `intercepts_`
    alone, in the dtype of `X`, lose such digits.

    A gap in a numeric column is the mean of the column, and of its parts, over the
    samples that have a value; and where the training data have one, there is an input
    that is 1 for gaps, for columns of categories, too. Such inputs are those of
    :class:`ColumnEncoder`, `encoder_`.

    With `alpha="auto"` the result is that of a fit with `alpha=alpha_` and
    `encoding=encoding_`, bit for bit (with weights, up to the rounding of their unit),
    unless penalties were learnt, by two fits. `max_iter` is for each fit,
    `max_time` for all, half of it for the search, and the attributes are those of the
    last fit. Which samples are held out depends on what they hold alone, not on their
    order or on `random_state`: copies are held out together, and classes in proportion.
    Fits with different alphas are compared sample by sample; those that are clearly
    worse are given up, the others race on until a thousand samples or all were held
    out. At most 20,000 samples, or 128 MiB of `X`, are copied for that; and beyond
    80,000 samples a quarter, up to a million values, to look at alpha once more. Of
    262,144 samples and more, 131,072 that `random_state` draws are copied to learn
    penalties from, and which columns stay in parts. The user guide has more
    (docs/user_guide/alpha.md). Of four samples the exclusive or cannot be told from
    chance: it takes a given alpha.

    Weights that sum to less than a tenth of the number of samples cannot be numbers of
    copies, as boosting's, which sum to 1: Kish's effective number of samples,
    `(sum s_i)**2 / sum s_i**2`, stands for their sum then, with a warning.

    The objective is not convex: another `random_state` ends in another minimum. So does
    another order of the rows, or copies for weights, of more than 4096 / n_classes
    samples, as others are drawn for the curvature. Rounding errors, of other units say,
    grow along the path, tenfold in some thirty to fifty iterations, until two fits that
    are equal but for rounding are on the way to different minima. So a smaller `tol`
    mostly takes them further apart. Of 96 pairs with relu and float64 nine of ten
    differed in a probability by less than 1e-9 with the default and by 0.06 with 1e-6,
    the worst by 3e-4 (with other data 0.05 has been seen) and 0.4; in float32 by 0.05
    and 0.6 with the default. Without hidden layers nothing grows, with any `tol`.
    docs/user_guide/determinism.md has the figures.

    MLPClassifier's L-BFGS takes `tol` for the largest entry of the gradient. That is
    never met by most relu networks, whose minima are kinks, and too early by networks
    with many weights and little loss: docs/benchmarks/README.md has the figures.

    References
    ----------
    .. [1] X. Glorot and Y. Bengio, Understanding the difficulty of training deep
       feedforward neural networks, AISTATS 2010.
    .. [2] J. Nocedal and S. J. Wright, Numerical Optimization, 2nd ed., Springer 2006,
       chapter 7.
    .. [3] J. Martens and R. Grosse, Optimizing neural networks with Kronecker-factored
       approximate curvature, ICML 2015; D. Goldfarb, Y. Ren and A. Bahamou, Practical
       quasi-Newton methods for training deep neural networks, NeurIPS 2020.
    .. [4] R. Bollapragada et al., A progressive batching L-BFGS method for machine
       learning, ICML 2018.
    .. [5] D. J. C. MacKay, A practical Bayesian framework for backpropagation networks,
       Neural Computation 4, 1992; A. Immer et al., Scalable marginal likelihood
       estimation for model selection in deep learning, ICML 2021.
    .. [6] Y. Gorishniy, I. Rubachev and A. Babenko, On embeddings for numerical
       features in tabular deep learning, NeurIPS 2022.
    .. [7] R. M. Neal, Bayesian Learning for Neural Networks, Springer 1996, section
       1.2.3.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sksoftmax import SoftmaxMLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = SoftmaxMLPClassifier(random_state=0).fit(X, y)
    >>> clf.predict_proba([[5.0, 3.0, 2.5, 0.8]]).round(1)
    array([[0.7, 0.3, 0. ]])
    >>> round(clf.score(X, y), 2)
    0.99
    """

    alpha_: float
    held_out_loss_: float
    log_evidence_: float
    alpha_path_: list[Candidate]
    class_weight_: Array
    n_iter_: int
    loss_: float
    loss_curve_: list[float]
    validation_loss_curve_: list[float]
    best_validation_loss_: float
    best_iter_: int
    stages_: list[Stage]
    convergence_: Convergence
    n_layers_: int
    n_outputs_: int
    out_activation_: str
    feature_importances_: Array
    _log_penalties: Array | None
    _seed: int
    _state: State | None

    _parameter_constraints: ClassVar[dict] = {
        "hidden_layer_sizes": [
            "array-like",
            Interval(Integral, 1, None, closed="left"),
        ],
        "activation": [StrOptions(ACTIVATIONS.keys()), "array-like"],
        "alpha": [FiniteInterval(Real, 0, None, closed="left"), StrOptions({"auto"})],
        "class_weight": [dict, StrOptions({"balanced"}), None],
        "encoding": [StrOptions(dict.fromkeys(("auto", *ENCODINGS)).keys())],
        "relevance": ["boolean"],
        "categorical_features": ["array-like", StrOptions({"from_dtype"}), None],
        "max_categories": [Interval(Integral, 2, None, closed="left")],
        "standardize": ["boolean"],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "tol": [FiniteInterval(Real, 0, None, closed="left")],
        "max_time": [FiniteInterval(Real, 0, None, closed="neither"), None],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left")],
        "warm_start": ["boolean"],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        hidden_layer_sizes: ArrayLike = (100,),
        activation: str | Sequence[str] = "relu",
        *,
        alpha: float | Literal["auto"] = "auto",
        class_weight: dict[Any, float] | Literal["balanced"] | None = None,
        encoding: EncodingName | Literal["auto"] = "auto",
        relevance: bool = True,
        categorical_features: ArrayLike | Literal["from_dtype"] | None = "from_dtype",
        max_categories: int = 1000,
        standardize: bool = True,
        max_iter: int = 500,
        tol: float = 5e-3,
        max_time: float | None = None,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
        warm_start: bool = False,
        random_state: int | np.random.RandomState | None = None,
        verbose: int = 0,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.alpha = alpha
        self.class_weight = class_weight
        self.encoding = encoding
        self.relevance = relevance
        self.categorical_features = categorical_features
        self.max_categories = max_categories
        self.standardize = standardize
        self.max_iter = max_iter
        self.tol = tol
        self.max_time = max_time
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.warm_start = warm_start
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
        """Fit the network.

        A fit that raises leaves the estimator as it was; warnings, which may be errors,
        come after it is fitted. One that is interrupted (KeyboardInterrupt, Ctrl-C)
        leaves the best iterate so far, if there is one, and raises the
        KeyboardInterrupt all the same.

        Parameters
        ----------
        X : {array-like, frame, sparse matrix} of shape (n_samples, n_features)
            Training data. float32 is computed in float32, everything else in float64.
            A C-ordered array and a CSR matrix of these dtypes are not copied, other
            sparse formats are converted to CSR, a frame with categories to an array of
            as many columns. NaN, None and pandas' NA are gaps, but not in sparse data.
            With `array_api_dispatch` an array of torch, CuPy or another library stays
            where it is.

        y : array-like of shape (n_samples,)
            Class labels: integers, booleans or strings; of objects, strings alone.

        sample_weight : array-like of shape (n_samples,), default=None
            Non-negative weights, numbers of copies; None weighs all samples equally.
            Those that sum to less than a tenth of their number are taken for relative
            ones.

        X_val : {array-like, sparse matrix} of shape (n_val, n_features), default=None
            Validation data for `early_stopping`, instead of a part of `X`. In a
            :class:`~sklearn.pipeline.Pipeline` they are transformed as `X` is with
            `transform_input=["X_val"]`.

        y_val : array-like of shape (n_val,), default=None
            Their labels, all of which are in `y`.

        sample_weight_val : array-like of shape (n_val,), default=None
            Their weights.

        **params : dict
            There are no others: for an error that says what to pass for `eval_set`.

        Returns
        -------
        self : SoftmaxMLPClassifier
            The fitted estimator.

        Raises
        ------
        TypeError
            If a column holds dates, or values that are neither numbers nor strings; or
            there are other arguments.
        ValueError
            If a parameter is out of range; `X` is infinite, or holds strings among
            numbers; `y` or the weights are not finite; one is empty, or of another
            length than the others; `y` has fewer than two classes, or labels
            that are no integers, booleans or strings; the weights are negative or sum
            to zero; a class weight is negative, or none of a class in `y`; validation
            data are incomplete, have other features or labels that are not in `y`, or
            are given without `early_stopping`; a column varies too little for its
            dtype, or is too large for it, or the loss overflows; or `warm_start` meets
            other classes, features or layers.

        Warns
        -----
        sklearn.exceptions.ConvergenceWarning
            If the fit ended before it met `tol`, with the reason and the remedy.
        UserWarning
            If, with `alpha="auto"`, held-out samples are predicted no better than by
            the class frequencies, or best with the last alpha of the search; if early
            stopping keeps a network that is hardly trained, or `X_val` has other
            columns than `X`, as most of its values in one are more than 4 standard
            deviations from the mean in `X`, or nearly all in most columns less than a
            quarter; if `warm_start` begins at weights that are worse than the class
            frequencies, and hardly comes away from there; with `standardize=False` of
            a column that is far from 0; or if the weights are taken for relative ones.
        """
        refuse_fit_params(self, params)
        task = FitTask(self, X, y, sample_weight)
        given = X, y, sample_weight, X_val, y_val, sample_weight_val
        return self._fit(task, *given, ends=self._ends())

    def _ends(self) -> float:
        """When time is over, by `time.perf_counter`."""
        seconds = math.inf if self.max_time is None else float(self.max_time)
        return time.perf_counter() + seconds

    def _fit(
        self,
        task: FitTask,
        X: MatrixLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None,
        X_val: MatrixLike | None,
        y_val: ArrayLike | None,
        sample_weight_val: ArrayLike | None,
        *,
        ends: float,
    ) -> Self:
        X = rows_on_device(X, self.categorical_features)
        X_val = rows_beside(X_val, X)
        is_warm = self._is_warm()
        with (
            restored_on_failure(self),
            np.errstate(all="ignore"),  # results are checked
            BlockThreads() as threads,
        ):
            problem = self._problem(X, y, sample_weight, threads.map)
            problem = self._on_inputs(
                problem.validated(self, X_val, y_val, sample_weight_val)
            )
            task.begin()
            with problem.overflow_told(self.alpha, self._feature_names()):
                trained, doubts = self._train(
                    problem,
                    is_warm=is_warm,
                    ends=ends,
                    callback=task.after_each("iteration", iterate_at),
                )
            forget(
                self, "validation_loss_curve_", "best_validation_loss_", "best_iter_"
            )
            self.__dict__.update(attributes_of(trained, keeps_state=self.warm_start))
            doubts = self._with_doubt_of_data(
                doubts, problem, trained, is_given=X_val is not None, is_warm=is_warm
            )
            is_interrupted = self.convergence_.reason == "interrupted"
            if isinstance(X, DeviceRows):
                self.__dict__.update(X.beside(vars(self)))
            if not is_interrupted:
                task.finish()
                task.end()
        if is_interrupted:
            raise KeyboardInterrupt
        self._warn(doubts)
        return self

    def _problem(
        self,
        X: MatrixLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None,
        map_blocks: Map = map,
        **options: Any,
    ) -> Problem:
        """What is to be minimised, from where; and set what it is about."""
        hidden_units = check_hidden_units(self.hidden_layer_sizes)
        activations = check_activations(self.activation, len(hidden_units))
        previous = {**in_numpy(vars(self))}
        is_warm = self._is_warm()
        known = previous["_categories"] if is_warm else None
        data = TrainingData.of(
            self, X, y, sample_weight, known, is_warm=is_warm, **options
        )
        check_labels(data.X, data.classes)
        self._categories = data.categories
        objective = objective_of(
            data,
            hidden_units,
            activations,
            alpha=1.0 if self.alpha == "auto" else float(self.alpha),
            standardize=self.standardize,
            is_bounded=self.alpha == "auto" and self.encoding == "auto",
            feature_names=self._feature_names(),
            map_blocks=map_blocks,
        )
        self.classes_ = data.classes
        self.class_weight_ = np.ones(data.classes.size)
        if objective.class_weight is not None:
            self.class_weight_ = objective.class_weight
        self._activations = activations
        if self._is_warm():
            return Problem.continued(objective, previous, vars(self))
        problem = Problem.drawn(objective, check_random_state(self.random_state))
        self._seed = problem.seed
        return problem

    def _on_inputs(self, problem: Problem) -> Problem:
        """The same on parts of the columns, where these are asked for."""
        if self.encoding == "auto" or self._is_warm():
            return problem
        objective = encoded(problem.objective, self.encoding)
        return problem._replace(
            objective=objective,
            start=start_of(objective, problem.start, problem.seed),
            early_stopping=seen_by(problem.early_stopping, objective),
        )

    def _train(
        self, problem: Problem, *, is_warm: bool, **options: Any
    ) -> tuple[Trained, list[Warning]]:
        """Minimise, with the given alpha or the best; and what is to be warned of.

        Sets `alpha_`; and `held_out_loss_`, `log_evidence_` and `alpha_path_`, or
        removes them.
        """
        objective, start, state, seed, early_stopping = problem
        options |= {
            "max_iter": self.max_iter,
            "tol": float(self.tol),
            "seed": seed,
            "is_warm": is_warm,
            "state": state,
            "early_stopping": early_stopping,
            "verbose": self.verbose,
        }
        if self.alpha == "auto" and is_warm and hasattr(self, "alpha_path_"):
            return train(objective.with_alpha(self.alpha_), start, **options), []
        forget(self, "held_out_loss_", "log_evidence_", "alpha_path_")
        if self.alpha != "auto":
            self.alpha_ = float(self.alpha)
            return train(objective, start, **options), []
        options |= {"encoding": self.encoding, "has_relevance": self.relevance}
        found, trained = train_with_best_alpha(objective, start, **options)
        self.alpha_path_ = found.path
        self.alpha_, self.held_out_loss_, _, self.log_evidence_, *_ = found.candidate
        return trained, list(search_doubts(found, self.max_time))

    def _with_doubt_of_data(
        self,
        doubts: list[Warning],
        problem: Problem,
        trained: Trained,
        *,
        is_given: bool,
        is_warm: bool,
    ) -> list[Warning]:
        """In the place of those that come of it, which are all but those of time."""
        rule, curve = problem.early_stopping, trained.validation
        doubt = None
        if rule is not None and curve is not None:
            doubt = validation_doubt(
                rule,
                curve,
                problem.objective,
                is_given=is_given,
                is_warm=is_warm,
                feature_names=self._feature_names(),
            )
        elif is_warm and self.convergence_.reason not in (*CUT_SHORT, "max_iter"):
            doubt = start_doubt(problem.objective, problem.start, self.loss_)
        if doubt is None:
            return doubts
        return [*(d for d in doubts if isinstance(d, ConvergenceWarning)), doubt]

    def _warn(self, doubts: Sequence[Warning]) -> None:
        """Of these, and of convergence, unless one of them says more of that."""
        if not any(isinstance(doubt, ConvergenceWarning) for doubt in doubts):
            doubts = [*convergence_warnings(self, [self.convergence_.reason]), *doubts]
        for doubt in doubts:
            warn(doubt)

    def _is_warm(self) -> bool:
        return self.warm_start and hasattr(self, "coefs_")

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = self.encoding not in N_PARTS
        tags.input_tags.allow_nan = True
        tags.array_api_support = IS_SUPPORTED
        return tags
