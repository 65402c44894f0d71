"""`check_operator`: everything that torch can ask of a differentiable function, asked of it."""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from sci._core.torch_private import tree_leaves

CHECKS = ("gradient", "second order", "transforms", "vmap", "compile", "compile of the gradient", "layout")


def check_operator(
    function: Callable[..., Any],
    *args: Any,
    skip: Sequence[str] = (),
    atol: float = 1e-6,
    rtol: float = 1e-4,
) -> dict[str, str]:
    """Check a function's derivatives and how it goes with ``torch.func`` and the compiler.

    The floating and complex tensors among the arguments are what it is differentiated in; they should be float64 or
    complex128. Results may be a tensor, or any nesting of tensors in tuples, lists and dictionaries.

    Parameters
    ----------
    function : callable
        The function under test.
    *args : any
        Arguments of one call.
    skip : sequence of str
        Checks to leave out, of those listed below.
    atol, rtol : float
        Tolerances of the comparison with finite differences.

    Returns
    -------
    dict
        "passed" or "skipped" for each check:

        - ``"gradient"``: backward and forward mode against finite differences, and batches of gradients;
        - ``"second order"``: the same of the gradient;
        - ``"transforms"``: ``torch.func.grad`` and ``jvp`` agree with ``backward``;
        - ``"vmap"``: a batch agrees with a loop, without the fallback, which is a loop itself;
        - ``"compile"``: ``torch.compile(fullgraph=True)``, whose trace needs shapes without data, agrees;
        - ``"compile of the gradient"``: the same of ``torch.func.grad``;
        - ``"layout"``: memory with gaps gives the same.

    Raises
    ------
    AssertionError
        With all checks that failed, and the first line of why.
    ValueError
        For an unknown name in `skip`, and where no argument is a floating tensor.

    See Also
    --------
    check_elementwise : values

    Examples
    --------
    >>> import torch
    >>> from sci.testing import check_operator
    >>> x = torch.linspace(0.5, 2, 3, dtype=torch.float64)
    >>> set(check_operator(torch.sin, x).values())
    {'passed'}

    A function that loses its gradient:

    >>> check_operator(lambda x: x * x.detach(), x, skip=["compile of the gradient"])
    Traceback (most recent call last):
        ...
    AssertionError: gradient: ...
    """
    unknown = set(skip) - set(CHECKS)
    if unknown:
        raise ValueError(f"check_operator: skip must be of {', '.join(CHECKS)}, got {', '.join(sorted(unknown))}")
    places = [i for i, x in enumerate(args) if isinstance(x, Tensor) and (x.is_floating_point() or x.is_complex())]
    if not places:
        raise ValueError("check_operator: at least one argument must be a floating or complex tensor")

    def run(*xs: Tensor) -> tuple[Tensor, ...]:
        full = list(args)
        for i, x in zip(places, xs, strict=True):
            full[i] = x
        found = tree_leaves(function(*full))
        return tuple(y for y in found if isinstance(y, Tensor) and (y.is_floating_point() or y.is_complex()))

    subject = _Subject(run, [args[i].detach().clone() for i in places], atol, rtol)
    checks = dict(
        zip(
            CHECKS,
            (
                subject.gradient,
                subject.second_order,
                subject.transforms,
                subject.vmap,
                subject.compile,
                subject.compile_gradient,
                subject.layout,
            ),
            strict=True,
        )
    )
    report, failures = {}, []
    for name, check in checks.items():
        if name in skip:
            report[name] = "skipped"
            continue
        try:
            check()
            report[name] = "passed"
        except Exception as error:  # whatever it is, it is a finding
            why = "".join(traceback.format_exception_only(error)).strip().splitlines()
            failures.append(f"{name}: {why[0]}")
    torch.compiler.reset()
    if failures:
        raise AssertionError("\n".join(failures))
    return report


class _Subject:
    """A function of tensors alone, with its arguments, and the checks."""

    def __init__(self, run: Callable[..., tuple[Tensor, ...]], xs: list[Tensor], atol: float, rtol: float) -> None:
        self.run, self.xs = run, xs
        self.tolerance: dict[str, Any] = {"atol": atol, "rtol": rtol}

    def leaves(self) -> list[Tensor]:
        return [x.clone().requires_grad_() for x in self.xs]

    def loss(self, *xs: Tensor) -> Tensor:
        """Return a real number in which every element of every result has its own weight."""
        terms = []
        for k, out in enumerate(self.run(*xs)):
            parts = torch.view_as_real(out) if out.is_complex() else out
            weights = torch.linspace(0.5, 1.5 + 0.1 * k, parts.numel(), dtype=parts.dtype, device=parts.device)
            terms.append((parts.reshape(-1) * weights).sum())
        return torch.stack(terms).sum()

    def gradient(self) -> None:
        options: dict[str, Any] = {"check_forward_ad": True, "check_batched_grad": True, **self.tolerance}
        torch.autograd.gradcheck(self.run, self.leaves(), **options)

    def second_order(self) -> None:
        torch.autograd.gradgradcheck(self.run, self.leaves(), **self.tolerance)

    def transforms(self) -> None:
        leaves = self.leaves()
        want = torch.autograd.grad(self.loss(*leaves), leaves, allow_unused=True, materialize_grads=True)
        found = torch.func.grad(self.loss, tuple(range(len(leaves))))(*self.xs)
        torch.testing.assert_close(tuple(found), tuple(want))
        ones = tuple(torch.ones_like(x) for x in self.xs)
        tangent = torch.func.jvp(self.loss, tuple(self.xs), ones)[1]
        torch.testing.assert_close(tangent, torch.stack([g.real.sum() for g in want]).sum())

    def vmap(self) -> None:
        moved = [x * 1.001 for x in self.xs]
        with warnings.catch_warnings():
            warnings.filterwarnings("error", message=".*fallback.*")
            out = torch.func.vmap(self.run)(*(torch.stack(pair) for pair in zip(self.xs, moved, strict=True)))
        for k, xs in enumerate((self.xs, moved)):
            torch.testing.assert_close(tuple(y[k] for y in out), self.run(*xs))

    def compile(self) -> None:
        compiled = torch.compile(self.run, fullgraph=True, backend="aot_eager")
        torch.testing.assert_close(compiled(*self.xs), self.run(*self.xs))

    def compile_gradient(self) -> None:
        grad = torch.func.grad(self.loss, tuple(range(len(self.xs))))
        compiled = torch.compile(grad, fullgraph=True, backend="aot_eager")
        torch.testing.assert_close(compiled(*self.xs), grad(*self.xs))

    def layout(self) -> None:
        gaps = [torch.stack([x, x], -1)[..., 0] for x in self.xs]
        torch.testing.assert_close(self.run(*gaps), self.run(*self.xs))
