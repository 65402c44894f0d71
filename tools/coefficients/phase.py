"""Write csrc/special/detail/phase_tables.h: python tools/coefficients/phase.py > FILE

atan(k/64) and log(1 + k/64), k = 0..64, as sums of two doubles.
"""

from mpmath import mp, mpf

mp.dps = 60


def row(value):
    high = float(value)
    return f"      {high!r}, {float(value - mpf(high))!r},"


print("""// atan(k/64) and log(1 + k/64), k = 0..64, high and low parts, by tools/coefficients/phase.py.
#pragma once
#include "core/platform.h"

namespace sci {
namespace detail {

// clang-format off""")
for name, f in (("atan", mp.atan), ("log", lambda x: mp.log(1 + x))):
    print(f"SCI_HD double phase_{name}_table(int i) {{\n  SCI_TABLE(double, c) = {{")
    for k in range(65):
        print(row(f(mpf(k) / 64)))
    print("  };\n  return c[i];\n}")
print("""// clang-format on

}  // namespace detail
}  // namespace sci""")
