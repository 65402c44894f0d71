"""The arguments of NumPy's ufuncs that elementwise functions take: where, dtype, signature, sig."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.special
import torch

import sci

X = torch.tensor([-1.0, 0.0, 2.0], dtype=torch.float64)


def test_where_keeps_out() -> None:
    out = torch.ones(3, dtype=torch.float64)
    assert sci.special.softplus(X, out=out, where=X > 0) is out
    expected = np.ones(3)
    scipy.special.softplus(X.numpy(), out=expected, where=(X > 0).numpy())
    torch.testing.assert_close(out, torch.from_numpy(expected))


def test_where_gives_zero_and_no_gradient() -> None:
    x = X.clone().requires_grad_()
    y = sci.special.cbrt(x, where=torch.tensor([True, False, True]))  # the slope at 0 is infinite
    (slope,) = torch.autograd.grad(y.sum(), x)
    torch.testing.assert_close(y.detach(), torch.tensor([-1.0, 0.0, 2.0 ** (1 / 3)], dtype=torch.float64))
    torch.testing.assert_close(slope, torch.tensor([1 / 3, 0.0, 2.0 ** (-2 / 3) / 3], dtype=torch.float64))


def test_where_of_several_results() -> None:
    s, c = sci.special.fresnel(X, where=X > 0)
    expected = scipy.special.fresnel(2.0)
    torch.testing.assert_close(torch.stack((s, c)), torch.tensor([[0, 0, e] for e in expected], dtype=torch.float64))


@pytest.mark.parametrize("dtype", [torch.float64, "float64", np.float64, "d"])
def test_dtype_is_that_of_the_computation(dtype: object) -> None:
    x = torch.tensor([0.1, 2.5])
    torch.testing.assert_close(sci.special.gammaln(x, dtype=dtype), sci.special.gammaln(x.double()), rtol=0, atol=0)


def test_complex_dtype_leaves_orders_real() -> None:
    torch.testing.assert_close(sci.special.jv(1, X, dtype=complex), sci.special.jv(1, X.to(torch.complex128)))


@pytest.mark.parametrize("signature", ["ldd->d", "ddd->d", (torch.int64, torch.float64, torch.float64, None)])
def test_signature(signature: object) -> None:
    found = sci.special.eval_gegenbauer(3, torch.tensor(0.5), X, sig=signature)
    torch.testing.assert_close(found, sci.special.eval_gegenbauer(3, 0.5, X))


def test_a_number_is_rounded_once() -> None:
    assert sci.special.xlogy(0.1, 0.3, dtype=torch.float64) == 0.1 * np.log(0.3)


def test_compiles() -> None:
    def f(x: torch.Tensor) -> torch.Tensor:
        return sci.special.erf(x, where=x > 0, dtype=torch.float64)  # type: ignore[call-arg]

    x = X.float()
    torch.testing.assert_close(torch.compile(f, fullgraph=True, backend="eager")(x), f(x))


@pytest.mark.parametrize(
    ("keywords", "error", "text"),
    [
        ({"casting": "unsafe"}, TypeError, "erf.* unexpected keyword argument 'casting'"),
        ({"sig": "dd->d"}, ValueError, "erf: sig must be the types of 1 arguments"),
        ({"sig": "l->d"}, TypeError, "argument 1, a torch.float64 .* cannot be cast to torch.int64"),
        ({"dtype": "g"}, TypeError, "erf: dtype must be of types that torch has, got 'g'"),
        ({"dtype": "d", "sig": "d->d"}, TypeError, "dtype and sig say the same"),
        ({"where": X}, TypeError, "erf: where must be of bool"),
    ],
)
def test_bad_keywords_are_named(keywords: dict[str, object], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        sci.special.erf(X, **keywords)
