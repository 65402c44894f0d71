"""The direct way from Python to the elementwise kernels: what it takes, what it declines, what it leaves behind."""

from __future__ import annotations

import dataclasses
import gc
import sys
import weakref
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.checkpoint import checkpoint

from sci import fft, linalg, special
from sci._core import direct, dispatch, torch_private
from sci._core.cards import elementwise_cards

erfc = direct.elementwise("erfc", None)
jv = direct.elementwise("jv", None)
polygamma = direct.elementwise("polygamma", None)
airy = direct.elementwise("airy", None)
X = torch.linspace(0.1, 2, 6, dtype=torch.float64)

pytestmark = pytest.mark.cpu


class Subclass(Tensor):
    pass


class Quiet(TorchDispatchMode):
    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return func(*args, **(kwargs or {}))


def seen(declined: list[Any], x: Tensor) -> Tensor:
    """Note what is answered within a transform."""
    declined.append(erfc(x))
    return x


def test_this_torch_has_it() -> None:
    assert torch_private.memory_layout() is not None


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.complex64, torch.complex128])
def test_plain_tensors(dtype: torch.dtype) -> None:
    x = X.to(dtype)
    with torch.inference_mode():
        inference = x.clone()
    for y in (x, x[::2], x[3], x[:0], x.reshape(2, 3).T, x[:1].expand(4, 5), torch.nn.Parameter(x), inference):
        with torch.no_grad():
            got = erfc(y)
        assert torch.equal(got, torch.ops.sci.erfc(y.detach()))
        assert type(got) is Tensor and got.is_contiguous() and got.dtype == dtype and not got.requires_grad
        with torch.inference_mode():
            assert erfc(y).is_inference()
    v = x.real.unsqueeze(-1)
    assert torch.equal(jv(v, x), torch.ops.sci.jv(v, x))
    for got, wanted in zip(airy(x), torch.ops.sci.airy(x), strict=True):
        assert torch.equal(got, wanted)


@pytest.mark.parametrize("number", [2, -1, 0, 0.3, -0.0, float("nan"), 1e300, 2**53 - 1])
def test_numbers_beside_tensors(number: float) -> None:
    for x in (X, X.float(), X.to(torch.complex64), torch.tensor(0.7)):
        real = x.real.dtype
        torch.testing.assert_close(
            jv(number, x), torch.ops.sci.jv(torch.tensor(number, dtype=real), x), rtol=0, atol=0, equal_nan=True
        )
        if isinstance(number, int):
            wanted = torch.ops.sci.polygamma(torch.tensor(number), x)
            torch.testing.assert_close(polygamma(number, x), wanted, rtol=0, atol=0, equal_nan=True)


def test_declines_what_is_not_plain() -> None:
    z = X.to(torch.complex128)
    n = torch.arange(6)
    cases: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
        (erfc, (x,))
        for x in (z.conj(), z.conj().imag, n, n.bool(), X.half(), X.to("meta"), X.to_sparse(), X.as_subclass(Subclass))
    ]
    cases += [(erfc, (x,)) for x in (1.0, 2, None, [1.0], "x", X.numpy(), torch._efficientzerotensor(3))]
    cases += [(erfc, ()), (erfc, (X, X)), (jv, (X,)), (jv, (1.0, 2.0)), (jv, (X, X.float())), (jv, (X, X[:4]))]
    cases += [
        (jv, (True, X)),
        (jv, (1j, X)),
        (jv, (2**53, X)),
        (jv, (2**70, X)),
        (polygamma, (0.5, X)),
        (polygamma, (n, 0.5)),
        (jv, (z, X)),
    ]
    for f, args in cases:
        assert f(*args) is NotImplemented, args
    declined: list[Any] = []
    torch.func.vmap(lambda x: seen(declined, x))(X)
    torch.func.vmap(lambda x: x + seen(declined, X))(X)
    with torch.autograd.forward_ad.dual_level():
        declined.append(erfc(torch.autograd.forward_ad.make_dual(X, X)))
    with Quiet():  # type: ignore[no-untyped-call]
        declined.append(erfc(X))
    with torch.profiler.profile():
        declined.append(erfc(X))
    assert declined == [NotImplemented] * 5
    assert isinstance(erfc(X), Tensor)


