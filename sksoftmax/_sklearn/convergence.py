"""scikit-learn's ConvergenceWarning: of one fit, or of several together."""

from collections.abc import Iterator, Sequence

from sklearn.base import ClassifierMixin
from sklearn.exceptions import ConvergenceWarning

# Of the reasons why fits end those that leave something to gain, and the remedies.
_EARLY = {
    "max_iter": (
        "max_iter={max_iter} iterations were done",
        "Increase max_iter, tol or alpha.",
    ),
    "max_time": (
        "max_time={max_time} seconds were over",
        "Increase max_time, tol or alpha.",
    ),
    "line_search": (
        "the line search found no lower loss, as rounding errors hide it",
        "Increase tol, scale the features, or pass X as float64.",
    ),
}


def convergence_warnings(
    classifier: ClassifierMixin, reasons: Sequence[str]
) -> Iterator[ConvergenceWarning]:
    """One for all fits, if any of them has ended early.

    Parameters
    ----------
    classifier : classifier
        With the parameters that ended them.
    reasons : sequence of str
        Why each of its fits has ended, as of `convergence_`.
    """
    early = [reason for reason in reasons if reason in _EARLY]
    if not early:
        return
    text = "L-BFGS stopped before the loss settled to tol"
    if len(reasons) == 1:
        cause, remedy = _EARLY[early[0]]
        text += f"={classifier.tol}: {cause.format(**vars(classifier))}. {remedy}"
    else:
        counts = ", ".join(f"{early.count(r)} by {r}" for r in sorted(set(early)))
        text += (
            f" in {len(early)} of {len(reasons)} fits: {counts}. Increase max_iter, "
            "max_time, tol, or the smallest of alphas."
        )
    yield ConvergenceWarning(text)
