"""What is private in torch is in one file, and still there."""

from __future__ import annotations

import pathlib
import re

import torch
from torch._subclasses.fake_tensor import FakeTensorMode

import sci
from sci._core import torch_private

PACKAGE = pathlib.Path(sci.__file__).parent


def test_names_are_there() -> None:
    for name in torch_private.__all__:
        assert hasattr(torch_private, name), name


def test_nothing_private_elsewhere() -> None:
    private = re.compile(r"(from torch(\.\w+)*\._\w+|torch\._C|from torch\S* import .*\b_\w+|import torch\._)")
    for path in PACKAGE.rglob("*.py"):
        if path.name != "torch_private.py":
            found = private.search(path.read_text())
            assert not found, f"{path.relative_to(PACKAGE)}: {found.group() if found else ''}"


def test_behaviour_that_the_operators_rest_on() -> None:
    assert not torch_private.transforms_active()
    assert not torch_private.forward_mode_active()
    with torch.autograd.forward_ad.dual_level():
        assert torch_private.forward_mode_active()
    assert not torch_private.fake_mode_active()
    with FakeTensorMode():
        assert torch_private.fake_mode_active()
    seen = []
    torch.func.vmap(lambda x: (seen.append(torch_private.transforms_active()), x)[1])(torch.zeros(2))
    assert seen == [True]
    x = torch.ones(2, requires_grad=True)
    with torch_private.below_autograd():
        assert not torch.ops.aten.exp.default(x).requires_grad
    run = torch_private.kernel_of(torch.ops.aten.exp.default)
    torch.testing.assert_close(run(torch_private.CPU, x.detach()), torch.full((2,), 2.718281828))
