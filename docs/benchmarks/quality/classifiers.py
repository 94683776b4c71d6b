"""Who is compared: an entry for each classifier, as somebody who knows it would use it.

Defaults, but for what the library's own documentation asks for: scaled features, and
what is to be minimised. Each on one thread, as there is a process for each core.
Optional libraries are imported where they are used.
"""

import logging
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegressionCV
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sksoftmax import SoftmaxMLPClassifier, SoftmaxMLPClassifierCV

ALPHAS = np.logspace(2, -2, 9)  # those of SoftmaxMLPClassifierCV()


class Entry(NamedTuple):
    """How to make a classifier from a seed, and what that needs.

    Attributes
    ----------
    make : callable
    requires : str or None
        A distribution.
    n_splits : int
        The slowest are on the first alone.
    """

    make: Callable
    requires: str | None = None
    n_splits: int = 3


def neg_log_loss(clf, X, y):
    """scikit-learn's scorer, which fails where a fold does not have all classes."""
    return -log_loss(y, clf.predict_proba(X), labels=clf.classes_)


def scaled(clf):
    """Behind a StandardScaler."""
    return make_pipeline(StandardScaler(), clf)


def with_temperature(seed):
    """Of five folds; and a fit to all rows."""
    return CalibratedClassifierCV(
        SoftmaxMLPClassifier(random_state=seed), method="temperature", ensemble=False
    )


def in_other_units(seed, *scalers):
    """On columns times powers of ten from -6 to 6."""
    change_units = FunctionTransformer(
        lambda X: X * 10.0 ** np.random.RandomState(seed).uniform(-6, 6, X.shape[1])
    )
    return make_pipeline(
        change_units, *scalers, SoftmaxMLPClassifier(random_state=seed)
    )


def logistic_regression(seed):
    """C of ten, by cross-validation."""
    return scaled(
        LogisticRegressionCV(
            cv=5, scoring=neg_log_loss, max_iter=1000, random_state=seed
        )
    )


def searched_mlp(seed):
    """The same alphas and folds as SoftmaxMLPClassifierCV's."""
    return GridSearchCV(
        scaled(MLPClassifier(solver="lbfgs", random_state=seed)),
        {"mlpclassifier__alpha": ALPHAS},
        scoring=neg_log_loss,
        cv=5,
    )


def lightgbm(seed):
    """Silent."""
    from lightgbm import LGBMClassifier

    return LGBMClassifier(random_state=seed, n_jobs=1, verbose=-1)


def catboost(seed):
    """Silent, and without files."""
    from catboost import CatBoostClassifier

    return CatBoostClassifier(
        random_seed=seed, thread_count=1, verbose=False, allow_writing_files=False
    )


def xgboost(seed):
    """Defaults."""
    from xgboost import XGBClassifier

    return XGBClassifier(random_state=seed, n_jobs=1)


def realmlp(seed, **parameters):
    """RealMLP with the defaults of Holzmueller et al. 2024."""
    from pytabkit import RealMLP_TD_Classifier

    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    return RealMLP_TD_Classifier(
        device="cpu", n_threads=1, random_state=seed, **parameters
    )


def realmlp_for_log_loss(seed):
    """As its README says for log-loss: no label smoothing, best epoch by log-loss."""
    return realmlp(seed, use_ls=False, val_metric_name="cross_entropy")


def tabm(seed):
    """TabM of Gorishniy et al. 2025, as pytabkit has it; best epoch by log-loss."""
    from pytabkit import TabM_D_Classifier

    return TabM_D_Classifier(
        device="cpu", n_threads=1, random_state=seed, val_metric_name="cross_entropy"
    )


OURS = {
    "SoftmaxMLPClassifierCV()": Entry(
        lambda seed: SoftmaxMLPClassifierCV(random_state=seed)
    ),
    "SoftmaxMLPClassifier()": Entry(
        lambda seed: SoftmaxMLPClassifier(random_state=seed)
    ),
}
PEERS = {
    "LogisticRegressionCV": Entry(logistic_regression),
    "MLPClassifier": Entry(lambda seed: scaled(MLPClassifier(random_state=seed))),
    "MLPClassifier, L-BFGS": Entry(
        lambda seed: scaled(MLPClassifier(solver="lbfgs", random_state=seed))
    ),
    "MLPClassifier, L-BFGS, alpha by GridSearchCV": Entry(searched_mlp, n_splits=1),
    "RandomForest": Entry(lambda seed: RandomForestClassifier(random_state=seed)),
    "HistGradientBoosting": Entry(
        lambda seed: HistGradientBoostingClassifier(random_state=seed)
    ),
    "LightGBM": Entry(lightgbm, "lightgbm"),
    "XGBoost": Entry(xgboost, "xgboost"),
    "CatBoost": Entry(catboost, "catboost"),
    "RealMLP": Entry(realmlp, "pytabkit", n_splits=1),
    "RealMLP for log-loss": Entry(realmlp_for_log_loss, "pytabkit", n_splits=1),
}
# Hours on all data sets.
SLOW = {"TabM for log-loss": Entry(tabm, "pytabkit", n_splits=1)}
# Ours with something in front or behind, to compare it with itself.
VARIANTS = {
    "with temperature": Entry(with_temperature, n_splits=1),
    "other units": Entry(in_other_units, n_splits=1),
    "other units, StandardScaler": Entry(
        lambda seed: in_other_units(seed, StandardScaler()), n_splits=1
    ),
}


def available(entries):
    """Those whose library is installed; the others are left out, and said."""
    found = {}
    for name, entry in entries.items():
        try:
            version(entry.requires or "scikit-learn")
            found[name] = entry
        except PackageNotFoundError as error:
            print(f"{name} is left out: {error}")
    return found


def makers(entries):
    """What makes each, for a study."""
    return {name: entry.make for name, entry in entries.items()}
