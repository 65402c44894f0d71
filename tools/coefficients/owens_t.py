"""Table of csrc/special/detail/owens_t_tables.h: run it and put the output in the place of the file.

1 / (1 + w) on [0, 1] in powers of w: Chebyshev interpolation in 40 digits, the relative error goes to stderr.
"""

import mpmath as mp
from erfcx import HEAD, TAIL
from octaves import polynomial


def main():
    out = HEAD.replace("erfcx.py", "owens_t.py")
    out += "// Number of coefficients, by type.\ntemplate <class T>\nconstexpr int owens_t_length = 0;\n\n"
    for kind in ("double", "float"):
        out += polynomial("owens_t", "1 / (1 + w) on [0, 1] in powers of w", lambda w: 1 / (1 + w), 1, kind) + "\n"
    print(out.rstrip("\n") + "\n" + TAIL, end="")


if __name__ == "__main__":
    mp.mp.dps = 40
    main()
