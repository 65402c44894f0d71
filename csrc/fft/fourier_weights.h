// Factors of complex numbers: scale, the weight of what stands for two in a half spectrum, conjugation.
//                                                                                  operator: csrc/ops/fft_fourier.cpp
#pragma once
#include "core/complex.h"

namespace sci {

/// Item i is an element of a contiguous array (..., half, inner) whose middle axis is a half spectrum of n numbers.
template <class T>
struct FourierWeights {
  const complex<T>* x;
  complex<T>* y;  // may be x
  int64_t half, inner, n;
  T scale, middle;
  bool conjugate, clear;  // clear: no imaginary parts where k = -k modulo n

  SCI_HD void operator()(int64_t i) const {
    const int64_t k = i / inner % half;
    const bool single = k == 0 || 2 * k == n;
    const T factor = single ? scale : scale * middle;
    const complex<T> z = x[i];
    y[i] = {z.re * factor, clear && single ? T(0) : z.im * (conjugate ? -factor : factor)};
  }
};

}  // namespace sci
