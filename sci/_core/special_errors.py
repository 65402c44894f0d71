"""What `sci.special`'s error controls do: the settings of a thread, and the look at results that they switch on.

No kernel reports errors, for that would cost every call something. Where a setting asks for it, a result is looked at
after the call, which waits for a GPU. What is NaN, infinite or 0 there is told apart by the function itself, evaluated
at neighbouring arguments: a pole is infinite at one point, an overflow at its neighbours too.
"""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from .cards import ElementwiseCard, NoDerivative
from .errors import warn
from .torch_private import carried, carry

CATEGORIES = (
    "singular",
    "underflow",
    "overflow",
    "slow",
    "loss",
    "no_result",
    "domain",
    "arg",
    "other",
    "memory",
)
ACTIONS = ("ignore", "warn", "raise")
DEFAULTS: Mapping[str, str] = {**dict.fromkeys(CATEGORIES, "ignore"), "memory": "raise"}
_TEXTS = {"domain": "domain error", "singular": "singularity", "overflow": "overflow", "underflow": "underflow"}
# Infinite by convention outside of their domain, where others are NaN.
_INFINITE_OUTSIDE = ("entr", "rel_entr", "kl_div", "huber", "pseudo_huber")

#: False until some thread asks for a category: what an ordinary call pays is a look at this.
switched_on = False
_actions: contextvars.ContextVar[Mapping[str, str]] = contextvars.ContextVar("special errors")
_KEY = "sci special errors"


class SpecialFunctionWarning(Warning):
    """A special function had no finite result; see `seterr`."""


class SpecialFunctionError(Exception):
    """A special function had no finite result, and `seterr` or `errstate` asked to raise."""


def _settings() -> Mapping[str, str]:
    """Return this thread's settings; those of the caller where a backward pass computes again what was not kept."""
    return _actions.get(None) or carried(_KEY) or DEFAULTS


def actions() -> dict[str, str]:
    """Return this thread's settings."""
    return dict(_settings())


def set_actions(new: Mapping[str, str]) -> None:
    """Replace this thread's settings."""
    global switched_on
    _actions.set(dict(new))
    carry(_KEY, dict(new))
    switched_on = switched_on or _wanted(new)


def _wanted(settings: Mapping[str, str]) -> bool:
    return any(settings[category] != "ignore" for category in _TEXTS)


def wanted() -> bool:
    """Does this thread want to know of errors?"""
    return _wanted(_settings())


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Report nothing: for derivatives, and for the neighbours that tell one category from another."""
    token = _actions.set(DEFAULTS)
    try:
        yield
    finally:
        _actions.reset(token)


def report(card: ElementwiseCard, f: Callable[..., Any], xs: Sequence[Tensor], outs: Sequence[Tensor]) -> None:
    """Warn of or raise for what `outs`, the results of ``f(*xs)``, show, as this thread's settings say."""
    settings = _settings()
    with torch.no_grad(), quietly():
        found = _find(card, f, [x.detach() for x in xs], [out.detach() for out in outs])
    for category, point in found.items():
        if settings[category] == "ignore":
            continue
        where = ", ".join(f"{name} = {x}" for name, x in zip(card.arguments, point, strict=True))
        text = f"sci.special.{card.name}: {_TEXTS[category]} at {where}"
        if settings[category] == "raise":
            raise SpecialFunctionError(text)
        warn(text, SpecialFunctionWarning)


def _find(
    card: ElementwiseCard, f: Callable[..., Any], xs: Sequence[Tensor], outs: Sequence[Tensor]
) -> dict[str, tuple[Any, ...]]:
    """Return, per category, the first arguments that fall into it."""
    xs = torch.broadcast_tensors(*xs)
    known = torch.stack([~torch.isnan(x) for x in xs]).all(0)
    finite = torch.stack([torch.isfinite(x) for x in xs]).all(0)
    suspect = torch.stack(
        [torch.where(finite, ~torch.isfinite(out) | (out == 0), known & _is_nan(out)) for out in outs]
    ).any(0)
    if not bool(suspect.any()):
        return {}
    xs, outs, finite = [x[suspect] for x in xs], [out[suspect] for out in outs], finite[suspect]
    beside = [_neighbours(f, xs, i) for i, x in enumerate(xs) if x.is_floating_point() or x.is_complex()]
    smooth = any(not isinstance(rule, NoDerivative) for rule in card.partials)
    masks = {category: torch.zeros_like(finite) for category in _TEXTS}
    for k, out in enumerate(outs):
        pairs = [(ups[k], downs[k]) for ups, downs in beside]
        # In some argument: infinite here only; a number on both sides; other than zero on both sides.
        alone = _any([~torch.isinf(a) & ~torch.isinf(b) & ~(_is_nan(a) & _is_nan(b)) for a, b in pairs])
        gap = _any([~_is_nan(a) & ~_is_nan(b) for a, b in pairs])
        crossing = _any([(a != 0) & (b != 0) for a, b in pairs])
        nan, infinite = _is_nan(out), torch.isinf(out) & finite
        outside = torch.full_like(finite, card.name in _INFINITE_OUTSIDE)
        masks["singular"] |= (infinite & ~outside & alone) | (nan & finite & gap)
        masks["overflow"] |= infinite & ~outside & ~alone
        masks["domain"] |= (infinite & outside) | (nan & ~(finite & gap))
        if smooth:
            masks["underflow"] |= finite & (out == 0) & ~crossing
    firsts = {category: int(mask.to(torch.uint8).argmax()) for category, mask in masks.items() if bool(mask.any())}
    return {category: tuple(x[i].item() for x in xs) for category, i in firsts.items()}


def _neighbours(
    f: Callable[..., Any], xs: Sequence[Tensor], index: int
) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """Return the function's values at arguments somewhat above and somewhat below one of the given ones."""
    x = xs[index]
    size = x.abs()
    step = torch.where(size == 0, 0.25, (size / 64).clamp(max=0.25)).to(x.dtype)
    found = [f(*xs[:index], moved, *xs[index + 1 :]) for moved in (x + step, x - step)]
    above, below = [tuple(out) if isinstance(out, (tuple, list)) else (out,) for out in found]
    return above, below


def _is_nan(x: Tensor) -> Tensor:
    """Is it no number? A complex number with an infinite part is infinite."""
    return torch.isnan(x) & ~torch.isinf(x)


def _any(masks: Sequence[Tensor]) -> Tensor:
    return torch.stack(list(masks)).any(0)
