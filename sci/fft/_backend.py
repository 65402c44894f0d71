"""Backends: other libraries' transforms behind the names of `sci.fft`, and `sci.fft` behind the names of `scipy.fft`.

The protocol is that of ``uarray``, as `scipy.fft` speaks it: a backend has ``__ua_domain__ = "numpy.scipy.fft"`` and
``__ua_function__(method, args, kwargs)``, which returns NotImplemented for what it cannot do, and maybe
``__ua_convert__(dispatchables, coerce)``. While no backend is set, a call costs one look at an empty list.
"""

from __future__ import annotations

import contextlib
import contextvars
import dataclasses
import functools
import importlib
import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
import torch
from torch import Tensor

from .._core.arrays import as_tensor
from .._core.cards import function

F = TypeVar("F", bound=Callable[..., Any])
DOMAIN = "numpy.scipy.fft"


class BackendNotImplementedError(NotImplementedError):
    """No backend that may be asked does what was asked for."""


class _Choice(NamedTuple):
    backend: Any
    coerce: bool
    only: bool


@dataclasses.dataclass(frozen=True)
class Dispatchable:
    """The array argument of a call, as ``__ua_convert__`` gets it."""

    value: Any
    type: type = np.ndarray
    coercible: bool = True


class Own:
    """The transforms of this library: the backend that is there from the start."""

    __ua_domain__ = DOMAIN

    @staticmethod
    def __ua_function__(method: Any, args: Any, kwargs: Any) -> Any:
        own = implementations.get(method.__name__)
        return NotImplemented if own is None else own(*args, **kwargs)

    @staticmethod
    def __ua_convert__(dispatchables: Sequence[Any], coerce: bool) -> Any:
        """Take tensors as they are, and with `coerce` whatever holds numbers."""
        values = [x.value for x in dispatchables]
        if coerce:
            with contextlib.suppress(TypeError):
                values = [as_tensor(x) for x in values]
        return values if all(isinstance(x, Tensor) for x in values) else NotImplemented


implementations: dict[str, Callable[..., Any]] = {}  # by public name, without the look for backends
_DEFAULT = _Choice(Own, False, False)
_NAMED = {"sci": Own, "scipy": Own}

_used: list[bool] = []  # holds an item once any backend was set: then calls go the long way
_local: contextvars.ContextVar[tuple[_Choice, ...]] = contextvars.ContextVar("sci.fft.backends", default=())
_skipped: contextvars.ContextVar[tuple[Any, ...]] = contextvars.ContextVar("sci.fft.skipped", default=())
_global: list[tuple[_Choice, bool]] = [(_DEFAULT, True)]  # the global backend, and whether registered ones come first
_registered: list[_Choice] = []


def _ask_from_now_on() -> None:
    if not _used:
        _used.append(True)


def overridable(implementation: F) -> F:
    """Make a public function ask the backends that are set before it computes."""
    name = implementation.__name__
    implementations[name] = implementation

    @functools.wraps(implementation)
    def call(*args: Any, **kwargs: Any) -> Any:
        # The compiler cannot trace the look: compiled code keeps to this library's transforms.
        if _used and not torch.compiler.is_compiling():
            return _dispatch(name, args, kwargs)
        return implementation(*args, **kwargs)

    return call  # type: ignore[return-value]


