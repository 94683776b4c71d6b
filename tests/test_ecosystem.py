"""The estimator inside scikit-learn's meta-estimators."""

import numpy as np
import pytest
import sklearn
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_iris
from sklearn.ensemble import BaggingClassifier, StackingClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    StratifiedKFold,
    cross_val_predict,
    cross_val_score,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures
from sklearn.utils.fixes import parse_version

from sksoftmax import SoftmaxMLPClassifier

X, Y = load_iris(return_X_y=True)
NAMES = np.array(["setosa", "versicolor", "virginica"])[Y]
CV = StratifiedKFold(3, shuffle=True, random_state=0)


@pytest.fixture
def clf():
    return SoftmaxMLPClassifier((10,), "tanh", alpha=1, random_state=0)


def test_grid_search_tunes_a_pipeline_in_two_processes(clf):
    """Nested parameters are set, scored by log-loss, and refitted, with n_jobs=2."""
    search = GridSearchCV(
        make_pipeline(PolynomialFeatures(2), clf),
        {
            "softmaxmlpclassifier__alpha": [0.1, 1, 1000],
            "softmaxmlpclassifier__hidden_layer_sizes": [(), (5, 5)],
        },
        scoring="neg_log_loss",
        cv=CV,
        n_jobs=2,
    ).fit(X, NAMES)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.best_params_["softmaxmlpclassifier__alpha"] < 1000
    assert search.score(X, NAMES) > -0.2


def test_cross_validation_gives_probabilities(clf):
    """cross_val_predict(method="predict_proba") has one good row for each sample."""
    p = cross_val_predict(clf, X, NAMES, cv=CV, method="predict_proba")
    np.testing.assert_allclose(p.sum(axis=1), 1)
    assert -np.log(p[np.arange(150), Y]).mean() < 0.2
    assert cross_val_score(clf, X, NAMES, cv=CV).mean() > 0.93


def test_calibration_by_temperature(clf):
    """Calibration takes the logits, by temperature where scikit-learn has it."""
    recent = parse_version(sklearn.__version__) >= parse_version("1.8")
    method = "temperature" if recent else "sigmoid"
    calibrated = CalibratedClassifierCV(clf, method=method, cv=CV).fit(X, NAMES)
    p = calibrated.predict_proba(X)
    np.testing.assert_allclose(p.sum(axis=1), 1)
    assert calibrated.score(X, NAMES) > 0.93


@pytest.mark.parametrize(
    "wrap",
    [
        lambda clf: BaggingClassifier(clf, 3, random_state=0),
        OneVsRestClassifier,
        lambda clf: VotingClassifier(
            [("net", clf), ("linear", LogisticRegression(max_iter=1000))], voting="soft"
        ),
        lambda clf: StackingClassifier([("net", clf)], LogisticRegression(), cv=CV),
    ],
    ids=["bagging", "one-vs-rest", "voting", "stacking"],
)
def test_meta_estimators_fit_and_predict(clf, wrap):
    """Ensembles and reductions to two classes work on string labels."""
    model = wrap(clf).fit(X, NAMES)
    assert model.score(X, NAMES) > 0.93
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1)


def test_sample_weight_is_routed_to_fit_and_score(clf):
    """With metadata routing a grid search passes weights to fit and score."""
    weights = np.where(Y == 2, 0.0, 1.0)
    with sklearn.config_context(enable_metadata_routing=True):
        clf = clone(clf).set_fit_request(sample_weight=True)
        clf.set_score_request(sample_weight=True)
        search = GridSearchCV(clf, {"alpha": [1]}, cv=CV)
        search.fit(X, NAMES, sample_weight=weights)
    assert search.best_score_ == 1
    assert "virginica" not in search.predict(X)
