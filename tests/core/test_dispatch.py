"""Operators made of Python kernels: several outputs, options, integer outputs, missing rules, transforms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from sci import fft, interpolate, linalg, sparse, special
from sci._core.dispatch import operator, unbroadcast

_keep: list[Any] = []


def scaled_sine() -> Callable[..., Any]:
    """sin(k x) y and its index of the largest element: two outputs, one of them without derivative."""

    def kernel(x: Tensor, y: Tensor, k: float) -> tuple[Tensor, Tensor]:
        out = torch.sin(k * x) * y
        return out, out.argmax(-1)

    def fake(x: Tensor, y: Tensor, k: float) -> tuple[Tensor, Tensor]:
        out = torch.empty_like(x * y)
        return out, out.new_empty(out.shape[:-1], dtype=torch.int64)

    def backward(inputs: Any, outputs: Any, grads: Any, needs: Any) -> Any:
        x, y, k = inputs
        g = grads[0]
        return (
            unbroadcast(g * y * k * torch.cos(k * x), x) if needs[0] else None,
            unbroadcast(g * torch.sin(k * x), y) if needs[1] else None,
            None,
        )

    def jvp(inputs: Any, outputs: Any, tangents: Any) -> Any:
        x, y, k = inputs
        dx, dy, _ = tangents
        out = torch.zeros_like(outputs[0])
        if dx is not None:
            out = out + y * k * torch.cos(k * x) * dx
        if dy is not None:
            out = out + torch.sin(k * x) * dy
        return out, None

    return operator(
        "test_scaled_sine(Tensor x, Tensor y, float k) -> (Tensor, Tensor)",
        kernel=kernel, fake=fake, backward=backward, jvp=jvp, core_dims=(1, 1),
    )  # fmt: skip


sine = scaled_sine()


def value(x: Tensor, y: Tensor) -> Tensor:
    return sine(x, y, 2.0)[0]


def reference(x: Tensor, y: Tensor) -> Tensor:
    return torch.sin(2.0 * x) * y


def test_gradients_in_every_mode() -> None:
    x = torch.randn(3, 4, dtype=torch.float64, requires_grad=True)
    y = torch.randn(4, dtype=torch.float64, requires_grad=True)
    torch.autograd.gradcheck(value, (x, y), check_forward_ad=True, check_batched_grad=True,
                             check_batched_forward_grad=True)  # fmt: skip
    torch.autograd.gradgradcheck(value, (x, y), check_fwd_over_rev=True)


TRANSFORMS = {
    "grad": lambda f, y: torch.func.grad(lambda t: f(t, y).sum()),
    "grad of grad": lambda f, y: torch.func.jacrev(torch.func.grad(lambda t: f(t, y).sum())),
    "hessian": lambda f, y: torch.func.hessian(lambda t: f(t, y).sum()),
    "jacfwd of grad": lambda f, y: torch.func.jacfwd(torch.func.grad(lambda t: f(t, y).sum())),
    "jacfwd of jacfwd": lambda f, y: torch.func.jacfwd(torch.func.jacfwd(lambda t: f(t, y).sum())),
    "jvp": lambda f, y: lambda t: torch.func.jvp(lambda s: f(s, y), (t,), (torch.ones_like(t),))[1],
    "vmap": lambda f, y: torch.func.vmap(lambda t: f(t, y)),
    "vmap of grad": lambda f, y: torch.func.vmap(torch.func.grad(lambda t: f(t, y).sum())),
    "grad of vmap": lambda f, y: torch.func.grad(lambda t: torch.func.vmap(lambda s: f(s, y))(t).sum()),
}


@pytest.mark.parametrize("name", TRANSFORMS)
def test_transforms_eager_and_compiled(name: str) -> None:
    x, y = torch.rand(3, 4, dtype=torch.float64), torch.rand(4, dtype=torch.float64)
    want = TRANSFORMS[name](reference, y)(x)
    run = TRANSFORMS[name](value, y)
    torch.testing.assert_close(run(x), want)
    if name != "jacfwd of jacfwd":  # torch's compiler has no forward over forward, of its own operators either
        torch.testing.assert_close(torch.compile(run, fullgraph=True, backend="aot_eager")(x), want)


def test_inductor() -> None:
    """Operators of every domain beside generated code, in one graph with its backward pass."""
    y = torch.rand(4, dtype=torch.float64)
    rows = sparse.csr_array(torch.eye(4, dtype=torch.float64) + torch.diag(y[:3], 1))
    sites = torch.linspace(-1, 6, 6, dtype=torch.float64)
    spline = interpolate.CubicSpline(sites, sites.sin())

    def loss(x: torch.Tensor) -> torch.Tensor:
        z = value(x, y).sum(0) + special.kv(1.5, x[0] + 1) + special.erfcx(x[1])
        lower = linalg.cholesky(z[:, None] * z + torch.eye(4, dtype=z.dtype), lower=True)
        w = linalg.solve_triangular(lower, rows @ z, lower=True) + fft.dct(spline(z))
        return (w * torch.fft.ifft(fft.fft(w)).real).sum() + special.jv(0.5, x[2] + 1).sin().sum()

    x, compiled_x = (torch.linspace(0.1, 1, 12, dtype=torch.float64).reshape(3, 4).requires_grad_() for _ in range(2))
    out, compiled = loss(x), torch.compile(loss, fullgraph=True)(compiled_x)
    torch.testing.assert_close(compiled, out)
    out.backward()
    compiled.backward()
    torch.testing.assert_close(compiled_x.grad, x.grad)


def test_vmap_over_any_dimension_without_fallback(recwarn: pytest.WarningsRecorder) -> None:
    x, y = torch.rand(5, 3, 4, dtype=torch.float64), torch.rand(4, 5, dtype=torch.float64)
    out = torch.func.vmap(value, in_dims=(0, 1))(x, y)
    torch.testing.assert_close(out, reference(x, y.T[:, None]))
    out = torch.func.vmap(value, in_dims=(2, None), out_dims=1)(x.movedim(0, 2), y[:, 0])
    torch.testing.assert_close(out, reference(x, y[:, 0]).movedim(0, 1))
    assert not [w for w in recwarn if "fallback" in str(w.message)]


def test_operator_without_a_rule_raises() -> None:
    plain = operator("test_no_rule(Tensor x) -> Tensor", kernel=torch.sin, fake=torch.empty_like)
    _keep.append(plain)
    x = torch.ones(2, requires_grad=True)
    with pytest.raises(NotImplementedError, match="test_no_rule has no backward"):
        plain(x).sum().backward()
    with pytest.raises(NotImplementedError, match="test_no_rule has no forward"):
        torch.func.jvp(plain, (torch.ones(2),), (torch.ones(2),))


def test_saved_tensors_are_freed_and_versions_checked() -> None:
    x = torch.rand(2, 3, dtype=torch.float64, requires_grad=True)
    y = torch.rand(3, dtype=torch.float64)
    out = value(x, y)
    y.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        out.sum().backward()


# Linear in what may change afterwards, so that the graph has no need of it: a function of x, and whether x is kept.
LINEAR = {
    "fft": fft.fft,
    "irfftn": lambda x: fft.irfftn(x.to(torch.complex128), (3, 4)),
    "dct": fft.dct,
    "dstn": lambda x: fft.dstn(x, 4),
    "dct_long": lambda x: fft.dct(x, n=7, axis=0, norm="ortho", orthogonalize=False),
}


@pytest.mark.parametrize("name", LINEAR)
def test_graphs_of_linear_functions_keep_no_numbers(name: str) -> None:
    saved = []
    x = torch.rand(3, 4, dtype=torch.float64)
    whole, leaf = x.clone(), x.clone().requires_grad_()
    with torch.autograd.graph.saved_tensors_hooks(saved.append, lambda x: x):
        twice = 2 * leaf
        out = LINEAR[name](twice)
    assert sum(t.numel() for t in saved if isinstance(t, Tensor)) <= 1
    twice.add_(1)  # raises in the backward pass where it was kept
    weight = torch.rand_like(out)
    (grad,) = torch.autograd.grad((out * weight.conj()).sum().real, leaf)
    step = torch.rand_like(x)
    change = (LINEAR[name](whole + 2 * step) - LINEAR[name](whole)) * weight.conj()
    torch.testing.assert_close((grad * step).sum(), change.sum().real, rtol=1e-13, atol=1e-13)


def test_results_that_derivatives_do_not_read_are_not_kept() -> None:
    x = torch.rand(5, dtype=torch.float64)
    a = sparse.csr_array(torch.eye(5, dtype=torch.float64) + 1)
    spline = interpolate.CubicSpline(torch.arange(5.0, dtype=torch.float64), x.clone().requires_grad_())
    made = {
        "A @ x": lambda: a @ x.clone().requires_grad_(),
        "expm": lambda: linalg.expm(torch.diag(x).requires_grad_()),
        "spline": lambda: spline(3 * x),
        "assoc_legendre_p_all": lambda: special.assoc_legendre_p_all(2, 2, x.clone().requires_grad_()),
    }
    for make in made.values():
        out = make()
        total = out.sum()
        with torch.no_grad():
            out.zero_()
        total.backward()  # raises where it was kept


def test_tensors_of_a_transform_that_has_ended() -> None:
    """They look plain and have no memory: what a pullback of torch.func.vjp computes with."""
    kept = []
    a = 2 * torch.eye(3, dtype=torch.float64)
    torch.func.vjp(lambda x: (kept.append(x), x.sum())[1], a)
    for f in (special.gamma, lambda x: special.jv(x, 1.5), linalg.cholesky, linalg.expm, fft.dct):
        assert f(kept[0]).tolist() == f(a).tolist()
    assert special.legendre_p_all(3, kept[0]).tolist() == special.legendre_p_all(3, a).tolist()
