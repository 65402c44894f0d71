// Operators on patterns of compressed rows on the CPU; on CUDA the callers take torch's sorts and searches.
#include <algorithm>

#include "core/cpu.h"
#include "ops/sparse_shared.h"
#include "sparse/csr_inspect.h"
#include "sparse/csr_multiply.h"
#include "sparse/csr_patterns.h"

namespace sci {
namespace {

#ifdef SCI_AVX2
template <class I>
SCI_AVX2 __attribute__((optimize("O3"))) CsrReport inspect_wide(const I* indptr, const I* indices, int64_t rows,
                                                                int64_t count) {
  return csr_inspect(indptr, indices, rows, count);
}
#endif

std::tuple<int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t> csr_inspect_(const Tensor& indptr_,
                                                                                       const Tensor& indices_) {
  const Tensor indptr = dense(indptr_), indices = dense(indices_);
  CsrReport r{};
  dispatch_index(indices, "csr_inspect", [&](auto index) {
    using I = typename decltype(index)::type;
    int64_t rows = indptr.size(0) - 1, count = indices.size(0);
#ifdef SCI_AVX2
    if (cpu_level() >= 1) {
      r = inspect_wide(data<I>(indptr), data<I>(indices), rows, count);
      return;
    }
#endif
    r = csr_inspect(data<I>(indptr), data<I>(indices), rows, count);
  });
  return {r.begin, r.end, r.step, r.low, r.high, r.sorted, r.canonical};
}

/// The row of each entry; of entries behind the last row, the last row.
Tensor csr_expand(const Tensor& indptr_, int64_t count) {
  const Tensor indptr = dense(indptr_);
  int64_t rows = indptr.size(0) - 1;
  Tensor out = room_as(indptr, {count});
  dispatch_index(indptr, "csr_expand", [&](auto index) {
    using I = typename decltype(index)::type;
    const I* starts = data<I>(indptr);
    I* to = data<I>(out);
    int64_t p = 0;
    for (int64_t i = 0; i < rows; ++i) {
      int64_t end = starts[i + 1];
      check_inside(end >= p && end <= count, "csr_expand");
      for (; p < end; ++p) to[p] = I(i);
    }
    for (; p < count; ++p) to[p] = I(max(rows - 1, int64_t(0)));
  });
  return out;
}

std::tuple<Tensor, Tensor, Tensor, Tensor> csr_union_(const Tensor& pa_, const Tensor& ia_, const Tensor& pb_,
                                                      const Tensor& ib_) {
  const Tensor pa = dense(pa_), ia = dense(ia_), pb = dense(pb_), ib = dense(ib_);
  int64_t rows = pa.size(0) - 1, most = ia.size(0) + ib.size(0), count = 0;
  Tensor indptr = room_as(pa, {rows + 1}), indices = room_as(pa, {most});
  Tensor from_a = room_as(pa, {most}), from_b = room_as(pa, {most});
  dispatch_index(pa, "csr_union", [&](auto index) {
    using I = typename decltype(index)::type;
    count = csr_union(data<I>(pa), data<I>(ia), ia.size(0), data<I>(pb), data<I>(ib), ib.size(0), rows, data<I>(indptr),
                      data<I>(indices), data<I>(from_a), data<I>(from_b));
  });
  check_inside(count >= 0, "csr_union");
  auto cut = [&](Tensor x) { return torch::stable::narrow(x, 0, 0, count); };
  return {indptr, cut(indices), cut(from_a), cut(from_b)};
}

std::tuple<Tensor, Tensor, Tensor> csr_sum_(const Tensor& a_, const Tensor& pa_, const Tensor& ia_, const Tensor& b_,
                                            const Tensor& pb_, const Tensor& ib_, int64_t sign) {
  const Tensor a = dense(a_), pa = dense(pa_), ia = dense(ia_);
  const Tensor b = dense(b_), pb = dense(pb_), ib = dense(ib_);
  STD_TORCH_CHECK(a.size(0) >= ia.size(0) && b.size(0) >= ib.size(0), "csr_sum: fewer values than indices");
  int64_t rows = pa.size(0) - 1, most = ia.size(0) + ib.size(0), count = 0;
  Tensor out = room_as(a, {most}), indptr = room_as(pa, {rows + 1}), indices = room_as(pa, {most});
  dispatch_number(a, "csr_sum", [&](auto number) {
    using T = typename decltype(number)::type;
    dispatch_index(pa, "csr_sum", [&](auto index) {
      using I = typename decltype(index)::type;
      count = csr_sum(data<T>(a), data<I>(pa), data<I>(ia), ia.size(0), data<T>(b), data<I>(pb), data<I>(ib),
                      ib.size(0), rows, T(double(sign)), data<T>(out), data<I>(indptr), data<I>(indices));
    });
  });
  check_inside(count >= 0, "csr_sum");
  return {torch::stable::narrow(out, 0, 0, count), indptr, torch::stable::narrow(indices, 0, 0, count)};
}

/// C = A B: values, row starts, columns in the order they were met in.
std::tuple<Tensor, Tensor, Tensor> csr_multiply(const Tensor& a_, const Tensor& pa_, const Tensor& ia_,
                                                const Tensor& b_, const Tensor& pb_, const Tensor& ib_,
                                                int64_t columns) {
  const Tensor a = dense(a_), pa = dense(pa_), ia = dense(ia_);
  const Tensor b = dense(b_), pb = dense(pb_), ib = dense(ib_);
  STD_TORCH_CHECK(a.scalar_type() == b.scalar_type() && a.size(0) >= ia.size(0) && b.size(0) >= ib.size(0),
                  "csr_multiply: values differ in dtype or do not fit the indices");
  int64_t rows = pa.size(0) - 1;
  Tensor starts = room_as(pa, {rows + 1}), values = room_as(a, {0}), found = room_as(pa, {0});
  dispatch_number(a, "csr_multiply", [&](auto number) {
    using T = typename decltype(number)::type;
    dispatch_index(pa, "csr_multiply", [&](auto index) {
      using I = typename decltype(index)::type;
      CsrPair<I> pair{data<I>(pa),    data<I>(ia), data<I>(pb), data<I>(ib), rows,
                      pb.size(0) - 1, columns,     ia.size(0),  ib.size(0)};
      std::vector<I> place(columns, I(-1));
      int64_t count = pair.count(data<I>(starts), place.data());
      check_inside(count != -1, "csr_multiply");
      STD_TORCH_CHECK(count != -2, "csr_multiply: too many entries for the index dtype");
      values = room_as(a, {count});
      found = room_as(pa, {count});
      std::fill(place.begin(), place.end(), I(-1));
      pair.multiply(data<T>(a), data<T>(b), place.data(), data<I>(found), data<T>(values));
    });
  });
  return {values, starts, found};
}

Tensor csr_triples_(int64_t mode, const Tensor& x_, const Tensor& y_, const Tensor& pa_, const Tensor& ia_,
                    const Tensor& pb_, const Tensor& ib_, const Tensor& pc_, const Tensor& ic_, int64_t columns) {
  const Tensor x = dense(x_), y = dense(y_), pa = dense(pa_), ia = dense(ia_), pb = dense(pb_), ib = dense(ib_);
  const Tensor pc = dense(pc_), ic = dense(ic_);
  STD_TORCH_CHECK(x.scalar_type() == y.scalar_type(), "csr_triples: the operands differ in dtype");
  int64_t counts[3] = {ia.size(0), ib.size(0), ic.size(0)}, rows = pa.size(0) - 1;
  STD_TORCH_CHECK(x.size(0) >= counts[mode == 0] && y.size(0) >= counts[mode == 2 ? 1 : 2] && pc.size(0) == rows + 1,
                  "csr_triples: sizes do not fit");
  Tensor out = room_as(x, {counts[mode]});
  dispatch_number(x, "csr_triples", [&](auto number) {
    using T = typename decltype(number)::type;
    dispatch_index(pa, "csr_triples", [&](auto index) {
      using I = typename decltype(index)::type;
      T* to = data<T>(out);
      std::fill_n(to, counts[mode], T(0));
      std::vector<I> place(columns);
      int32_t failed = 0;
      CsrTriples<T, I> body{data<T>(x),
                            data<T>(y),
                            data<I>(pa),
                            data<I>(ia),
                            data<I>(pb),
                            data<I>(ib),
                            data<I>(pc),
                            data<I>(ic),
                            rows,
                            CsrGuard<I>::of(pb.size(0) - 1, counts[0], &failed),
                            CsrGuard<I>::of(columns, counts[1], &failed),
                            CsrGuard<I>::of(columns, counts[2], &failed),
                            place.data(),
                            to};
      if (counts[2] > 0)  // else nothing meets
        check_inside(mode == 0   ? body.template run<0>()
                     : mode == 1 ? body.template run<1>()
                                 : body.template run<2>(),
                     "csr_triples");
    });
  });
  return out;
}

SCI_CPU_OPERATOR("csr_inspect(Tensor indptr, Tensor indices) -> (int, int, int, int, int, int, int)", csr_inspect_)
SCI_CPU_OPERATOR("csr_expand(Tensor indptr, int count) -> Tensor", csr_expand)
SCI_CPU_OPERATOR("csr_union(Tensor pa, Tensor ia, Tensor pb, Tensor ib) -> (Tensor, Tensor, Tensor, Tensor)",
                 csr_union_)
SCI_CPU_OPERATOR(
    "csr_sum(Tensor a, Tensor pa, Tensor ia, Tensor b, Tensor pb, Tensor ib, int sign) -> (Tensor, Tensor, Tensor)",
    csr_sum_)
SCI_CPU_OPERATOR(
    "csr_multiply(Tensor a, Tensor pa, Tensor ia, Tensor b, Tensor pb, Tensor ib, int columns) -> "
    "(Tensor, Tensor, Tensor)",
    csr_multiply)
SCI_CPU_OPERATOR(
    "csr_triples_values(int mode, Tensor x, Tensor y, Tensor pa, Tensor ia, Tensor pb, Tensor ib, Tensor pc, Tensor "
    "ic, "
    "int columns) -> Tensor",
    csr_triples_)

}  // namespace
}  // namespace sci