def test_operators_with_a_code() -> None:
    det, solve = direct.operator("_det_quick", 1, 16), direct.operator("_solve_quick", 2, 16)
    a = torch.eye(3, dtype=torch.float64) * 2
    assert det(a, True)[0] == 8 and len(det(a, True)) == 1
    assert torch.equal(solve(a, X[:3], 0, True)[0], X[:3] / 2)
    parameter = torch.nn.Parameter(a)
    with torch.no_grad():
        assert det(parameter, True)[0] == 8
    with Quiet():  # type: ignore[no-untyped-call]
        assert det(a, True) is NotImplemented
    bad = [(parameter, True), (a, 1), (a,), (a, True, True), (torch.eye(5), True), (a.int(), True), (a.tolist(), True)]
    bad += [(torch.full((3, 3), torch.nan), True), (a.to("meta"), True), (a.half(), True), (X, True)]
    for args in bad:
        assert det(*args) is NotImplemented, args
    for options in ((0.0, True), (True, True), (0, 1), (2**60, True)):
        assert solve(a, X[:3], *options) is NotImplemented


def test_gradients_are_recorded() -> None:
    x = X.clone().requires_grad_()
    for y in (special.erfc(x), special.jv(0.5, x), special.jv(x, X), special.jv(X, x), special.airy(x)[1]):
        assert y.requires_grad
    with torch.no_grad():
        assert not special.erfc(x).requires_grad
    assert not special.erfc(x.detach()).requires_grad
    assert torch.autograd.gradcheck(special.erfc, x) and torch.autograd.gradgradcheck(special.erfc, x)
    for y, wanted in (
        (special.jv(x, X.float()), special.jv(x, X.float().double())),
        (special.jv(X.float(), x), special.jv(X.float().double(), x)),
        (special.binom(x, torch.arange(6)), special.binom(x, torch.arange(6.0, dtype=torch.float64))),
    ):
        assert y.requires_grad and y.dtype is torch.float64
        torch.testing.assert_close(y, wanted, rtol=0, atol=0)
    with pytest.raises(ValueError, match=r"jv: shapes must broadcast, got v .6,., z .4,."):
        special.jv(x, X[:4])


@pytest.mark.parametrize("number", [2, 0.7])
def test_gradients_beside_numbers(number: float) -> None:
    z = X.to(torch.complex64)
    for f, x, places in ((special.xlogy, X, (0, 1)), (special.xlogy, X.float(), (0, 1)), (special.jv, z, (0,))):
        for place in places:  # of the number
            leaf = x.clone().requires_grad_()
            n = torch.tensor(number, dtype=x.real.dtype)
            y, wanted = (f(other, leaf) if place == 0 else f(leaf, other) for other in (number, n))
            assert torch.equal(y, wanted) and y.dtype is x.dtype
            (first,), (second,) = (torch.autograd.grad(v.real.sum(), leaf, create_graph=True) for v in (y, wanted))
            assert torch.equal(first, second) and first.requires_grad == second.requires_grad
    leaf = X.clone().requires_grad_()  # of several results
    half = torch.tensor(0.5, dtype=X.dtype)
    for pair in zip(special.ellipj(leaf, 0.5), special.ellipj(leaf, half), strict=True):
        gradients = (torch.autograd.grad(y.sum(), leaf, retain_graph=True)[0] for y in pair)
        assert torch.equal(*pair) and torch.equal(*gradients)
    with pytest.raises((TypeError, ValueError), match="xlogy"):
        special.xlogy(X.clone().requires_grad_(), "x")


@dataclasses.dataclass
class Seen:
    """Which way an operator was called."""

    ways: list[str] = dataclasses.field(default_factory=list)

    def kernel(self, keys: Any, *args: Any) -> str:
        return self.told("kernel", args) if keys is torch_private.CPU else "other"

    def rule(self, *args: Any) -> str:
        return self.told("rule", args)

    def told(self, way: str, args: Any) -> str:
        self.ways.append(way)
        return way


