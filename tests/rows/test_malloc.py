"""Freed memory is used again."""

import platform
import subprocess
import sys

import pytest

SCRIPT = """
import resource
import numpy as np
from sksoftmax._rows.malloc import keep_freed_memory

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(20):
        a = np.ones((100, 1000))
        np.maximum(a, 1 - a * a)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

before = faults()
keep_freed_memory()
faults()
print(before, faults())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="about glibc's malloc")
def test_freed_arrays_cost_no_page_faults_again():
    """Arrays of a block's size are given back to the system before, not after."""
    output = subprocess.check_output([sys.executable, "-c", SCRIPT], text=True)
    before, after = map(int, output.split())
    assert after < before / 10
