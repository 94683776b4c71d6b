"""PyTorch as most write it: batches of 256 in random order, autograd, Adam.

On the device that DEVICE names, where all rows are from the beginning. Without a
penalty: what ends each fit, and which rate is the best, is chosen by the test part.
"""

import os
import time

import torch

from competitors import torch_eager

DEVICE = os.environ.get("DEVICE", "cpu")
BATCH = 256


def trace(problem, seconds, rate):
    """Time and weights after each epoch."""
    torch.manual_seed(0)
    X = torch.asarray(problem.X, device=DEVICE)
    y = torch.asarray(problem.y, device=DEVICE)
    weights = [
        torch.zeros(part.shape, dtype=X.dtype, device=DEVICE)
        for part in problem.weights
    ]
    for weight in weights[: len(weights) // 2]:
        torch.nn.init.xavier_uniform_(weight)
    for weight in weights:
        weight.requires_grad_()
    optimizer = torch.optim.Adam(weights, lr=rate)
    began, points = time.perf_counter(), []
    while time.perf_counter() - began < seconds:
        for rows in torch.randperm(len(X), device=DEVICE).split(BATCH):
            optimizer.zero_grad()
            torch_eager.mean_loss(problem, X[rows], y[rows], weights).backward()
            optimizer.step()
        at = [weight.detach().cpu().numpy().copy() for weight in weights]
        points.append((time.perf_counter() - began, at))
    return points
