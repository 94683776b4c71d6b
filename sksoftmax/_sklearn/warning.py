"""Warnings that point to the user's line."""

import warnings
from inspect import currentframe
from types import FrameType

# Through whose functions a user's call comes here: pipelines, searches, decorators.
_NOT_THE_USERS = "sksoftmax", "sklearn", "joblib"


def warn(message: str | Warning) -> None:
    """Warn at the first line of the stack that is none of these packages'.

    Not by `skip_file_prefixes`, which Python has from 3.12 on.
    """
    frame, stacklevel = currentframe(), 1
    while frame and _package(frame) in _NOT_THE_USERS:
        frame, stacklevel = frame.f_back, stacklevel + 1
    warnings.warn(message, stacklevel=stacklevel)


def _package(frame: FrameType) -> str:
    return frame.f_globals.get("__name__", "").partition(".")[0]
