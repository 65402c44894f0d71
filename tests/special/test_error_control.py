"""Error controls: settings, categories told apart, silence where nothing can or should be looked at."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import torch

from sci import special
from sci.special import SpecialFunctionError, SpecialFunctionWarning, errstate, geterr, seterr

DEFAULTS = {category: "raise" if category == "memory" else "ignore" for category in (
    "singular", "underflow", "overflow", "slow", "loss", "no_result", "domain", "arg", "other", "memory")}  # fmt: skip


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    assert geterr() == DEFAULTS
    yield
    seterr(**DEFAULTS)


def reported(name: str, *args: Any) -> list[str]:
    """Return the categories that a call reports."""
    found = []
    for category in DEFAULTS:
        with errstate(**{category: "raise"}):
            try:
                getattr(special, name)(*args)
            except SpecialFunctionError:
                found.append(category)
    return found


# SciPy's category where it reports one; what is meant where it says nothing or something else ("beta: overflow").
CASES: list[tuple[str, tuple[Any, ...], list[str]]] = [
    ("gamma", (0.0,), ["singular"]),
    ("gamma", (-1.0,), ["singular"]),
    ("gamma", (-170.0,), ["singular"]),
    ("gamma", (200.0,), ["overflow"]),
    ("gamma", (1e-310,), ["overflow"]),
    ("gamma", (-200.5,), ["underflow"]),
    ("gamma", (float("inf"),), []),
    ("gamma", (float("nan"),), []),
    ("gamma", (float("-inf"),), ["domain"]),
    ("gammaln", (1.0,), []),
    ("gammaln", (-1.0,), ["singular"]),
    ("loggamma", (0j,), ["singular"]),
    ("digamma", (0.0,), ["singular"]),
    ("beta", (0.0, 1.0), ["singular"]),
    ("kv", (0.0, 0.0), ["singular"]),
    ("kv", (0.0, -1.0), ["domain"]),
    ("kv", (1.0, 1000.0), ["underflow"]),
    ("jv", (5.0, 0.0), []),
    ("yn", (3, 1e-105), ["overflow"]),
    ("iv", (0.0, 800.0), ["overflow"]),
    ("erf", (0.0,), []),
    ("erfc", (30.0,), ["underflow"]),
    ("erfinv", (2.0,), ["domain"]),
    ("zeta", (1.0, 1.0), ["singular"]),
    ("expn", (1, 0.0), ["singular"]),
    ("ndtri", (2.0,), ["domain"]),
    ("exp2", (1024.0,), ["overflow"]),
    ("entr", (-1.0,), ["domain"]),
    ("xlogy", (1.0, 0.0), ["singular"]),
    ("xlogy", (0.0, 0.0), []),
    ("round", (0.2,), []),
    ("airy", (200.0,), ["underflow", "overflow"]),
    ("lambertw", (0.0, 1), ["singular"]),
    ("gammainc", (1.0, 0.0), []),
    ("gammainc", (-1.0, 1.0), ["domain"]),
]


@pytest.mark.parametrize(("name", "args", "want"), CASES, ids=lambda x: str(x))
def test_categories(name: str, args: tuple[Any, ...], want: list[str]) -> None:
    double = tuple(torch.tensor(x, dtype=torch.complex128 if isinstance(x, complex) else torch.float64)
                   if isinstance(x, (float, complex)) else x for x in args)  # fmt: skip
    assert reported(name, *double) == want


def test_settings_and_their_names() -> None:
    old = seterr(domain="warn")
    assert old == DEFAULTS
    assert geterr() == {**DEFAULTS, "domain": "warn"}
    assert seterr(all="raise", slow="ignore")["domain"] == "warn"
    assert geterr() == {**dict.fromkeys(DEFAULTS, "raise"), "slow": "ignore"}
    with pytest.raises(TypeError, match="unexpected category 'domains'"):
        seterr(domains="warn")
    with pytest.raises(ValueError, match="domain must be 'ignore', 'warn' or 'raise', got 'never'"):
        seterr(domain="never")


def test_messages_name_function_argument_and_value() -> None:
    x = torch.tensor([[0.5], [2.0]])
    with errstate(domain="raise"), pytest.raises(SpecialFunctionError, match=r"special.ndtri: domain error at p = 2.0"):
        special.ndtri(x)
    with errstate(all="warn"), pytest.warns(SpecialFunctionWarning, match="singularity at z = 0.0") as caught:
        out = special.digamma(torch.tensor([0.0, 1.0]))
    assert caught[0].filename == __file__
    assert out[0] == -float("inf")


def test_blocks_nest_and_are_left_by_exceptions() -> None:
    state = errstate(singular="raise")
    with state, state, pytest.raises(SpecialFunctionError):
        special.gammaln(0)
    with pytest.raises(KeyError), state:
        raise KeyError
    assert geterr() == DEFAULTS
    with errstate(all="raise", singular="ignore"):
        special.gammaln(0)
        with pytest.raises(SpecialFunctionError):
            special.spence(-1.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        special.spence(-1.0)


def test_settings_belong_to_a_thread() -> None:
    seen = []
    with errstate(all="raise"):
        thread = threading.Thread(target=lambda: seen.extend([geterr(), special.gammaln(0)]))
        thread.start()
        thread.join()
    assert seen[0] == DEFAULTS
    assert torch.isinf(seen[1])


def test_derivatives_are_not_checked() -> None:
    x = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    with errstate(all="raise"):
        special.xlogy(x, 1e-300).backward()  # d/dx = log y, d/dy = x / y: large, and not looked at
        special.gammainc(torch.tensor(1.0, dtype=torch.float64, requires_grad=True), 2.0).backward()
        assert torch.func.vmap(special.gammaln)(torch.zeros(2)).isinf().all()
        assert torch.func.grad(special.entr)(torch.tensor(0.0)).isinf()


def test_arrays_out_broadcasting_and_emptiness() -> None:
    with errstate(all="raise"):
        assert special.gamma(torch.empty(0)).shape == (0,)
        assert special.gamma(torch.empty(3, device="meta")).is_meta
        with pytest.raises(SpecialFunctionError, match=r"xlogy: domain error at x = 1.0, y = -2.0"):
            special.xlogy([[1.0], [0.0]], [1.0, -2.0])
        out = torch.empty(1)
        with pytest.raises(SpecialFunctionError):
            special.gamma(torch.zeros(1), out=out)


def test_compiled_functions_stay_whole() -> None:
    def f(x: torch.Tensor) -> torch.Tensor:
        return special.gammaln(x) + special.xlogy(x, x)

    x = torch.tensor([0.0, 1.0], requires_grad=True)
    compiled = torch.compile(f, fullgraph=True, backend="aot_eager")
    for action in ("ignore", "raise"):
        with errstate(all=action):
            assert compiled(x).detach().isinf().tolist() == [True, False]
            compiled(x).sum().backward()
