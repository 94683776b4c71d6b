"""Activations alone."""

import numpy as np
import pytest
from scipy.special import expit

from sksoftmax._network.activations import ACTIVATIONS

REFERENCE = {
    "identity": lambda a: a,
    "logistic": expit,
    "tanh": np.tanh,
    "relu": lambda a: np.where(a > 0, a, 0),
    "softplus": lambda a: np.logaddexp(0, a),
    "silu": lambda a: a * expit(a),
    "elu": lambda a: np.where(a > 0, a, np.exp(np.minimum(a, 0)) - 1),
}
POINTS = np.concatenate([np.linspace(-9, 9, 60), [-700, -40, 40, 700]])


def test_every_activation_has_a_reference():
    """No activation is added without a formula to compare it with."""
    assert set(REFERENCE) == set(ACTIVATIONS)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_value_is_the_textbook_formula(name, dtype):
    """Values equal an independent formula in the dtype given, also far out."""
    a = POINTS.astype(dtype)
    h = ACTIVATIONS[name].value(a.copy())
    assert h.dtype == dtype
    eps = np.finfo(dtype).eps
    np.testing.assert_allclose(
        h, REFERENCE[name](a.astype(float)), rtol=8 * eps, atol=8 * eps
    )


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_derivative_is_that_of_the_value(name):
    """Derivatives equal a five-point stencil of the value."""
    activation, step = ACTIVATIONS[name], 1e-3
    a = POINTS.copy()
    h = activation.value(a)
    derivative = activation.derivative(a, h)
    shifted = [activation.value(POINTS + k * step) for k in (-2, -1, 1, 2)]
    stencil = np.tensordot([1, -8, 8, -1], shifted, axes=1) / (12 * step)
    np.testing.assert_allclose(derivative, stencil, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_derivative_keeps_float32(name):
    """Multiplying float32 deltas by a derivative leaves them float32."""
    a = POINTS.astype(np.float32)
    h = ACTIVATIONS[name].value(a)
    assert (h * ACTIVATIONS[name].derivative(a, h)).dtype == np.float32
