"""Freed memory is used again."""

import ctypes
import os
import platform
import subprocess
import sys

import pytest

from sksoftmax._rows.malloc import (
    give_back_freed_memory,
    insist_on_freed_memory,
)

# Shards, and what is made between them and stays, as a worker's own objects do.
SHARDS = """
import numpy as np
from sksoftmax._rows import malloc

malloc.insist_on_freed_memory()
made = [(np.ones(5 << 18), np.ones(1000)) for _ in range(10)]
kept = [small for _, small in made]
del made
pages = int(open("/proc/self/statm").read().split()[1])
del kept
print(pages)
"""
# Long arrays between small ones that stay, where malloc keeps what blocks free.
LONG = """
import os
import numpy as np
from sksoftmax._rows import malloc

def megabytes():
    pages = int(open("/proc/self/statm").read().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") >> 20

malloc.keep_freed_memory()
made = [(np.ones(1 << 20), np.ones(1 << 14)) for _ in range(10)]
kept = [small for _, small in made]
del made
before = megabytes()
malloc.give_back_freed_memory()
print(before, megabytes())
"""
SCRIPT = """
import resource
import numpy as np
from sksoftmax._rows import malloc

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(20):
        a = np.ones((100, 1000))
        np.maximum(a, 1 - a * a)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

before = faults()
malloc.{function}()
faults()
print(before, faults())
"""


def faults(function, **variables):
    """Of twenty arrays of a block's size, before the function was called and after."""
    return numbers(SCRIPT.replace("{function}", function), **variables)


def numbers(code, **variables):
    """What a process prints."""
    # A nanny of Dask in this process leaves its setting there.
    others = {k: v for k, v in os.environ.items() if not k.startswith("MALLOC_")}
    output = subprocess.check_output(
        [sys.executable, "-c", code], text=True, env={**others, **variables}
    )
    return map(int, output.split())


is_glibc = pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="about glibc's malloc"
)


@is_glibc
def test_freed_arrays_cost_no_page_faults_again():
    """Arrays of a block's size are given back to the system before, not after."""
    before, after = faults("keep_freed_memory")
    assert after < before / 10


@is_glibc
def test_workers_of_dask_keep_freed_memory_too():
    """Where a threshold is set in the environment malloc has to be told."""
    before, after = faults("insist_on_freed_memory", MALLOC_TRIM_THRESHOLD_="65536")
    assert after < before / 10


@is_glibc
def test_workers_of_dask_give_shards_back():
    """Also those that were made between things that stay."""
    (pages,) = numbers(SHARDS, MALLOC_TRIM_THRESHOLD_="65536")
    (nothing,) = numbers(SHARDS.replace("range(10)", "range(0)"))
    assert (pages - nothing) * os.sysconf("SC_PAGE_SIZE") < 10 << 20


@is_glibc
def test_what_blocks_do_not_need_is_given_back():
    """Also what was made between things that stay: 80 MB."""
    before, after = numbers(LONG)
    assert before - after > 60


@pytest.mark.parametrize("platform", ["linux", "win32", "darwin"])
def test_other_systems_have_nothing_to_be_told(monkeypatch, platform):
    """Without mallopt and malloc_trim, or without a C library of that kind."""
    monkeypatch.setattr(sys, "platform", platform)
    has_none = platform == "darwin" or os.name == "nt"
    library = object() if has_none else ctypes.CDLL(None)
    monkeypatch.setattr(ctypes, "CDLL", lambda name: library)
    insist_on_freed_memory.cache_clear()
    insist_on_freed_memory()
    give_back_freed_memory()
