"""Bad input, as users give it: the error names the argument and what it got. (Elementwise ones: their cards' loop.)"""

from __future__ import annotations

import importlib
import inspect
import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from sci import fft, interpolate, linalg, sparse, special
from sci._core.cards import DOMAINS, FunctionCard, function_cards
from sci._core.errors import bad_argument, describe, integer, items

ONE = torch.eye(3, dtype=torch.float64)
NAN = torch.full((3, 3), torch.nan)
META = torch.ones(3, device="meta")
CSR = sparse.csr_array(ONE)
SPLINE = interpolate.CubicSpline([0, 1, 2], [1, 2, 3])
CORNERS = ([0, 1], [0, 1])
GRID = interpolate.RegularGridInterpolator(CORNERS, torch.ones(2, 2))
LINALG = linalg.LinAlgError

CASES: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: special.gamma([1, "x"]), TypeError, "gamma: z must be .* number, got the list [1, 'x']"),
    (lambda: special.gamma(CSR), TypeError, "gamma: z must be .*, got a csr_array of dtype torch.float64"),
    (lambda: special.jv(ONE, META), RuntimeError, "jv: .* one device, got v on cpu and z on meta"),
    (lambda: special.jv(torch.ones(3), torch.ones(4)), ValueError, "jv: .*, got v (3,), z (4,)"),
    (lambda: special.comb(torch.ones(3), torch.ones(4)), ValueError, "comb: .*, got N (3,), k (4,)"),
    (
        lambda: special.ellip_harm(*torch.ones(2, 2), 1, 1, torch.ones(3)),
        ValueError,
        "ellip_harm: .*, got h2 (2,), k2 (2",
    ),
    (lambda: special.lpmv(1, torch.ones(3), torch.ones(4)), ValueError, "lpmv: .*, got v (3,), x (4,)"),
    (lambda: special.sph_harm_y(1, 1, torch.ones(3), torch.ones(4)), ValueError, "sph_harm_y: .*, got theta (3,), phi"),
    (lambda: fft.fhtoffset(torch.ones(3), torch.ones(4)), ValueError, "fhtoffset: .*, got dln (3,), mu (4,)"),
    (lambda: special.jv(1, torch.ones(2, 3), out=3), TypeError, "jv: out must be a tensor, got 3"),
    (lambda: special.jv(1j, 2.0), TypeError, "jv: v must be real, got 1j"),
    (lambda: special.polygamma(1.5, 2.0), TypeError, "polygamma: n must be integer, got 1.5"),
    (lambda: special.ive(1, None), TypeError, "ive: z must be .*, got None"),
    (lambda: special.logsumexp(ONE, axis=5), ValueError, "logsumexp: axis must be .*, got 5"),
    (lambda: special.softmax("abc"), TypeError, "softmax: x must be .*, got 'abc'"),
    (lambda: linalg.cholesky(None), TypeError, "cholesky: a must be .*, got None"),
    (lambda: linalg.cholesky(torch.ones(2, 3)), LINALG, "cholesky: a must be square .*, got .* shape (2, 3)"),
    (lambda: linalg.cholesky(NAN), ValueError, "cholesky: a must not contain infs or NaNs .*, got nan at (0, 0)"),
    (lambda: linalg.cholesky(-ONE), LINALG, "cholesky: a is not positive definite: the leading minor of order 1"),
    (lambda: linalg.cho_solve(ONE, ONE), TypeError, "cho_solve: c_and_lower must be the pair .*, got .* (3, 3)"),
    (lambda: linalg.cho_solve((ONE, True), "x"), TypeError, "cho_solve: b must be .*, got 'x'"),
    (lambda: linalg.cho_solve((ONE, True), META), RuntimeError, "cho_solve: .* c on cpu and b on meta"),
    (lambda: linalg.solve_triangular(ONE, torch.ones(4)), ValueError, "solve_triangular: b must be .*, got .* (4,"),
    (lambda: linalg.solve_triangular(ONE, ONE, trans="X"), ValueError, "solve_triangular: trans must be .*, got 'X'"),
    (lambda: linalg.solve_triangular(0 * ONE, ONE), LINALG, "solve_triangular: a is singular: diagonal entry 0"),
    (lambda: linalg.eigh(ONE, driver="x"), ValueError, "eigh: driver must be .*, got 'x'"),
    (lambda: linalg.eigh(ONE, ONE, type=4), ValueError, "eigh: type must be 1, 2 or 3, got 4"),
    (lambda: linalg.eigh(ONE, subset_by_index=3), TypeError, "eigh: subset_by_index must be a pair .*, got 3"),
    (lambda: linalg.eigh(ONE, subset_by_index=[2, 5]), ValueError, "eigh: subset_by_index must be .*, got [2, 5]"),
    (lambda: linalg.eigh(ONE, subset_by_value=[1]), ValueError, "eigh: subset_by_value must be .*, got the list [1]"),
    (lambda: linalg.eigh(ONE, ONE[:2, :2]), ValueError, "eigh: b must be 3 x 3, .*, got .* shape (2, 2)"),
    (lambda: linalg.schur(ONE, output="x"), ValueError, "schur: output must be .*, got 'x'"),
    (lambda: linalg.schur(ONE, sort="x"), ValueError, "schur: sort must be .*, got 'x'"),
    (lambda: linalg.sqrtm([[1, 2], [3]]), TypeError, "sqrtm: A must be .*, got the list [[1, 2], [3]]"),
    (lambda: fft.fft(None), TypeError, "fft: x must be .*, got None"),
    (lambda: fft.fft(ONE, n=2.5), TypeError, "fft: n must be an integer, got 2.5"),
    (lambda: fft.fft(ONE, n=0), ValueError, "fft: invalid number of data points (0)"),
    (lambda: fft.rfft(ONE, axis="a"), TypeError, "rfft: axis must be an integer, got 'a'"),
    (lambda: fft.irfft(ONE, axis=7), np.exceptions.AxisError, "axis 7 is out of bounds .* dimension 2"),
    (lambda: fft.rfft(ONE * 1j), TypeError, "rfft: x must be a real sequence, got a torch.complex128 tensor"),
    (lambda: fft.ifft(ONE, norm="x"), ValueError, "ifft: Invalid norm value 'x'"),
    (lambda: fft.fftn(ONE, axes=(0, 5)), ValueError, "fftn: axes exceeds .* [0, 5], 2 dimensions"),
    (lambda: fft.dct(ONE, type=5), ValueError, "dct: invalid DCT type 5, must be 1, 2, 3 or 4"),
    (lambda: fft.idct(ONE, n="x"), TypeError, "idct: n must be an integer, got 'x'"),
    (lambda: fft.next_fast_len(2.5), TypeError, "next_fast_len: target must be an integer, got 2.5"),
    (lambda: fft.next_fast_len(-1), ValueError, "next_fast_len: Target length must be positive, got -1"),
    (lambda: sparse.csr_array("abc"), TypeError, "csr_array: arg1 must be .*, got 'abc'"),
    (lambda: sparse.csr_array(ONE, dtype="x"), TypeError, "csr_array: dtype must be .*, got 'x'"),
    (lambda: sparse.csr_array(([1.0], [5], [0, 1]), shape=(1, 1)), ValueError, "csr_array: indices must lie .*, got 5"),
    (lambda: sparse.coo_array(([1.0], ([0], [7])), shape=(2, 2)), ValueError, "coo_array: coords[1] must .*, got 7"),
    (lambda: CSR @ torch.ones(4), ValueError, "matmul: dimension mismatch .* (3, 3) and (4,)"),
    (lambda: CSR.sum(axis=5), ValueError, "sum: axis out of range: 5"),
    (lambda: sparse.hstack(3), TypeError, "hstack: blocks must be a sequence of arrays, got 3"),
    (lambda: sparse.bmat([1, 2]), TypeError, "bmat: blocks must be rows of blocks, got 1"),
    (lambda: sparse.linalg.cg("A", ONE[0]), TypeError, "cg: A must be .*, got 'A'"),
    (lambda: sparse.linalg.cg(CSR, torch.ones(4)), ValueError, "cg: b has shape (4,), .* 3 unknowns"),
    (lambda: sparse.linalg.cg(CSR, ONE[0], rtol="x"), ValueError, "cg: rtol must be .*, got 'x'"),
    (lambda: sparse.linalg.cg(CSR, ONE[0], maxiter=-1), ValueError, "cg: maxiter must be .*, got -1"),
    (lambda: sparse.linalg.spsolve(CSR, None), TypeError, "spsolve: b must be .*, got None"),
    (lambda: sparse.linalg.spsolve(CSR, torch.ones(4)), ValueError, "spsolve: .* A has (3, 3), b has (4,)"),
    (lambda: sparse.linalg.spsolve(CSR, META), RuntimeError, "spsolve: .* A on cpu and b on meta"),
    (lambda: interpolate.CubicSpline(None, [1, 2, 3]), TypeError, "CubicSpline: x must be .*, got None"),
    (lambda: interpolate.CubicSpline([0, 1, 2], [1, 2]), ValueError, "CubicSpline: the length of y .*, 2, .* x, 3"),
    (lambda: interpolate.CubicSpline([0, 1], [1, 2], bc_type=3), ValueError, "CubicSpline: bc_type must .*, got 3"),
    (lambda: SPLINE("a"), TypeError, "CubicSpline: x must be .*, got 'a'"),
    (lambda: SPLINE(1.0, nu=0.5), TypeError, "CubicSpline: nu must be an integer, got 0.5"),
    (lambda: interpolate.RegularGridInterpolator(3, ONE), TypeError, "Interpolator: points must be .*, got 3"),
    (lambda: interpolate.RegularGridInterpolator(CORNERS, ONE), ValueError, "there are 2 points and 3 values"),
    (lambda: GRID([0.5, 0.5], method="x"), ValueError, "RegularGridInterpolator: method must be .*, got 'x'"),
    (lambda: GRID([[2.0, 0.5]]), ValueError, "xi is out of bounds in dimension 0"),
    (
        lambda: interpolate.make_interp_spline(range(7), range(7), bc_type=([(1, 0)], [(-6, 0)])),
        ValueError,
        "make_interp_spline: Bad boundary conditions at 6.*order -6",
    ),
    (lambda: interpolate.splev(1.0, 3), TypeError, "splev: tck must be .*, got 3"),
]


