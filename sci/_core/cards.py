"""Cards: what is declared of a function, once, and everything else is derived from.

An elementwise function's card (`ElementwiseCard`, made by ``@elementwise`` of `sci._core.dispatch`) states signature,
partial derivatives, reference, samples and promised accuracy. A card of any other public function or class
(`FunctionCard`, made by ``@function``) states which arguments are differentiable and gives samples.
`tests/test_function_cards.py` and `tests/test_elementwise_cards.py` loop over them; the capability table and the
benchmark rows come of them too.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import torch

from .autocast import in_full_precision

Anything = TypeVar("Anything")

inf = float("inf")
nan = float("nan")

# Modules whose public names have cards, in the order of the documentation.
DOMAINS = (
    "special",
    "linalg",
    "linalg.interpolative",
    "fft",
    "sparse",
    "sparse.linalg",
    "sparse.csgraph",
    "interpolate",
)


# ---- derivatives that are not there --------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class NoDerivative:
    """Why an argument has no derivative. `raises` tells a missing derivative from an argument that cannot vary."""

    why: str
    raises: bool


discrete = NoDerivative("the argument is discrete", raises=False)


def not_implemented(why: str) -> NoDerivative:
    """Mark a derivative that exists but is not there: asking for a gradient raises with this reason."""
    return NoDerivative(why, raises=True)


# ---- samples -------------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Axis:
    """How one argument runs through a group of samples; `tools/reference.py` turns it into numbers."""

    kind: str
    values: tuple[float | complex, ...]


def linear(low: float, high: float) -> Axis:
    """Spread points evenly over ``[low, high]``."""
    return Axis("linear", (low, high))


def logarithmic(low: float, high: float) -> Axis:
    """Spread points evenly in the logarithm over ``[low, high]``; both negative for negative points."""
    return Axis("logarithmic", (low, high))


def near(*points: float) -> Axis:
    """Take each point and its neighbours at 1, 2 and 4 ulp on both sides (of the dtype under test)."""
    return Axis("near", points)


def values(*points: float | complex) -> Axis:
    """Take exactly these points, in turn."""
    return Axis("values", points)


def integers(low: int, high: int) -> Axis:
    """Spread integers over ``[low, high]``."""
    return Axis("integers", (low, high))


def polar(low: float, high: float, from_angle: float = -1.0, to_angle: float = 1.0) -> Axis:
    """Spread complex points: modulus evenly in the logarithm, phase evenly over an interval, in units of pi."""
    return Axis("polar", (low, high, from_angle, to_angle))


def rectangle(re: tuple[float, float], im: tuple[float, float]) -> Axis:
    """Spread complex points evenly over a rectangle."""
    return Axis("rectangle", (*re, *im))


class Group:
    """A named group of samples, one `Axis` per argument; the name says what is hard there.

    `count` points (fewer where all axes are lists). `dtypes` limits a group to float32 or float64 (and the complex
    dtypes of that precision), where the other cannot hold the points.
    """

    def __init__(
        self, name: str, *, count: int = 48, dtypes: Sequence[str] = ("float32", "float64"), **axes: Axis
    ) -> None:
        self.name, self.count, self.dtypes, self.axes = name, count, tuple(dtypes), axes


@dataclasses.dataclass(frozen=True)
class Ulp:
    """Promised accuracy in units of the last place; a point may be off by its condition number where that is more.

    `partials` bounds the first derivatives, in every dtype.
    """

    float64: float
    float32: float
    complex128: float | None = None
    complex64: float | None = None
    partials: float = 16.0


# ---- the cards -----------------------------------------------------------------------------------------------------

Partial = Callable[..., Any] | NoDerivative


@dataclasses.dataclass
class ElementwiseCard:
    """Everything that is true of an elementwise function; see ``@elementwise`` for the fields."""

    name: str
    domain: str
    header: str
    signatures: tuple[tuple[str, str], ...]
    arguments: tuple[str, ...]
    partials: tuple[Partial, ...]
    reference: Callable[..., Any]
    samples: tuple[Group, ...]
    special: tuple[tuple[Any, ...], ...]
    ulp: Ulp
    public: bool
    function: Callable[..., Any]
    pullback: Callable[..., Any] | None = None  # ``(grad, args, out, needs)``: a gradient per argument, or None

    @property
    def outputs(self) -> int:
        return len(self.signatures[0][1])

    @property
    def takes_complex(self) -> bool:
        return any("c" in ins for ins, _ in self.signatures)

    def kinds(self, index: int) -> str:
        """Return the kinds (of ``r``, ``c``, ``i``) that argument `index` can have."""
        return "".join(sorted({ins[index] for ins, _ in self.signatures}))


class Sample:
    """One call of a function for the tests: positional and keyword arguments, tensors of the dtype under test."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.args, self.kwargs = args, kwargs


@dataclasses.dataclass
class FunctionCard:
    """What is declared of a function or class that is not elementwise; see ``@function`` for the fields."""

    name: str
    domain: str
    object: Any
    differentiable: tuple[str, ...]
    discrete: tuple[str, ...]
    samples: Callable[[torch.Generator, torch.dtype, torch.device], Iterable[Sample]] | None
    call: Callable[..., Any]
    complex: bool
    batch: bool
    compiles: bool
    host_route: str | None
    synchronizes: bool


elementwise_cards: dict[str, ElementwiseCard] = {}
function_cards: dict[str, FunctionCard] = {}


def function(
    *,
    differentiable: Sequence[str] = (),
    discrete: Sequence[str] = (),
    samples: Callable[[torch.Generator, torch.dtype, torch.device], Iterable[Sample]] | None = None,
    call: Callable[..., Any] | None = None,
    complex: bool | None = None,
    batch: bool | None = None,
    compiles: bool | None = None,
    host_route: str | None = None,
    synchronizes: bool = False,
) -> Callable[[Anything], Anything]:
    """Declare a public function or class that is not elementwise.

    Parameters
    ----------
    differentiable, discrete : names of the tensor arguments that have, and that cannot have, a derivative
    samples : ``samples(generator, dtype, device)`` yields the `Sample` calls that the generic tests run: values on
        leading batch dimensions, gradcheck in both modes and second order, vmap, compile, meta tensors, layouts
    call : ``call(object, *args, **kwargs)`` makes tensors that are independent of gauge and basis (and, for a class,
        builds and uses an instance); by default the object is called and its result taken as it is
    complex, batch, compiles : whether complex arguments, leading batch dimensions, ``torch.compile(fullgraph=True)``
        are served; with samples all of them unless told otherwise, without samples none, since nothing would test it
    host_route : why CUDA arguments compute on the CPU, if they do; with some options alone, "... (option only)"
    synchronizes : whether a call waits for the GPU
    """

    def claim(told: bool | None) -> bool:
        return samples is not None if told is None else told

    def declare(thing: Anything) -> Anything:
        module, name = thing.__module__, thing.__name__  # type: ignore[attr-defined]
        domain = ".".join(part for part in module.split(".")[1:] if not part.startswith("_"))
        if domain != "fft":  # transforms multiply no matrices, and take little time
            thing = in_full_precision(thing)
        card = FunctionCard(
            name=name,
            domain=domain,
            object=thing,
            differentiable=tuple(differentiable),
            discrete=tuple(discrete),
            samples=samples,
            call=call or (lambda thing, *args, **kwargs: thing(*args, **kwargs)),
            complex=claim(complex),
            batch=claim(batch),
            compiles=claim(compiles),
            host_route=host_route,
            synchronizes=synchronizes,
        )
        function_cards[f"{domain}.{name}"] = card
        return thing

    return declare
