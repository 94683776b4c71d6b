"""Raw tables, with categories and gaps, all by default: log-loss and seconds.

    cd docs/benchmarks
    python -m quality.raw [--folder FOLDER] [--jobs 2] [--results FILE]
                          [--only NAME ...]

Twelve data sets as frames, at most 4000 training rows, three stratified splits, one
thread each; seconds are those of the process, for the whole pipeline where there is
one. Goes on where it was interrupted. `--only` measures some classifiers and leaves the
page alone.

Each is given what its documentation asks for: CatBoost the names of the columns of
categories, and a level for gaps in them; XGBoost `enable_categorical`; LightGBM and
HistGradientBoosting the frame. The forest has levels as numbers. LogisticRegression and
MLPClassifier have a column for each level, gaps in numbers marked and filled with the
median, and numbers scaled.
"""

import numpy as np
from datasets import FRAMES, load_frame
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from quality.classifiers import OURS, PEERS, Entry, catboost, xgboost
from quality.peers import PLAIN
from quality.study import command_line
from quality.trees import contest

CATEGORIES = make_column_selector(dtype_include="category")
# Columns of zeros and ones in `quality.peers`.
NOMINAL = ("adult", "car", "churn", "cmc", "connect4_binary", "dna", "ilpd", "splice")
SUITES = {"raw": sorted([*FRAMES, *NOMINAL])}


class CatBoost:
    """Told which columns hold categories, and with a level for the gaps in them."""

    def __init__(self, seed):
        self.clf = catboost(seed)

    def fit(self, X, y):
        """CatBoost's."""
        self.clf.fit(self.filled(X), y, cat_features=CATEGORIES(X))
        return self

    def predict_proba(self, X):
        """CatBoost's."""
        return self.clf.predict_proba(self.filled(X))

    def filled(self, X):
        """Gaps in numbers remain: CatBoost takes those."""
        gaps = {name: X[name].astype(object).fillna("gap") for name in CATEGORIES(X)}
        return X.assign(**gaps)


def forest(seed):
    """Of levels as numbers. Gaps, and levels that are new, are gaps to the forest."""
    levels = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
    return make_pipeline(
        make_column_transformer((levels, CATEGORIES), remainder="passthrough"),
        RandomForestClassifier(random_state=seed),
    )


def encoded(clf):
    """Behind an encoder: zeros and ones for levels and gaps, all numbers scaled."""
    numbers = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True), StandardScaler()
    )
    levels = OneHotEncoder(handle_unknown="ignore")
    return make_pipeline(
        make_column_transformer((levels, CATEGORIES), remainder=numbers), clf
    )


ENTRIES = {
    PLAIN: OURS[PLAIN],
    "CatBoost": Entry(CatBoost, "catboost"),
    "LightGBM": PEERS["LightGBM"],
    "XGBoost": Entry(
        lambda seed: xgboost(seed).set_params(enable_categorical=True), "xgboost"
    ),
    "HistGradientBoosting": PEERS["HistGradientBoosting"],
    "RandomForest": Entry(forest),
    "LogisticRegression": Entry(
        lambda seed: encoded(LogisticRegression(max_iter=1000))
    ),
    "MLPClassifier": Entry(lambda seed: encoded(MLPClassifier(random_state=seed))),
}


def main():
    """Against all who take such tables, or do behind an encoder."""
    contest(
        command_line(__doc__, "raw.jsonl", "NAME.parquet"),
        ENTRIES,
        load_frame,
        SUITES,
    )


if __name__ == "__main__":
    main()
