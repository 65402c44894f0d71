// exp(-|x|) I_v(x) for real x under the name of its kernel: the public ive also takes complex arguments, where the
// factor is not holomorphic, and is put together in sci/special/_bessel_ie.py. Method: bessel_ik.h.
#pragma once
#include "special/bessel_ik.h"

namespace sci {

template <class T>
SCI_HD T ive_real(T v, T x) {
  return ive(v, x);
}

}  // namespace sci