@pytest.mark.parametrize(("call", "kind", "text"), CASES, ids=[text.split(":")[0] for _, _, text in CASES])
def test_error_names_argument_and_what_it_got(call: Callable[[], Any], kind: type[Exception], text: str) -> None:
    pattern = ".*".join(map(re.escape, text.split(".*")))
    with pytest.raises(kind, match=f"(?s){pattern}"):
        call()


def public_functions() -> list[tuple[str, Callable[..., Any], list[str]]]:
    """Return what has required arguments: name, the function or class, its required arguments."""
    found = []
    for domain in DOMAINS:
        module = importlib.import_module(f"sci.{domain}")
        for name in module.__all__:
            thing = getattr(module, name)
            if not callable(thing) or (isinstance(thing, type) and issubclass(thing, (Exception, Warning))):
                continue
            parameters = inspect.signature(thing).parameters.values()
            positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
            required = [p.name for p in parameters if p.default is p.empty and p.kind in positional]
            if required and not name.startswith("is") and name not in ANYTHING:
                found.append((f"{domain}.{name}", thing, required))
    return found


# What they are given is looked at later, or by Python's `open`; `interp2d` is gone, and says so.
ANYTHING = {"generate_knots", "interp2d", "load_npz", "set_workers"}


def test_every_function_names_the_argument_that_is_no_array() -> None:
    unnamed = []
    for name, function, required in public_functions():
        parts = {part.lower() for argument in required for part in (argument, *re.split("_and_|_or_", argument))}
        try:
            function(*[object()] * len(required))
            unnamed.append(f"{name} takes an object")
        except (TypeError, ValueError) as error:
            if not parts & set(re.findall(r"\w+", str(error).partition(":")[2].lower())):
                unnamed.append(f"{name}({', '.join(required)}): {error}")
    assert not unnamed, "\n".join(unnamed)


