"""Fits to Dask collections on a cluster, with the bits of a fit in memory.

Needs `pip install "sksoftmax[dask]"`.
"""

from collections.abc import Sequence
from copy import copy
from typing import Any, ClassVar, Literal, Self

import numpy as np
from dask.base import is_dask_collection
from distributed import Client
from numpy.typing import ArrayLike
from sklearn.base import _clone_parametrized
from sklearn.metrics import accuracy_score
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.validation import check_is_fitted

from sksoftmax._classifier import SoftmaxMLPClassifier
from sksoftmax._distributed.cluster import FitCluster
from sksoftmax._distributed.prediction import lazy_outputs
from sksoftmax._distributed.sources import sharded_rows
from sksoftmax._features.encoding import EncodingName
from sksoftmax._minimizer.progress import report
from sksoftmax._rows.rounding import rounding_digest
from sksoftmax._sklearn.callbacks import FitTask
from sksoftmax._sklearn.fit_params import refuse_fit_params
from sksoftmax._sklearn.validation import validates_parameters

__all__ = ["DaskSoftmaxMLPClassifier", "rounding_digest"]


class DaskSoftmaxMLPClassifier(SoftmaxMLPClassifier):  # numpydoc ignore=PR01
    """Multi-layer perceptron for Dask arrays and DataFrames, fitted on a cluster.

    The fit is that of :class:`~sksoftmax.SoftmaxMLPClassifier` to the same rows in the
    same order, bit for bit: for any chunks, workers and threads, and after workers were
    lost. Other parameters than `client` and `persist`, and all attributes, are those of
    that class.

    Parameters
    ----------
    client : distributed.Client or None, default=None
        Whose cluster fits. None is the current one. It is not pickled; a clone has the
        same.

    persist : bool or "auto", default="auto"
        Whether the rows stay in the memory of the cluster. If not, each pass reads, or
        computes, them anew: a few at a time, with the same result. "auto" keeps them
        where they, and validation data, take at most half of that memory.

    See Also
    --------
    sksoftmax.SoftmaxMLPClassifier : The same in memory.

    Notes
    -----
    The rows stay on the cluster, cut into shards that are passed over again and again.
    To this process come sums of the parameters' length, at most about 40,000 rows to
    search for alpha and to take the curvature from, for relevances all rows if they
    make up to 2**24 inputs, and of each row its label, its weight and two keys of 8
    bytes; where columns are divided, each column once, one after the other.

    Workers may die, leave or come during a fit: shards that are lost are made again
    from the tasks of the collection, and so are read again, or computed. Data that no
    task can make again, as those of `client.scatter`, are lost with their worker: an
    error says so. Without any worker for a minute there is an error, too. After the fit
    nothing of it is left on the cluster.

    All workers are to have the same versions of NumPy, SciPy and of this package, and
    processors of one kind: other kernels of BLAS round otherwise. A fit compares their
    :func:`rounding_digest`, and warns.

    Examples
    --------
    >>> import dask.array as da
    >>> from distributed import Client, LocalCluster
    >>> from sklearn.datasets import load_iris
    >>> from sksoftmax.dask import DaskSoftmaxMLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> options = {"processes": False, "dashboard_address": ":0"}
    >>> with LocalCluster(n_workers=2, **options) as cluster, Client(cluster):
    ...     rows = da.from_array(X, chunks=(50, 4))
    ...     clf = DaskSoftmaxMLPClassifier(alpha=1, random_state=0).fit(rows, y)
    ...     clf.predict_proba(rows)
    dask.array<_outputs, shape=(150, 3), ...>
    >>> round(clf.score(X, y), 2)
    0.98
    """

    _parameter_constraints: ClassVar[dict] = {
        **SoftmaxMLPClassifier._parameter_constraints,
        "client": "no_validation",
        "persist": ["boolean", StrOptions({"auto"})],
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
        client: "Client | None" = None,
        persist: bool | Literal["auto"] = "auto",
    ) -> None:
        super().__init__(
            hidden_layer_sizes,
            activation,
            alpha=alpha,
            class_weight=class_weight,
            encoding=encoding,
            relevance=relevance,
            categorical_features=categorical_features,
            max_categories=max_categories,
            standardize=standardize,
            max_iter=max_iter,
            tol=tol,
            max_time=max_time,
            early_stopping=early_stopping,
            validation_fraction=validation_fraction,
            n_iter_no_change=n_iter_no_change,
            warm_start=warm_start,
            random_state=random_state,
            verbose=verbose,
        )
        self.client = client
        self.persist = persist

    @validates_parameters
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
        **params: Any,
    ) -> Self:
        """Fit the network.

        Parameters
        ----------
        X : {dask array, dask DataFrame} of shape (n_samples, n_features)
            Training data, of chunks of any size, or of unknown ones; dense or of sparse
            matrices. What is in memory is fitted there.

        y : array-like or Dask collection of shape (n_samples,)
            Class labels.

        sample_weight : array-like or Dask collection, default=None
            Non-negative weights, of shape (n_samples,); None weighs all equally.

        X_val : {dask array, dask DataFrame, array-like}, default=None
            Validation data for `early_stopping`, of shape (n_val, n_features).

        y_val : array-like or Dask collection of shape (n_val,), default=None
            Their labels.

        sample_weight_val : array-like or Dask collection, default=None
            Their weights, of shape (n_val,).

        **params : dict
            There are no others.

        Returns
        -------
        self : DaskSoftmaxMLPClassifier
            The fitted estimator.

        Raises
        ------
        TypeError
            If `X` is a Dask collection of other kinds, or `client` is no client; or as
            in memory.
        ValueError
            If there is no client; or as in memory.
        RuntimeError
            If the cluster has lost all its workers, or data that it cannot make again.

        Warns
        -----
        UserWarning
            If the workers round differently; or as in memory.
        """
        ends = self._ends()
        refuse_fit_params(self, params)
        task = FitTask(self, X, y, sample_weight)
        rows = {"X": X, "X_val": X_val}
        others = {
            "y": y,
            "sample_weight": sample_weight,
            "y_val": y_val,
            "sample_weight_val": sample_weight_val,
        }
        if not any(map(is_dask_collection, [*rows.values(), *others.values()])):
            return self._fit(task, **rows, **others, ends=ends)
        with FitCluster(self.client) as cluster:
            cluster.warn_of_rounding()
            others = {name: cluster.values(given) for name, given in others.items()}
            options: dict[str, Any] = {"persist": self.persist}
            if is_dask_collection(X):
                rows["X"] = sharded_rows(
                    cluster, X, self.categorical_features, **options
                )
            if is_dask_collection(X_val):
                rows["X_val"] = sharded_rows(cluster, X_val, name="X_val", **options)
            self._fit(task, **rows, **others, ends=ends)
        if self.verbose:
            report(
                f"{cluster.n_passes} passes over rows on the cluster, for which they "
                f"were read or computed {cluster.n_readings} times"
            )
        return self

    def decision_function(self, X: Any) -> Any:
        """Compute the logits of the classes, the input of softmax.

        Parameters
        ----------
        X : {dask array, dask DataFrame, array-like} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        decision : array, dask array or dask DataFrame
            Of a Dask collection one that is lazy, of a DataFrame with its index and the
            classes for columns. Of shape (n_samples, n_classes), for two classes the
            log-odds of shape (n_samples,).
        """
        return self._made_of(X, "decision_function")

    def predict(self, X: Any) -> Any:
        """Most probable class of each sample.

        Parameters
        ----------
        X : {dask array, dask DataFrame, array-like} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        y : array, dask array or dask Series of shape (n_samples,)
            Labels from `classes_`; lazy of a Dask collection.
        """
        return self._made_of(X, "predict")

    def predict_proba(self, X: Any) -> Any:
        """Probability of each class.

        Parameters
        ----------
        X : {dask array, dask DataFrame, array-like} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        p : array, dask array or dask DataFrame of shape (n_samples, n_classes)
            Softmax of the logits, columns in the order of `classes_`; lazy of a Dask
            collection.
        """
        return self._made_of(X, "predict_proba")

    def predict_log_proba(self, X: Any) -> Any:
        """Log-probability of each class, finite also where that is 0.

        Parameters
        ----------
        X : {dask array, dask DataFrame, array-like} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        log_p : array, dask array or dask DataFrame of shape (n_samples, n_classes)
            Log-softmax of the logits, columns in the order of `classes_`; lazy of a
            Dask collection.
        """
        return self._made_of(X, "predict_log_proba")

    def _made_of(self, X: Any, method: str) -> Any:
        if is_dask_collection(X):
            local = self.to_local()
            local._state = None  # of the minimiser, which predictions do not need
            return lazy_outputs(local, method, X)
        return getattr(super(), method)(X)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Accuracy of the predictions.

        Parameters
        ----------
        X : {dask array, dask DataFrame, array-like} of shape (n_samples, n_features)
            Samples.
        y : array-like or Dask collection of shape (n_samples,)
            True labels.
        sample_weight : array-like or Dask collection, default=None
            Sample weights, of shape (n_samples,).

        Returns
        -------
        score : float
            Part of the samples whose prediction is right.
        """
        given = self.predict(X), y, sample_weight
        if any(map(is_dask_collection, given)):
            with FitCluster(self.client) as cluster:
                given = tuple(map(cluster.values, given))
        predicted, y, sample_weight = given
        return float(accuracy_score(y, predicted, sample_weight=sample_weight))

    def to_local(self) -> SoftmaxMLPClassifier:
        """Give the fitted classifier that takes rows in memory.

        Returns
        -------
        clf : SoftmaxMLPClassifier
            With the same parameters but for `client` and `persist`, and the same
            attributes, which are not copied.
        """
        check_is_fitted(self)
        local = SoftmaxMLPClassifier()
        others = ("client", "persist")
        attributes = {k: v for k, v in vars(self).items() if k not in others}
        local.__dict__.update(attributes)
        return local

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "client": None}

    def __copy__(self) -> Self:
        """Without the client, as pickles are."""
        other = super().__copy__()
        other.client = None
        return other

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return SoftmaxMLPClassifier.__deepcopy__(copy(self), memo)

    def __sklearn_clone__(self) -> Self:
        # A client is not to be copied, as other parameters are.
        other = _clone_parametrized(copy(self))
        other.client = self.client
        return other
