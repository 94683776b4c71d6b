"""How far a fit has come: the decrease of its losses, and lines that say so."""

import numpy as np

# Progress is judged over this many iterations: a single one can be short by chance.
WINDOW = 10
# A loss below this is as good as zero: without a penalty, that of separable classes
# falls for ever, by the same factor in each window.
_NEGLIGIBLE_LOSS = 1e-4


def relative_decrease(losses: list[float], window: int = WINDOW) -> float:
    """By which part of itself the loss fell over the last `window` entries.

    Infinity where there are not yet that many.
    """
    if len(losses) <= window:
        return np.inf
    return part_of_loss(losses[-1 - window] - losses[-1], losses[-1])


def part_of_loss(decrease: float, loss: float) -> float:
    """`decrease / loss`, of a loss that is not negligible."""
    return decrease / max(abs(loss), _NEGLIGIBLE_LOSS)


def report(line: str) -> None:
    """Show progress."""
    print(line, flush=True)  # noqa: T201
