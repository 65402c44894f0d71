// The operators behind sci/linalg/_schur_form.py and sci/linalg/_sqrtm.py: one matrix of the batch per item.
#include "linalg_shared.h"
#pragma GCC optimize("O3")  // the row operations vectorise
#include "linalg/schur_reorder.h"
#include "linalg/triangular_sqrt.h"
#include "linalg/triangular_sylvester.h"

SCI_FOUR_KERNELS("linalg/schur.h", SchurItem)
SCI_FOUR_KERNELS("linalg/schur_reorder.h", ReorderItem)
SCI_FOUR_KERNELS("linalg/triangular_sqrt.h", TriangularSqrtItem)
SCI_FOUR_KERNELS("linalg/triangular_sylvester.h", SylvesterItem)
SCI_FOUR_KERNELS("linalg/triangular_sylvester.h", SchurLowerItem)

namespace sci {
namespace {

/// (T, Z, info): info of every matrix is the number of eigenvalues that the QR algorithm did not find.
std::tuple<Tensor, Tensor, Tensor> schur_small(const Tensor& a) {
  Batch b = batch_of(a);
  Tensor t = fresh_copy(a), z = empty_as(t, {a.sizes().begin(), a.sizes().end()});
  Tensor work = empty_as(t, with_last(b.size, 2 * b.n)), info = empty_as(t, b.size, ScalarType::Int);
  dispatch_number(a, "schur", [&](auto tag) {
    using T = typename decltype(tag)::type;
    SchurItem<T> body{data<T>(t), data<T>(z), data<T>(work), data<int32_t>(info), b.n};
    parallel_for(t, b.count, body, matrices_at_least(b.n));
  });
  return {t, z, info};
}

std::tuple<Tensor, Tensor, Tensor> schur_reorder(const Tensor& t0, const Tensor& z0, const Tensor& select) {
  Batch b = batch_of(t0);
  Tensor t = fresh_copy(t0), z = fresh_copy(z0), flags = fresh_copy(select),
         info = empty_as(t, b.size, ScalarType::Int);
  dispatch_number(t, "schur", [&](auto tag) {
    using T = typename decltype(tag)::type;
    ReorderItem<T> body{data<T>(t), data<T>(z), data<int32_t>(flags), data<int32_t>(info), b.n};
    parallel_for(t, b.count, body, matrices_at_least(b.n));
  });
  return {t, z, info};
}

/// (X, U, info); X = z U z^H only if `whole` (else it is U: large products are left to torch).
std::tuple<Tensor, Tensor, Tensor> triangular_sqrt_of(const Tensor& t0, const Tensor& z0, bool whole) {
  Batch b = batch_of(t0);
  Tensor t = fresh_copy(t0), z = whole ? fresh_copy(z0) : t, u = fresh_copy(t0), x = whole ? fresh_copy(t0) : u;
  Tensor work = empty_as(t, with_last(b.size, whole ? b.n : 0)), info = empty_as(t, b.size, ScalarType::Int);
  dispatch_number(t, "sqrtm", [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* vectors = whole ? data<T>(z) : nullptr;
    TriangularSqrtItem<T> body{data<T>(t), data<T>(u), vectors, data<T>(x), data<T>(work), data<int32_t>(info), b.n};
    parallel_for(t, b.count, body, matrices_at_least(b.n));
  });
  return {x, u, info};
}

Tensor sylvester_triangular(const Tensor& r0, const Tensor& s0, const Tensor& c, bool adjoint) {
  Batch b = batch_of(c);
  Tensor r = fresh_copy(r0), s = fresh_copy(s0), x = fresh_copy(c);
  dispatch_number(x, "sylvester", [&](auto tag) {
    using T = typename decltype(tag)::type;
    SylvesterItem<T> body{data<T>(r), data<T>(s), data<T>(x), r.size(-1), s.size(-1), adjoint};
    parallel_for(x, b.count, body, matrices_at_least(b.n));
  });
  return x;
}

Tensor schur_lower(const Tensor& t0, const Tensor& c, bool adjoint) {
  Batch b = batch_of(c);
  Tensor t = fresh_copy(t0), x = fresh_copy(c);
  dispatch_number(x, "schur", [&](auto tag) {
    using T = typename decltype(tag)::type;
    SchurLowerItem<T> body{data<T>(t), data<T>(x), b.n, adjoint};
    parallel_for(x, b.count, body, matrices_at_least(b.n));
  });
  return x;
}

SCI_OPERATOR("_schur_small(Tensor a) -> (Tensor, Tensor, Tensor)", schur_small)
SCI_OPERATOR("_schur_reorder(Tensor t, Tensor z, Tensor select) -> (Tensor, Tensor, Tensor)", schur_reorder)
SCI_OPERATOR("_triangular_sqrt(Tensor t, Tensor z, bool whole) -> (Tensor, Tensor, Tensor)", triangular_sqrt_of)
SCI_OPERATOR("_sylvester_triangular(Tensor r, Tensor s, Tensor c, bool adjoint) -> Tensor", sylvester_triangular)
SCI_OPERATOR("_schur_lower_solve(Tensor t, Tensor c, bool adjoint) -> Tensor", schur_lower)

}  // namespace
}  // namespace sci