class _SeenError(Exception):
    pass


def recorded(card: FunctionCard) -> inspect.BoundArguments:
    """Return the arguments with which a card's first sample calls its function."""

    def record(*args: Any, **keywords: Any) -> None:
        raise _SeenError(args, keywords)

    record.__name__ = card.name
    assert card.samples is not None
    sample = next(iter(card.samples(torch.Generator().manual_seed(0), torch.float64, torch.device("cpu"))))
    with pytest.raises(_SeenError) as seen:
        card.call(record, *sample.args, **sample.kwargs)
    args, keywords = seen.value.args
    return inspect.signature(card.object).bind(*args, **keywords)


# What they make of their parameters is numbers, which tensors on meta do not have.
READ = {"gegenbauer", "genlaguerre", "jacobi", "sh_jacobi"}


def names(error: Exception, argument: str) -> bool:
    """Does a text name an argument, or for ``c_and_lower`` one of its parts?"""
    return bool({argument, *re.split("_and_|_or_", argument)} & set(re.findall(r"\w+", str(error))))


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_argument_of_a_sample_is_named_where_it_alone_is_bad(domain: str) -> None:
    unnamed, tried = [], 0
    for name, card in sorted(function_cards.items()):
        if card.domain != domain or not card.samples:
            continue
        bound = recorded(card)
        for argument, value in bound.arguments.items():
            kind = inspect.signature(card.object).parameters[argument].kind
            if isinstance(value, bool) or callable(value) or kind in (kind.VAR_POSITIONAL, kind.VAR_KEYWORD):
                continue
            for bad in (object(), "junk", *([META[0]] if domain == "special" and card.name not in READ else [])):
                call = inspect.BoundArguments(bound.signature, bound.arguments | {argument: bad})
                tried += 1
                try:
                    card.object(*call.args, **call.kwargs)
                    if not isinstance(bad, torch.Tensor):
                        unnamed.append(f"{name} takes {bad!r} for {argument}")
                except (TypeError, ValueError, RuntimeError) as error:
                    of_another = domain == "special" and not str(error).startswith(f"{card.name}: ")
                    if of_another or not names(error, argument):
                        unnamed.append(f"{name}, {argument}: {error}")
    assert tried > 10
    assert not unnamed, "\n".join(unnamed)


