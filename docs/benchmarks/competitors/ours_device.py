"""sksoftmax with X as an array of torch, on the device that DEVICE names."""

import os
from contextlib import nullcontext

import torch

from competitors import ours
from sksoftmax._device.rows import DeviceRows

DEVICE = os.environ.get("DEVICE", "cpu")
weights_of = ours.weights_of


def evaluation(problem):
    """As of a fit, which holds NumPy to one thread of BLAS; torch has its own."""
    evaluate, threads_of_a_fit = ours.evaluation(_there(problem))
    return evaluate, threads_of_a_fit if DEVICE == "cpu" else nullcontext


def trace(problem, seconds):
    """Time and weights after each iteration."""
    return ours.trace(_there(problem), seconds)


def _there(problem):
    return _Problem(problem, DeviceRows(torch.asarray(problem.X, device=DEVICE)))


class _Problem:
    """The same problem, with rows that are there."""

    def __init__(self, problem, X):
        self._problem = problem
        self.X = X

    def __getattr__(self, name):
        return getattr(self._problem, name)
