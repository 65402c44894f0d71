// What the operators of csrc/ops ask of the CPU's transforms, which are compiled for vectors of several widths.
#pragma once
#include <vector>

#include "core/cpu.h"
#include "fft/kinds.h"

namespace sci {

using Size = std::vector<int64_t>;

/// size[from] * ... * size[to - 1]
inline int64_t product(const Size& size, size_t from, size_t to) {
  int64_t p = 1;
  for (size_t d = from; d < to; ++d) p *= size[d];
  return p;
}

/// Row-major `in` of `size` to `out` of `out_size`, along `axes`; a half spectrum is along the last of these.
struct FourierJob {
  FourierKind kind;
  bool inverse;
  double scale, middle;
  Size size, out_size, axes;
  const void* in;
  void* out;
  void* between;  // as large as `in`, for several axes from a half spectrum
};

/// Row-major `in` of `size` to `out`, along each of `axes`.
struct DctJob {
  int type;
  bool sine;
  double scale, end_in, end_out;
  Size size, axes;
  const void* in;
  void* out;

  DctOrder before() const {
    if (!sine || type == 1) return DctOrder::plain;
    return type == 2 ? DctOrder::alternating : DctOrder::reversed;
  }
  DctOrder after() const {
    if (!sine || type == 1) return DctOrder::plain;
    return type == 2 ? DctOrder::reversed : DctOrder::alternating;
  }
  bool odd() const { return sine && type == 1; }
};

/// Specialised, for vectors of 32 and 64 bytes, by csrc/ops/fft_lanes_*.cpp.
template <class T, int Bytes>
void fourier_in_lanes(const FourierJob& job);
template <class T, int Bytes>
void dct_in_lanes(const DctJob& job);
#define SCI_LANES_OF(T)                                \
  template <>                                          \
  void fourier_in_lanes<T, 32>(const FourierJob& job); \
  template <>                                          \
  void fourier_in_lanes<T, 64>(const FourierJob& job); \
  template <>                                          \
  void dct_in_lanes<T, 32>(const DctJob& job);         \
  template <>                                          \
  void dct_in_lanes<T, 64>(const DctJob& job);
SCI_LANES_OF(float)
SCI_LANES_OF(double)
#undef SCI_LANES_OF

/// The width that suits this processor, in bytes; 0 where the transforms have no form for it, and torch's are taken.
inline int lane_bytes() { return cpu_level() == 2 ? 64 : runs_lanes() ? 32 : 0; }

}  // namespace sci
