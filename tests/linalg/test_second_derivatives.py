"""Derivatives in both modes and to second order: forward over reverse of every card, and calls with other options.

tests/test_function_cards.py holds the cards' samples to first order in both modes, to second in reverse over
reverse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch import Tensor

from sci import linalg
from sci._core.cards import FunctionCard, Sample, function_cards
from sci.linalg._lu_operators import solve_ex
from tests.linalg.linalg_matrices import positive, random
from tests.test_function_cards import as_function, dtypes, samples

DTYPES = (torch.float64, torch.complex128)
CARDS = [
    pytest.param(card, id=card.name)
    for card in function_cards.values()
    if card.domain == "linalg" and card.samples and card.differentiable
]


def forward_over_reverse(f: Callable[..., Any], xs: list[Tensor]) -> None:
    torch.autograd.gradgradcheck(
        f, xs, check_fwd_over_rev=True, check_rev_over_rev=False, check_undefined_grad=False, fast_mode=True
    )


@pytest.mark.parametrize("card", CARDS)
def test_forward_over_reverse(card: FunctionCard) -> None:
    for dtype in dtypes(card):
        for sample in samples(card, dtype, torch.device("cpu"))[:1]:
            f, xs = as_function(card, sample)
            forward_over_reverse(f, [x.clone().requires_grad_() for x in xs])


def symmetric(a: Tensor) -> Tensor:
    return (a + a.mT) / 2


def hermitian(a: Tensor) -> Tensor:
    return (a + a.mH) / 2


def calls(dtype: torch.dtype) -> Iterator[tuple[str, Sample, Callable[..., Any] | None]]:
    """Yield a function, its call, and what makes a matrix of structure of the first argument."""

    def draw(*shape: int) -> Tensor:
        return random(*shape, dtype=dtype, seed=sum(shape))

    sure, one = positive(3, 3, dtype=dtype), draw(3, 3)
    for kind, of in (("sym", symmetric), ("her", hermitian), ("pos", hermitian)):
        yield "solve", Sample(sure, draw(3, 2), assume_a=kind), of
        yield "inv", Sample(sure, assume_a=kind), of
    for shape in ((4, 2), (2, 4)):
        a, b = draw(*shape), draw(shape[0])
        low, short = draw(shape[0], 1), draw(1, shape[1])
        yield "qr", Sample(a), None
        yield "qr", Sample(a, mode="economic", pivoting=True), None
        yield "rq", Sample(a, mode="economic"), None
        yield "svd", Sample(a), None
        yield "lu", Sample(a, p_indices=True), None
        yield "lu_factor", Sample(a), None
        yield "polar", Sample(a, side="left"), None
        yield "lstsq", Sample(a, b), None
        # Of rank one, within the matrices of that rank.
        yield "lstsq", Sample(low, b, cond=1e-9), lambda x, short=short: x @ short
        yield "pinv", Sample(low, rtol=1e-9), lambda x, short=short: x @ short
        yield "orth", Sample(low, rcond=1e-9), lambda x, short=short: x @ short
        yield "null_space", Sample(low, rcond=1e-9), lambda x, short=short: x @ short
        for order in (1, torch.inf, 2, -2, "nuc"):
            yield "norm", Sample(a, ord=order), None
    yield "pinvh", Sample(draw(3, 2), rtol=1e-9), lambda x: x @ x.mH
    yield "eig", Sample(one, sure, left=True, right=False), None
    yield "eig", Sample(one, left=True), None
    for problem in (2, 3):
        yield "eigh", Sample(one, sure, type=problem, lower=False), None
        yield "eigvalsh", Sample(one, sure, type=problem, subset_by_index=(1, 2)), None
    for lower in (True, False):
        yield "ldl", Sample(draw(5, 5) * (1 - torch.eye(5)), lower=lower), None  # 2 x 2 pivots
        yield "eig_banded", Sample(draw(3, 5), lower=lower), None
    yield "schur", Sample(draw(5, 5), sort="lhp"), None
    yield "schur", Sample(draw(5, 5), output="complex", sort="iuc"), None
    yield "ordqz", Sample(draw(4, 4), draw(2, 4, 4)[1], sort="iuc"), None
    yield "hessenberg", Sample(draw(6, 6), calc_q=True), None
    yield "cossin", Sample(draw(5, 5), 3, 2), None
    yield "qr_insert", Sample(draw(4, 3), draw(3), 1), None
    yield "qr_delete", Sample(draw(4, 3), 1, which="col"), None
    yield "qr_multiply", Sample(draw(4, 3), draw(3, 2), mode="left"), None
    # Sizes beyond the kernels that take gradients in one pass.
    large = draw(40, 40) + 10 * torch.eye(40)
    for name in ("inv", "det", "lu", "qr", "svd", "eig", "eigvals", "schur", "hessenberg", "pinv", "polar"):
        yield name, Sample(large), None
    for name in ("cholesky", "eigh", "ldl"):
        yield name, Sample(large @ large.mH), None
    for name in ("solve", "lstsq", "solve_triangular"):
        yield name, Sample(large, draw(40, 2)), None


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", sorted({name for name, _, _ in calls(torch.float64)}))
def test_other_options(name: str, dtype: torch.dtype) -> None:
    card = function_cards[f"linalg.{name}"]
    for found, sample, of in calls(dtype):
        if found != name:
            continue
        f, xs = as_function(card, sample)
        if of is not None:
            f = lambda x, *others, f=f, of=of: f(of(x), *others)  # noqa: E731
        xs = [x.clone().requires_grad_() for x in xs]
        torch.autograd.gradcheck(f, xs, check_forward_ad=True, fast_mode=True)
        torch.autograd.gradgradcheck(f, xs, fast_mode=True)
        forward_over_reverse(f, xs)


@pytest.mark.parametrize("dtype", DTYPES)
def test_numerators_and_denominators(dtype: torch.dtype) -> None:
    """The derivative holds the denominators, so that of the eigenvalues is right."""

    def values(a: Tensor, b: Tensor) -> Tensor:
        alpha, beta = linalg.eigvals(a, b, homogeneous_eigvals=True)
        return alpha / beta

    xs = [x.requires_grad_() for x in (random(3, 3, dtype=dtype), positive(3, 3, dtype=dtype))]
    torch.autograd.gradcheck(values, xs, check_forward_ad=True, fast_mode=True)
    torch.autograd.gradgradcheck(values, xs, fast_mode=True)
    forward_over_reverse(values, xs)


@pytest.mark.parametrize("n", [1, 3, 300])
def test_solve_ex_is_torchs(n: int) -> None:
    generator = torch.Generator().manual_seed(n)
    a = torch.randn(2, n, n, dtype=torch.float64, generator=generator) + n**0.5 * torch.eye(n, dtype=torch.float64)
    a[1, -1] = 0
    b = torch.randn(n, 2, dtype=torch.float64, generator=generator)
    x, info = solve_ex(a, b)
    wanted, code = torch.linalg.solve_ex(a, b)
    assert torch.equal(info, code)
    torch.testing.assert_close(x[0], wanted[0])
    torch.testing.assert_close(solve_ex(a[0], b[:, 0])[0], wanted[0, :, 0])
