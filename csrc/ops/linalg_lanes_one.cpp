// Factors of one matrix at a time (linalg/one_matrix.h).
#pragma GCC optimize("O3")
#define SCI_LANES_ONLY_WIDE  // before fft/lanes.h

#include "fft_threads.h"
#include "linalg/one_matrix.h"

namespace sci {

template <class T>
void cholesky_alone(const CholeskyJob<T>& job) {
  on_threads<T>(OneCholesky<T>{job}, job.count, 1 + 65536 / (job.n * job.n * job.n / 3 + 1),
                OneCholesky<T>::numbers(job.n));
}
template <class T>
void lu_alone(const LuJob<T>& job) {
  const int64_t size = sizeof(T) / sizeof(real_of<T>) * job.n * (job.det ? job.n + 1 : 1);
  on_threads<real_of<T>>(OneLu<T>{job}, job.count, 1 + 65536 / (job.n * job.n * job.n + 1), size);
}
template <class T>
void lu_solve_alone(const LuSolveJob<T>& job) {
  const int64_t size = sizeof(T) / sizeof(real_of<T>) * job.n;
  on_threads<real_of<T>>(OneLuSolve<T>{job}, job.count, 1 + 65536 / (job.n * job.n * (job.m + 1) + 1), size);
}

template void cholesky_alone(const CholeskyJob<float>&);
template void cholesky_alone(const CholeskyJob<double>&);
#define SCI_LU_ALONE(T)                    \
  template void lu_alone(const LuJob<T>&); \
  template void lu_solve_alone(const LuSolveJob<T>&);
SCI_LU_ALONE(float)
SCI_LU_ALONE(double)
SCI_LU_ALONE(complex<float>)
SCI_LU_ALONE(complex<double>)

}  // namespace sci
