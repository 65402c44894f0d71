"""The one switch of data checks: what reads a tensor's values before or after a computation obeys it."""

from __future__ import annotations

import contextvars
import types

_enabled: contextvars.ContextVar[bool] = contextvars.ContextVar("sci_data_checks", default=True)


def checks_enabled() -> bool:
    """Are data checks on?"""
    return _enabled.get()


class data_checks:  # noqa: N801  (used like a function)
    """Turn data checks off or on: ``sci.data_checks(False)`` for a ``with`` block.

    SciPy looks at the data: `check_finite`, singular and indefinite matrices. Such a look makes the CPU wait for a GPU.
    With checks off nothing is looked at: bad data gives NaN or infinity instead of an error.

    Parameters
    ----------
    enabled : bool
        Whether data is checked inside the block.

    Raises
    ------
    TypeError
        If `enabled` is not a bool.

    Examples
    --------
    >>> import torch, sci
    >>> from sci import linalg
    >>> with sci.data_checks(False):
    ...     linalg.cholesky(torch.tensor([[-1.0]]))
    tensor([[nan]])
    """

    def __init__(self, enabled: bool) -> None:
        if not isinstance(enabled, bool):
            raise TypeError(f"data_checks: enabled must be a bool, got {enabled!r}")
        self._value = enabled
        self._tokens: list[contextvars.Token[bool]] = []

    def __enter__(self) -> None:
        self._tokens.append(_enabled.set(self._value))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: types.TracebackType | None
    ) -> None:
        _enabled.reset(self._tokens.pop())
