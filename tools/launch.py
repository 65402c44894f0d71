"""Compile, load and launch a kernel, with torch's backward pass: ``python -m tools.launch cuda``.

Where that fails, nothing else is worth its time; how exact its values are is the tests' question.
"""

from __future__ import annotations

import sys

import torch

from sci.special import erfcx


def main() -> None:
    x = torch.linspace(-3, 3, 1000, dtype=torch.float64, device=sys.argv[1], requires_grad=True)
    y = erfcx(x)
    y.sum().backward()
    torch.testing.assert_close(y.cpu(), erfcx(x.detach().cpu()), rtol=1e-12, atol=0)
    print(x.grad.sum())


if __name__ == "__main__":
    main()
