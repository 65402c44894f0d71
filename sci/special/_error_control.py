"""Error controls: what becomes of poles, overflows and arguments outside of a function's domain."""

from __future__ import annotations

from typing import Any

from sci._core import special_errors
from sci._core.cards import function
from sci._core.errors import bad_argument
from sci._core.special_errors import ACTIONS, CATEGORIES, SpecialFunctionError, SpecialFunctionWarning

__all__ = ["SpecialFunctionError", "SpecialFunctionWarning", "errstate", "geterr", "seterr"]


@function(complex=False, batch=False, compiles=False)
def geterr() -> dict[str, str]:
    """
    Get the current way of handling special-function errors.

    Returns
    -------
    dict
        An action ("ignore", "warn" or "raise") for each category: "singular", "underflow", "overflow", "slow", "loss",
        "no_result", "domain", "arg", "other" and "memory". By default all but "memory" are ignored.

    See Also
    --------
    seterr : set how errors are handled, where the categories are explained
    errstate : the same for a block of statements

    Examples
    --------
    >>> import sci
    >>> sci.special.geterr()["domain"]
    'ignore'
    """
    return special_errors.actions()


@function(complex=False, batch=False, compiles=False)
def seterr(**kwargs: str) -> dict[str, str]:
    """
    Set how special-function errors are handled, in this thread.

    Parameters
    ----------
    **kwargs : {"ignore", "warn", "raise"}
        Actions by category: say nothing, warn with `SpecialFunctionWarning`, raise `SpecialFunctionError`. ``all`` is
        applied first, to every category.

    Returns
    -------
    dict
        The settings before, as `geterr` gives them.

    Raises
    ------
    TypeError
        For a category that does not exist.
    ValueError
        For an action that does not exist.

    See Also
    --------
    geterr : get the settings
    errstate : settings for a block of statements

    Notes
    -----
    While everything is ignored, which is the default, nothing is checked. Otherwise each result of an elementwise
    function is looked at after the call, which waits for a GPU. For arguments that are no NaN the categories mean:

    singular
        infinite (or without value) at an isolated argument: a pole, or a logarithm's branch point
    overflow
        infinite at finite arguments and beside them
    underflow
        0 at finite arguments and beside them, where the function is not constant
    domain
        NaN, or infinite by convention as `entr` of negative numbers

    "slow", "loss", "no_result", "arg", "other" and "memory" can be set, as in SciPy, and are never reported. SciPy's
    own reports differ from function to function: some report a pole as overflow, or say nothing. Derivatives are not
    checked, nor are calls under ``torch.compile``, ``torch.func``, other modes, or of meta tensors; functions that are
    composed of others report what these report.

    Examples
    --------
    >>> import sci
    >>> old = sci.special.seterr(singular="raise")
    >>> try:
    ...     sci.special.gammaln(0.0)
    ... except sci.special.SpecialFunctionError as error:
    ...     print(error)
    sci.special.gammaln: singularity at x = 0.0
    >>> _ = sci.special.seterr(**old)
    """
    old = special_errors.actions()
    new = dict(old)
    for category, action in kwargs.items():
        if category != "all" and category not in CATEGORIES:
            known = ", ".join(("all", *CATEGORIES))
            raise TypeError(f"seterr: got an unexpected category {category!r}, not one of {known}")
        if action not in ACTIONS:
            raise bad_argument("seterr", category, "'ignore', 'warn' or 'raise'", action)
    if "all" in kwargs:
        new = dict.fromkeys(CATEGORIES, kwargs["all"])
    new.update((category, action) for category, action in kwargs.items() if category != "all")
    special_errors.set_actions(new)
    return old


@function(complex=False, batch=False, compiles=False)
class errstate:  # noqa: N801
    """
    Context manager for special-function error handling.

    On entering, the settings are changed as by `seterr`; on leaving, they become what they were. The manager can be
    used several times, and belongs to the thread that enters it.

    Parameters
    ----------
    **kwargs : {"ignore", "warn", "raise"}
        Actions by category, see `seterr`.

    See Also
    --------
    geterr : get the current settings
    seterr : set them; the categories are explained there

    Examples
    --------
    >>> import sci
    >>> with sci.special.errstate(all="raise", singular="ignore"):
    ...     sci.special.gammaln(0.0)
    tensor(inf)
    """

    def __init__(self, **kwargs: str) -> None:
        self.kwargs = kwargs
        self._before: list[dict[str, str]] = []

    def __enter__(self) -> None:
        self._before.append(seterr(**self.kwargs))

    def __exit__(self, *exception: Any) -> None:
        special_errors.set_actions(self._before.pop())
