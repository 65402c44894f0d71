"""Fast lengths and frequencies: SciPy's values."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.fft
import torch

import sci


@pytest.mark.parametrize("real", [False, True])
def test_fast_lengths(real: bool) -> None:
    rng = np.random.default_rng(0)
    targets = [*range(1, 1500), *(int(2**e) for e in rng.uniform(10, 45, 200))]
    for target in targets:
        assert sci.fft.next_fast_len(target, real) == scipy.fft.next_fast_len(target, real)
        assert sci.fft.prev_fast_len(target, real) == scipy.fft.prev_fast_len(target, real)
    assert sci.fft.next_fast_len(0, real) == 0


def test_fast_lengths_on_cuda() -> None:
    smooth = [n for n in range(1, 3000) if not (set(_factors(n)) - {2, 3, 5, 7})]
    for target in range(1, 2400):
        for real in (False, True):
            assert sci.fft.next_fast_len(target, real, device="cuda") == min(n for n in smooth if n >= target)
            assert sci.fft.prev_fast_len(target, real, device="cuda") == max(n for n in smooth if n <= target)
    with torch.device("cuda:0"):
        assert sci.fft.next_fast_len(11) == 12


def _factors(n: int) -> list[int]:
    for p in range(2, n + 1):
        if n % p == 0:
            return [p, *_factors(n // p)]
    return []


def test_bad_lengths() -> None:
    for function in (sci.fft.next_fast_len, sci.fft.prev_fast_len):
        with pytest.raises(ValueError, match="positive, got -1"):
            function(-1)
        with pytest.raises(ValueError, match="too large"):
            function(2**63)
        with pytest.raises(TypeError):
            function(4.0)  # type: ignore[arg-type]


@pytest.mark.cpu
@pytest.mark.parametrize("n", [1, 2, 5, 6])
def test_frequencies(n: int) -> None:
    for name in ("fftfreq", "rfftfreq"):
        out = getattr(sci.fft, name)(n, 0.3, device="cpu")
        ref = torch.from_numpy(getattr(scipy.fft, name)(n, 0.3)).to(torch.get_default_dtype())
        torch.testing.assert_close(out, ref)
        with pytest.raises(ValueError, match="n should be an integer"):
            getattr(sci.fft, name)(n + 0.5)
        with pytest.raises(ValueError, match="n must be positive"):
            getattr(sci.fft, name)(0)
        with pytest.raises(TypeError, match="d must be a real number"):
            getattr(sci.fft, name)(n, "a")


@pytest.mark.parametrize("axes", [None, 0, -1, (0, 1), (), (1, 1)])
def test_shifts(axes: object) -> None:
    x = torch.arange(35).reshape(5, 7)
    for name in ("fftshift", "ifftshift"):
        ref = torch.from_numpy(getattr(scipy.fft, name)(x.numpy(), axes))
        assert torch.equal(getattr(sci.fft, name)(x, axes), ref)
    with pytest.raises(ValueError, match="axes exceeds dimensionality"):
        sci.fft.fftshift(x, axes=2)
