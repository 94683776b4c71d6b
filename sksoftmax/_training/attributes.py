"""What a trained network leaves behind: the attributes of an estimator."""

from typing import Any

from sksoftmax._minimizer.lbfgs import Minimum, State
from sksoftmax._training.objective import Objective
from sksoftmax._training.training import Trained


def attributes_of(trained: Trained, *, keeps_state: bool) -> dict[str, Any]:
    """All that a fit sets; with `keeps_state` also what another one can go on from."""
    minimum, stages, validation, objective = trained
    attributes = {
        **weights_at(minimum, objective),
        "_state": minimum.state if keeps_state else None,
        "feature_importances_": objective.importances(minimum.x),
        "n_iter_": len(minimum.loss_curve),
        "loss_": minimum.loss,
        "loss_curve_": minimum.loss_curve,
        "convergence_": minimum.convergence,
        "stages_": stages,
        "n_layers_": len(objective.layout.layer_units),
        "n_outputs_": objective.layout.layer_units[-1],
        "out_activation_": "softmax",
    }
    if validation is None:
        return attributes
    return {
        **attributes,
        "validation_loss_curve_": validation.losses,
        "best_validation_loss_": validation.best.validation_loss,
        "best_iter_": validation.best.n_iter,
    }


def weights_at(point: State | Minimum, objective: Objective) -> dict[str, Any]:
    """What predictions need, as of `Layers`, at a point of the objective."""
    dtype, features = objective.user_dtype, objective.features
    coefs, intercepts = objective.public_weights(point.x, dtype)
    origin, penalties = features.origin, features.log_penalties
    weights = {
        "coefs_": coefs,
        "intercepts_": intercepts,
        "_origin": origin,
        "_fills": features.fills,
        "_encoding": features.encoding,
        "_bounds": features.bounds,
        "_log_penalties": penalties if penalties.any() else None,
    }
    if origin is not None:
        _, (intercept, *_) = objective.public_weights(point.x, dtype, origin)
        weights["_origin_intercept"] = intercept
    return weights


def iterate_at(point: State, objective: Objective) -> dict[str, Any]:
    """The same on the way, where the strength of the penalty is yet to be found."""
    alpha = objective.alpha * objective.weights_unit
    return {**weights_at(point, objective), "alpha_": alpha}
