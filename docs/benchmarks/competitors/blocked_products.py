"""The same products block by block, as our threads have them."""

from contextlib import contextmanager
from dataclasses import replace

from competitors import matrix_products
from sksoftmax._rows.blocks import row_blocks
from sksoftmax._rows.threads import BlockThreads


def evaluation(problem):
    """`matrix_products` of each block, BLAS held to one thread."""
    blocks = [
        matrix_products.evaluation(replace(problem, X=problem.X[rows]))[0]
        for rows in row_blocks(problem.X, *problem.hidden, problem.n_classes)
    ]
    threads = BlockThreads()

    @contextmanager
    def threads_of_a_fit():
        with threads:
            yield

    def products():
        for _ in threads.map(lambda block: block(), blocks):
            pass

    return products, threads_of_a_fit
