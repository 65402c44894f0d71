"""Backends of SciPy's protocol: `sci.fft` as one of them, and others behind the names of `sci.fft`; workers."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest
import scipy.fft
import torch

import sci
from sci.fft import _backend

TRANSFORMS = sorted(_backend.implementations)


@pytest.fixture(autouse=True)
def _no_trace() -> Any:
    """Leave the process as it was: a global setting of one test must not reach the next."""
    before = list(_backend._global), list(_backend._registered), list(_backend._used)
    yield
    _backend._global[:], _backend._registered[:], _backend._used[:] = before


class Recorder:
    """A backend that answers with a number, or with NotImplemented, and remembers what it was asked."""

    __ua_domain__ = "numpy.scipy.fft"

    def __init__(self, answer: Any = 7) -> None:
        self.answer, self.asked = answer, []  # type: ignore[var-annotated]

    def __ua_function__(self, method: Any, args: Any, kwargs: Any) -> Any:
        self.asked.append((method, args, kwargs))
        return self.answer


def call(module: Any, name: str, x: Any, **keywords: Any) -> Any:
    return getattr(module, name)(x, *((0.1, 0.5) if "fht" in name else ()), **keywords)


@pytest.mark.parametrize("name", TRANSFORMS)
def test_scipys_functions_take_and_differentiate_tensors(name: str) -> None:
    x = torch.randn(4, 6, dtype=torch.float64, requires_grad=True)
    with scipy.fft.set_backend(sci.fft):
        out = call(scipy.fft, name, x)
    torch.testing.assert_close(out, call(sci.fft, name, x), rtol=0, atol=0)
    (grad,) = torch.autograd.grad(out.abs().sum(), x)
    (expected,) = torch.autograd.grad(call(sci.fft, name, x).abs().sum(), x)
    torch.testing.assert_close(grad, expected, rtol=0, atol=0)


def test_arrays_stay_scipys_unless_coerced() -> None:
    x = np.random.default_rng(0).standard_normal(6)
    with scipy.fft.set_backend(sci.fft):
        assert isinstance(scipy.fft.dct(x), np.ndarray)
        assert isinstance(scipy.fft.dct([1.0, 2.0]), np.ndarray)
    with scipy.fft.set_backend(sci.fft, coerce=True):
        assert isinstance(scipy.fft.dct(x), torch.Tensor)
    with scipy.fft.set_backend(sci.fft, only=True), pytest.raises(NotImplementedError):
        scipy.fft.dct(x)


@pytest.mark.parametrize("name", TRANSFORMS)
def test_a_backend_gets_the_call(name: str) -> None:
    x, recorder = torch.ones(3, 4), Recorder()
    with sci.fft.set_backend(recorder, only=True):
        assert call(sci.fft, name, x, **({} if "fht" in name else {"norm": "ortho"})) == 7
    ((method, args, kwargs),) = recorder.asked
    assert method is getattr(scipy.fft, name)
    assert args[0] is x
    assert kwargs == ({} if "fht" in name else {"norm": "ortho"})
    call(sci.fft, name, x)
    assert len(recorder.asked) == 1


def test_order() -> None:
    x, no, one, two = torch.ones(2), Recorder(NotImplemented), Recorder(1), Recorder(2)
    own = sci.fft.fft(x)
    with sci.fft.set_backend(one):
        with sci.fft.set_backend(two):
            assert sci.fft.fft(x) == 2
            with sci.fft.skip_backend(two):
                assert sci.fft.fft(x) == 1
        with sci.fft.set_backend(no):
            assert sci.fft.fft(x=x) == 1
        with sci.fft.set_backend(sci.fft):
            assert torch.equal(sci.fft.fft(x), own)
    with sci.fft.set_backend(no, only=True), pytest.raises(NotImplementedError, match="fft: no backend"):
        sci.fft.fft(x)
    with sci.fft.set_backend(no):
        assert torch.equal(sci.fft.fft(x), own)
    sci.fft.set_global_backend(no)
    with pytest.raises(NotImplementedError):
        sci.fft.fft(x)
    sci.fft.register_backend(one)
    assert sci.fft.fft(x) == 1
    sci.fft.set_global_backend(two)
    assert sci.fft.fft(x) == 2
    sci.fft.set_global_backend(two, try_last=True)
    assert sci.fft.fft(x) == 1
    sci.fft.set_global_backend("scipy")
    assert torch.equal(sci.fft.fft(x), own)


def test_conversion() -> None:
    class Converter(Recorder):
        def __ua_convert__(self, dispatchables: Any, coerce: bool) -> Any:
            (x,) = dispatchables
            assert x.type is np.ndarray
            if not coerce:
                return NotImplemented
            return ["converted"]

    backend = Converter()
    with sci.fft.set_backend(backend):
        assert isinstance(sci.fft.fft(torch.ones(2)), torch.Tensor)
    with sci.fft.set_backend(backend, coerce=True):
        assert sci.fft.fft(n=2, x=torch.ones(2)) == 7
        assert sci.fft.fft(torch.ones(2), 3) == 7
    assert [(args, kwargs) for _, args, kwargs in backend.asked] == [
        ((), {"n": 2, "x": "converted"}),
        (("converted", 3), {}),
    ]


def test_bad_backends() -> None:
    for function in (sci.fft.set_backend, sci.fft.skip_backend, sci.fft.set_global_backend, sci.fft.register_backend):
        with pytest.raises(ValueError, match="Unknown backend 'fast'"):
            function("fast")
        with pytest.raises(ValueError, match="does not implement"):
            function(object())


def test_workers() -> None:
    cpus = os.cpu_count() or 1
    assert sci.fft.get_workers() == 1
    with sci.fft.set_workers(4):
        with sci.fft.set_workers(-1):
            assert sci.fft.get_workers() == cpus
        assert sci.fft.get_workers() == 4
    assert sci.fft.get_workers() == 1
    with pytest.raises(ValueError, match="must not be zero"), sci.fft.set_workers(0):
        pass
    with pytest.raises(ValueError, match="out of range"), sci.fft.set_workers(-cpus - 1):
        pass
