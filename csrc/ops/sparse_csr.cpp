// Operators on compressed sparse rows: product with dense columns, sampled dense product, counting sort.
#include "ops/sparse_shared.h"
#include "runtime/owned.h"
#include "runtime/teams.h"
#include "sparse/bucket_sort.h"
#include "sparse/csr_matmul.h"
#include "sparse/csr_matmul_block.h"
#include "sparse/csr_matmul_team.h"
#include "sparse/csr_sample.h"

#define SCI_SPARSE_KERNELS(T, I)                                          \
  SCI_WARP_KERNEL("sparse/csr_matmul.h", sci::CsrMatvecWarp<T, I>)        \
  SCI_TEAM_KERNEL("sparse/csr_matmul_team.h", sci::CsrMatmulTeam<T, I>)   \
  SCI_WARP_KERNEL("sparse/csr_matmul.h", sci::CsrMatvecPieces<T, I>)      \
  SCI_TEAM_KERNEL("sparse/csr_matmul_team.h", sci::CsrMatmulPieces<T, I>) \
  SCI_TEAM_KERNEL("sparse/csr_long_rows.h", sci::CsrLongTotal<T, I>)      \
  SCI_WARP_KERNEL("sparse/csr_sample.h", sci::CsrSamplePieces<T, I>)      \
  SCI_WARP_KERNEL("sparse/csr_sample.h", sci::CsrSample<T, I>)
SCI_SPARSE_KERNELS(float, int32_t)
SCI_SPARSE_KERNELS(float, int64_t)
SCI_SPARSE_KERNELS(double, int32_t)
SCI_SPARSE_KERNELS(double, int64_t)
SCI_SPARSE_KERNELS(sci::complex<float>, int32_t)
SCI_SPARSE_KERNELS(sci::complex<float>, int64_t)
SCI_SPARSE_KERNELS(sci::complex<double>, int32_t)
SCI_SPARSE_KERNELS(sci::complex<double>, int64_t)

