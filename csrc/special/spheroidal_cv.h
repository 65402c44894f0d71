// Characteristic values of the spheroidal functions and their derivatives in c.  card: sci/special/_spheroidal_cv.py
//
// (1 - x^2) S'' - 2x S' + (lambda - gamma x^2 - m^2 / (1 - x^2)) S = 0, gamma = c^2 (prolate) or -c^2 (oblate), has
// solutions that are finite at both ends for lambda_m(c), n = m, m + 1, ..., which are n (n + 1) at c = 0.
//
// Method     the eigenvalue of a symmetric tridiagonal matrix by bisection and Newton's method, with residuals of twice
//            the digits at last, since the entries of size c^2 cancel to lambda ~ c for large c
//            (detail/spheroidal_rows.h); derivatives by the same step on dual numbers
// Limits     m, n - m <= 1000, |c| <= 10000: beyond them NaN
// Error      worst ulp (mean) per region and dtype: python -m tools.accuracy pro_cv obl_cv
// Source     DLMF, chapter 30
#pragma once
#include "special/detail/spheroidal_rows.h"

namespace sci {
namespace detail {

template <class T>
SCI_HD T spheroidal_cv(bool oblate, T m, T n, T c) {
  if (!spheroidal_valid(m, n, c)) return limits<T>::nan;
  return T(spheroidal_lambda(spheroidal_mode{int(m), int(n), oblate}, double(abs(c))));
}

}  // namespace detail

template <class T>
SCI_HD T pro_cv(T m, T n, T c) {
  return detail::spheroidal_cv(false, m, n, c);
}
template <class T>
SCI_HD T obl_cv(T m, T n, T c) {
  return detail::spheroidal_cv(true, m, n, c);
}

/// d lambda / dc
template <class T>
SCI_HD T spheroidal_cv_dc(int64_t oblate, T m, T n, T c) {
  if (!detail::spheroidal_valid(m, n, c)) return limits<T>::nan;
  detail::spheroidal_mode mode = {int(m), int(n), oblate != 0};
  double d = detail::spheroidal_lambda(mode, variable(double(abs(c)))).d;
  return T(c < T(0) ? -d : d);
}
/// d^2 lambda / dc^2
template <class T>
SCI_HD T spheroidal_cv_dc2(int64_t oblate, T m, T n, T c) {
  if (!detail::spheroidal_valid(m, n, c)) return limits<T>::nan;
  detail::spheroidal_mode mode = {int(m), int(n), oblate != 0};
  return T(detail::spheroidal_lambda(mode, variable2(double(abs(c)))).d.d);
}

}  // namespace sci
