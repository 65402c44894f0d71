"""`sci.testing` finds what is wrong with an operator, and nothing where nothing is."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import pytest
import torch

from sci import special
from sci.testing import Group, check_elementwise, check_operator, linear, near, rectangle, values

CORE = [Group("core", count=20, x=linear(0.5, 3))]
X = torch.linspace(0.5, 2, 3, dtype=torch.float64)


def erfc_times(x: Any) -> Any:
    with mpmath.workdps(40):
        return mpmath.exp(mpmath.mpf(x) ** 2) * mpmath.erfc(x)


def test_elementwise_passes_and_measures() -> None:
    groups = [*CORE, Group("seam", x=near(1.0)), Group("far", x=values(30.0, 1e6), dtypes=["float64"])]
    rows = check_elementwise(special.erfcx, erfc_times, groups, ulp=2)
    assert [(row.group, row.dtype, row.points) for row in rows] == [
        ("core", "float64", 20),
        ("seam", "float64", 7),
        ("far", "float64", 2),
        ("core", "float32", 20),
        ("seam", "float32", 7),
    ]
    assert all(row.mean <= row.largest <= 2 for row in rows)


def test_elementwise_takes_complex_and_several_arguments() -> None:
    plane = [Group("plane", count=8, v=linear(0, 3), z=rectangle((0.5, 2), (0.5, 2)))]
    (row,) = check_elementwise(
        lambda v, z: special.jv(v, z), mpmath.besselj, plane, ulp=64, signature="rc", precisions=["float64"]
    )
    assert (row.dtype, row.points) == ("complex128", 8)


def test_elementwise_finds_errors_and_lists_the_worst() -> None:
    with pytest.raises(AssertionError, match=r"(?s)core float64: 20 of 20 points beyond.*ulp, bound 4") as caught:
        check_elementwise(lambda x: special.erfcx(x) * (1 + 1e-14), erfc_times, CORE)
    assert len(str(caught.value).splitlines()) == 6
    with pytest.raises(AssertionError, match="float32"):  # single precision in disguise
        check_elementwise(lambda x: (x.double() + 1e-6).sqrt().to(x.dtype), math.sqrt, CORE, precisions=["float32"])
    with pytest.raises(AssertionError, match="inf ulp"):  # NaN is never a pass
        check_elementwise(lambda x: x / 0 * 0, math.sqrt, CORE)


def test_elementwise_does_not_hold_condition_against_a_function() -> None:
    near_zero = [Group("root", x=near(math.pi))]
    check_elementwise(torch.sin, lambda x: mpmath.sin(x), near_zero, ulp=2, precisions=["float64"])

    def off(x: torch.Tensor) -> torch.Tensor:  # a tenth of what an ulp in x changes
        return torch.sin(x) + 4e-17

    check_elementwise(off, mpmath.sin, near_zero, precisions=["float64"])
    with pytest.raises(AssertionError, match="beyond"):
        check_elementwise(off, mpmath.sin, [Group("tiny", x=values(1e-8))], precisions=["float64"])


def test_elementwise_overflow_is_infinite() -> None:
    beyond = [Group("beyond", x=values(800.0, -1.0))]
    check_elementwise(torch.exp, mpmath.exp, beyond)
    with pytest.raises(AssertionError, match="beyond"):
        check_elementwise(lambda x: torch.exp(x).clamp(max=1e30), mpmath.exp, beyond)


def test_elementwise_bad_arguments() -> None:
    with pytest.raises(ValueError, match="signature must be 1 letters of r, c and i, got 'rr'"):
        check_elementwise(torch.sqrt, math.sqrt, CORE, signature="rr")
    with pytest.raises(ValueError, match=r"precisions must be .*, got 'float16'"):
        check_elementwise(torch.sqrt, math.sqrt, CORE, precisions=["float16"])
    with pytest.raises(ValueError, match="no group has points"):
        check_elementwise(torch.sqrt, math.sqrt, CORE, signature="c")


class Wrong(torch.autograd.Function):
    @staticmethod
    def forward(x: torch.Tensor) -> torch.Tensor:
        return x.detach() ** 2

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx: Any, g: torch.Tensor) -> torch.Tensor:
        return 2.001 * ctx.saved_tensors[0] * g


def test_operator_passes() -> None:
    report = check_operator(special.jv, X, X + 1, skip=["second order"])
    assert report.pop("second order") == "skipped"
    assert set(report.values()) == {"passed"}
    assert "passed" in check_operator(lambda x, n: {"a": [x**n]}, X.to(torch.complex128), 2).values()


def test_operator_finds() -> None:
    compiled = ["compile", "compile of the gradient"]
    with pytest.raises(AssertionError, match="gradient: "):
        check_operator(Wrong.apply, X, skip=compiled)
    with pytest.raises(AssertionError, match=r"(?s)gradient: .*second order: ") as caught:
        check_operator(lambda x: x * x.detach(), X, skip=compiled)
    assert "vmap" not in str(caught.value)
    assert "layout" not in str(caught.value)
    with pytest.raises(AssertionError, match="vmap: ") as caught:
        check_operator(lambda x: x * float(x.sum().item()) ** 0, X, skip=compiled)
    assert "layout" not in str(caught.value)
    with pytest.raises(AssertionError, match="layout: "):
        check_operator(lambda x: torch.as_strided(x, (3,), (1,)), X, skip=[*compiled, "vmap", "second order"])


def test_operator_bad_arguments() -> None:
    with pytest.raises(ValueError, match=r"skip must be of .*, got speed"):
        check_operator(torch.sin, X, skip=["speed"])
    with pytest.raises(ValueError, match="at least one argument must be a floating or complex tensor"):
        check_operator(torch.sin, 3)
