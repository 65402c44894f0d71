"""Table of csrc/special/detail/exponential_nodes.h: run it and put the output in the place of the file.

Nodes of the trapezoidal rule in w, w = 0.06 k: log u = w + 1 - e^-w and u, for k = -48 ... 48.
"""

import mpmath as mp
from erfcx import HEAD, TAIL, text

STEP, REACH = mp.mpf("0.06"), 48


def main():
    out = HEAD.replace("erfcx.py", "exponential_nodes.py")
    out += "constexpr int exponential_nodes_reach = 48;\n"
    out += "// clang-format off\n// w + 1 - e^-w and its exponential at w = 0.06 k, k = -48 ... 48.\n"
    out += "SCI_HD const double* exponential_nodes() {\n  SCI_TABLE(double, table) = {\n"
    for k in range(-REACH, REACH + 1):
        log = STEP * k + 1 - mp.exp(-STEP * k)
        out += f"      {text(log, 'double')}, {text(mp.exp(log), 'double')},\n"
    print(out + "  };\n  return table;\n}\n// clang-format on\n" + TAIL, end="")


if __name__ == "__main__":
    mp.mp.dps = 40
    main()
