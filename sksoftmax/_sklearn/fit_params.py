"""What `fit` is given that it does not take, by those who come from other libraries."""

from inspect import Parameter, signature
from typing import Any

from sklearn.base import BaseEstimator


def refuse_fit_params(estimator: BaseEstimator, params: dict[str, Any]) -> None:
    """Raise if there are any, and say what `fit` takes in their place.

    Parameters
    ----------
    estimator : estimator instance
        Whose `fit` was called.
    params : dict
        Keyword arguments that it does not know.

    Raises
    ------
    TypeError
        If there are any; with what to do, where they are validation data.
    """
    if not params:
        return
    *others, last = (
        name
        for name, parameter in signature(estimator.fit).parameters.items()
        if parameter.kind is not Parameter.VAR_KEYWORD
    )
    remedy = ""
    if of_validation(params):
        remedy = (
            " Pass validation data as X_val and y_val (one array each, and their "
            "weights as sample_weight_val), and set early_stopping=True."
        )
    raise TypeError(
        f"{type(estimator).__name__}.fit got unexpected {', '.join(params)}; it takes "
        f"{', '.join(others)} and {last}.{remedy}"
    )


def of_validation(params: dict[str, Any]) -> dict[str, Any]:
    """Those that are about validation data, by their names.

    As `eval_set` and `eval_sample_weight` of boosted trees, `sample_weight_eval_set`,
    `validation_data` and `validation_split` of Keras, `X_valid`.
    """
    return {name: value for name, value in params.items() if "val" in name.lower()}