def test_differentiable_operators() -> None:
    seen = Seen()
    call = direct.differentiable(seen.kernel, seen.rule)
    x = X.clone().requires_grad_()
    for args in ((X,), (X, 1, 0.5, None, True, "text"), ([1, 2.0], X, (None, False)), (X, [X, X]), (X[::2], X.half())):
        assert call(*args) == "kernel", args
    assert call(x, X) == call(X, [1], x) == "rule"
    with torch.no_grad():
        assert call(x, X, [x.detach()]) == "kernel"
    n = torch.arange(3)
    assert call(n, X) == "kernel"
    z = X.to(torch.complex64)
    others: list[tuple[Any, ...]] = [
        (X, [x]),
        (z.conj(),),
        (X.as_subclass(Subclass),),
        (X.to("meta"),),
        (X, 1j),
        (1, 2),
    ]
    others += [(), (X, [[1]]), (X, {}), (X.to_sparse(),), (X, torch.float32), (X,) * 40]
    for args in others:
        assert call(*args) is NotImplemented, args
    with Quiet():  # type: ignore[no-untyped-call]
        assert call(X) is NotImplemented
    assert torch.func.vmap(lambda v: v * (call(v) is NotImplemented))(X).equal(X)
    with torch.autograd.forward_ad.dual_level():
        assert call(X) is NotImplemented


def test_operators_record_gradients() -> None:
    a = torch.tensor([[4.0, 1], [1, 3]], dtype=torch.float64)
    leaf = a.clone().requires_grad_()
    before = [sys.getrefcount(thing) for thing in (leaf, None, NotImplemented, torch_private.CPU)]
    for _ in range(100):
        values = (linalg.cholesky(leaf), fft.dct(leaf), linalg.lu_factor(leaf)[0])
    after = [sys.getrefcount(thing) for thing in (leaf, None, NotImplemented, torch_private.CPU)]
    assert max(b - a for a, b in zip(before, after, strict=True)) < 30
    assert not linalg.lu_factor(leaf)[1].requires_grad
    for f, y in zip((linalg.cholesky, fft.dct, lambda a: linalg.lu_factor(a)[0]), values, strict=True):
        assert torch.equal(y, f(a)) and torch.autograd.gradgradcheck(lambda a: f(a @ a.mT), leaf)  # noqa: B023
        (found,) = torch.autograd.grad(y.sum(), leaf, retain_graph=True)
        torch.testing.assert_close(found, torch.func.grad(lambda a: f(a).sum())(a))  # noqa: B023
        gone = weakref.ref(y.grad_fn)
    del y, values
    gc.collect()
    assert gone() is None
    with torch.no_grad():
        leaf += 1
    y = linalg.cholesky(leaf)
    with torch.no_grad():
        leaf += 1
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()
    fails = direct.differentiable(lambda keys, *args: 1 / 0, None)
    with pytest.raises(ZeroDivisionError):
        fails(X)


def test_saved_tensors_are_unpacked_once() -> None:
    x = X.clone().requires_grad_()
    for f in (special.erfc, special.expit):  # with `partials` and with a kernel of its own
        (g,) = torch.autograd.grad(checkpoint(f, x, use_reentrant=False).sum(), x, create_graph=True)
        (wanted,) = torch.autograd.grad(f(x).sum(), x)
        torch.testing.assert_close(g, wanted)


def test_nothing_is_left_behind() -> None:
    x = X.clone().requires_grad_()
    before = [sys.getrefcount(thing) for thing in (x, X, NotImplemented, Tensor, float)]
    for _ in range(200):
        erfc(X), airy(X), jv(0.5, X), erfc(1.0), jv(X, X[:4]), special.erfc(x), special.jv(X[:1], x)
    after = [sys.getrefcount(thing) for thing in (x, X, NotImplemented, Tensor, float)]
    assert max(b - a for a, b in zip(before, after, strict=True)) < 50
    y = special.erfc(x)
    gone = weakref.ref(y), weakref.ref(y.grad_fn)
    del y
    gc.collect()
    assert [ref() for ref in gone] == [None, None]


def test_the_general_way_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(direct, "_library", None)
    card = elementwise_cards["jv"]
    back = lambda xs, outs, grads, needs: [grads[0] if need else None for need in needs]  # noqa: E731
    rule = SimpleNamespace(apply=None)
    operator: Any = SimpleNamespace(overload=torch.ops.sci.jv.default, backward=back, rule=rule, keeps=lambda: True)
    alone = dispatch._public_function(card, operator)
    assert torch.equal(alone(0.5, X), special.jv(0.5, X))
    x = X.clone().requires_grad_()
    alone(x, X).sum().backward()
    assert x.grad is not None and torch.equal(x.grad, torch.ones_like(X))
