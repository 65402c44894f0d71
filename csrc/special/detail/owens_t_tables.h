// Made by tools/coefficients/owens_t.py.
#pragma once
#include "core/platform.h"

namespace sci {
namespace detail {

// Number of coefficients, by type.
template <class T>
constexpr int owens_t_length = 0;

template <>
constexpr int owens_t_length<double> = 23;
// 1 / (1 + w) on [0, 1] in powers of w, 23 of them.
SCI_HD const double* owens_t_powers(double) {
  SCI_TABLE(double, table) = {
      0.99999999999999999506,   -0.9999999999999947731,    0.99999999999907570687, -0.99999999993474107124,
      0.99999999754516889043,   -0.99999994306292316806,   0.99999911097044304458, -0.99999009511126280553,
      0.99991796823782089317,   -0.99947954998748770037,   0.99741206181749538062, -0.98973282004323819299,
      0.96702897479760824697,   -0.91323832606180806716,   0.81077994751742677228, -0.65391263691844299667,
      0.46162367553904352979,   -0.27447613023930715027,   0.1318875242966508611,  -4.8727739891972228734e-2,
      1.2905063533033740943e-2, -2.1707423941183752638e-3, 1.736593915294700211e-4};
  return table;
}

template <>
constexpr int owens_t_length<float> = 12;
// 1 / (1 + w) on [0, 1] in powers of w, 12 of them.
SCI_HD const float* owens_t_powers(float) {
  SCI_TABLE(float, table) = {0.9999999987f,  -0.99999962389f, 0.99998175816f,   -0.99964826449f,
                             0.99643243271f, -0.97813792301f, 0.91216681228f,   -0.75557604394f,
                             0.50764066075f, -0.24836182864f, 7.6419024198e-2f, -1.0917003457e-2f};
  return table;
}

}  // namespace detail
}  // namespace sci
