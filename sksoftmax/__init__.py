"""A neural network for scikit-learn whose probabilities are good by default."""

import importlib
import typing

from sksoftmax._version import __version__ as __version__

if typing.TYPE_CHECKING:
    from sksoftmax._classifier import SoftmaxMLPClassifier
    from sksoftmax._classifier_cv import SoftmaxMLPClassifierCV
    from sksoftmax._column_encoder import ColumnEncoder
    from sksoftmax._gradient_check import check_gradient
    from sksoftmax._network.loss import cross_entropy, softmax_jacobian
    from sksoftmax._plot.importances import FeatureImportancesDisplay
    from sksoftmax._plot.loss_curve import LossCurveDisplay
    from sksoftmax._plot.regularization_path import RegularizationPathDisplay
    from sksoftmax._plot.reliability import ReliabilityDisplay

__all__ = [
    "ColumnEncoder",
    "FeatureImportancesDisplay",
    "LossCurveDisplay",
    "RegularizationPathDisplay",
    "ReliabilityDisplay",
    "SoftmaxMLPClassifier",
    "SoftmaxMLPClassifierCV",
    "check_gradient",
    "cross_entropy",
    "softmax_jacobian",
]

# Imported where they are first asked for (PEP 562, as SPEC 1 has it): who asks for one
# does not wait for what the others need of scikit-learn.
_LAZY = {
    "ColumnEncoder": "sksoftmax._column_encoder",
    "FeatureImportancesDisplay": "sksoftmax._plot.importances",
    "LossCurveDisplay": "sksoftmax._plot.loss_curve",
    "RegularizationPathDisplay": "sksoftmax._plot.regularization_path",
    "ReliabilityDisplay": "sksoftmax._plot.reliability",
    "SoftmaxMLPClassifier": "sksoftmax._classifier",
    "SoftmaxMLPClassifierCV": "sksoftmax._classifier_cv",
    "check_gradient": "sksoftmax._gradient_check",
    "cross_entropy": "sksoftmax._network.loss",
    "softmax_jacobian": "sksoftmax._network.loss",
}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(_LAZY[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
