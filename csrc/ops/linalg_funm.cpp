// The operators behind sci/linalg/_funm.py: one matrix of the batch per item. All numbers are complex.
#include "linalg_shared.h"
#pragma GCC optimize("O3")  // the sums of products vectorise
#include "linalg/schur_parlett.h"

SCI_KERNEL("linalg/schur_parlett.h", sci::SpectrumClustersItem<sci::complex<float>>)
SCI_KERNEL("linalg/schur_parlett.h", sci::SpectrumClustersItem<sci::complex<double>>)
SCI_KERNEL("linalg/schur_parlett.h", sci::SchurParlettItem<sci::complex<float>>)
SCI_KERNEL("linalg/schur_parlett.h", sci::SchurParlettItem<sci::complex<double>>)

namespace sci {
namespace {

template <class F>
void dispatch_complex(const Tensor& x, F&& f) {
  if (x.scalar_type() == ScalarType::ComplexFloat)
    f(type_tag<complex<float>>{});
  else
    f(type_tag<complex<double>>{});
}

/// w (*, n) complex, reach (*, n) real -> (centers (*, n), radii (*, n))
std::tuple<Tensor, Tensor> spectrum_clusters(const Tensor& w0, const Tensor& reach0) {
  Tensor w = row_major(w0), reach = row_major(reach0);
  std::vector<int64_t> batch{w.sizes().begin(), w.sizes().end() - 1};
  int64_t n = w.size(-1), count = 1;
  for (int64_t k : batch) count *= k;
  Tensor centers = torch::stable::empty_like(w), radii = torch::stable::empty_like(reach);
  Tensor work = empty_as(w, with_last(batch, 2 * n), ScalarType::Int);
  dispatch_complex(w, [&](auto tag) {
    using T = typename decltype(tag)::type;
    SpectrumClustersItem<T> body{data<T>(std::as_const(w)), data<real_of<T>>(std::as_const(reach)),
                                 data<T>(centers),          data<real_of<T>>(radii),
                                 data<int32_t>(work),       n};
    parallel_for(w, count, body, std::max<int64_t>(1, 32768 / (n * n + 1)));
  });
  return {centers, radii};
}

void run(Tensor& t, Tensor& z, const Tensor& centers0, Tensor& coefficients, Tensor& f, bool adjoint) {
  Batch b = batch_of(t);
  Tensor centers = row_major(centers0);
  Tensor work = empty_as(t, with_last(b.size, 2 * b.n * b.n)),
         labels = empty_as(t, with_last(b.size, b.n), ScalarType::Int);
  dispatch_complex(t, [&](auto tag) {
    using T = typename decltype(tag)::type;
    SchurParlettItem<T> body{data<T>(t),
                             data<T>(z),
                             data<T>(std::as_const(centers)),
                             data<T>(coefficients),
                             data<T>(f),
                             data<T>(work),
                             data<int32_t>(labels),
                             b.n,
                             centers.size(-1),
                             coefficients.size(-1),
                             adjoint};
    parallel_for(t, b.count, body, matrices_at_least(b.n));
  });
}

/// f(T) in the order that puts clusters together, and the Schur vectors of that order.
std::tuple<Tensor, Tensor> schur_parlett(const Tensor& t0, const Tensor& z0, const Tensor& centers,
                                         const Tensor& coefficients0) {
  Tensor t = fresh_copy(t0), z = fresh_copy(z0), f = torch::stable::empty_like(t),
         coefficients = row_major(coefficients0);
  run(t, z, centers, coefficients, f, false);
  return {f, z};
}

/// The gradient of the coefficients from that of f(T) in the order given.
Tensor schur_parlett_adjoint(const Tensor& t0, const Tensor& centers, const Tensor& grad, int64_t terms) {
  Tensor t = fresh_copy(t0), z = fresh_copy(t0), f = fresh_copy(grad);
  std::vector<int64_t> size{centers.sizes().begin(), centers.sizes().end()};
  Tensor coefficients = empty_as(t, with_last(size, terms));
  run(t, z, centers, coefficients, f, true);
  return coefficients;
}

SCI_OPERATOR("_spectrum_clusters(Tensor w, Tensor reach) -> (Tensor, Tensor)", spectrum_clusters)
SCI_OPERATOR("_schur_parlett(Tensor t, Tensor z, Tensor centers, Tensor coefficients) -> (Tensor, Tensor)",
             schur_parlett)
SCI_OPERATOR("_schur_parlett_adjoint(Tensor t, Tensor centers, Tensor grad, int terms) -> Tensor",
             schur_parlett_adjoint)

}  // namespace
}  // namespace sci