def _dispatch(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Ask the backends in turn: of this scope from the inside out, the global one, the registered ones."""
    glob, last = _global[0]
    order = [*reversed(_local.get()), *([*_registered, glob] if last else [glob, *_registered])]
    # Backends tell functions apart by name or as SciPy's objects; these serve both.
    method = implementations[name] if all(c.backend is Own for c in order) else _scipy_function(name)
    for backend, coerce, only in order:
        if any(backend is skipped for skipped in _skipped.get()):
            continue
        converted = _convert(name, backend, args, kwargs, coerce) if backend is not Own else (args, kwargs)
        if converted is not NotImplemented:
            result = backend.__ua_function__(method, *converted)
            if result is not NotImplemented:
                return result
        if only:
            break
    raise BackendNotImplementedError(f"{name}: no backend that may be asked implements it for these arguments")


def _scipy_function(name: str) -> Any:
    return getattr(importlib.import_module("scipy.fft"), name)


def _convert(name: str, backend: Any, args: tuple[Any, ...], kwargs: dict[str, Any], coerce: bool) -> Any:
    """Let a backend convert the array, the first argument."""
    convert = getattr(backend, "__ua_convert__", None)
    if convert is None:
        return args, kwargs
    parameter = next(iter(inspect.signature(implementations[name]).parameters))
    if not args and parameter not in kwargs:
        return args, kwargs  # the function itself will say what is missing
    values = convert((Dispatchable(args[0] if args else kwargs[parameter]),), coerce)
    if values is NotImplemented:
        return NotImplemented
    (value,) = values
    return ((value, *args[1:]), kwargs) if args else (args, {**kwargs, parameter: value})


def _checked(function: str, backend: Any) -> Any:
    if isinstance(backend, str):
        if backend not in _NAMED:
            raise ValueError(f"{function}: Unknown backend {backend!r}, the named ones are 'sci' and 'scipy'")
        return _NAMED[backend]
    if getattr(backend, "__ua_domain__", None) != DOMAIN:
        raise ValueError(f'{function}: Backend does not implement "{DOMAIN}": {backend!r}')
    return Own if getattr(backend, "__name__", None) == "sci.fft" else backend


@contextlib.contextmanager
def _within(variable: contextvars.ContextVar[tuple[Any, ...]], item: Any) -> Iterator[None]:
    token = variable.set((*variable.get(), item))
    try:
        yield
    finally:
        variable.reset(token)


@function(complex=False, batch=False, compiles=False)
def set_backend(backend: Any, coerce: bool = False, only: bool = False) -> contextlib.AbstractContextManager[None]:
    """Make the functions of `sci.fft` ask a backend first, within a ``with`` statement.

    Equivalent to `scipy.fft.set_backend`, for the functions of `sci.fft`. (``scipy.fft.set_backend(sci.fft)`` makes
    SciPy's functions take tensors.)

    Parameters
    ----------
    backend : object or {"sci", "scipy"}
        What implements the protocol. Both names mean the transforms of this library.
    coerce : bool, optional
        Whether the backend may convert the array to a type of its own; implies `only`.
    only : bool, optional
        Whether no other backend is asked when this one cannot.

    Returns
    -------
    context manager
        The backend is the first to be asked within its scope, in this thread or task.

    Raises
    ------
    ValueError
        If `backend` does not implement ``numpy.scipy.fft``.

    See Also
    --------
    skip_backend, set_global_backend, register_backend

    Notes
    -----
    A backend's function gets the function of `scipy.fft` of that name as its method, so that backends made for SciPy
    serve here. Compiled calls do not look for backends that were set after they were traced.

    Examples
    --------
    >>> import torch, sci
    >>> with sci.fft.set_backend("sci", only=True):
    ...     sci.fft.fft(torch.ones(2)).real
    tensor([2., 0.])
    """
    chosen = _Choice(_checked("set_backend", backend), coerce, only or coerce)
    _ask_from_now_on()
    return _within(_local, chosen)


@function(complex=False, batch=False, compiles=False)
def skip_backend(backend: Any) -> contextlib.AbstractContextManager[None]:
    """Make the functions of `sci.fft` pass over a backend, within a ``with`` statement.

    Equivalent to `scipy.fft.skip_backend`, for the functions of `sci.fft`.

    Parameters
    ----------
    backend : object or {"sci", "scipy"}
        What implements the protocol. Both names mean the transforms of this library.

    Returns
    -------
    context manager
        Within its scope the backend is not asked, in whatever way it was set.

    Raises
    ------
    ValueError
        If `backend` does not implement ``numpy.scipy.fft``.

    See Also
    --------
    set_backend

    Examples
    --------
    >>> import torch, sci
    >>> with sci.fft.skip_backend("sci"):
    ...     try:
    ...         sci.fft.fft(torch.ones(2))
    ...     except NotImplementedError as error:
    ...         print(error)
    fft: no backend that may be asked implements it for these arguments
    """
    chosen = _checked("skip_backend", backend)
    _ask_from_now_on()
    return _within(_skipped, chosen)


@function(complex=False, batch=False, compiles=False)
def set_global_backend(backend: Any, coerce: bool = False, only: bool = False, try_last: bool = False) -> None:
    """Replace the backend that the functions of `sci.fft` ask outside of any `set_backend`.

    Equivalent to `scipy.fft.set_global_backend`, for the functions of `sci.fft`.

    Parameters
    ----------
    backend : object or {"sci", "scipy"}
        What implements the protocol. Both names mean the transforms of this library.
    coerce : bool, optional
        Whether the backend may convert the array to a type of its own; implies `only`.
    only : bool, optional
        Whether no other backend is asked when this one cannot.
    try_last : bool, optional
        Whether backends of `register_backend` come before it.

    Raises
    ------
    ValueError
        If `backend` does not implement ``numpy.scipy.fft``.

    See Also
    --------
    set_backend, register_backend

    Examples
    --------
    >>> import sci
    >>> sci.fft.set_global_backend("sci", try_last=True)  # as it is from the start
    """
    chosen = _Choice(_checked("set_global_backend", backend), coerce, only or coerce)
    _global[0] = (chosen, try_last)
    if chosen.backend is not Own:
        _ask_from_now_on()


@function(complex=False, batch=False, compiles=False)
def register_backend(backend: Any) -> None:
    """Add a backend that the functions of `sci.fft` ask after the others.

    Equivalent to `scipy.fft.register_backend`, for the functions of `sci.fft`.

    Parameters
    ----------
    backend : object or {"sci", "scipy"}
        What implements the protocol. Both names mean the transforms of this library.

    Raises
    ------
    ValueError
        If `backend` does not implement ``numpy.scipy.fft``.

    See Also
    --------
    set_global_backend

    Notes
    -----
    The global backend, which is the library itself at the start, is asked first unless it was set with
    ``try_last=True``.

    Examples
    --------
    >>> import sci
    >>> sci.fft.register_backend("sci")
    """
    chosen = _Choice(_checked("register_backend", backend), False, False)
    _registered.append(chosen)
    if chosen.backend is not Own:
        _ask_from_now_on()
