"""Promotion, array-likes and devices."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
import torch

from sci import special
from sci._core import arrays

DTYPES = (torch.bool, torch.int32, torch.int64, torch.float16, torch.bfloat16, torch.float32, torch.float64,
          torch.complex64, torch.complex128)  # fmt: skip


@pytest.mark.parametrize(("a", "b"), list(itertools.product(DTYPES, DTYPES)), ids=str)
def test_result_dtype_is_torchs(a: torch.dtype, b: torch.dtype) -> None:
    for shape_a, shape_b in itertools.product([(), (2,)], repeat=2):
        x, y = torch.ones(shape_a, dtype=a), torch.ones(shape_b, dtype=b)
        assert arrays.result_dtype([x, y]) == torch.result_type(x, y), (a, shape_a, b, shape_b)
    for number in (True, 1, 1.0, 1j):
        x = torch.ones(2, dtype=a)
        weak = arrays.as_tensor(number)
        assert arrays.result_dtype([x, weak], [False, True]) == torch.result_type(x, number)


def test_array_likes() -> None:
    shared = np.arange(3.0)
    assert arrays.as_tensor(shared).data_ptr() == shared.ctypes.data
    assert arrays.as_tensor(np.float32(2)).dtype == torch.float32
    assert arrays.as_tensor([1, 2.5]).dtype == torch.float64
    assert arrays.as_tensor(2.5).dtype == torch.get_default_dtype()
    assert arrays.as_tensor(np.arange(4)[::-1]).tolist() == [3, 2, 1, 0]
    assert arrays.as_tensor(np.arange(3, dtype=">f8")).tolist() == [0, 1, 2]
    assert arrays.as_tensor(np.arange(3, dtype=np.uint32)).dtype == torch.int64
    x = torch.tensor(2.0, requires_grad=True)
    nested = arrays.as_tensor([[x, 1.0], [2.0, x]])
    nested.sum().backward()
    assert x.grad == 2


def test_read_only_arrays_are_not_shared() -> None:
    fixed = np.arange(3.0)
    fixed.flags.writeable = False
    assert arrays.as_tensor(fixed).data_ptr() != fixed.ctypes.data


@pytest.mark.parametrize("bad", ["text", None, object(), {}, np.array(["a"]), [object()], torch.zeros(2).to_sparse()])
def test_errors_name_the_argument(bad: object) -> None:
    with pytest.raises(TypeError, match=r"solve: rhs must be .*got"):
        arrays.as_tensor(bad, "rhs", "solve")


def test_a_number_first_met_within_nested_transforms_outlives_them() -> None:
    x = torch.tensor([0.7, 1.9], dtype=torch.float64)
    slope = torch.func.grad(lambda x: special.jv(0.73125, x).sum())  # a number that nothing else has
    first, again = (torch.func.jvp(slope, (x,), (torch.ones_like(x),)) for _ in range(2))
    torch.testing.assert_close(first, again)
    torch.testing.assert_close(special.jv(0.73125, x), special.jv(torch.tensor(0.73125, dtype=torch.float64), x))


def test_numbers_share_a_tensor_but_not_across_kinds() -> None:
    cpu = torch.device("cpu")
    assert arrays.number(2.0, torch.float64, cpu) is arrays.number(2.0, torch.float64, cpu)
    assert arrays.number(1, torch.float64, cpu).dtype == torch.float64
    zero, minus = arrays.number(0.0, torch.float64, cpu), arrays.number(-0.0, torch.float64, cpu)
    assert not zero.signbit()
    assert minus.signbit()


def test_devices() -> None:
    here, there = torch.ones(2), torch.ones(2, device="meta")
    with pytest.raises(RuntimeError, match=r"solve: all tensors must be on one device, got a on cpu and b on meta"):
        arrays.common_device([here, there], ["a", "b"], "solve")
    assert arrays.common_device([torch.tensor(1.0), there], ["a", "b"], "solve") == torch.device("meta")


def test_promote() -> None:
    a, b, c = arrays.promote("solve", optional=("c",), a=torch.ones(2, dtype=torch.int32), b=2.0, c=None)
    assert (a.dtype, b.dtype, c) == (torch.get_default_dtype(),) * 2 + (None,)
    assert arrays.promote("solve", a=torch.ones(2), b=np.ones(2))[0].dtype == torch.float64
    with pytest.raises(TypeError, match=r"solve: c must be .*, got None"):
        arrays.promote("solve", a=torch.ones(2), c=None)
    with pytest.raises(TypeError, match="solve: b must be real"):
        arrays.promote("solve", a=torch.ones(2), b=torch.ones(2) * 1j, allow_complex=False)


@pytest.mark.parametrize("make", [np.array, lambda x, dtype: torch.from_numpy(np.array(x, dtype=dtype))])
def test_unsigned_integers_keep_their_values_or_raise(make: Callable[..., object]) -> None:
    assert arrays.as_tensor(make([0, 2**63 - 1], dtype=np.uint64)).tolist() == [0, 2**63 - 1]
    with pytest.raises(ValueError, match="f: n must be below 2\\*\\*63"):
        arrays.as_tensor(make([1, 2**63], dtype=np.uint64), "n", "f")
