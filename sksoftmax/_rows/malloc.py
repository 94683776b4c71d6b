"""Memory of one block of rows kept for the next.

glibc's malloc gives a large array back to the system when it is freed, and the system
zeroes every page of the next one. Half to three quarters of an evaluation of 600 to
3000 rows went there. An array of up to 32 MiB that is freed teaches malloc to keep as
much for later (mallopt(3), M_MMAP_THRESHOLD): one is enough, for the whole process.
Elsewhere it does nothing. Not arrays of our own to write into: they make each line of
the network longer and each block a state.
"""

import ctypes
import sys
from functools import cache

import numpy as np

# The largest chunk that malloc learns from, less the header and a page of rounding.
_LARGEST = 2**25 - 2**13
# What it has learnt then, by the numbers of malloc.h: M_TRIM_THRESHOLD,
# M_MMAP_THRESHOLD.
_LEARNT = {-1: 2**26, -3: 2**25}


@cache
def keep_freed_memory() -> None:
    """Have malloc keep what blocks free; the first call of the process does it."""
    np.empty(_LARGEST, np.uint8)


@cache
def insist_on_freed_memory() -> None:
    """The same where malloc learns nothing: whose thresholds the environment sets.

    Dask's nanny sets MALLOC_TRIM_THRESHOLD_ for its workers, and with that an
    evaluation of 80,000 rows took twice as long.
    """
    if sys.platform == "win32":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for option, value in _LEARNT.items():
            mallopt(option, value)
