"""Sums of blocks in a fixed binary tree: the same bits, whoever adds up which of them.

Blocks are numbered from 0. A node of level k is the sum of the 2**k blocks from a
multiple of 2**k on: that of its two halves, or of the first half alone where there are
no blocks for the second. So the sum of all depends on their number, and on nothing
else; threads, processes or machines may each add up whole nodes.
"""

from collections.abc import Iterable, Sequence
from operator import iadd
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

# What is summed of a block: numbers, and arrays that are overwritten. In float64, or
# integers.
Sums: TypeAlias = Sequence[float | NDArray[np.number]]


class TreeSum:
    """A sum of nodes from the first to the last, of which few are kept.

    Those are as many as there are levels, at most.
    """

    def __init__(self) -> None:
        self._nodes: list[tuple[int, Any]] = []

    def add(self, node: Sums, level: int = 0) -> None:
        """Take the next node, which begins at a multiple of its size."""
        while self._nodes and self._nodes[-1][0] == level:
            node = _added(self._nodes.pop()[1], node)
            level += 1
        if self._nodes and self._nodes[-1][0] < level:
            raise ValueError(
                f"A node of level {level} begins at a multiple of its size."
            )
        self._nodes.append((level, node))

    def total(self) -> Any:
        """The sum of all nodes, of which there is at least one."""
        _, node = self._nodes.pop()
        while self._nodes:
            node = _added(self._nodes.pop()[1], node)
        return node


def tree_sum(blocks: Iterable[Sums]) -> Any:
    """The sum of blocks from the first to the last, entry by entry of their lists."""
    tree = TreeSum()
    for block in blocks:
        tree.add(block)
    return tree.total()


def _added(left: Sums, right: Sums) -> Sums:
    return [iadd(a, b) for a, b in zip(left, right, strict=True)]
