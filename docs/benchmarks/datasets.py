"""Real data sets, from files or from OpenML.

A file `NAME.npz` holds arrays X (numbers only) and y. Without a folder of them, a data
set is fetched from OpenML by its id: columns with levels become one 0/1 column each,
one for two levels, and missing values the median or the most frequent level. Two come
with scikit-learn. `load_frame` leaves a table as it is, categories, gaps and all; of a
file `NAME.parquet` the last column is the label.
"""

from pathlib import Path

import numpy as np
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.datasets import fetch_openml, load_digits, load_wine
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import LabelEncoder, OneHotEncoder

SMALL = {
    "balance_scale": 11,
    "blood_transfusion": 1464,
    "car": 40975,
    "cardiotocography": 1466,
    "cmc": 23,
    "diabetes_pima": 37,
    "glass": 41,
    "heart_statlog": 53,
    "ilpd": 1480,
    "mfeat_zernike": 22,
    "phoneme": 1489,
    "segment": 36,
    "semeion": 1501,
    "sonar": 40,
    "vehicle": 54,
    "vowel": 307,
    "wdbc": 1510,
    "yeast": 181,
}
MEDIUM = {
    "churn": 40701,
    "dna": 40670,
    "letter": 6,
    "magic": 1120,
    "page_blocks": 30,
    "satimage": 182,
    "spambase": 44,
    "splice": 46,
    "wall_robot": 1497,
    "waveform": 60,
}
LARGE = {
    "adult": 1590,
    "connect4_binary": 40668,  # in files wins and draws are one class, on OpenML two
    "covtype20k": 1596,
    "mnist": 554,
    "shuttle": 40685,
}
FRAMES = {"anneal": 2, "colic": 27, "cylinder_bands": 6332, "vote": 56}
OF_SCIKIT_LEARN = {"wine": load_wine, "digits": load_digits}
FIRST_ROWS = {"covtype20k": 20_000}
NOT_FEATURES = {  # of OpenML's: names of rows and people, the label, what came of it
    "cardiotocography": ["V1", "V2", *(f"V{i}" for i in range(26, 36))],
    "churn": ["phone_number"],
    "colic": ["outcome"],
    "cylinder_bands": ["timestamp", "cylinder_number", "customer", "job_number"],
    "magic": ["ID"],
    "splice": ["Instance_name"],
    "vowel": ["Train_or_Test", "Speaker_Number", "Sex"],
}


def data_id(name):
    """OpenML's: the number itself names any other data set."""
    return {**SMALL, **MEDIUM, **LARGE, **FRAMES}.get(name) or int(name)


def load(name, folder=None, max_rows=None):
    """X and class codes; a stratified part of `max_rows`, where there are more."""
    if name in OF_SCIKIT_LEARN:
        X, y = OF_SCIKIT_LEARN[name](return_X_y=True)
    elif folder is None:
        features, labels = fetch(name)
        X, y = numbers(features), LabelEncoder().fit_transform(labels)
        X, y = X[: FIRST_ROWS.get(name)], y[: FIRST_ROWS.get(name)]
    else:
        with np.load(Path(folder) / f"{name}.npz", allow_pickle=True) as data:
            X, y = data["X"], data["y"]
    if max_rows is not None and len(X) > max_rows:
        X, _, y, _ = train_test_split(
            X, y, train_size=max_rows, stratify=y, random_state=0
        )
    return X, y


def load_frame(name, folder=None):
    """A data frame with its categories and gaps, and class codes."""
    if folder is None:
        X, labels = fetch(name)
    else:
        from pandas import read_parquet

        frame = read_parquet(Path(folder) / f"{name}.parquet")
        X, labels = frame.iloc[:, :-1], frame.iloc[:, -1]
    return X, LabelEncoder().fit_transform(labels)


def fetch(name):
    """Features and labels as OpenML has them."""
    frame = fetch_openml(data_id=data_id(name), as_frame=True)
    features = frame.data.drop(columns=NOT_FEATURES.get(name, []), errors="ignore")
    return features, frame.target


def numbers(frame):
    """A data frame as an array of numbers."""
    levels = make_pipeline(
        SimpleImputer(strategy="most_frequent"),
        OneHotEncoder(drop="if_binary", sparse_output=False),
    )
    return make_column_transformer(
        (levels, make_column_selector(dtype_include=["category", object])),
        remainder=SimpleImputer(strategy="median"),
    ).fit_transform(frame)
