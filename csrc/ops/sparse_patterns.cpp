// Operators on patterns of compressed rows on the CPU; on CUDA the callers take torch's sorts and searches.
#include <algorithm>
#include <limits>

#include "runtime/operator.h"
#include "sparse/csr_patterns.h"

namespace sci {
namespace {

Tensor on_cpu(const Tensor& x) {
  STD_TORCH_CHECK(!x.is_cuda(), "csr: patterns are worked on by these operators on the CPU alone");
  return x.is_contiguous() ? x : torch::stable::contiguous(x);
}

Tensor numbers(const Tensor& like, const std::vector<int64_t>& values) {
  Tensor out = empty_as(like, {int64_t(values.size())}, ScalarType::Long);
  std::copy(values.begin(), values.end(), data<int64_t>(out));
  return out;
}

Tensor csr_inspect_(const Tensor& indptr_, const Tensor& indices_) {
  const Tensor indptr = on_cpu(indptr_), indices = on_cpu(indices_);
  CsrReport r{};
  dispatch_index(indices, "csr_inspect", [&](auto index) {
    using I = typename decltype(index)::type;
    r = csr_inspect(data<I>(indptr), data<I>(indices), indptr.size(0) - 1, indices.size(0));
  });
  return numbers(indices, {r.begin, r.end, r.step, r.low, r.high, r.sorted, r.canonical});
}

/// Sorted compressed rows of coordinates, the order of the entries, and whether all places differ.
std::tuple<Tensor, Tensor, Tensor, Tensor> csr_compress(const Tensor& row_, const Tensor& column_, int64_t rows) {
  const Tensor row = on_cpu(row_), column = on_cpu(column_);
  int64_t count = row.size(0);
  Tensor indptr = empty_as(row, {rows + 1}), indices = empty_as(row, {count}), order = empty_as(row, {count});
  int64_t distinct = 1;
  dispatch_index(row, "csr_compress", [&](auto index) {
    using I = typename decltype(index)::type;
    I *starts = data<I>(indptr), *places = data<I>(indices), *from = data<I>(order);
    csr_bucket(data<I>(row), data<I>(column), count, rows, starts, places, from);
    std::vector<std::pair<I, I>> work;
    for (int64_t i = 0; i < rows; ++i) {
      I begin = starts[i], length = starts[i + 1] - begin;
      if (!csr_order_row(places + begin, from + begin, length)) {
        work.resize(length);
        for (I p = 0; p < length; ++p) work[p] = {places[begin + p], from[begin + p]};
        std::sort(work.begin(), work.end());  // positions break ties: stable
        for (I p = 0; p < length; ++p) {
          places[begin + p] = work[p].first;
          from[begin + p] = work[p].second;
        }
      }
      for (I p = 1; p < length && distinct; ++p) distinct = places[begin + p] != places[begin + p - 1];
    }
  });
  return {indptr, indices, order, numbers(row, {distinct})};
}

std::tuple<Tensor, Tensor, Tensor, Tensor> csr_union_(const Tensor& pa_, const Tensor& ia_, const Tensor& pb_,
                                                      const Tensor& ib_) {
  const Tensor pa = on_cpu(pa_), ia = on_cpu(ia_), pb = on_cpu(pb_), ib = on_cpu(ib_);
  int64_t rows = pa.size(0) - 1, most = ia.size(0) + ib.size(0), count = 0;
  Tensor indptr = empty_as(pa, {rows + 1}), indices = empty_as(pa, {most});
  Tensor from_a = empty_as(pa, {most}), from_b = empty_as(pa, {most});
  dispatch_index(pa, "csr_union", [&](auto index) {
    using I = typename decltype(index)::type;
    count = csr_union(data<I>(pa), data<I>(ia), data<I>(pb), data<I>(ib), rows, data<I>(indptr), data<I>(indices),
                      data<I>(from_a), data<I>(from_b));
  });
  auto cut = [&](Tensor x) { return torch::stable::narrow(x, 0, 0, count); };
  return {indptr, cut(indices), cut(from_a), cut(from_b)};
}

std::tuple<Tensor, Tensor, Tensor> csr_sum_(const Tensor& a_, const Tensor& pa_, const Tensor& ia_, const Tensor& b_,
                                            const Tensor& pb_, const Tensor& ib_, int64_t sign) {
  const Tensor a = on_cpu(a_), pa = on_cpu(pa_), ia = on_cpu(ia_);
  const Tensor b = on_cpu(b_), pb = on_cpu(pb_), ib = on_cpu(ib_);
  int64_t rows = pa.size(0) - 1, most = ia.size(0) + ib.size(0), count = 0;
  Tensor out = empty_as(a, {most}), indptr = empty_as(pa, {rows + 1}), indices = empty_as(pa, {most});
  dispatch_number(a, "csr_sum", [&](auto number) {
    using T = typename decltype(number)::type;
    dispatch_index(pa, "csr_sum", [&](auto index) {
      using I = typename decltype(index)::type;
      count = csr_sum(data<T>(a), data<I>(pa), data<I>(ia), data<T>(b), data<I>(pb), data<I>(ib), rows, T(double(sign)),
                      data<T>(out), data<I>(indptr), data<I>(indices));
    });
  });
  return {torch::stable::narrow(out, 0, 0, count), indptr, torch::stable::narrow(indices, 0, 0, count)};
}

/// The pattern of A B, every row in order.
std::tuple<Tensor, Tensor> csr_product_pattern(const Tensor& pa_, const Tensor& ia_, const Tensor& pb_,
                                               const Tensor& ib_, int64_t columns) {
  const Tensor pa = on_cpu(pa_), ia = on_cpu(ia_), pb = on_cpu(pb_), ib = on_cpu(ib_);
  int64_t rows = pa.size(0) - 1;
  Tensor indptr = empty_as(pa, {rows + 1});
  Tensor indices = empty_as(pa, {0});
  dispatch_index(pa, "csr_product_pattern", [&](auto index) {
    using I = typename decltype(index)::type;
    const I *sa = data<I>(pa), *ca = data<I>(ia), *sb = data<I>(pb), *cb = data<I>(ib);
    std::vector<I> found, last(columns, I(-1));
    found.reserve(ia.size(0) + ib.size(0));
    I* starts = data<I>(indptr);
    starts[0] = 0;
    for (int64_t i = 0; i < rows; ++i) {
      int64_t begin = int64_t(found.size());
      for (I p = sa[i]; p < sa[i + 1]; ++p)
        for (I q = sb[ca[p]]; q < sb[ca[p] + 1]; ++q)
          if (last[cb[q]] != I(i)) {
            last[cb[q]] = I(i);
            found.push_back(cb[q]);
          }
      int64_t length = int64_t(found.size()) - begin;
      I* row = found.data() + begin;
      if (length > 32) {
        std::sort(row, row + length);
      } else {
        for (int64_t p = 1; p < length; ++p) {
          I key = row[p];
          int64_t q = p;
          for (; q > 0 && row[q - 1] > key; --q) row[q] = row[q - 1];
          row[q] = key;
        }
      }
      STD_TORCH_CHECK(found.size() <= size_t(std::numeric_limits<I>::max()),
                      "csr_product: too many entries for the index dtype");
      starts[i + 1] = I(found.size());
    }
    indices = empty_as(pa, {int64_t(found.size())});
    std::copy(found.begin(), found.end(), data<I>(indices));
  });
  return {indptr, indices};
}

Tensor csr_triples_(int64_t mode, const Tensor& x_, const Tensor& y_, const Tensor& pa_, const Tensor& ia_,
                    const Tensor& pb_, const Tensor& ib_, const Tensor& pc_, const Tensor& ic_, int64_t columns) {
  const Tensor x = on_cpu(x_), y = on_cpu(y_), pa = on_cpu(pa_), ia = on_cpu(ia_), pb = on_cpu(pb_), ib = on_cpu(ib_);
  const Tensor pc = on_cpu(pc_), ic = on_cpu(ic_);
  STD_TORCH_CHECK(x.scalar_type() == y.scalar_type(), "csr_triples: the operands differ in dtype");
  int64_t count = (mode == 0 ? ia : mode == 1 ? ib : ic).size(0);
  Tensor out = empty_as(x, {count});
  dispatch_number(x, "csr_triples", [&](auto number) {
    using T = typename decltype(number)::type;
    dispatch_index(pa, "csr_triples", [&](auto index) {
      using I = typename decltype(index)::type;
      T* to = data<T>(out);
      for (int64_t t = 0; t < count; ++t) to[t] = T(0);
      std::vector<I> place(columns);
      csr_triples(mode, data<T>(x), data<T>(y), data<I>(pa), data<I>(ia), data<I>(pb), data<I>(ib), data<I>(pc),
                  data<I>(ic), pa.size(0) - 1, place.data(), to);
    });
  });
  return out;
}

SCI_OPERATOR("csr_inspect(Tensor indptr, Tensor indices) -> Tensor", csr_inspect_)
SCI_OPERATOR("csr_compress(Tensor row, Tensor column, int rows) -> (Tensor, Tensor, Tensor, Tensor)", csr_compress)
SCI_OPERATOR("csr_union(Tensor pa, Tensor ia, Tensor pb, Tensor ib) -> (Tensor, Tensor, Tensor, Tensor)", csr_union_)
SCI_OPERATOR(
    "csr_sum(Tensor a, Tensor pa, Tensor ia, Tensor b, Tensor pb, Tensor ib, int sign) -> (Tensor, Tensor, Tensor)",
    csr_sum_)
SCI_OPERATOR("csr_product_pattern(Tensor pa, Tensor ia, Tensor pb, Tensor ib, int columns) -> (Tensor, Tensor)",
             csr_product_pattern)
SCI_OPERATOR(
    "csr_triples_values(int mode, Tensor x, Tensor y, Tensor pa, Tensor ia, Tensor pb, Tensor ib, Tensor pc, Tensor "
    "ic, "
    "int columns) -> Tensor",
    csr_triples_)

}  // namespace
}  // namespace sci
