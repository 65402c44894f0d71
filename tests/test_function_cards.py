"""The one loop over the cards of functions and classes that are not elementwise.

Values are each function's own tests; here stands what every card claims: derivatives in both modes and to second order,
vmap, compile, batches, complex, dtypes kept.
"""

from __future__ import annotations

import dataclasses
import functools
import gc
import importlib
import inspect
import pathlib
import re
import weakref
from typing import Any

import pytest
import torch
from torch.utils import _pytree as pytree

from sci._core.cards import DOMAINS, FunctionCard, Sample, function_cards

for domain in DOMAINS:
    importlib.import_module(f"sci.{domain}")

CARDS = sorted(function_cards.items())
_ROUTE = re.compile(r"take_host_route\(\s*\"([\w.]+)\"")
with_samples = [pytest.param(card, id=name) for name, card in CARDS if card.samples]
differentiable = [pytest.param(card, id=name) for name, card in CARDS if card.samples and card.differentiable]


def samples(card: FunctionCard, dtype: torch.dtype, device: torch.device) -> list[Sample]:
    assert card.samples is not None
    found = list(card.samples(torch.Generator().manual_seed(0), dtype, device))
    assert found, "a card's samples must not be empty"
    return found


def dtypes(card: FunctionCard) -> list[torch.dtype]:
    return [torch.float64, *([torch.complex128] if card.complex else [])]


def split(sample: Sample) -> tuple[list[Any], Any, list[int]]:
    """Flatten a sample's arguments; also the places of its floating tensors."""
    flat, spec = pytree.tree_flatten((sample.args, sample.kwargs))
    places = [
        i for i, x in enumerate(flat) if isinstance(x, torch.Tensor) and (x.is_floating_point() or x.is_complex())
    ]
    return flat, spec, places


def as_function(card: FunctionCard, sample: Sample) -> tuple[Any, list[torch.Tensor]]:
    """Return f(*floating tensors) -> tuple of floating tensors, and the tensors."""
    flat, spec, places = split(sample)

    def f(*xs: torch.Tensor) -> tuple[torch.Tensor, ...]:
        full = list(flat)
        for i, x in zip(places, xs, strict=True):
            full[i] = x
        args, kwargs = pytree.tree_unflatten(full, spec)
        out = pytree.tree_leaves(card.call(card.object, *args, **kwargs))
        return tuple(x for x in out if isinstance(x, torch.Tensor) and (x.is_floating_point() or x.is_complex()))

    return f, [flat[i].detach() for i in places]


def loss(outputs: tuple[torch.Tensor, ...]) -> torch.Tensor:
    """A real scalar in which every output has its own weight."""
    total = outputs[0].new_zeros((), dtype=outputs[0].real.dtype if outputs[0].is_complex() else None)
    for k, out in enumerate(outputs):
        parts = torch.view_as_real(out) if out.is_complex() else out
        weights = torch.linspace(0.5, 1.5 + 0.1 * k, parts.numel(), dtype=parts.dtype, device=parts.device)
        total = total + (parts.reshape(-1) * weights).sum()
    return total


@pytest.mark.parametrize("name", [name for name, _ in CARDS])
def test_card_is_complete(name: str) -> None:
    card = function_cards[name]
    text = inspect.getdoc(card.object)
    assert text
    assert len(text) > 150, "a docstring of substance"
    parameters = inspect.signature(card.object).parameters
    for argument in (*card.differentiable, *card.discrete):
        known = argument in parameters or hasattr(card.object, argument)
        # An argument that is a pair, such as c_and_lower, is named by its part.
        known = known or any(argument in parameter.split("_and_") for parameter in parameters)
        assert known, f"{argument} is no argument of {name}"
    claims = card.differentiable or card.complex or card.batch or card.compiles
    assert card.samples or not claims, "a claim that no test covers: it needs samples"
    assert getattr(importlib.import_module(f"sci.{card.domain}"), card.name) is card.object, "exported by its domain"


def test_host_routes_are_declared() -> None:
    """Those that the sources take by name; what a call copies is watched on a GPU (tests/cuda)."""
    folder = pathlib.Path(inspect.getfile(FunctionCard)).parents[1]
    taken = {name for path in folder.rglob("*.py") for name in _ROUTE.findall(path.read_text())}
    assert len(taken) > 10
    for name in taken:
        assert function_cards[name].host_route, f"{name} takes a host route that its card does not name"


# They have no argument with a device, and make their results where torch's default is.
_MADE = re.compile(r"_zeros$")


def test_default_device_is_not_asked(device: torch.device) -> None:
    """Tensors stay where the arguments are, and helpers of the host on the host, with another `set_default_device`."""
    for name, card in CARDS:
        if not card.samples or _MADE.search(name):
            continue
        for sample in samples(card, torch.float64, device):
            f, xs = as_function(card, sample)
            with torch.device("meta"):  # nothing can be read of a tensor that is made there
                found = f(*xs)
            assert all(x.device.type == device.type for x in found), name


