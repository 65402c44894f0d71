// Made by tools/coefficients/erf.py.
#pragma once
#include "core/platform.h"

namespace sci {
namespace detail {

// erf(x) / x - 1 on [-1, 1] in powers of x^2, 12 of them.
SCI_HD const double* erf_near_zero(double) {
  SCI_TABLE(double, table) = {0.12837916709551256654,    -0.37612638903183540438,   0.11283791670945006266,
                              -2.686617064323777036e-2,  5.2239776071164227321e-3,  -8.5483259753896920806e-4,
                              1.2055294904839707917e-4,  -1.4924736907419660338e-5, 1.644742470331736241e-6,
                              -1.6208483801871705902e-7, 1.3720064546777685604e-8,  -7.7958988270021422416e-10};
  return table;
}

// erf(x) / x - 1 on [-1, 1] in powers of x^2, 7 of them.
SCI_HD const float* erf_near_zero(float) {
  SCI_TABLE(float, table) = {0.12837916585f,   -0.37612626667f,   0.11283594715f,  -2.6854212011e-2f,
                             5.1890874234e-3f, -8.0168642872e-4f, 7.8758750627e-5f};
  return table;
}

// erf(z) / z in powers of z^2: 16 terms of Maclaurin's series, for |z| < 0.8.
SCI_HD const double* erf_maclaurin(double) {
  SCI_TABLE(double, table) = {
      1.1283791670955125739,     -0.37612638903183752463,    0.11283791670955125739,    -2.6866170645131251759e-2,
      5.2239776254421878421e-3,  -8.5483270234508528325e-4,  1.2055332981789664251e-4,  -1.4925650358406250977e-5,
      1.6462114365889247402e-6,  -1.6365844691234924317e-7,  1.480719281587921724e-8,   -1.2290555301717927353e-9,
      9.4227590646504109706e-11, -6.7113668551641103779e-12, 4.4632242632864773449e-13, -2.7835162072109213549e-14};
  return table;
}

// erf(z) / z in powers of z^2: 9 terms of Maclaurin's series, for |z| < 0.8.
SCI_HD const float* erf_maclaurin(float) {
  SCI_TABLE(float, table) = {1.1283791671f,     -0.37612638903f,   0.11283791671f,
                             -2.6866170645e-2f, 5.2239776254e-3f,  -8.5483270235e-4f,
                             1.2055332982e-4f,  -1.4925650358e-5f, 1.6462114366e-6f};
  return table;
}

}  // namespace detail
}  // namespace sci
