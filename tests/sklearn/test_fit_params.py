"""Arguments of other libraries' `fit`: refused, with what to do."""

import re

import pytest

from sksoftmax import SoftmaxMLPClassifier, SoftmaxMLPClassifierCV
from sksoftmax._sklearn.fit_params import refuse_fit_params

TAKES = "it takes X, y, sample_weight, X_val, y_val and sample_weight_val."


def test_no_unknown_argument_is_no_error():
    """So that any `fit` may ask."""
    refuse_fit_params(SoftmaxMLPClassifier(), {})


@pytest.mark.parametrize(
    "name",
    [
        "eval_set",
        "eval_sample_weight",
        "sample_weight_eval_set",
        "validation_data",
        "validation_set",
        "validation_split",
        "X_valid",
    ],
)
@pytest.mark.parametrize("estimator", [SoftmaxMLPClassifier, SoftmaxMLPClassifierCV])
def test_validation_data_of_other_libraries_lead_to_ours(estimator, name):
    """By whatever name: to X_val and y_val, and to early stopping."""
    text = (
        f"{estimator.__name__}.fit got unexpected {name}; {TAKES} Pass validation data "
        "as X_val and y_val (one array each, and their weights as sample_weight_val), "
        "and set early_stopping=True."
    )
    with pytest.raises(TypeError, match=f"^{re.escape(text)}$"):
        refuse_fit_params(estimator(), {name: []})


def test_other_arguments_are_named():
    """All of them, with what there is."""
    text = f"fit got unexpected callbacks, epochs; {TAKES}"
    with pytest.raises(TypeError, match=f"{re.escape(text)}$"):
        refuse_fit_params(SoftmaxMLPClassifier(), {"callbacks": [], "epochs": 3})
