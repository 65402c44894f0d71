"""Report how often hyp2f1 is right for random parameters: ``python -m tools.hypergeometric [--count N] [--size S]``.

Parameters are uniform in [-S, S], z has a modulus evenly spread in the logarithm over [0.1, 10] and any phase. The
reference is mpmath at 50 digits, confirmed at 100 and more; SciPy's share stands beside. Some 20 points a second.
"""

from __future__ import annotations

import argparse
from typing import Any

import mpmath
import numpy as np
import scipy.special
import torch

import sci

RIGHT = 1e-10


def reference(a: float, b: float, c: float, z: complex) -> complex | None:
    """Return the value to double precision; None where mpmath finds none or it is beyond the range of doubles."""
    before = None
    for digits in (50, 100, 200, 400):
        with mpmath.workdps(digits):
            try:
                now = mpmath.hyp2f1(a, b, c, mpmath.mpc(z))
            except (mpmath.libmp.NoConvergence, ValueError, ZeroDivisionError):
                continue
            if before is not None and abs(now - before) <= 1e-20 * abs(now):
                value = complex(now)
                return value if 0 < abs(value) < 1e300 else None
            before = now
    return None


def share(found: Any, want: Any) -> float:
    """Return the share of values with a relative error below `RIGHT`."""
    with np.errstate(all="ignore"):
        return float(np.mean(np.abs(found - want) <= RIGHT * np.abs(want)))


def main() -> None:
    """Draw, compute, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--size", type=float, default=100.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    random = np.random.default_rng(options.seed)
    a, b, c = random.uniform(-options.size, options.size, (3, options.count))
    z = 10 ** random.uniform(-1, 1, options.count) * np.exp(1j * np.pi * random.uniform(-1, 1, options.count))
    values = [reference(*point) for point in zip(a, b, c, z, strict=True)]
    use = [i for i, value in enumerate(values) if value is not None]
    want = np.array([values[i] for i in use])
    a, b, c, z = a[use], b[use], c[use], z[use]
    found = sci.special.hyp2f1(*(torch.from_numpy(x) for x in (a, b, c, z))).numpy()
    print(f"{len(use)} points, relative error below {RIGHT:g}:")
    print(f"  sci    {100 * share(found, want):.3f} %")
    print(f"  scipy  {100 * share(scipy.special.hyp2f1(a, b, c, z), want):.3f} %")


if __name__ == "__main__":
    main()
