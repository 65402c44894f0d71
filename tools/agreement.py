"""Compare functions that have no table of references with SciPy: ``python -m tools.agreement [NAME ...]``.

Every call of a card's samples is made twice: on tensors, and, the same numbers as NumPy arrays, by SciPy's function of
that name. Prints, per dtype, the number of results compared and the largest difference over the largest element of
SciPy's result, which is computed in float64 also where ours is float32.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import functools
import importlib
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch.utils import _pytree as pytree

from sci._core.cards import DOMAINS, FunctionCard, Sample, function_cards

DTYPES = (torch.float64, torch.complex128, torch.float32, torch.complex64)
X = torch.tensor([-0.9, -0.3, 0.2, 0.7], dtype=torch.float64)
BOUNDARIES = ("dirichlet", "neumann", "periodic")
# Calls of functions whose cards have no samples, since nothing in them differentiates.
CALLS: dict[str, Callable[[Any], Any]] = {
    **{
        f"special.{name}": lambda f: [f(n) for n in (2, 3, 7, 40)]
        for name in ("roots_chebyc", "roots_chebys", "roots_chebyt", "roots_chebyu", "roots_hermite")
        + ("roots_hermitenorm", "roots_laguerre", "roots_legendre", "roots_sh_chebyt", "roots_sh_chebyu")
        + ("roots_sh_legendre", "bernoulli", "euler", "erf_zeros", "fresnel_zeros", "fresnelc_zeros", "fresnels_zeros")
    },
    **{
        f"special.{name}": lambda f: [f(n)(X) for n in (0, 1, 4, 9)]
        for name in ("chebyc", "chebys", "chebyt", "chebyu", "hermite", "hermitenorm", "laguerre", "legendre")
        + ("sh_chebyt", "sh_chebyu", "sh_legendre")
    },
    **{f"special.{name}": lambda f: [f(n, 0.7)(X) for n in (0, 1, 4, 9)] for name in ("gegenbauer", "genlaguerre")},
    **{f"special.{name}": lambda f: [f(n, 1.7, 0.7)(X) for n in (0, 1, 4, 9)] for name in ("jacobi", "sh_jacobi")},
    **{f"special.roots_{name}": lambda f: [f(n, 0.7) for n in (1, 7, 40)] for name in ("gegenbauer", "genlaguerre")},
    **{f"special.roots_{name}": lambda f: [f(n, 1.7, 0.7) for n in (1, 7, 40)] for name in ("jacobi", "sh_jacobi")},
    **{f"special.{name}": lambda f: [f(m, 0.8) for m in (2, 5)] for name in ("lmbda", "pbdv_seq", "pbvv_seq")},
    **{f"special.{name}": lambda f: [f(m, 0.8) for m in (2, 5)] for name in ("riccati_jn", "riccati_yn")},
    **{f"special.mathieu_{name}_coef": lambda f: [f(m, 3.5) for m in (1, 2, 4)] for name in ("even", "odd")},
    **{f"special.{name}_cv_seq": lambda f: f(1, 4, 2.5) for name in ("pro", "obl")},
    **{
        f"special.{name}_zeros": lambda f: [f(m, 4) for m in (0, 1, 3)]
        for name in ("jn", "jnp", "yn", "ynp")
    },
    "special.jnyn_zeros": lambda f: f(2, 4),
    "special.pbdn_seq": lambda f: f(3, 0.5 + 0.5j),
    "special.stirling2": lambda f: f(7, 3),
    "special.factorialk": lambda f: [f(torch.arange(12), k, exact=False) for k in (1, 2, 3)],
    **{
        f"linalg.{name}": lambda f: [f(n) for n in (1, 4, 16)]
        for name in ("dft", "hadamard", "helmert", "hilbert", "invhilbert", "invpascal", "pascal")
    },
    **{f"fft.{name}": lambda f: [f(n, 0.3) for n in (1, 8, 9)] for name in ("fftfreq", "rfftfreq")},
    **{f"fft.{name}": lambda f: [f(n) for n in (11, 97, 10_007)] for name in ("next_fast_len", "prev_fast_len")},
    "linalg.funm": lambda f: [f(X[:, None] * X + X.diag(), g) for g in (torch.exp, torch.sin)],
    **{
        f"sparse.{name}": lambda f: [f(4, k=k).toarray() for k in (-1, 0, 2)]
        for name in ("eye", "eye_array")
    },
    "sparse.identity": lambda f: f(5).toarray(),
    "sparse.linalg.LaplacianNd": lambda f: [f((4, 5), boundary_conditions=b).toarray() for b in BOUNDARIES],
}  # fmt: skip
# Results that are unique up to a sign, a phase or an order only, or in part: no difference means anything there.
NOT_UNIQUE = {
    "interpolate.insert": "SciPy leaves the coefficients behind the last as they are.",
    "interpolate.splantider": "SciPy pads the coefficients with zeros.",
    "interpolate.splder": "SciPy pads the coefficients with zeros.",
    "linalg.cho_factor": "SciPy leaves the other triangle as it is.",
    "linalg.cholesky_banded": "SciPy leaves what lies outside the band as it is.",
    "linalg.interpolative.estimate_spectral_norm": "An estimate from random vectors.",
    "linalg.interpolative.estimate_spectral_norm_diff": "An estimate from random vectors.",
    "linalg.interpolative.interp_decomp": "The skeleton columns are a choice.",
    "linalg.ordqz": "Schur vectors are unique up to phases.",
    "linalg.qr_delete": "Columns are unique up to signs.",
    "linalg.qr_insert": "Columns are unique up to signs.",
    "linalg.qr_update": "Columns are unique up to signs.",
    "linalg.rq": "Rows are unique up to signs.",
    "linalg.schur": "Schur vectors are unique up to phases and the eigenvalues' order.",
}
# What has no numbers of its own to compare.
STATE = "It sets or tells how other functions compute; see theirs."
OBJECT = "Its methods compute with other functions of this library; see theirs."
TELLS = "It tells of a matrix's form, which the tests compare with SciPy."
WITHOUT = {
    **{f"fft.{name}_workers": STATE for name in ("get", "set")},
    **{f"fft.{name}_backend": STATE for name in ("register", "set", "set_global", "skip")},
    **{f"special.{name}": STATE for name in ("errstate", "geterr", "seterr")},
    **{f"sparse.linalg.{name}": STATE for name in ("use_solver", "SolverProgress")},
    **{f"sparse.linalg.{name}": OBJECT for name in ("LinearOperator", "SuperLU", "aslinearoperator")},
    **{f"sparse.{name}": OBJECT for name in ("sparray", "spmatrix", "load_npz", "save_npz")},
    **{f"sparse.{kind}_matrix": OBJECT for kind in ("bsr", "coo", "csc", "csr", "dia", "dok", "lil")},
    **{f"sparse.isspmatrix_{kind}": TELLS for kind in ("bsr", "coo", "csc", "csr", "dia", "dok", "lil")},
    **{f"sparse.{name}": TELLS for name in ("issparse", "isspmatrix", "get_index_dtype", "safely_cast_index_arrays")},
    **{f"sparse.{name}": "Random numbers." for name in ("rand", "random", "random_array")},
    **{f"sparse.linalg.{name}": TELLS for name in ("is_sptriangular", "spbandwidth")},
    "sparse.linalg.onenormest": "An estimate from random vectors.",
    "sparse.linalg.spilu": "An approximation, which drops other entries than SciPy's.",
    "sparse.linalg.funm_multiply_krylov": "An approximation to a tolerance; the tests compare it with `linalg.funm`.",
    "interpolate.BivariateSpline": "A base class.",
    "interpolate.generate_knots": "Knots are a choice; those of the tests are SciPy's.",
    "interpolate.interp2d": "SciPy has removed it; it raises, and says what to use instead.",
    "interpolate.sproot": "Zeros are compared with SciPy's in the tests.",
    "linalg.interpolative.estimate_rank": "An estimate from random vectors.",
    **{
        f"sparse.csgraph.{name}": "Whole numbers, which the tests compare with SciPy's."
        for name in ("breadth_first_order", "connected_components", "csgraph_from_masked", "csgraph_to_masked")
        + ("csgraph_masked_from_dense", "depth_first_order", "maximum_bipartite_matching", "reverse_cuthill_mckee")
        + ("structural_rank",)
    },
    "sparse.csgraph.maximum_flow": "SciPy takes whole numbers only, for which the tests compare flows.",
    "sparse.csgraph.yen": "Paths, which the tests compare with SciPy's.",
}
# Where SciPy is less exact or does something else: the difference to expect in double precision, and why.
LARGER = {
    "fft.dct": (1.0, "SciPy drops `orthogonalize` for complex input."),
    "fft.dst": (1.0, "SciPy drops `orthogonalize` for complex input."),
    "fft.idct": (1.0, "SciPy drops `orthogonalize` for complex input."),
    "fft.idst": (1.0, "SciPy drops `orthogonalize` for complex input."),
    "interpolate.AAA": (1e-5, "Both approximate to a tolerance, not to rounding."),
    "interpolate.CloughTocher2DInterpolator": (1e-6, "SciPy iterates for the gradients to a tolerance of 1e-6."),
    "interpolate.RectSphereBivariateSpline": (0.1, "Another choice of slopes at the poles: see the differences."),
    "interpolate.RegularGridInterpolator": (1e-4, "SciPy solves for the coefficients to a tolerance of 1e-6."),
    "interpolate.SmoothSphereBivariateSpline": (1e-2, "Both stop where the condition holds to one part in a thousand."),
    "interpolate.approximate_taylor_polynomial": (1e-3, "An approximation from other nodes."),
    "interpolate.interpn": (1e-4, "SciPy solves for the coefficients to a tolerance of 1e-6."),
    "interpolate.make_interp_spline": (3.0, "SciPy drops the imaginary part where `bc_type` is periodic."),
    "interpolate.spalde": (3.0, "SciPy drops the imaginary part."),
    "interpolate.splev": (3.0, "SciPy drops the imaginary part."),
    "interpolate.splint": (3.0, "SciPy drops the imaginary part."),
    "sparse.linalg.eigsh": (2.0, "SciPy sorts the eigenvalues of complex matrices the other way."),
    "special.keip_zeros": (1e-10, "SciPy's iteration stops early."),
    "special.kelvin_zeros": (1e-10, "SciPy's iteration stops early."),
    "special.pbdn_seq": (0.5, "SciPy is wrong at complex arguments: see the differences."),
    "special.y1p_zeros": (1e-7, "SciPy's iteration stops early."),
}


@dataclasses.dataclass
class Agreement:
    """How far the results of one dtype are from SciPy's; `difference` is relative to the largest element."""

    dtype: str
    results: int
    difference: float