# How many edges a dense graph has is read from its numbers.
_READ = ("sparse.csgraph.floyd_warshall",)


def test_on_the_meta_device(device: torch.device) -> None:
    """Results have their shapes and dtypes."""

    def kinds(card: FunctionCard, sample: Sample) -> list[tuple[torch.Size, torch.dtype]]:
        f, xs = as_function(card, sample)
        return [(x.shape, x.dtype) for x in f(*xs)]

    for name, card in CARDS:
        if not (card.samples and card.compiles) or name in _READ:
            continue
        for sample in samples(card, torch.float64, device)[:2]:
            moved = pytree.tree_map_only(torch.Tensor, lambda x: x.to("meta"), (sample.args, sample.kwargs))
            assert kinds(card, Sample(*moved[0], **moved[1])) == kinds(card, sample), name


@pytest.mark.parametrize("card", differentiable)
def test_gradcheck(card: FunctionCard, device: torch.device) -> None:
    for dtype in dtypes(card):
        for sample in samples(card, dtype, device):
            f, xs = as_function(card, sample)
            xs = [x.clone().requires_grad_() for x in xs]
            torch.autograd.gradcheck(f, xs, check_forward_ad=True, check_batched_grad=True, fast_mode=True)


@pytest.mark.parametrize("card", differentiable)
def test_gradgradcheck(card: FunctionCard, device: torch.device) -> None:
    for dtype in dtypes(card):
        for sample in samples(card, dtype, device)[:2]:
            f, xs = as_function(card, sample)
            xs = [x.clone().requires_grad_() for x in xs]
            torch.autograd.gradgradcheck(f, xs, fast_mode=True)


@pytest.mark.parametrize("card", differentiable)
def test_transforms(card: FunctionCard, device: torch.device) -> None:
    for sample in samples(card, torch.float64, device)[:1]:
        f, xs = as_function(card, sample)
        places = tuple(range(len(xs)))
        leaves = [x.clone().requires_grad_() for x in xs]
        loss(f(*leaves)).backward()
        found = torch.func.grad(lambda *ts: loss(f(*ts)), places)(*xs)  # noqa: B023
        for leaf, g in zip(leaves, found, strict=True):
            torch.testing.assert_close(g, leaf.grad if leaf.grad is not None else torch.zeros_like(leaf))
        direction = [torch.ones_like(x) for x in xs]
        _, tangent = torch.func.jvp(lambda *ts: loss(f(*ts)), tuple(xs), tuple(direction))  # noqa: B023
        torch.testing.assert_close(tangent, sum(g.sum() for g in found))


# Those that solve dense systems: torch's own solver takes its factors for constants in the outer derivative.
_SOLVED = ("interpolate.RBFInterpolator", "interpolate.make_interp_spline", "interpolate.pade")

# Their derivatives read A from the function they are given, which transforms in one another cannot open.
_CLOSED = tuple(f"sparse.linalg.{name}" for name in ("eigs", "eigsh", "lobpcg", "lsmr", "lsqr", "svds"))


@pytest.mark.parametrize(
    "card",
    [
        pytest.param(*p.values, id=p.id, marks=() if p.id in _SOLVED else pytest.mark.slow)
        for p in differentiable
        if p.id not in _CLOSED
    ],
)
def test_forward_mode_within(card: FunctionCard, device: torch.device) -> None:
    """A slope in forward mode, differentiated in either mode, against reverse mode twice."""
    for sample in samples(card, torch.float64, device):
        f, xs = as_function(card, sample)
        if any(x.is_complex() for x in xs):
            continue
        places, direction = tuple(range(len(xs))), tuple(torch.ones_like(x) for x in xs)

        def squared(*ts: torch.Tensor) -> torch.Tensor:
            return loss(f(*ts)).square()  # noqa: B023

        def along(*ts: torch.Tensor) -> torch.Tensor:
            return torch.func.jvp(squared, ts, direction)[1]  # noqa: B023

        leaves = [x.clone().requires_grad_() for x in xs]
        slopes = torch.autograd.grad(squared(*leaves), leaves, create_graph=True, materialize_grads=True)
        total = sum((slope.sum() for slope in slopes), torch.zeros((), dtype=torch.float64, device=device))
        wanted = torch.autograd.grad(total, leaves, materialize_grads=True)
        torch.testing.assert_close(torch.func.grad(along, places)(*xs), wanted)
        twice = torch.func.jvp(along, tuple(xs), direction)[1]
        torch.testing.assert_close(twice, sum(g.sum() for g in wanted))