namespace sci {
namespace {

/// Runs a body on the CPU's threads without making it a CUDA kernel.
template <class Body>
void on_threads(int64_t n, int64_t grain, const Body& body) {
  if (n <= grain) return run_items(0, n, body);
  torch::stable::parallel_for(0, n, grain, [&](int64_t begin, int64_t end) { run_items(begin, end, body); });
}

template <class Body>
void on_teams(const Tensor& like, int64_t items, const Body& body) {
  launch_cuda(kernel_of<Body>::kernel, like.get_device(), items, items * body.team_size, &body);
}

/// The long rows of a product on CUDA (sparse/csr_long_rows.h), which `body` leaves out.
template <class T, class I, class Pieces>
void long_rows(Pieces body, const Tensor& like, const Tensor& indices, int64_t members, int64_t columns,
               int64_t groups) {
  const int64_t count = body.split.count;
  Tensor parts = empty_as(like, {members, count, columns}), owners = empty_as(indices, {count});
  body.parts = data<T>(parts);
  body.owners = data<I>(owners);
  if constexpr (std::is_base_of_v<CsrMatvec<T, I>, Pieces>)
    parallel_for(like, members * count, body);
  else
    on_teams(like, members * count * groups, body);
  const CsrLongTotal<T, I> total{body.split, body.indptr, body.owners, body.parts, body.y, body.rows, columns};
  on_teams(like, members * total.items(), total);
}

int64_t product(const std::vector<int64_t>& sizes) {
  int64_t n = 1;
  for (int64_t s : sizes) n *= s;
  return n;
}

/// The common leading dimensions of contiguous tensors whose last `core` dimensions are not of the batch.
std::vector<int64_t> broadcast(const Tensor& a, int64_t core_a, const Tensor& b, int64_t core_b, SparseBatch& batch,
                               const char* where) {
  int64_t rank_a = a.dim() - core_a, rank_b = b.dim() - core_b, rank = max(rank_a, rank_b);
  STD_TORCH_CHECK(rank <= SparseBatch::max_rank, where, ": at most 8 batch dimensions");
  batch.rank = int(rank);
  std::vector<int64_t> sizes(rank);
  int64_t size_a = 1, size_b = 1;
  for (int64_t d = 0; d < core_a; ++d) size_a *= a.size(rank_a + d);
  for (int64_t d = 0; d < core_b; ++d) size_b *= b.size(rank_b + d);
  for (int64_t back = 1; back <= rank; ++back) {
    int64_t n = back <= rank_a ? a.size(rank_a - back) : 1, m = back <= rank_b ? b.size(rank_b - back) : 1;
    STD_TORCH_CHECK(n == m || n == 1 || m == 1, where, ": batch dimensions ", n, " and ", m, " do not broadcast");
    int64_t d = rank - back;
    sizes[d] = batch.size[d] = n == 1 ? m : n;
    batch.stride[0][d] = n == 1 ? 0 : size_a;
    batch.stride[1][d] = m == 1 ? 0 : size_b;
    size_a *= n;
    size_b *= m;
  }
  return sizes;
}

int64_t grain_for(int64_t entries, int64_t rows, int64_t columns) {
  // Some 32 thousand multiplications per task.
  int64_t work = (entries / max(rows, int64_t(1)) + 1) * columns;
  return max(int64_t(1), int64_t(32768) / max(work, int64_t(1)));
}

/// One matrix and one vector on the CPU; y may not overlap with what is read.
template <class T, class I>
void vector_product(const T* values, const I* indptr, const I* indices, const T* x, T* y, int64_t rows, int64_t columns,
                    int64_t entries, bool transposed, int32_t* failed) {
  auto guard = CsrGuard<I>::of(columns, entries, failed);
  if (transposed) {
    run_items(0, 1, CsrScatter<T, I>{values, indptr, indices, x, y, rows, columns, 1, SparseBatch{}, guard});
    return;
  }
  using Body = CsrMatvecBlock<T, I>;
  bool longer = entries >= 12 * rows;
  on_threads((rows + Body::length - 1) / Body::length, max(int64_t(1), grain_for(entries, rows, 1) / Body::length),
             Body{values, indptr, indices, x, y, rows, longer, guard});
}

/// `longest`: entries of the longest row of what is multiplied, or -1 where nobody knows.
Tensor csr_matmul(const Tensor& data_, const Tensor& x_, const Tensor& indptr_, const Tensor& indices_,
                  const std::optional<Tensor>& t_indptr, const std::optional<Tensor>& t_indices,
                  const std::optional<Tensor>& t_order, int64_t rows, int64_t columns, bool transposed,
                  int64_t longest) {
  Tensor data = dense(data_), x = dense(x_);
  bool vector = x.dim() == 1;  // only where nothing differentiates: the derivative's rule knows columns alone
  bool gather = !transposed || t_indptr.has_value();
  STD_TORCH_CHECK(data.scalar_type() == x.scalar_type(), "csr_matmul: data and x differ in dtype");
  STD_TORCH_CHECK(data.is_cuda() == x.is_cuda() && data.is_cpu() == x.is_cpu() && data.get_device() == x.get_device(),
                  "csr_matmul: matrix and operand are on different devices");
  int64_t core = vector ? 1 : 2;
  STD_TORCH_CHECK(x.dim() >= core && x.size(x.dim() - core) == (transposed ? rows : columns),
                  "csr_matmul: x has the wrong number of rows");
  STD_TORCH_CHECK(gather || !x.is_cuda(), "csr_matmul: on CUDA the transposed pattern is needed");
  bool turned = transposed && gather;
  Tensor indptr = dense(turned ? *t_indptr : indptr_), indices = dense(turned ? *t_indices : indices_);
  Tensor order = turned ? dense(*t_order) : indptr;  // unused where not turned
  int64_t k = vector ? 1 : x.size(x.dim() - 1), out_rows = transposed ? columns : rows, entries = indices.size(0);
  SparseBatch batch;
  std::vector<int64_t> sizes = broadcast(data, 1, x, core, batch, "csr_matmul");
  int64_t members = product(sizes);
  sizes.push_back(out_rows);
  if (!vector) sizes.push_back(k);
  Tensor y = room_as(x, sizes);
  if (members * out_rows * k == 0) return y;
  if (entries == 0) return torch::stable::zero_(y);
  int32_t failed = 0;
  dispatch_number(x, "csr_matmul", [&](auto number) {
    using T = typename decltype(number)::type;
    dispatch_index(indices, "csr_matmul", [&](auto index) {
      using I = typename decltype(index)::type;
      const I* perm = turned ? sci::data<I>(order) : nullptr;
      const T* values = sci::data<T>(static_cast<const Tensor&>(data));
      const T* from = sci::data<T>(static_cast<const Tensor&>(x));
      const I* starts = sci::data<I>(static_cast<const Tensor&>(indptr));
      const I* places = sci::data<I>(static_cast<const Tensor&>(indices));
      int64_t grain = grain_for(entries, out_rows, k);
      auto guard = CsrGuard<I>::of(turned ? rows : columns, entries, &failed);
      if (k == 1 && !perm && members == 1 && !x.is_cuda()) {
        vector_product(values, starts, places, from, sci::data<T>(y), rows, columns, entries, transposed, &failed);
      } else if (!gather) {
        on_threads(members, 1,
                   CsrScatter<T, I>{values, starts, places, from, sci::data<T>(y), rows, out_rows, k, batch, guard});
      } else if (k == 1) {
        CsrMatvec<T, I> body{values, starts, places, perm, from, sci::data<T>(y), out_rows, batch, guard};
        if (x.is_cuda()) {
          auto wide = CsrMatvecWarp<T, I>::of(body, entries);
          wide.split = CsrPieces::of(wide.piece_length, entries, longest);
          parallel_for(x, members * wide.pieces, wide);
          if (wide.split.count > 0) long_rows<T, I>(CsrMatvecPieces<T, I>{wide}, x, indices, members, 1, 1);
        } else {
          on_threads(members * out_rows, grain, body);
        }
      } else {
        CsrMatmul<T, I> body{values, starts, places, perm, from, sci::data<T>(y), out_rows, k, batch, guard};
        if (x.is_cuda()) {
          auto teams = CsrMatmulTeam<T, I>::of(body);
          teams.split = CsrPieces::of(teams.piece_length, entries, longest);
          on_teams(x, members * out_rows * teams.groups, teams);
          if (teams.split.count > 0)
            long_rows<T, I>(CsrMatmulPieces<T, I>{teams}, x, indices, members, k, teams.groups);
        } else if constexpr (is_hardware<T>)
          on_threads(members * out_rows, grain, CsrMatmulBlock<T, I>{body});
        else
          on_threads(members * out_rows, grain, body);
      }
    });
  });
  check_inside(!failed, "csr_matmul");
  return y;
}

/// An operand as its handle says: what a small product can afford to ask.
struct Line {
  int64_t rank = 0, *size = nullptr, *stride = nullptr;
  int32_t dtype = 0, device = 0;
  explicit Line(AtenTensorHandle x) {
    aoti_torch_get_dim(x, &rank);
    aoti_torch_get_sizes(x, &size);
    aoti_torch_get_strides(x, &stride);
    aoti_torch_get_dtype(x, &dtype);
    aoti_torch_get_device_type(x, &device);
  }
  bool plain() const { return rank == 1 && (stride[0] == 1 || size[0] <= 1) && device == aoti_torch_device_type_cpu(); }
};

template <class T>
const T* start(const Owned& x) {
  const void* pointer = nullptr;
  STABLE_TORCH_ERROR_CODE_CHECK(torch_get_const_data_ptr(x.handle, &pointer));
  return static_cast<const T*>(pointer);
}

/// csr_apply(data, x, indptr, indices, columns, transposed): a product without what derivatives need. It takes apart
/// its arguments itself, since a product of a small matrix costs what its arguments cost.
void csr_apply(StableIValue* stack, uint64_t, uint64_t) {
  using torch::stable::detail::to;
  Owned data(to<AtenTensorHandle>(stack[0])), x(to<AtenTensorHandle>(stack[1])), indptr(to<AtenTensorHandle>(stack[2]));
  Tensor indices(to<AtenTensorHandle>(stack[3]));
  const int64_t columns = to<int64_t>(stack[4]);
  const bool transposed = to<bool>(stack[5]);
  const Line values(data.handle), vector(x.handle), starts(indptr.handle), places(indices.get());
  STD_TORCH_CHECK(vector.device == values.device, "csr_apply: matrix and operand are on different devices");
  const int64_t rows = starts.size[0] - 1, out_rows = transposed ? columns : rows;
  const bool plain = vector.plain() && values.plain() && starts.plain() && places.plain();
  if (!plain || out_rows == 0 || size_t(out_rows) * sizeof(float) >= kept_from) {
    Tensor y = csr_matmul(Tensor(data.release()), Tensor(x.release()), Tensor(indptr.release()), indices, std::nullopt,
                          std::nullopt, std::nullopt, rows, columns, transposed, -1);
    stack[0] = torch::stable::detail::from(y);
    return;
  }
  const int64_t entries = places.size[0];
  STD_TORCH_CHECK(values.dtype == vector.dtype && vector.size[0] == (transposed ? rows : columns) &&
                      values.size[0] >= entries && starts.dtype == places.dtype,
                  "csr_apply: shapes or dtypes do not fit");
  const int64_t one = 1;
  AtenTensorHandle made = nullptr;
  STABLE_TORCH_ERROR_CODE_CHECK(aoti_torch_empty_strided(1, &out_rows, &one, vector.dtype, vector.device, 0, &made));
  Tensor y(made);
  int32_t failed = 0;
  dispatch_number(y, "csr_apply", [&](auto number) {
    using T = typename decltype(number)::type;
    dispatch_index(indices, "csr_apply", [&](auto index) {
      using I = typename decltype(index)::type;
      vector_product(start<T>(data), start<I>(indptr), sci::data<I>(std::as_const(indices)), start<T>(x),
                     sci::data<T>(y), rows, columns, entries, transposed, &failed);
    });
  });
  check_inside(!failed, "csr_apply");
  stack[0] = torch::stable::detail::from(y);
}

// The pattern of the transpose is not needed here: the operator's derivative finds it among the arguments.
Tensor csr_sample(const Tensor& u_, const Tensor& v_, const Tensor& indptr_, const Tensor& indices_,
                  const std::optional<Tensor>&, const std::optional<Tensor>&, const std::optional<Tensor>&) {
  const Tensor u = dense(u_), v = dense(v_), indptr = dense(indptr_), indices = dense(indices_);
  STD_TORCH_CHECK(u.scalar_type() == v.scalar_type(), "csr_sample: u and v differ in dtype");
  int64_t rows = u.size(u.dim() - 2), columns = u.size(u.dim() - 1), entries = indices.size(0);
  STD_TORCH_CHECK(indptr.size(0) == rows + 1 && v.size(v.dim() - 1) == columns, "csr_sample: shapes do not fit");
  SparseBatch batch;
  std::vector<int64_t> sizes = broadcast(u, 2, v, 2, batch, "csr_sample");
  int64_t members = product(sizes);
  sizes.push_back(entries);
  Tensor out = room_as(u, sizes);
  if (members * entries == 0) return out;
  int32_t failed = 0;
  dispatch_number(u, "csr_sample", [&](auto number) {
    using T = typename decltype(number)::type;
    dispatch_index(indices, "csr_sample", [&](auto index) {
      using I = typename decltype(index)::type;
      CsrSample<T, I> body{data<I>(indptr), data<I>(indices),
                           data<T>(u),      data<T>(v),
                           data<T>(out),    rows,
                           columns,         entries,
                           batch,           CsrGuard<I>::of(v.size(v.dim() - 2), entries, &failed),
                           members,         csr_lanes(entries, rows)};
      if (u.is_cuda()) body.split = CsrPieces::of(body.piece_length, entries, -1);
      const int64_t items = members * rows, together = u.is_cuda() ? 32 / body.lanes : 1;
      parallel_for(u, (items + together - 1) / together, body, grain_for(entries, rows, columns));
      if (body.split.count > 0) parallel_for(u, members * body.split.count, CsrSamplePieces<T, I>{body});
    });
  });
  check_inside(!failed, "csr_sample");
  return out;
}

/// Both gradients of y = A x for one vector or column, given that of y; `parts` ranges of rows are worked on at once.
std::tuple<Tensor, Tensor> csr_matvec_gradients(const Tensor& data_, const Tensor& x_, const Tensor& g_,
                                                const Tensor& indptr_, const Tensor& indices_, int64_t parts) {
  const Tensor data = dense(data_), x = dense(x_), g = dense(g_), indptr = dense(indptr_), indices = dense(indices_);
  int64_t rows = indptr.size(0) - 1, columns = x.size(0), entries = indices.size(0);
  STD_TORCH_CHECK(data.scalar_type() == x.scalar_type() && x.scalar_type() == g.scalar_type() && g.numel() == rows &&
                      x.numel() == columns && data.size(0) >= entries,
                  "csr_matvec_gradients: shapes or dtypes do not fit");
  STD_TORCH_CHECK(parts >= 1 && rows >= 1, "csr_matvec_gradients: nothing to work on");
  Tensor to_data = room_as(data, {data.size(0)}),
         to_x = room_as(x, std::vector<int64_t>(x.sizes().begin(), x.sizes().end()));
  Tensor others = room_as(x, {(parts - 1) * columns});
  int32_t failed = 0;
  dispatch_number(x, "csr_matvec_gradients", [&](auto number) {
    using T = typename decltype(number)::type;
    dispatch_index(indices, "csr_matvec_gradients", [&](auto index) {
      using I = typename decltype(index)::type;
      const I* starts = sci::data<I>(indptr);
      T* values = sci::data<T>(to_data);
      for (int64_t p = max(int64_t(0), int64_t(starts[rows])); p < data.size(0); ++p) values[p] = T(0);
      T *sums = sci::data<T>(to_x), *more = sci::data<T>(others);
      CsrMatvecGradients<T, I> body{sci::data<T>(data),
                                    starts,
                                    sci::data<I>(indices),
                                    sci::data<T>(x),
                                    sci::data<T>(g),
                                    values,
                                    sums,
                                    more,
                                    rows,
                                    columns,
                                    parts,
                                    CsrGuard<I>::of(columns, entries, &failed)};
      on_threads(parts, 1, body);
      torch::stable::parallel_for(0, columns, 8192, [&](int64_t begin, int64_t end) {
        for (int64_t part = 0; part + 1 < parts; ++part)
          for (int64_t j = begin; j < end; ++j) sums[j] += more[part * columns + j];
      });
    });
  });
  check_inside(!failed, "csr_matvec_gradients");
  return {to_data, to_x};
}

std::tuple<Tensor, Tensor> bucket_sort(const Tensor& keys_, int64_t buckets) {
  const Tensor keys = dense(keys_);
  int64_t count = keys.size(0);
  Tensor offsets = room_as(keys, {buckets + 1}), order = room_as(keys, {count});
  dispatch_index(keys, "bucket_sort", [&](auto index) {
    using I = typename decltype(index)::type;
    int32_t failed = 0;
    auto guard = CsrGuard<I>::of(buckets, count, &failed);
    BucketSort<I>{data<I>(keys), data<I>(offsets), data<I>(order), count, buckets, guard}(0);
    check_inside(!failed, "bucket_sort");
  });
  return {offsets, order};
}

SCI_OPERATOR(
    "csr_matmul(Tensor data, Tensor x, Tensor indptr, Tensor indices, Tensor? t_indptr, Tensor? t_indices, "
    "Tensor? t_order, int rows, int columns, bool transposed, int longest) -> Tensor",
    csr_matmul)
SCI_OPERATOR(
    "csr_sample(Tensor u, Tensor v, Tensor indptr, Tensor indices, Tensor? t_indptr, Tensor? t_indices, "
    "Tensor? t_order) -> Tensor",
    csr_sample)
const bool csr_apply_registered = register_operator(
    "csr_apply(Tensor data, Tensor x, Tensor indptr, Tensor indices, int columns, bool transposed) -> Tensor",
    csr_apply, false);
SCI_CPU_OPERATOR(
    "csr_matvec_gradients(Tensor data, Tensor x, Tensor g, Tensor indptr, Tensor indices, int parts) -> (Tensor, "
    "Tensor)",
    csr_matvec_gradients)
SCI_CPU_OPERATOR("bucket_sort(Tensor keys, int buckets) -> (Tensor, Tensor)", bucket_sort)

}  // namespace
}  // namespace sci
