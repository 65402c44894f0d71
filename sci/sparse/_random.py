"""Sparse arrays of random values at random places: `random_array`, `random`, `rand`."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from .._core.arrays import as_tensor
from .._core.cards import function
from .._core.errors import bad_argument, integer
from ._combine import coordinates_of
from ._convert import as_dtype, as_shape
from ._coo import coo_array, coo_matrix
from ._pattern import Coordinates

__all__ = ["rand", "random", "random_array"]


def generator_of(rng: Any, function: str) -> torch.Generator:
    """Return a torch generator: the one given, or one seeded by a number or by a generator of NumPy."""
    if isinstance(rng, torch.Generator):
        return rng
    if hasattr(rng, "integers"):
        seed = rng.integers(2**62)
    elif hasattr(rng, "randint"):
        seed = rng.randint(2**31 - 1)
    else:
        seed = integer(function, "rng", rng)
    return torch.Generator().manual_seed(int(seed))


def _places(total: int, count: int, generator: torch.Generator | None, where: torch.device) -> Tensor:
    """Draw `count` of `total` places without repetition, in order."""
    # A permutation or, where few are wanted of many, draws until enough differ.
    if count * 4 > total or total < 1024:
        return torch.randperm(total, generator=generator, device=where)[:count].sort().values
    keys = torch.empty(0, dtype=torch.int64, device=where)
    while keys.shape[0] < count:
        more = torch.randint(total, (count + count // 4 + 16,), generator=generator, device=where)
        keys = torch.unique(torch.cat([keys, more]))
    return keys[torch.randperm(keys.shape[0], generator=generator, device=where)[:count]].sort().values


def _wide_places(
    sizes: Sequence[int], count: int, generator: torch.Generator | None, where: torch.device
) -> list[Tensor]:
    drawn = torch.stack([torch.randint(n, (count + 16,), generator=generator, device=where) for n in sizes])
    return list(torch.unique(drawn, dim=1)[:, :count])


def _values(count: int, wanted: torch.dtype, generator: torch.Generator | None, where: torch.device) -> Tensor:
    if wanted.is_complex or wanted.is_floating_point:
        return torch.rand(count, generator=generator, dtype=wanted, device=where)
    if wanted is torch.bool:
        return torch.randint(0, 2, (count,), generator=generator, device=where).to(wanted)
    info = torch.iinfo(wanted)
    return torch.randint(info.min, info.max, (count,), generator=generator, device=where).to(wanted)


def _draw(cls: Any, shape: Any, density: Any, format: Any, dtype: Any, rng: Any, sampler: Any, device: Any) -> Any:
    sizes = as_shape(shape, "random_array", ())
    if not 0 <= density <= 1:
        raise bad_argument("random_array", "density", "in [0, 1]", density)
    generator = None if rng is None else generator_of(rng, "random_array")
    where = generator.device if generator is not None else torch.device("cpu")
    wanted = as_dtype(dtype, "random_array")
    total = math.prod(sizes)
    count = round(total * density)
    if total >= 2**62:  # more places than numbers for them: draw each coordinate
        coordinates = _wide_places(sizes, count, generator, where)
        count = coordinates[0].shape[0]
    else:
        coordinates = coordinates_of(_places(total, count, generator, where), sizes)
    if sampler is not None:
        data = as_tensor(sampler(size=count), "data_sampler", "random_array")
        data = data if wanted is None else data.to(wanted)
    else:
        data = _values(count, wanted or torch.float64, generator, where)
    made = cls._make(data.to(where), Coordinates(coordinates, sizes, canonical=True))
    return (made if device is None else made.to(device)).asformat(format)


@function(batch=False, compiles=False)
def random_array(
    shape: Any,
    *,
    density: float = 0.01,
    format: str = "coo",
    dtype: Any = None,
    rng: Any = None,
    data_sampler: Callable[..., Any] | None = None,
    random_state: Any = None,
    device: Any = None,
) -> Any:
    """Return a sparse array of random values, uniform in [0, 1), at random places.

    Parameters
    ----------
    shape : tuple of ints
    density : float
        The share of elements that are stored, in [0, 1].
    format : str
    dtype : dtype, optional
        By default float64, as in SciPy, or what `data_sampler` returns. Integers are drawn from all there are.
    rng : torch.Generator, numpy.random.Generator, int or None
        The source of random numbers, or a seed for one. One of NumPy's gives a seed.
    data_sampler : callable, optional
        ``data_sampler(size=n)`` returns n values.
    random_state
        An older name of `rng`.
    device : torch.device, optional

    Returns
    -------
    coo_array, or an array of the format asked for

    Raises
    ------
    ValueError
        For a density outside [0, 1].

    Examples
    --------
    >>> from sci.sparse import random_array
    >>> random_array((10, 10), density=0.25, rng=0).nnz
    25
    """
    source = rng if random_state is None else random_state
    return _draw(coo_array, shape, density, format, dtype, source, data_sampler, device)


@function(batch=False, compiles=False)
def random(
    m: int,
    n: int,
    density: float = 0.01,
    format: str = "coo",
    dtype: Any = None,
    rng: Any = None,
    data_rvs: Callable[[int], Any] | None = None,
    *,
    random_state: Any = None,
) -> Any:
    """Return a sparse matrix of random values, uniform in [0, 1), at random places.

    Parameters
    ----------
    m, n : int
        Rows and columns.
    density, format, dtype, rng
        As of `random_array`.
    data_rvs : callable, optional
        ``data_rvs(n)`` returns n values.
    random_state
        An older name of `rng`.

    Returns
    -------
    coo_matrix, or a matrix of the format asked for

    Examples
    --------
    >>> from sci.sparse import random
    >>> random(10, 10, density=0.25, rng=0).nnz
    25
    """
    shape = as_shape((integer("random", "m", m), integer("random", "n", n)), "random", (2,))
    sampler = None if data_rvs is None else lambda size: data_rvs(size)
    source = rng if random_state is None else random_state
    return _draw(coo_matrix, shape, density, format, dtype, source, sampler, None)


@function(batch=False, compiles=False)
def rand(
    m: int,
    n: int,
    density: float = 0.01,
    format: str = "coo",
    dtype: Any = None,
    rng: Any = None,
    *,
    random_state: Any = None,
) -> Any:
    """Return a sparse matrix of random values, uniform in [0, 1); the same as `random`.

    Parameters
    ----------
    m, n, density, format, dtype, rng, random_state
        As of `random`.

    Returns
    -------
    coo_matrix, or a matrix of the format asked for

    Examples
    --------
    >>> from sci.sparse import rand
    >>> rand(10, 10, density=0.25, rng=0).nnz
    25
    """
    return random(m, n, density, format, dtype, rng, random_state=random_state)
