"""scikit-learn's callbacks, which it has from 1.9 on: progress bars, monitors, stops.

The only module that knows of `sklearn.callback`, which is experimental. A fit is a
task, each of its iterations a subtask (scikit-learn's "Callback support" for
developers). Their number is not known beforehand.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from importlib.util import find_spec
from typing import Any, Self

from numpy.typing import ArrayLike
from sklearn.utils.metaestimators import available_if

Attributes = Callable[[], dict[str, Any]]


class CallbackSupportMixin:
    """That of `sklearn.callback`, which is imported with the first callback.

    Otherwise it would be most of the package's import where rich is installed, which it
    brings.
    """

    @available_if(lambda self: find_spec("sklearn.callback"))
    def set_callbacks(self, *callbacks: Any) -> Self:
        """Set the callbacks that `fit` calls, with scikit-learn 1.9 or later.

        Parameters
        ----------
        *callbacks : callback instances
            They replace those that were set before; none removes them.

        Returns
        -------
        self : estimator instance
            The estimator itself.
        """
        from sklearn.callback import CallbackSupportMixin

        return CallbackSupportMixin.set_callbacks(self, *callbacks)


class FitTask:
    """The task of a fit, and its subtasks, one after the other.

    Without callbacks, own or of a meta-estimator, there are no subtasks.

    Parameters
    ----------
    estimator : CallbackSupportMixin
    X, y, sample_weight
        What `fit` is given.
    """

    def __init__(
        self,
        estimator: CallbackSupportMixin,
        X: Any,
        y: Any,
        sample_weight: ArrayLike | None,
    ) -> None:
        self._estimator = estimator
        metadata = None if sample_weight is None else {"sample_weight": sample_weight}
        self._data = {"X": X, "y": y, "metadata": metadata}
        self._context: Any = None
        self._subtask: Any = None
        if hasattr(estimator, "_skl_callbacks"):
            from sklearn.callback import CallbackSupportMixin

            self._context = CallbackSupportMixin._init_callback_context(
                estimator, max_subtasks=None
            )

    @property
    def is_watched(self) -> bool:
        """Whether there is a callback."""
        return self._context is not None

    def begin(self) -> None:
        """Begin, once everything is validated."""
        if self.is_watched:
            self._begin(self._context)

    def start(self, name: str) -> None:
        """Begin a subtask."""
        if self.is_watched:
            self._subtask = self._context.subcontext(task_name=name)
            self._begin(self._subtask)

    def finish(self, attributes: Attributes | None = None) -> bool:
        """End the subtask; whether a callback asks to stop.

        `attributes` are those that predictions need, as they are now. Without them the
        subtask led to no model.
        """
        return self.is_watched and self._end(self._subtask, attributes)

    def after_each(
        self, name: str, attributes: Callable[..., dict[str, Any]]
    ) -> Callable[..., bool] | None:
        """What ends a subtask and begins the next; None where nobody is told.

        Called with what `attributes` takes; whether a callback asks to stop.
        """
        if not self.is_watched:
            return None
        self.start(name)

        def next_subtask(*point: Any) -> bool:
            is_enough = self.finish(lambda: attributes(*point))
            self.start(name)
            return is_enough

        return next_subtask

    def end(self) -> None:
        """End; the estimator is fitted."""
        if self.is_watched:
            self._end(self._context, dict)

    def share_with(self, estimator: CallbackSupportMixin) -> AbstractContextManager:
        """Let the subtask be the fit of another estimator, with the same callbacks."""
        if self.is_watched:
            return self._subtask.propagate_callback_context(estimator)
        return nullcontext()

    def _begin(self, context: Any) -> None:
        context.call_on_fit_task_begin(estimator=self._estimator, **self._data)

    def _end(self, context: Any, attributes: Attributes | None) -> bool:
        return context.call_on_fit_task_end(
            estimator=self._estimator,
            reconstruction_attributes=attributes,
            **self._data,
        )
