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
# M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of a worker, by their numbers in malloc.h. What
# is larger than the arrays of a block goes back to the system at once: shards, of which
# malloc kept 270 MB in pieces where it was taught as above. Blocks of more than 300
# columns of float64 are as large, and take a twentieth more time for that.
_OF_WORKERS = {-1: 2**26, -3: 2**23}


@cache
def keep_freed_memory() -> None:
    """Have malloc keep what blocks free; the first call of the process does it."""
    np.empty(_LARGEST, np.uint8)


def give_back_freed_memory() -> None:
    """Of arrays as long as all rows, which blocks would be put into in pieces.

    Elsewhere than with glibc it does nothing (malloc_trim(3)).
    """
    trim = getattr(_libc(), "malloc_trim", None)
    if trim is not None:
        trim(0)


@cache
def insist_on_freed_memory() -> None:
    """The same on workers, where malloc learns nothing: its thresholds are set.

    Dask's nanny sets MALLOC_TRIM_THRESHOLD_ for its workers, and with that an
    evaluation of 80,000 rows took twice as long.
    """
    mallopt = getattr(_libc(), "mallopt", None)
    if mallopt is not None:
        for option, value in _OF_WORKERS.items():
            mallopt(option, value)


def _libc() -> ctypes.CDLL | None:
    return None if sys.platform == "win32" else ctypes.CDLL(None)