# Options that most samples leave to their defaults.
OPTIONS = "axes axis baxis caxis outaxis clean_up_tol cond rcond degree der derivative_rtol device dx dy eps inner_m"
OPTIONS += " outer_k lwork m limit Minv n nest neighbors null_value nu nxest nyest shift sigma task tol workers"


def test_options_left_to_their_defaults_are_named_where_they_are_bad() -> None:
    unnamed, tried = [], set()
    for name, card in sorted(function_cards.items()):
        bound = recorded(card) if card.samples and card.domain != "special" else None
        for option in OPTIONS.split() if bound else ():
            assert bound is not None
            given = bound.signature.parameters
            if option not in given or option in bound.arguments:
                continue
            tried.add(option)
            for bad in (object(), "junk"):
                arguments = bound.arguments | {option: bad}
                call = inspect.BoundArguments(bound.signature, {p: arguments[p] for p in given if p in arguments})
                try:
                    card.object(*call.args, **call.kwargs)  # some have no effect
                except (TypeError, ValueError) as error:
                    if not names(error, option):
                        unnamed.append(f"{name}, {option}: {error}")
    assert len(tried) > 20
    assert not unnamed, "\n".join(unnamed)


FLAGS = ("lower", "unit_diagonal", "hermitian", "transposed", "orthogonalize", "directed", "unweighted")


def test_options_that_change_what_is_meant_take_no_strings_and_no_arrays() -> None:
    tried = []
    for name, card in sorted(function_cards.items()):
        bound = recorded(card) if card.samples else None
        for option in FLAGS if bound else ():
            assert bound is not None
            if option not in bound.signature.parameters or (name, option) in NOT_READ:
                continue
            tried.append(option)
            for bad in ("no", torch.ones(2)):
                call = inspect.BoundArguments(bound.signature, bound.arguments | {option: bad})
                with pytest.raises(TypeError, match=rf"{card.name}: {option} must be true or false, got .*"):
                    card.object(*call.args, **call.kwargs)
    assert set(tried) == set(FLAGS)


NOT_READ = {("linalg.inv", "lower"), ("linalg.solve", "lower")}  # for structures that the samples do not name


def test_describe_is_short() -> None:
    assert describe(torch.ones(2, 3)) == "a torch.float32 tensor of shape (2, 3) on cpu"
    assert describe(np.ones(2)) == "a ndarray of dtype float64 and shape (2,)"
    assert describe("abc") == "'abc'"
    assert describe(object()) == "an object of type object"
    assert len(describe(list(range(10**5)))) < 60
    assert len(describe(["a" * 1000] * 1000)) < 160


def test_checks_of_arguments() -> None:
    assert integer("f", "n", np.int64(3)) == 3
    assert items("f", "x", (1, 2), "a pair", 2) == [1, 2]
    with pytest.raises(ValueError, match=r"f: x must be a pair, got the tuple \(1,\)"):
        items("f", "x", (1,), "a pair", 2)
    assert isinstance(bad_argument("f", "x", "good", None, KeyError), KeyError)


def test_warnings_name_the_line_that_calls() -> None:
    """Whatever lies between: an operator, a derivative rule's kernel, a class, a context manager of torch."""
    nearly = torch.diag(torch.tensor([1.0, 1e-30], dtype=torch.float64))
    calls: list[Callable[[], Any]] = [
        lambda: linalg.lu_factor(torch.zeros(2, 2)),
        lambda: linalg.solve(nearly, torch.ones(2, dtype=torch.float64)),
        lambda: linalg.inv(nearly.clone().requires_grad_()),
        lambda: interpolate.KroghInterpolator(torch.arange(40.0), torch.ones(40)),
        lambda: sparse.linalg.spsolve(ONE, ONE[0]),
    ]
    for call in calls:
        with warnings.catch_warnings(record=True) as caught, torch.autocast("cpu"):
            warnings.simplefilter("always")
            call()
        assert {x.filename for x in caught} == {__file__}
