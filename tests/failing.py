"""Make a chosen call of a function of the package fail."""

import gc
import itertools
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType

import sksoftmax

PACKAGE = str(Path(sksoftmax.__file__).parent)
# Failing while something is tidied up is failing to tidy up, in any Python program.
TIDYING = ("__exit__", "shutdown", "release", "_wait_for_threads", "_set_threads")


class Profile:
    """Context in which `see(code)` is called as a function of the package is entered.

    In threads that are started in it, too. Garbage of earlier fits waits: Python drops
    what is raised as it is finalised.
    """

    def __init__(self, see: Callable[[CodeType], None]) -> None:
        self._see = see

    def __enter__(self) -> None:
        gc.disable()
        threading.setprofile(self._profile)
        sys.setprofile(self._profile)

    def __exit__(self, *exception: object) -> None:
        sys.setprofile(None)
        threading.setprofile(None)
        gc.enable()

    def _profile(self, frame: FrameType, event: str, arg: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(PACKAGE):
            if code.co_name.startswith("<") or code.co_name in TIDYING:
                return
            self._see(code)


def entered(function: Callable[[], object]) -> list[CodeType]:
    """Functions of the package in the order in which a call enters them."""
    codes: list[CodeType] = []
    with Profile(codes.append):
        function()
    return codes


def failing(function: Callable[[], object], place: int, error: BaseException) -> None:
    """Call with an error as the function of this number is entered."""
    number = itertools.count()

    def see(code: CodeType) -> None:
        if next(number) == place:
            raise error

    with Profile(see):
        function()
