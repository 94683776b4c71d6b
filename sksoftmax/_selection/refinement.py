"""Finer parts of columns, where relevances ask for them, and none where they are idle.

Of the parts of all columns few are relevant: those where labels change. There each is
divided again, at the quantiles of the values in it, and the fit goes on from the same
network, with the penalty of the part for all that it was divided into. On wall_robot,
whose labels are rules on thresholds, that has half of the log-loss of 64 parts
everywhere, with half as many inputs, in a third of the time.

Of many rows, whose inputs are what a fit takes its time for, columns are left whole
whose parts tell held-out rows nothing.
"""

import numpy as np
from numpy.typing import NDArray

from sksoftmax._features.encoded import EncodedColumns
from sksoftmax._features.standardization import Standardization
from sksoftmax._selection.judge import Estimate, Judge
from sksoftmax._training.objective import Objective

Array = NDArray[np.floating]

# Logarithm of the penalty below which a part is relevant, and what it is divided into:
# with -1 and with 16 log-losses were as good, of more inputs.
_RELEVANT, _N_PARTS = -2.0, 8
# Inputs, in all.
_MAX_INPUTS = 2000
# Times its error that a loss without some parts has to be higher, for these to stay.
# Of 0, 2 and 3, chosen on three problems of 500,000 rows, one seed each: nats above the
# true probabilities 0.0033, 0.0023, 0.0021; 0.0072, 0.0060, 0.0060; and where all
# columns have a weak bend 0.0019, 0.0023, 0.0028. With 0 eleven of 46 columns of noise
# stayed in parts, with 2 six: that is what the last fit takes its time for.
_CLEAR = 2.0


def with_finer_parts(
    objective: Objective, parameters: Array
) -> tuple[Objective, Array]:
    """The objective on more parts of columns where those that it has are relevant.

    Parameters
    ----------
    objective : Objective
        On parts of columns with relevances.
    parameters : ndarray of shape (n_parameters,)

    Returns
    -------
    objective : Objective
    parameters : ndarray of shape (n_parameters,)
        Those of the same network.
    """
    before = objective.standardization
    assert isinstance(before, EncodedColumns)
    encoding = before.encoding
    parts = np.arange(encoding.n_numeric, encoding.columns.size)
    by_relevance = parts[np.argsort(before.log_penalties[parts], kind="stable")]
    n_chosen = max(_MAX_INPUTS - encoding.n_inputs, 0) // (_N_PARTS - 1)
    chosen = by_relevance[:n_chosen]
    chosen = chosen[before.log_penalties[chosen] < _RELEVANT]
    X, weights = objective.X, objective.weights
    features, origins = before.divided(X, weights, chosen, _N_PARTS)
    other = objective.seen_by(features)
    coefs, intercepts = objective.layout.unpack(parameters.copy())
    coef, intercept = before.to_user_units(coefs[0], intercepts[0], np.float64)
    coefs[0], intercepts[0] = features.from_user_units(coef[:, origins], intercept)
    return other, other.layout.pack(coefs, intercepts)


def without_idle_parts(
    held_out: Objective, parameters: Array, draws: Array | None = None
) -> tuple[Standardization, Array]:
    """Inputs without the parts of columns that do not clearly lower a loss.

    Neither each of them by itself nor all together, which may know the same. One after
    the other that has to lower it again, half of those of noise would stay: without the
    first of them a network is surer of all else.

    Parameters
    ----------
    held_out : Objective
        Of rows that the parameters are not fitted to.
    parameters : ndarray of shape (n_parameters,)
    draws : ndarray of shape (n_held_out,), default=None
        How many independent observations each of these rows is; None for one.

    Returns
    -------
    features : Standardization
        Those of the objective, where no parts are idle.
    parameters : ndarray of shape (n_parameters,)
        Of the same network but for these parts.
    """
    features = held_out.standardization
    if not isinstance(features, EncodedColumns):
        return features, parameters
    columns, is_part = features.encoding.input_columns, features.encoding.is_part
    rows = held_out.stored()  # for a hundred passes

    def losses_without(chosen: list[int]) -> Array:
        other = parameters.copy()
        coefs, _ = rows.layout.unpack(other)
        coefs[0][:, is_part & np.isin(columns, chosen)] = 0
        return rows.row_losses(other)

    judge = Judge()
    counted = rows.counted
    weights = np.ones(rows.y.size) if rows.weights is None else rows.weights
    draws = np.ones(rows.y.size) if draws is None else draws
    judge.set_part(0, weights[counted], draws[counted])
    judge.hear("all", 0, losses_without([]))

    def cost_without(chosen: list[int]) -> Estimate:
        return judge.excess("all", 0, losses_without(chosen))

    idle: list[int] = []
    alone = {j: cost_without([j]) for j in np.unique(columns[is_part]).tolist()}
    for column in sorted(alone, key=lambda j: alone[j].mean):
        if _is_nothing(alone[column]) and _is_nothing(cost_without([*idle, column])):
            idle.append(column)
    features, kept = features.undivided(idle)
    coefs, intercepts = held_out.layout.unpack(parameters)
    layout = held_out.seen_by(features).layout
    return features, layout.pack([coefs[0][:, kept], *coefs[1:]], intercepts)


def _is_nothing(cost: Estimate) -> bool:
    return cost.mean <= _CLEAR * cost.standard_error
