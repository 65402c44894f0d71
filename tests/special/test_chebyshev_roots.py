"""Gauss-Chebyshev rules: nodes and weights against mpmath and SciPy, and what is refused."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import scipy.special
import torch

from sci import special

NAMES = ("roots_chebyt", "roots_chebyu", "roots_chebyc", "roots_chebys", "roots_sh_chebyt", "roots_sh_chebyu")


@pytest.mark.parametrize("n", [1, 2, 5, 64])
@pytest.mark.parametrize("name", NAMES)
def test_values_are_scipys(name: str, n: int) -> None:
    x, w, mu = getattr(special, name)(n, mu=True, dtype=torch.float64)
    want = getattr(scipy.special, name)(n, mu=True)
    np.testing.assert_allclose(x.numpy(), want[0], rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(w.numpy(), want[1], rtol=1e-13)
    assert mu == pytest.approx(want[2], rel=1e-15)


@pytest.mark.parametrize("n", [7, 100, 100_001])
def test_every_digit(n: int) -> None:
    """Relative errors, also of the nodes and weights that are small."""
    places = sorted({0, 1, n // 3, n // 2 - 1, n // 2 + 1, n - 2, n - 1})
    u, wu = special.roots_chebyu(n, dtype=torch.float64)
    t, _ = special.roots_chebyt(n, dtype=torch.float64)
    low, _ = special.roots_sh_chebyt(n, dtype=torch.float64)
    low_u, _ = special.roots_sh_chebyu(n, dtype=torch.float64)
    with mpmath.workdps(40):
        for k in places:
            first, second = (n - k - mpmath.mpf(1) / 2) * mpmath.pi / n, (n - k) * mpmath.pi / (n + 1)
            pairs = (
                (t, mpmath.cos(first)),
                (low, mpmath.cos(first / 2) ** 2),
                (u, mpmath.cos(second)),
                (low_u, mpmath.cos(second / 2) ** 2),
                (wu, mpmath.pi / (n + 1) * mpmath.sin(second) ** 2),
            )
            for found, want in pairs:
                assert abs(found[k].item() / want - 1) < 6 * 2.3e-16


def test_other_names_and_dtypes() -> None:
    pairs = {"t": "chebyt", "u": "chebyu", "c": "chebyc", "s": "chebys", "ts": "sh_chebyt", "us": "sh_chebyu"}
    for short, name in pairs.items():
        assert getattr(special, f"{short}_roots") is getattr(special, f"roots_{name}")
    assert special.roots_chebyt(3)[0].dtype == torch.get_default_dtype()
    assert special.roots_chebyt(torch.tensor(3), dtype=torch.float32)[1].dtype == torch.float32


@pytest.mark.parametrize("n", [0, -1, 2.5, "3"])
def test_refused(n: object) -> None:
    with pytest.raises(ValueError, match="roots_chebyu: n must be a positive whole number"):
        special.roots_chebyu(n)
