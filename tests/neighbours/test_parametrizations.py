"""`sci.neighbours.parametrizations`: what each matrix is, and that each inverse finds it."""

from __future__ import annotations

import pytest
import torch
from torch.nn.utils import parametrize

from sci.neighbours.parametrizations import Hurwitz, Orthogonal, PositiveDefinite, SchurStable

ALL = (Orthogonal, PositiveDefinite, Hurwitz, SchurStable)


def excess(kind: type, a: torch.Tensor) -> float:
    """How far `a` is from its kind: negative or rounding where it is of it."""
    eye = torch.eye(a.shape[-1], dtype=a.dtype)
    if kind is Orthogonal:
        return (a.mH @ a - eye).abs().max().item() - 1e-13
    if kind is PositiveDefinite:
        return max((a - a.mH).abs().max().item() - 1e-13 * a.abs().max().item(), -torch.linalg.eigvalsh(a).min().item())
    w = torch.linalg.eigvals(a)
    return w.real.max().item() if kind is Hurwitz else w.abs().max().item() - 1


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("n", [1, 2, 5])
def test_every_parameter_gives_its_kind_and_the_inverse_finds_it(kind: type, n: int) -> None:
    torch.manual_seed(n)
    module = kind()
    x = torch.randn(3, n, n, dtype=torch.float64)
    a = module(x)
    assert excess(kind, a) <= 0
    torch.testing.assert_close(module(module.right_inverse(a)), a, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("kind", [Orthogonal, PositiveDefinite])
def test_complex(kind: type) -> None:
    torch.manual_seed(0)
    a = kind()(0.5 * torch.randn(4, 4, dtype=torch.complex128))
    assert excess(kind, a) <= 0
    torch.testing.assert_close(kind()(kind().right_inverse(a)), a, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("kind", ALL)
def test_derivatives(kind: type) -> None:
    torch.manual_seed(0)
    x = torch.randn(3, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(kind(), x)
    assert torch.autograd.gradgradcheck(kind(), x)


def test_torch_registers_and_assigns() -> None:
    layer = torch.nn.Linear(3, 3, bias=False, dtype=torch.float64)
    parametrize.register_parametrization(layer, "weight", SchurStable(), unsafe=True)
    wanted = torch.tensor([[0.9, 0.3, 0], [-0.2, 0.8, 0.1], [0, 0, -0.5]], dtype=torch.float64)
    layer.weight = wanted
    torch.testing.assert_close(layer.weight.detach(), wanted)
    layer.weight.sum().backward()
    assert torch.isfinite(layer.parametrizations.weight.original.grad).all()


@pytest.mark.parametrize(
    ("kind", "bad", "text"),
    [
        (Orthogonal, [[0.0, 1.0], [1.0, 0.0]], "determinant -1"),
        (PositiveDefinite, [[1.0, 2.0], [2.0, 1.0]], "eigenvalue -1"),
        (Hurwitz, [[1.0, 0.0], [0.0, -1.0]], "real part 1"),
        (SchurStable, [[2.0, 0.0], [0.0, 0.5]], "spectral radius 2"),
    ],
)
def test_what_has_no_parameters_is_refused(kind: type, bad: list[list[float]], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        kind().right_inverse(torch.tensor(bad, dtype=torch.float64))
    with pytest.raises(ValueError, match="square"):
        kind()(torch.zeros(2, 3))


def test_a_reflection_that_is_not_orthogonal_starts_from_the_nearest_rotation() -> None:
    q = torch.diag(torch.tensor([2.0, 1.0, -0.1], dtype=torch.float64))
    start = Orthogonal()(Orthogonal().right_inverse(q))
    torch.testing.assert_close(start, torch.eye(3, dtype=torch.float64))
