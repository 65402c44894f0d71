"""Accuracy of expm, logm and sqrtm beside SciPy's: python -m tools.matrix_functions [PICTURE]

Prints a table and draws, for matrices of the literature (nonnormal, defective, graded, with ill-conditioned vectors,
nearly singular), the normwise relative error over the condition number times the unit roundoff, and performance
profiles: how many matrices a method computes with at most alpha times the error of the better one (E. D. Dolan,
J. J. More, Math. Program. 91 (2002) 201-213).

References are of 100 digits: with distinct eigenvalues f(A) = V f(D) V^-1, and a perturbation of 1e-60 makes them
distinct (E. B. Davies, SIAM J. Matrix Anal. Appl. 29 (2008) 1051-1064). The condition number is that of the Frechet
derivative in the Frobenius norm.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator

import matplotlib
import mpmath as mp
import numpy as np
import scipy.linalg
import torch

import sci

Matrix = np.ndarray
UNIT = 2.0**-53
LEAST = 1e-2  # errors below this many units count as this


def literature() -> Iterator[tuple[str, Matrix]]:
    """Yield the matrices of papers on the exponential, and others that are far from normal."""
    yield "Ward 1", np.array([[4.0, 2, 0], [1, 4, 1], [1, 1, 4]])
    yield "Ward 2", np.array([
        [29.87942128909879, 0.7815750847907159, -2.289519314033932],
        [0.7815750847907159, 25.72656945571064, 8.680737820540137],
        [-2.289519314033932, 8.680737820540137, 34.39400925519054],
    ])  # fmt: skip
    yield "Ward 3", np.array([[-131.0, 19, 18], [-390, 56, 54], [-387, 57, 52]])
    yield "Ward 4", np.diag(np.ones(9), 1) + 1e-10 * np.eye(10)[:, [9, *range(9)]] * (np.arange(10)[:, None] == 9)
    yield "Moler, Van Loan", np.array([[-49.0, 24], [-64, 31]])
    yield "Kenney, Laub", np.array([[0.0, 1e6], [0, 0]])
    yield "Dieci, Papini 1", np.array([[1.0, 1e6], [0, -1]])
    yield "Dieci, Papini 2", np.array([[-0.5, 0, 0], [1e3, 1, 0], [1e2, 1e3, -0.7]])
    yield "Al-Mohy, Higham", np.array([[-1.0, 1e4, 0], [0, -1, 1e4], [0, 0, -1]])
    yield "Najfeld, Havel", np.diag([1.0, 1 + 1e-8, 3]) + np.triu(np.ones((3, 3)), 1)
    for n in (4, 8):
        i = np.arange(n)
        yield f"Jordan {n}", np.diag(np.full(n, 0.9)) + np.diag(np.ones(n - 1), 1)
        yield f"Jordan, weak {n}", np.diag(np.full(n, 2.0)) + 1e-6 * np.diag(np.ones(n - 1), 1)
        yield f"Frank {n}", np.triu(n - np.maximum(i[:, None], i)) + np.diag(n - 1.0 - i[:-1], -1)
        yield f"Grcar {n}", sum(np.diag(np.ones(n - k), k) for k in range(4)) - np.diag(np.ones(n - 1), -1)
        yield f"Kahan {n}", 0.6 ** i[:, None] * (np.eye(n) - 0.8 * np.triu(np.ones((n, n)), 1))
        yield f"Hilbert {n}", scipy.linalg.hilbert(n)
        yield f"Pascal {n}", scipy.linalg.pascal(n).astype(float)
        yield f"Lesp {n}", np.diag(-(2.0 * i + 5)) + np.diag(1 / (i[1:] + 1.0), -1) + np.diag(i[1:] + 1.0, 1)
        yield f"Chebyshev {n}", chebyshev(n)
        yield f"companion {n}", scipy.linalg.companion(np.poly(np.linspace(0.5, 2, n)))
        yield f"Toeplitz {n}", scipy.linalg.toeplitz(0.5 ** np.arange(n), 2.0 ** -np.arange(n) * (-1) ** np.arange(n))


def chebyshev(n: int) -> Matrix:
    """Return the differentiation matrix at Chebyshev's points, of which one row and column is left out."""
    x = np.cos(np.pi * np.arange(n + 1) / n)
    c = np.where((np.arange(n + 1) % n) == 0, 2.0, 1.0) * (-1.0) ** np.arange(n + 1)
    difference = x[:, None] - x + np.eye(n + 1)
    d = np.outer(c, 1 / c) / difference
    return (d - np.diag(d.sum(1)))[1:, 1:]