def is_sparse(x: Any) -> bool:
    """Is this one of our sparse arrays, whose tensors must not be taken one by one?"""
    return hasattr(x, "to_scipy")


def to_numpy(x: Any) -> Any:
    """Return a tensor, sparse array or dtype as what SciPy takes, in double precision."""
    if isinstance(x, torch.dtype):
        return torch.empty(0, dtype=x).numpy().dtype
    if is_sparse(x):
        theirs = x.to_scipy()
        if isinstance(getattr(theirs, "data", None), np.ndarray) and theirs.data.dtype.kind in "fc":
            theirs.data = theirs.data.astype(
                np.result_type(theirs.dtype, np.float64)
            )  # `astype` would add up duplicates
        return theirs
    if isinstance(x, torch.Tensor):
        wider = {torch.float32: torch.float64, torch.complex64: torch.complex128}
        values = x.detach().resolve_conj().to(wider.get(x.dtype, x.dtype)).numpy()
        return values.item() if values.ndim == 0 else values
    return x


def to_tensor(x: Any) -> Any:
    """Return what SciPy gave as tensors; objects stay behind a `Peer`."""
    if isinstance(x, np.ndarray | np.generic | float | complex):
        return torch.as_tensor(np.array(x)) if np.asarray(x).dtype.kind in "biufc" else x
    if hasattr(x, "tocoo") and hasattr(x, "toarray"):
        return importlib.import_module("sci.sparse").coo_array(x).asformat(x.format)
    if isinstance(x, str | int | bool | None):
        return x
    return Peer(x)


