"""PyTorch on the CPU: the same network by autograd, and torch.optim.LBFGS.

The mean cross-entropy gets alpha / (2 n) * ||W||^2, so alpha is the benchmark's.
"""

import contextlib
import time
from contextlib import nullcontext

import torch
from torch.nn import functional


def evaluation(problem):
    """One closure of an optimiser: zero the gradients, loss, backward."""
    X, y = torch.from_numpy(problem.X), torch.from_numpy(problem.y)
    weights = [torch.tensor(part, requires_grad=True) for part in problem.weights]

    def evaluate():
        for weight in weights:
            weight.grad = None
        loss = loss_of(problem, X, y, weights)
        loss.backward()
        return loss.item(), [weight.grad for weight in weights]

    return evaluate, nullcontext


def loss_of(problem, X, y, weights):
    """Penalised mean cross-entropy."""
    squares = sum((W * W).sum() for W in weights[: len(weights) // 2])
    penalty = problem.alpha / (2 * len(X)) * squares
    return mean_loss(problem, X, y, weights) + penalty


def mean_loss(problem, X, y, weights):
    """Mean cross-entropy."""
    n_layers = len(weights) // 2
    activation = {"tanh": torch.tanh, "relu": torch.relu}[problem.activation]
    h = X
    for i, (W, b) in enumerate(
        zip(weights[:n_layers], weights[n_layers:], strict=True)
    ):
        h = torch.addmm(b, h, W)
        h = activation(h) if i < n_layers - 1 else h
    return functional.cross_entropy(h, y)


def weights_of(problem, gradient):
    """Already in their order."""
    return [part.numpy() for part in gradient]


def fit(problem, max_iter):
    """So many iterations of L-BFGS."""
    optimizer, weights, closure = _lbfgs(problem, max_iter)
    optimizer.step(closure)
    n_iter = optimizer.state[weights[0]]["n_iter"]
    return n_iter, [weight.detach().numpy() for weight in weights]


def trace(problem, seconds):
    """Time and weights of each evaluation that is the best so far."""
    began, points = time.perf_counter(), []
    optimizer, weights, closure = _lbfgs(problem, max_iter=10**6)

    def traced():
        at = [weight.detach().clone() for weight in weights]
        loss = closure()
        elapsed = time.perf_counter() - began
        if not points or loss < points[-1][1]:
            points.append((elapsed, loss.item(), at))
        if elapsed > seconds:
            raise TimeoutError
        return loss

    with contextlib.suppress(TimeoutError):
        optimizer.step(traced)
    return [(t, [part.numpy() for part in at]) for t, _, at in points]


def _lbfgs(problem, max_iter):
    """torch.optim.LBFGS with its strong Wolfe search, memory 10 as in SciPy."""
    X, y = torch.from_numpy(problem.X), torch.from_numpy(problem.y)
    torch.manual_seed(0)
    weights = [torch.zeros_like(torch.tensor(part)) for part in problem.weights]
    for weight in weights[: len(weights) // 2]:
        torch.nn.init.xavier_uniform_(weight)
    for weight in weights:
        weight.requires_grad_()
    optimizer = torch.optim.LBFGS(
        weights,
        max_iter=max_iter,
        max_eval=10**9,
        history_size=10,
        tolerance_grad=0,
        tolerance_change=0,
        line_search_fn="strong_wolfe",
    )

    def closure():
        optimizer.zero_grad()
        loss = loss_of(problem, X, y, weights)
        loss.backward()
        return loss

    return optimizer, weights, closure