@pytest.mark.parametrize("card", with_samples)
def test_vmap(card: FunctionCard, device: torch.device, recwarn: pytest.WarningsRecorder) -> None:
    if not card.batch:
        return
    for sample in samples(card, torch.float64, device)[:2]:
        f, xs = as_function(card, sample)
        if not xs:
            continue
        moved = [x * 1.001 if x.requires_grad or i == len(xs) - 1 else x for i, x in enumerate(xs)]
        stacked = [torch.stack([x, y]) for x, y in zip(xs, moved, strict=True)]
        out = torch.func.vmap(f)(*stacked)
        wanted = [f(*args) for args in (xs, moved)]
        for k in range(2):
            for o, want in zip(out, wanted[k], strict=True):
                torch.testing.assert_close(o[k], want)
        for i in range(len(xs) if len(xs) > 1 else 0):  # the others are the same for all
            dims = tuple(0 if j == i else None for j in range(len(xs)))
            out = torch.func.vmap(f, in_dims=dims)(*(stacked[j] if j == i else x for j, x in enumerate(xs)))
            for o, want in zip(out, wanted[0], strict=True):
                torch.testing.assert_close(o[0], want)
    assert not [w for w in recwarn if "fallback" in str(w.message)]


@pytest.mark.parametrize(
    ("card", "dtype"),
    [  # the complex ones, which take minutes in all, and eight functions in one belong to the long sweeps
        pytest.param(
            card,
            dtype,
            id=f"{name}-{dtype}",
            marks=[pytest.mark.slow] if dtype.is_complex or name == "special.kelvin_zeros" else [],
        )
        for name, card in CARDS
        if card.samples and card.compiles
        for dtype in dtypes(card)
    ],
)
def test_compile(card: FunctionCard, dtype: torch.dtype, device: torch.device) -> None:
    """Values with the gradient, for which the function is traced once."""
    for sample in samples(card, dtype, device)[:1]:
        f, xs = as_function(card, sample)
        if not (card.differentiable and xs):
            torch.testing.assert_close(torch.compile(f, fullgraph=True, backend="aot_eager")(*xs), f(*xs))
            continue
        both = gradient_and_value(f, len(xs))
        gradient, value = torch.compile(both, fullgraph=True, backend="aot_eager")(*xs)
        torch.testing.assert_close(gradient, both(*xs)[0])
        torch.testing.assert_close(value, f(*xs))


def gradient_and_value(f: Any, count: int) -> Any:
    def loss_and_value(*ts: torch.Tensor) -> tuple[torch.Tensor, tuple[torch.Tensor, ...]]:
        value = f(*ts)
        return loss(value), value

    return torch.func.grad(loss_and_value, tuple(range(count)), has_aux=True)


@pytest.mark.slow
@pytest.mark.parametrize("card", [p for p in differentiable if p.values[0].compiles])
def test_compile_without_a_gradient(card: FunctionCard, device: torch.device) -> None:
    for sample in samples(card, torch.float64, device)[:1]:
        f, xs = as_function(card, sample)
        torch.testing.assert_close(torch.compile(f, fullgraph=True, backend="aot_eager")(*xs), f(*xs))


@pytest.mark.parametrize("card", with_samples)
def test_autocast_takes_no_digits(card: FunctionCard, device: torch.device) -> None:
    """Torch would multiply matrices in bfloat16."""
    sample = samples(card, torch.float32, device)[0]
    mixed = functools.partial(torch.autocast, device.type, dtype=torch.bfloat16)

    @functools.wraps(card.object)
    def inside(*args: Any, **kwargs: Any) -> Any:
        with mixed():
            return card.object(*args, **kwargs)

    whole = inspect.isclass(card.object)  # with what is done with the object, as its methods are guarded too
    found = []
    for thing in (card.object, inside):
        f, xs = as_function(dataclasses.replace(card, object=card.object if whole else thing), sample)
        xs = [x.requires_grad_(bool(card.differentiable)) for x in xs]
        with mixed(enabled=whole and thing is inside):
            ys = f(*xs)
        found.append([*ys])
        if card.differentiable and xs:
            found[-1] += torch.autograd.grad(loss(ys), xs, materialize_grads=True)
    torch.testing.assert_close(found[1], found[0], rtol=1e-4, atol=1e-5, equal_nan=True)


def test_compiled_under_autocast(device: torch.device) -> None:
    polar = importlib.import_module("sci.linalg").polar
    a = torch.randn(6, 6, generator=torch.Generator().manual_seed(0)).to(device)

    def within(a: torch.Tensor) -> Any:
        with torch.autocast(device.type, dtype=torch.bfloat16):
            return polar(a)

    torch.testing.assert_close(torch.compile(within, fullgraph=True, backend="aot_eager")(a), polar(a))
    with torch.autocast(device.type, dtype=torch.bfloat16):
        found = torch.compile(polar, fullgraph=True, backend="aot_eager")(a)
    torch.testing.assert_close(found, polar(a))