class Peer:
    """A function or object of SciPy that takes and gives tensors."""

    def __init__(self, thing: Any) -> None:
        self._thing = thing
        self.__name__ = getattr(thing, "__name__", type(thing).__name__)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        args, kwargs = pytree.tree_map(_bare, (args, kwargs), is_leaf=is_sparse)
        return _results(self._thing(*args, **kwargs))

    def __getattr__(self, name: str) -> Any:
        return _results(getattr(self._thing, name))

    def __getitem__(self, index: Any) -> Any:
        return _results(self._thing[index])


def _bare(x: Any) -> Any:
    if isinstance(x, Peer):
        return x._thing
    if callable(x) and not isinstance(x, type) and not is_sparse(x):
        return lambda *args: to_numpy(x(*(torch.as_tensor(np.array(a)) for a in args)))
    return to_numpy(x)


def _results(found: Any) -> Any:
    if isinstance(found, tuple | list):
        return type(found)(map(_results, found)) if type(found) in (tuple, list) else tuple(map(_results, found))
    return to_tensor(found)


def leaves(found: Any) -> list[torch.Tensor]:
    """Return the floating tensors of a result, sparse ones with their zeros; where there are none, the others."""
    flat = [x.toarray() if is_sparse(x) else x for x in pytree.tree_leaves(found, is_leaf=is_sparse)]
    tensors = [torch.as_tensor(x).detach() for x in flat if isinstance(x, torch.Tensor | float | complex | int)]
    return [x for x in tensors if x.is_floating_point() or x.is_complex()] or tensors


