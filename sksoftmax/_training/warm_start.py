"""Where a fit begins that goes on from the one before."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sksoftmax._features.encoding import encoding_name
from sksoftmax._minimizer.lbfgs import State
from sksoftmax._sklearn.fitted import Layers
from sksoftmax._training.objective import Objective

Array = NDArray[np.floating]
Attributes = Mapping[str, Any]  # of an estimator, by their names


def check_same_problem(
    previous: Attributes, current: Attributes, layer_units: tuple[int, ...]
) -> None:
    """Refuse to start from weights that belong to another problem.

    Parameters
    ----------
    previous, current : mapping
        Attributes that the previous fit has set, and those that this one has so far.
    layer_units : tuple of int
        Of this one.

    Raises
    ------
    ValueError
        If classes, layers, activations or names of the features differ, or another
        encoding is asked for.
    """
    encoding = encoding_name(previous["_encoding"])
    asked = current["encoding"]
    for what, before, now in (
        ("classes", previous["classes_"].tolist(), current["classes_"].tolist()),
        ("units of its layers", _layer_units(previous["coefs_"]), layer_units),
        ("activations", previous["_activations"], current["_activations"]),
        ("encoding", encoding, encoding if asked == "auto" else asked),
        ("feature names", _feature_names(previous), _feature_names(current)),
    ):
        if before != now:
            raise ValueError(
                f"warm_start=True needs the {what} of the previous fit, {before}; "
                f"got {now}. Set warm_start=False to fit anew."
            )


def previous_point(
    previous: Attributes, objective: Objective
) -> tuple[Array, State | None]:
    """Where the previous fit ended: in full precision, if that is still known.

    Parameters
    ----------
    previous : mapping
        Attributes that it has set.
    objective : Objective
        Of this fit.

    Returns
    -------
    start : ndarray of shape (n_parameters,)
        Parameters of `objective`.
    state : State or None
        That of the minimiser there, in those of the reduced objective, unless weights
        or units have changed since.
    """
    state = previous["_state"]
    if state is not None:
        reduced = objective.reduced()
        weights = (*previous["coefs_"], *previous["intercepts_"])
        if not _has_weights(reduced, state, weights):
            state = None
        elif reduced is objective:
            return state.x, state
    coefs, intercepts, origin, *_ = Layers.of(previous)
    coefs = [W.T for W in coefs]
    coefs[0], intercepts[0] = objective.standardization.from_user_units(
        coefs[0], intercepts[0], origin
    )
    return objective.layout.pack(coefs, intercepts), state


def start_doubt(objective: Objective, start: Array, loss: float) -> UserWarning | None:
    """What a user should know of a start that a fit has not come away from.

    Parameters
    ----------
    objective : Objective
    start : ndarray of shape (n_parameters,)
    loss : float
        Where the fit ended.
    """
    entropy = objective.entropy
    if loss <= objective.plateau or (before := objective.log_loss(start)) <= entropy:
        return None
    return UserWarning(
        f"warm_start=True: the previous fit has a log-loss of {before:.3g} on these "
        f"samples, where the class frequencies have {entropy:.3g}, and from there "
        f"this one came to {loss:.3g}. If X or y are not what they were, set "
        "warm_start=False to fit anew."
    )


def _has_weights(objective: Objective, state: State, weights: Sequence[Array]) -> bool:
    """Whether a state is one of the objective, and its weights are these."""
    if state.x.size != objective.layout.n_parameters:
        return False
    known = objective.public_weights(state.x, weights[0].dtype)
    return all(map(np.array_equal, (*known[0], *known[1]), weights))


def _layer_units(coefs: Sequence[Array]) -> tuple[int, ...]:
    return (coefs[0].shape[0], *(coef.shape[1] for coef in coefs))


def _feature_names(attributes: Attributes) -> list[str] | None:
    names = attributes.get("feature_names_in_")
    return None if names is None else names.tolist()
