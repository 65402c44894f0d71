// Rearrangements and parts of compressed rows on the CPU, each with the values moved along (`data` given) or with the
// order of the entries in their place; on CUDA the callers take torch's sorts and searches.

#include "ops/sparse_compress.h"
#include "ops/sparse_parts.h"
#include "ops/sparse_shared.h"

namespace sci {
namespace {

using Parts = std::tuple<Tensor, Tensor, Tensor>;

/// A tensor for what a move gives: values, or their order.
Tensor room_for(const std::optional<Tensor>& values, const Tensor& indices, int64_t count) {
  return room_as(values ? *values : indices, {count});
}

/// Calls f with the move that the values ask for.
template <class I, class F>
bool with_move(const std::optional<Tensor>& values, Tensor& to, F&& f) {
  if (!values) return f(Order<I>{data<I>(to)});
  const Tensor from = dense(*values);
  return dispatch_bytes(from, [&](auto tag) {
    using V = typename decltype(tag)::type;
    return f(Carry<V>{data<V>(from), data<V>(to)});
  });
}

void check_values(const std::optional<Tensor>& values, const Tensor& indices, const char* where) {
  STD_TORCH_CHECK(!values || (values->dim() == 1 && values->size(0) >= indices.size(0)), where,
                  ": there must be as many values as indices");
}

/// The transpose: values or order, row starts, columns.
Parts csr_turn_(const std::optional<Tensor>& values, const Tensor& indptr_, const Tensor& indices_, int64_t columns) {
  const Tensor indptr = dense(indptr_), indices = dense(indices_);
  check_values(values, indices, "csr_turn");
  int64_t rows = indptr.size(0) - 1, count = indices.size(0);
  Tensor starts = room_as(indptr, {columns + 1}), turned = room_as(indices, {count});
  Tensor moved = room_for(values, indices, count);
  int64_t used = count;
  dispatch_index(indices, "csr_turn", [&](auto index) {
    using I = typename decltype(index)::type;
    bool holds = with_move<I>(values, moved, [&](const auto& move) {
      return csr_turn(data<I>(indptr), data<I>(indices), rows, count, columns, data<I>(starts), data<I>(turned), move);
    });
    check_inside(holds, "csr_turn");
    used = data<I>(indptr)[rows];
  });
  if (used == count) return {moved, starts, turned};
  return {torch::stable::narrow(moved, 0, 0, used), starts, torch::stable::narrow(turned, 0, 0, used)};
}

/// Counts, makes room, fills.
template <class I, class Body>
Parts taken(const Body& body, const std::optional<Tensor>& values, const Tensor& indices, int64_t rows,
            const char* where) {
  Tensor starts = room_as(indices, {rows + 1});
  int64_t total = body.count(data<I>(starts));
  check_inside(total >= 0, where);
  const Tensor& ends = starts;
  Tensor places = room_as(indices, {total + 1}), moved = room_for(values, indices, total + 1);
  with_move<I>(values, moved, [&](const auto& move) {
    body.fill(data<I>(ends), data<I>(places), move);
    return true;
  });
  return {torch::stable::narrow(moved, 0, 0, total), starts, torch::stable::narrow(places, 0, 0, total)};
}

/// Rows by list, or `count` of them from `first` in steps of `step`; of these the columns from `low` to `high`.
Parts csr_rows_(const std::optional<Tensor>& values, const Tensor& indptr_, const Tensor& indices_,
                const std::optional<Tensor>& list_, int64_t first, int64_t step, int64_t count, bool all, int64_t low,
                int64_t high, bool in_order) {
  const Tensor indptr = dense(indptr_), indices = dense(indices_);
  check_values(values, indices, "csr_rows");
  const Tensor list = list_ ? dense(*list_) : indptr;
  CsrWanted wanted{list_ ? data<int64_t>(list) : nullptr, first, step, list_ ? list.size(0) : count};
  Parts made{indptr, indptr, indptr};
  dispatch_index(indices, "csr_rows", [&](auto index) {
    using I = typename decltype(index)::type;
    CsrRows<I> body{data<I>(indptr), data<I>(indices), indptr.size(0) - 1,
                    indices.size(0), wanted,           all,
                    in_order,        I(all ? 0 : low), typename CsrRows<I>::U(high - low)};
    made = taken<I>(body, values, indices, wanted.count, "csr_rows");
  });
  return made;
}

/// Columns by list.
Parts csr_columns_(const std::optional<Tensor>& values, const Tensor& indptr_, const Tensor& indices_,
                   const Tensor& list_, int64_t columns) {
  const Tensor indptr = dense(indptr_), indices = dense(indices_), list = dense(list_);
  check_values(values, indices, "csr_columns");
  int64_t rows = indptr.size(0) - 1;
  Parts made{indptr, indptr, indptr};
  dispatch_index(indices, "csr_columns", [&](auto index) {
    using I = typename decltype(index)::type;
    CsrColumns<I> body{data<I>(indptr), data<I>(indices), rows, indices.size(0), columns, {}, {}, {}, {}};
    check_inside(body.prepare(data<int64_t>(list), list.size(0)), "csr_columns");
    made = taken<I>(body, values, indices, rows, "csr_columns");
  });
  return made;
}

/// Coordinates to rows in order: values or order, row starts, columns, and whether all places differ.
std::tuple<Tensor, Tensor, Tensor, bool> csr_compress_(const std::optional<Tensor>& values, const Tensor& row_,
                                                       const Tensor& column_, int64_t rows) {
  const Tensor row = dense(row_), column = dense(column_);
  check_values(values, row, "csr_compress");
  int64_t count = row.size(0);
  Tensor starts = room_as(row, {rows + 1}), indices = room_as(row, {count});
  Tensor moved = room_for(values, row, count);
  int found = 0;
  dispatch_index(row, "csr_compress", [&](auto index) {
    using I = typename decltype(index)::type;
    auto run = [&](auto tag, const auto& value) {
      using V = typename decltype(tag)::type;
      Room<CsrTraveller<I, V>> travel(row, count);
      std::vector<CsrEntry<I, V>> work;
      found = csr_compress(data<I>(row), data<I>(column), count, rows, value, travel.get(), work, data<I>(starts),
                           data<I>(indices), data<V>(moved));
    };
    if (!values) return run(type_tag<I>{}, [](int64_t p) { return I(p); });
    const Tensor from = dense(*values);
    dispatch_bytes(from, [&](auto tag) {
      using V = typename decltype(tag)::type;
      const V* source = data<V>(from);
      run(tag, [source](int64_t p) { return source[p]; });
    });
  });
  check_inside(found > 0, "csr_compress");
  return {moved, starts, indices, found == 2};
}

/// Rows in order without their duplicates, which are added up.
Parts csr_merge_(const Tensor& values_, const Tensor& indptr_, const Tensor& indices_) {
  const Tensor values = dense(values_), indptr = dense(indptr_), indices = dense(indices_);
  check_values(values, indices, "csr_merge");
  int64_t rows = indptr.size(0) - 1, count = indices.size(0);
  Tensor sums = room_as(values, {count}), starts = room_as(indptr, {rows + 1}), places = room_as(indices, {count});
  dispatch_number(values, "csr_merge", [&](auto number) {
    using T = typename decltype(number)::type;
    dispatch_index(indices, "csr_merge", [&](auto index) {
      using I = typename decltype(index)::type;
      int32_t failed = 0;
      auto guard = CsrGuard<I>::of(0, count, &failed);
      const I* from = data<I>(indptr);
      for (int64_t i = 0; i < rows; ++i) check_inside(guard.row(from[i], from[i + 1]), "csr_merge");
      count = csr_merge(data<T>(values), from, data<I>(indices), rows, data<T>(sums), data<I>(starts), data<I>(places));
    });
  });
  return {torch::stable::clone(torch::stable::narrow(sums, 0, 0, count)), starts,
          torch::stable::clone(torch::stable::narrow(places, 0, 0, count))};
}

SCI_CPU_OPERATOR("csr_turn(Tensor? data, Tensor indptr, Tensor indices, int columns) -> (Tensor, Tensor, Tensor)",
                 csr_turn_)
SCI_CPU_OPERATOR(
    "csr_rows(Tensor? data, Tensor indptr, Tensor indices, Tensor? list, int first, int step, int count, bool all, "
    "int low, int high, bool in_order) -> (Tensor, Tensor, Tensor)",
    csr_rows_)
SCI_CPU_OPERATOR(
    "csr_columns(Tensor? data, Tensor indptr, Tensor indices, Tensor list, int columns) -> (Tensor, Tensor, Tensor)",
    csr_columns_)
SCI_CPU_OPERATOR("csr_compress(Tensor? data, Tensor row, Tensor column, int rows) -> (Tensor, Tensor, Tensor, bool)",
                 csr_compress_)
SCI_CPU_OPERATOR("csr_merge(Tensor data, Tensor indptr, Tensor indices) -> (Tensor, Tensor, Tensor)", csr_merge_)

}  // namespace
}  // namespace sci
