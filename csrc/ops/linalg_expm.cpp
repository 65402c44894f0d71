// The operator behind sci/linalg/_expm.py for small matrices on the CPU.
#include "fft_threads.h"
#include "linalg/lanes_expm.h"
#include "linalg_shared.h"

namespace sci {
namespace {

template <class T, int L, bool side_by_side>
void run(const Tensor& a, Tensor& x, int64_t n, int64_t count, bool complex_) {
  LanesExpm<T, L, side_by_side> task{data<T>(a), data<T>(x), n, count, complex_};
  on_threads<T>(task, task.items(), std::max<int64_t>(1, 4096 / (n * n * n + 1)), task.buffer());
}

Tensor expm_small(const Tensor& a0) {
  Tensor a = row_major(a0), x = torch::stable::empty_like(a);
  Batch b = batch_of(a);
  bool complex_ = a.scalar_type() == ScalarType::ComplexDouble || a.scalar_type() == ScalarType::ComplexFloat;
  bool wide = real_type(a.scalar_type()) == ScalarType::Double;
  int64_t n = complex_ ? 2 * b.n : b.n;
  bool many = b.count > 1 && n <= 32;  // more would not stay in the cache
  if (wide)
    many ? run<double, 4, true>(a, x, n, b.count, complex_) : run<double, 4, false>(a, x, n, b.count, complex_);
  else
    many ? run<float, 8, true>(a, x, n, b.count, complex_) : run<float, 8, false>(a, x, n, b.count, complex_);
  return x;
}

SCI_OPERATOR("_expm_small(Tensor a) -> Tensor", expm_small)

}  // namespace
}  // namespace sci
