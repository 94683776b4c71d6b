"""A neural network for scikit-learn whose probabilities are good by default."""

from sksoftmax._classifier import SoftmaxMLPClassifier
from sksoftmax._classifier_cv import SoftmaxMLPClassifierCV
from sksoftmax._gradient_check import check_gradient
from sksoftmax._loss import cross_entropy, softmax_jacobian
from sksoftmax._plot.loss_curve import LossCurveDisplay
from sksoftmax._plot.regularization_path import RegularizationPathDisplay
from sksoftmax._plot.reliability import ReliabilityDisplay
from sksoftmax._version import __version__ as __version__

__all__ = [
    "LossCurveDisplay",
    "RegularizationPathDisplay",
    "ReliabilityDisplay",
    "SoftmaxMLPClassifier",
    "SoftmaxMLPClassifierCV",
    "check_gradient",
    "cross_entropy",
    "softmax_jacobian",
]