def drawn() -> Iterator[tuple[str, Matrix]]:
    """Yield matrices of prescribed kinds from one random generator."""
    rng = np.random.default_rng(8)
    for n in (3, 6, 10):
        x = rng.standard_normal((n, n))
        yield f"normal entries {n}", x
        yield f"large {n}", 8 * x
        yield f"triangle {n}", np.triu(x, 1) * 3 + np.diag(rng.uniform(0.5, 2, n))
        yield f"close spectrum {n}", np.triu(x, 1) + np.diag(1 + 1e-7 * rng.standard_normal(n))
        yield f"symmetric {n}", x + x.T
        yield f"stochastic {n}", np.abs(x) / np.abs(x).sum(1, keepdims=True) + 0.5 * np.eye(n)
        yield f"complex {n}", x + 1j * rng.standard_normal((n, n))
        scale = np.logspace(0, -8, n)
        yield f"graded {n}", scale[:, None] * (x @ x.T + np.eye(n)) * scale
        yield f"ill vectors {n}", similar(x + 1j * 0, np.logspace(0, 5, n), rng.uniform(0.5, 3, n)).real
        yield f"nearly singular {n}", similar(x, np.ones(n), np.logspace(0, -12, n))
        yield f"rotations {n}", scipy.linalg.expm((x - x.T) * 0.8)


def similar(x: Matrix, scale: Matrix, spectrum: Matrix) -> Matrix:
    """Return V diag(spectrum) V^-1 with V = (orthogonal) diag(scale) (unit triangle)."""
    q = np.linalg.qr(x)[0]
    v = q @ np.diag(scale) @ (np.eye(len(x)) + np.triu(x, 1) / 2)
    return v @ np.diag(spectrum) @ np.linalg.inv(v)


def spectral(a: Matrix) -> tuple[mp.matrix, mp.matrix, mp.matrix]:
    """Return eigenvalues, V and V^-1 of A, perturbed by 1e-60."""
    rng = np.random.default_rng(1)
    noise = rng.standard_normal(a.shape)
    size = mp.mpf(float(np.abs(a).max() or 1)) * mp.mpf(10) ** -60
    m = mp.matrix([[mp.mpmathify(complex(x)) + size * float(e) for x, e in zip(*rows)] for rows in zip(a, noise)])
    w, v = mp.eig(m)
    return w, v, v**-1


def reference(f: Callable[[mp.mpc], mp.mpc], parts: tuple[mp.matrix, mp.matrix, mp.matrix]) -> mp.matrix:
    w, v, back = parts
    return v * mp.diag([f(x) for x in w]) * back


def error(x: Matrix, exact: mp.matrix) -> float:
    """Return the relative error in the Frobenius norm."""
    if not np.isfinite(x).all():
        return float("inf")
    n = len(x)
    off = mp.sqrt(sum(abs(mp.mpmathify(complex(x[i, j])) - exact[i, j]) ** 2 for i in range(n) for j in range(n)))
    return float(off / mp.sqrt(sum(abs(y) ** 2 for y in exact)))


def condition(f: Callable[[torch.Tensor], torch.Tensor], a: Matrix) -> float:
    """Return the relative condition number."""
    n = len(a)
    x = torch.from_numpy(a).to(torch.complex128)
    units = torch.eye(n * n, dtype=x.dtype).reshape(n * n, n, n)
    value, derivative = torch.func.jvp(f, (x.expand(n * n, n, n).clone(),), (units,))
    size = torch.linalg.matrix_norm(derivative.flatten(-2), 2) * torch.linalg.matrix_norm(x)
    return float(size / torch.linalg.matrix_norm(value[0]))