@pytest.mark.parametrize("name", ["inv", "eigh", "solve", "expm"])
def test_derivative_rules_under_autocast(name: str, device: torch.device) -> None:
    a = torch.randn(80, 80, generator=torch.Generator().manual_seed(0)).to(device)
    a = a @ a.mT + 80 * torch.eye(80, device=device)
    a = (a / a.norm()).requires_grad_()
    out = getattr(importlib.import_module("sci.linalg"), name)(a, *([a.detach()] if name == "solve" else []))
    y = out[0] if name == "eigh" else out
    (plain,) = torch.autograd.grad(y.square().sum(), a, retain_graph=True)
    with torch.autocast(device.type, dtype=torch.bfloat16):
        (mixed,) = torch.autograd.grad(y.square().sum(), a)
    torch.testing.assert_close(mixed, plain, rtol=1e-6, atol=1e-6)


# One of each way in which sizes have come to be numbers where torch.compile has none.
_SIZED = ("interpolate.BPoly", "interpolate.NdPPoly", "linalg.funm", "sparse.diags")
compiled = [
    pytest.param(*p.values, id=p.id, marks=() if p.id in _SIZED else pytest.mark.slow)
    for p in with_samples
    if p.values[0].compiles
]


@pytest.mark.parametrize("card", compiled)
def test_compile_with_symbolic_sizes(card: FunctionCard, device: torch.device) -> None:
    for sample in samples(card, torch.float64, device):
        f, xs = as_function(card, sample)
        xs = [x.requires_grad_(bool(card.differentiable)) for x in xs]
        results = [g(*xs) for g in (torch.compile(f, fullgraph=True, dynamic=True, backend="aot_eager"), f)]
        torch.testing.assert_close(*results)
        if card.differentiable and xs:
            gradients = [torch.autograd.grad(loss(ys), xs, materialize_grads=True) for ys in results]
            torch.testing.assert_close(*gradients)


@pytest.mark.parametrize("card", [p for p in with_samples if p.values[0].complex])
def test_complex_is_taken(card: FunctionCard, device: torch.device) -> None:
    found = samples(card, torch.complex128, device)
    assert any(x.is_complex() for sample in found for x in as_function(card, sample)[1]), "no complex sample"
    for sample in found:
        f, xs = as_function(card, sample)
        f(*xs)


@pytest.mark.parametrize("card", with_samples)
def test_layout_does_not_matter(card: FunctionCard, device: torch.device) -> None:
    """Nor what a view puts off: the sign, and of complex numbers the conjugate."""
    for dtype in dtypes(card):
        for sample in samples(card, dtype, device)[:3]:
            f, xs = as_function(card, sample)
            want = f(*xs)
            views = [[torch._neg_view(-x) for x in xs]]
            if dtype.is_complex:
                views.append([x.conj().resolve_conj().conj() for x in xs])
            else:
                views.append([torch.stack([x, x], -1)[..., 0] for x in xs])
            for given in views:
                for o, w in zip(f(*given), want, strict=True):
                    torch.testing.assert_close(o, w)


@pytest.mark.parametrize("card", with_samples)
def test_float32_stays(card: FunctionCard, device: torch.device) -> None:
    for sample in samples(card, torch.float64, device)[:1]:
        f, xs = as_function(card, sample)
        single = [x.float() for x in xs]
        if single:
            for o in f(*single):
                assert o.dtype in (torch.float32, torch.complex64), f"{o.dtype} from float32"


@pytest.mark.parametrize("card", differentiable)
def test_a_graph_goes_with_its_results(card: FunctionCard, device: torch.device) -> None:
    """Not when garbage is next collected, which knows nothing of a GPU's memory."""
    f, xs = as_function(card, samples(card, torch.float64, device)[0])
    gc.disable()
    try:
        given = [x.clone().requires_grad_() for x in xs]
        seen = [weakref.ref(x) for x in (*given, *f(*given))]
        del given
        assert [ref() for ref in seen] == [None] * len(seen)
    finally:
        gc.enable()


@pytest.mark.parametrize("card", with_samples)
def test_arguments_stay_as_they_are(card: FunctionCard, device: torch.device) -> None:
    """Also those of columns one after the other, which LAPACK's wrappers need not copy."""
    for dtype in dtypes(card):
        for sample in samples(card, dtype, device):
            f, xs = as_function(card, sample)
            columns = [x.mT.contiguous().mT if x.dim() >= 2 else x.clone() for x in xs]
            f(*columns)
            for x, before in zip(columns, xs, strict=True):
                assert torch.equal(x, before)
