"""What gradients of small matrices move through a GPU's memory.

``python -m tests.emulator.gradient_traffic [eigh ...]`` prints a Markdown table of float64: the operators of torch that
the composed rule runs and, by the shapes of what they read and write, their bytes per matrix; bytes of the rule's
kernel, as `tests.emulator.traffic` counts them, beside the least, results and gradients once.
"""

from __future__ import annotations

import sys
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from tests import emulator
from tests.emulator.traffic import COUNT, SIZES, matrices

FUNCTIONS = ("eigh", "svd", "qr", "eig", "schur", "cholesky", "inv", "pinv", "det", "lu_factor")


class Operators(TorchDispatchMode):
    """Counts operators that launch something, and the bytes of their arguments and results."""

    count = moved = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        given = [x for x in tree_leaves((args, kwargs)) if isinstance(x, Tensor)]
        out = func(*args, **(kwargs or {}))
        made = [x for x in tree_leaves(out) if isinstance(x, Tensor)]
        places = {x.data_ptr() for x in given}
        if any(func._schema.is_mutable or x.data_ptr() not in places for x in made):  # views are at an argument's place
            self.count += 1
            self.moved += sum(x.numel() * x.element_size() for x in (*given, *made))
        return out


def main() -> None:
    emulator.start()
    from sci import linalg

    print("| function | n | operators | bytes by shapes | one pass | least |\n|---|---|---|---|---|---|")
    for name in sys.argv[1:] or FUNCTIONS:
        for n in SIZES:
            a = matrices(n).requires_grad_()
            results = getattr(linalg, name)(a)
            results = results if isinstance(results, tuple) else (results,)
            read = (a.detach(),) if name == "det" else (a.detach(), *results) if name == "pinv" else results
            results = tuple(x for x in results if x.requires_grad)
            weights = [torch.rand_like(x.real) for x in results]
            gradients = [
                (weight * x if x.dim() == a.dim() else weight.to(x)).detach()
                for weight, x in zip(weights, results, strict=True)
            ]
            with Operators() as composed:  # under which no rule takes its kernel
                torch.autograd.grad(results, a, gradients, retain_graph=True)
            with emulator.counted_traffic() as moved:
                (found,) = torch.autograd.grad(results, a, gradients)
            least = sum(x.numel() * x.element_size() for x in (*read, *gradients, found))
            least += 0 if name == "pinv" else 4 * COUNT  # flags
            row = (composed.count, *(x // COUNT for x in (composed.moved, moved[0], least)))
            print(f"| {name} | {n} | " + " | ".join(map(str, row)) + " |", flush=True)


if __name__ == "__main__":
    main()
