// What the kernels for the exponential of a matrix share.
#pragma once
#include "core/complex.h"

namespace sci {

/// The polynomial of degree 18 in five products of Bader, Blanes and Casas (Mathematics 7 (2019) 1174): a + (b + c) c
/// with c = p (A^6 + q) + e, where rows a, b, e, p and A^6 + q have the weights of I, A, A^2, A^3 and A^6
/// (tools/coefficients/expm_taylor.py).
SCI_HD const double* expm_weights(int polynomial) {
  SCI_TABLE(double, weights) = {1.0,
                                0.24591022090110863764,
                                1.362667083208190483,
                                0.49892102569169427267,
                                -0.00064092743005853663879,
                                -11.148502971774368372,
                                1.6801581387890619718,
                                0.05717798464788655127,
                                -0.0069821012248805208429,
                                0.000033497501708607053831,
                                0.0,
                                -0.067640451907138190756,
                                0.014051137073447324129,
                                0.0099730881364726213674,
                                1.1916724786863152079e-6,
                                0.0,
                                1.4059892894192666241e-6,
                                1.1247914315354132993e-7,
                                1.2497682572615703325e-8,
                                0.0,
                                0.0,
                                38083.5,
                                17472.375,
                                0.0,
                                1.0};
  return weights + 5 * polynomial;
}

/// The largest norm at which its backward error is below unit roundoff; in float32 that is 3.01, but rounding errors
/// grow with it.
template <class R>
constexpr double expm_theta = sizeof(R) == 8 ? 1.0908637192900362 : 2.0;

/// exp of the 2 x 2 triangle [a t; 0 b], upper right, over t: exp's divided difference.
template <class R>
SCI_HD R triangle_exp(R a, R b) {
  const R down = -abs(b - a), large = exp(max(a, b));
  return down == R(0) ? large : large * (expm1(down) / down);
}

}  // namespace sci