def difference(mine: Any, theirs: Any) -> list[float]:
    """Return the largest difference of each pair of tensors, over the largest element of SciPy's."""
    pairs = list(zip(leaves(mine), leaves(theirs), strict=True))
    found = []
    for a, b in pairs:
        if a.shape != b.shape:
            raise ValueError("other shapes")
        finite = b.isfinite()
        if not torch.equal(a.isfinite(), finite):
            raise ValueError("finite elsewhere")
        if finite.any():
            a, b = a[finite].to(torch.complex128), b[finite].to(torch.complex128)
            scale = float(b.abs().max())
            found.append(float((a - b).abs().max()) / scale if scale else float(a.abs().max()))
    return found


def peer(card: FunctionCard) -> Callable[..., Any] | None:
    """Return SciPy's function of a card's name, or None if there is none."""
    with contextlib.suppress(ImportError, AttributeError):
        return Peer(getattr(importlib.import_module(f"scipy.{card.domain}"), card.name))
    return None


@contextlib.contextmanager
def double_by_default() -> Iterator[None]:
    """Let functions of integers give float64, as SciPy's do."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


@functools.cache
@double_by_default()
def measure(key: str) -> list[Agreement]:
    """Return the agreement of a card's function with SciPy's, per dtype; empty where SciPy cannot be asked."""
    card = function_cards[key]
    theirs = peer(card)
    if theirs is None or key in NOT_UNIQUE or key in WITHOUT:
        return []
    if key in CALLS:
        differences = difference(CALLS[key](card.object), CALLS[key](theirs))
        return [Agreement("float64", len(differences), max(differences))]
    if card.samples is None:
        return []
    found = []
    for dtype in DTYPES:
        if dtype.is_complex and not card.complex:
            continue
        differences = []
        for sample in _samples(card, dtype):
            # SciPy takes no batch here, no such option there: what it does not compute is not compared.
            with contextlib.suppress(Exception), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                expected = card.call(theirs, *sample.args, **sample.kwargs)
                differences += difference(card.call(card.object, *sample.args, **sample.kwargs), expected)
        if differences:
            found.append(Agreement(str(dtype).removeprefix("torch."), len(differences), max(differences)))
    return found


def _samples(card: FunctionCard, dtype: torch.dtype) -> list[Sample]:
    assert card.samples is not None
    return list(card.samples(torch.Generator().manual_seed(0), dtype, torch.device("cpu")))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="such as linalg.expm")
    options = parser.parse_args()
    for domain in DOMAINS:
        importlib.import_module(f"sci.{domain}")
    print(f"{'function':<44}{'dtype':<12}{'results':>8}{'difference':>12}")
    for key in options.names or sorted(function_cards):
        for row in measure(key):
            print(f"{key:<44}{row.dtype:<12}{row.results:>8}{row.difference:>12.1e}")


if __name__ == "__main__":
    main()