FUNCTIONS = {
    "expm": (mp.exp, sci.linalg.expm, scipy.linalg.expm),
    "logm": (mp.log, sci.linalg.logm, scipy.linalg.logm),
    "sqrtm": (mp.sqrt, sci.linalg.sqrtm, scipy.linalg.sqrtm),
}


def measure() -> dict[str, list[tuple[str, float, float, float]]]:
    """Return (matrix, condition, error of sci, error of SciPy) for every function; errors in units of roundoff."""
    found: dict[str, list[tuple[str, float, float, float]]] = {name: [] for name in FUNCTIONS}
    for label, a in [*literature(), *drawn()]:
        parts = spectral(a)
        size = max(abs(x) for x in parts[0])
        on_cut = any(mp.re(x) <= 0 and abs(mp.im(x)) <= 1e-9 * size for x in parts[0])
        for name, (f, ours, theirs) in FUNCTIONS.items():
            if (on_cut and name != "expm") or (name == "expm" and size > 300):
                continue
            exact, kappa = reference(f, parts), condition(ours, a)
            if not np.isfinite(kappa) or kappa * UNIT > 1e-2:
                continue  # no digit is determined
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                errors = [error(np.asarray(g(x)), exact) for g, x in ((ours, torch.from_numpy(a)), (theirs, a))]
            found[name].append((label, kappa, errors[0] / UNIT, errors[1] / UNIT))
    return found


def ratios(rows: list[tuple[str, float, float, float]]) -> tuple[Matrix, Matrix]:
    """Return errors over max(condition, 1) of both, in units of roundoff."""
    table = np.array([[max(k, 1.0), ours, theirs] for _, k, ours, theirs in rows])
    return table[:, 1] / table[:, 0], table[:, 2] / table[:, 0]


def draw(found: dict[str, list[tuple[str, float, float, float]]], path: str) -> None:
    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(2, 3, figsize=(12, 6.4), layout="constrained")
    for column, (name, rows) in zip(axes.T, found.items(), strict=True):
        top = 1e4
        both = [np.clip(x, LEAST, top) for x in ratios(rows)]
        order = np.argsort([-k for _, k, _, _ in rows])
        alpha = np.logspace(0, 3, 400)
        best = np.minimum(*both)
        styles = (("sci", both[0], "#1b6ca8", "o", "-"), ("SciPy", both[1], "#d1495b", "x", "--"))
        for label, values, color, mark, line in styles:
            column[0].semilogy(values[order], mark, color=color, label=label, markersize=5, fillstyle="none")
            share = [(values <= a * best).mean() for a in alpha]
            column[1].semilogx(alpha, share, line, color=color, label=label, linewidth=2)
        column[0].axhline(1, color="0.6", linewidth=0.8)
        column[0].set(
            title=f"{name}, {len(rows)} matrices", ylim=(LEAST / 2, 2 * top), xlabel="matrices, worst conditioned first"
        )
        column[1].set(xlabel="alpha", ylim=(0, 1.03))
    axes[0, 0].set_ylabel("error / (condition x u)")
    axes[1, 0].set_ylabel("share within alpha times the best")
    axes[0, 0].legend()
    axes[1, 0].legend(loc="lower right")
    figure.savefig(path, dpi=110)


def main() -> None:
    mp.mp.dps = 100
    found = measure()
    print("| function | matrices | `sci`, median | largest | SciPy, median | largest | `sci` is at most SciPy |")
    print("|---|---|---|---|---|---|---|")
    for name, rows in found.items():
        ours, theirs = ratios(rows)
        share = (np.maximum(ours, 1) <= np.maximum(theirs, 1)).mean()
        numbers = " | ".join(f"{x:.2g}" for x in (np.median(ours), ours.max(), np.median(theirs), theirs.max()))
        print(f"| `{name}` | {len(rows)} | {numbers} | {100 * share:.0f} % |")
    for name, rows in found.items():
        for (label, kappa, *_), x, y in zip(rows, *ratios(rows), strict=True):
            if x > 2 * max(y, 1):
                print(f"{name}, {label}: condition {kappa:.1e}, {x:.2g} where SciPy has {y:.2g}", file=sys.stderr)
    if len(sys.argv) > 1:
        draw(found, sys.argv[1])


if __name__ == "__main__":
    main()
