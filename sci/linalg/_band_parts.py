r"""Long banded systems by parts, for a GPU, on which one thread per system would take them row by row.

The rows are cut into chunks of L interior rows and s separating ones, s the number of diagonals on a side. Interiors do
not know of each other: with U and Z what they answer to their left and right separators and g to b,
``x = g - U x_left - Z x_right``, and what is left is a block tridiagonal system of the separators, n s / (L + s) rows,
which is cut again (Polizzi and Sameh, A parallel hybrid banded system solver: the SPIKE algorithm, Parallel Computing
32, 2006, with the separators as unknowns; one level is the method of Wang, ACM Trans. Math. Softw. 7, 1981). Its blocks
have s rows, so separators of s rows cut it, too.

Interiors are eliminated without exchanges between them. That is as stable as elimination of the whole where their
matrices are as good as the whole's: positive definite, diagonally dominant or totally positive ones, as those of
splines are.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import pad

LONG, _MANY = 512, 2048  # rows from which on this pays, and systems of which one thread each has enough
_INTERIOR = 32
_FEW = 256  # rows that one thread may take one after the other
Solve = Callable[[Tensor, Tensor, bool], Tensor]


def are_long(ab: Tensor) -> bool:
    """Are these bands (*batch, diagonals, n) too long for one thread of a GPU each, and too few?"""
    return ab.is_cuda and ab.shape[-1] >= LONG and ab.shape[:-2].numel() < _MANY


def transpose(band: Tensor) -> Tensor:
    """Return the band of the transposed matrix: ``bandT[k, j] = band[2 w - k, j + k - w]``."""
    width, n = band.shape[-2:]
    padded = pad(band, (width // 2, width // 2))
    return torch.stack([padded[..., width - 1 - k, k : k + n] for k in range(width)], -2)


def solve_general(ab: Tensor, b: Tensor, below: int, above: int, adjoint: bool) -> Tensor:
    """Solve with A or A^H, of bands (*batch, l + u + 1, n), with row exchanges within the parts."""
    w = max(below, above)
    band = pad(ab, (0, 0, w - above, w - below))

    def direct(band: Tensor, b: Tensor, exchange: bool) -> Tensor:
        h = band.shape[-2] // 2
        x: Tensor = torch.ops.sci._banded_solve(band, b, h, h, False, None)[0]
        return x

    return solve_by_parts(direct, transpose(band).conj().resolve_conj() if adjoint else band, b, True)


def solve_positive(low: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Solve with the Hermitian matrices whose diagonals from the main one down are `low`; also, are they definite?

    A matrix is positive definite just where its interiors and what is left of the separators are.
    """
    n = low.shape[-1]
    upper = [pad(low[..., r, : n - r], (r, 0)).conj() for r in range(low.shape[-2] - 1, 0, -1)]
    definite = []

    def direct(band: Tensor, b: Tensor, exchange: bool) -> Tensor:
        x, info = torch.ops.sci._banded_positive_solve(band[:, band.shape[-2] // 2 :], b, True, False)
        definite.append((info == 0).all())
        return x  # type: ignore[no-any-return]

    x = solve_by_parts(direct, torch.cat([torch.stack(upper, -2), low], -2) if upper else low, b, False)
    return x, torch.stack(definite).all()


def solve_by_parts(direct: Solve, band: Tensor, b: Tensor, exchange: bool) -> Tensor:
    """Solve ``A x = b``, b (*batch, n, columns), with `direct` for short systems; `band` as LAPACK has it."""
    if band.shape[-2] == 1:
        band = pad(band, (0, 0, 1, 1))
    width, n = band.shape[-2:]
    w = width // 2
    batch = torch.broadcast_shapes(band.shape[:-2], b.shape[:-2])
    by_halves = b.is_complex() and not band.is_complex()
    real = torch.view_as_real(b.resolve_conj()).flatten(-2) if by_halves else b
    if band.shape[:-2].numel() == 1:  # one matrix: the batch is columns
        right = real.expand(*batch, *real.shape[-2:]).reshape(-1, n, real.shape[-1]).movedim(0, 1).reshape(1, n, -1)
        matrices = band.reshape(1, width, n)
    else:
        right = real.expand(*batch, *real.shape[-2:]).reshape(-1, *real.shape[-2:])
        matrices = band.expand(*batch, width, n).reshape(-1, width, n)
    wide = pad(matrices, (w, w))
    rows = torch.stack([wide[:, 2 * w - d, d : d + n] for d in range(width)], -1)  # rows[i, d] = A[i, i + d - w]
    x = _solve_rows(direct, rows, right, w, exchange)
    if band.shape[:-2].numel() == 1:
        x = x.reshape(n, -1, real.shape[-1]).movedim(1, 0)
    x = x.reshape(*batch, n, real.shape[-1])
    return torch.view_as_complex(x.unflatten(-1, (-1, 2)).contiguous()) if by_halves else x.contiguous()


def _solve_rows(direct: Solve, rows: Tensor, b: Tensor, s: int, exchange: bool) -> Tensor:
    """Solve for rows (k, n, 2 h + 1), which separators of s rows cut, and b (k, n, columns)."""
    k, n, width = rows.shape
    h = width // 2
    if n <= max(_FEW, 8 * width):
        return direct(_band(rows), b, exchange)
    interior = -(-max(_INTERIOR, 2 * width) // s) * s
    # No cut through the last rows, some of which may hold of derivatives at the end: an interior that ends among them
    # can be singular.
    while not 4 * s <= n % (interior + s) <= interior:
        interior += s
    period = interior + s
    chunks = -(-n // period)
    more = chunks * period - n
    rows = pad(rows, (0, 0, 0, more))
    rows[:, n:, h] = 1
    rows = rows.view(k, chunks, period, width)
    b = pad(b, (0, 0, 0, more)).view(k, chunks, period, -1)
    inner, outer = rows[:, :, :interior], rows[:, :, interior:]
    # What interiors take from their neighbours: their first and last h rows, by columns.
    blocks = b.new_zeros(k, chunks, interior, 2 * s + b.shape[-1])
    blocks[:, :, :h, :s] = _by_columns(inner[:, :, :h])[..., h - s : h]
    blocks[:, :, interior - h :, s : 2 * s] = _by_columns(inner[:, :, interior - h :])[..., 2 * h : 2 * h + s]
    blocks[..., 2 * s :] = b[:, :, :interior]
    found = direct(_band(inner.reshape(-1, interior, width)), blocks.flatten(0, 1), exchange).view(blocks.shape)
    # What separators take from the interiors before and behind them.
    columns = _by_columns(outer)
    before = columns[..., :h] @ found[:, :, interior - h :]
    behind = columns[..., h + s : 2 * h + s] @ pad(found[:, 1:, :h], (0, 0, 0, 0, 0, 1))
    middle = columns[..., h : h + s] - before[..., s : 2 * s] - behind[..., :s]
    reduced = torch.cat((-before[..., :s], middle, -behind[..., s : 2 * s]), -1)
    right = b[:, :, interior:] - before[..., 2 * s :] - behind[..., 2 * s :]
    between = _solve_rows(direct, _by_diagonals(reduced).flatten(1, 2), right.flatten(1, 2), s, exchange)
    between = between.view(k, chunks, s, -1)
    left = pad(between[:, :-1], (0, 0, 0, 0, 1, 0))
    x = found[..., 2 * s :] - found[..., : 2 * s] @ torch.cat((left, between), 2)
    return torch.cat((x, between), 2).view(k, chunks * period, -1)[:, :n]


def _band(rows: Tensor) -> Tensor:
    """Return LAPACK's storage, ``band[h + i - j, j] = A[i, j]``, of rows (k, n, 2 h + 1)."""
    n, width = rows.shape[-2:]
    wide = pad(rows, (0, 0, width // 2, width // 2))
    return torch.stack([wide[:, r : r + n, width - 1 - r] for r in range(width)], -2)


def _by_columns(rows: Tensor) -> Tensor:
    """Shift row i of the last two dimensions to the right by i."""
    count, width = rows.shape[-2:]
    flat = pad(rows, (0, count)).flatten(-2)
    return flat[..., : count * (width + count - 1)].unflatten(-1, (count, width + count - 1))


def _by_diagonals(blocks: Tensor) -> Tensor:
    """Return rows by diagonals, 4 s - 1 of them, of (..., s, 3 s), s rows of a block tridiagonal matrix."""
    return _by_columns(blocks.flip(-2)).flip(-2)
