// Decompositions of one matrix at a time (linalg/one_hermitian.h, linalg/one_orthogonal.h).
#define SCI_LANES_ONLY_WIDE  // before fft/lanes.h

#include "fft_threads.h"
#include "linalg/one_hermitian.h"
#include "linalg/one_orthogonal.h"
#include "matrix_sizes.h"

namespace sci {
namespace {

/// How many matrices with such products of sizes a thread takes at least.
int64_t at_least(int64_t work) { return 1 + 65536 / (20 * work + 1); }

}  // namespace

template <class T>
void hermitian_alone(const EighJob<T>& job) {
  on_threads<real_of<T>>(OneHermitian<T>{job}, job.count, at_least(job.n * job.n * job.n),
                         OneHermitian<T>::numbers(job.n));
}
template <class T>
void qr_alone(const OneQrJob<T>& job) {
  on_threads<real_of<T>>(OneQr<T>{job}, job.count, at_least(job.m * job.n * job.n),
                         OneQr<T>::numbers(job.m, job.n, job.full));
}
template <class T>
void svd_alone(const OneSvdJob<T>& job) {
  on_threads<real_of<T>>(OneSvd<T>{job}, job.count, at_least(job.m * job.n * job.n),
                         OneSvd<T>::numbers(job.m, job.n, job.full));
}

#define SCI_ALONE(T)                                \
  template void hermitian_alone(const EighJob<T>&); \
  template void qr_alone(const OneQrJob<T>&);       \
  template void svd_alone(const OneSvdJob<T>&);
SCI_ALONE(float)
SCI_ALONE(double)
SCI_ALONE(complex<float>)
SCI_ALONE(complex<double>)

}  // namespace sci
