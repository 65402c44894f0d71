// What iterations consist of, with as little traffic to memory as they need: products with a matrix that is used many
// times, updates of vectors together with inner products, orthogonalisation against a basis.
#include <cmath>

#include "ops/sparse_diagonals.h"
#include "runtime/teams.h"
#include "sparse/arnoldi_step.h"
#include "sparse/gram_schmidt.h"
#include "sparse/recurrence.h"
#include "sparse/vector_program.h"

SCI_WARP_KERNEL("sparse/recurrence.h", sci::Recurrence<double>)
SCI_WARP_KERNEL("sparse/recurrence.h", sci::Recurrence<float>)
SCI_WARP_KERNEL("sparse/recurrence.h", sci::Recurrence<sci::complex<double>>)
SCI_WARP_KERNEL("sparse/recurrence.h", sci::Recurrence<sci::complex<float>>)
SCI_FOUR_TEAM_KERNELS("sparse/vector_program.h", VectorProgram)
SCI_FOUR_TEAM_KERNELS("sparse/arnoldi_step.h", ArnoldiPass)
SCI_KERNEL("sparse/arnoldi_step.h", sci::ArnoldiScale<float>)
SCI_KERNEL("sparse/arnoldi_step.h", sci::ArnoldiScale<double>)
SCI_KERNEL("sparse/arnoldi_step.h", sci::ArnoldiScale<sci::complex<float>>)
SCI_KERNEL("sparse/arnoldi_step.h", sci::ArnoldiScale<sci::complex<double>>)

namespace sci {
namespace {

template <class Body>
void on_items(int64_t items, const Body& body) {
  if (items <= 8) return run_items(0, items, body);
  torch::stable::parallel_for(0, items, 4, [&](int64_t begin, int64_t end) { run_items(begin, end, body); });
}

using Parts = std::tuple<Tensor, Tensor, Tensor, Tensor>;

/// Offsets of the diagonals, places, constants, values (csrc/sparse/diagonals.h); no offsets where compressed rows take
/// less memory.
Parts csr_diagonals(const Tensor& data_, const Tensor& indptr_, const Tensor& indices_, int64_t columns) {
  const Tensor values = dense(data_), indptr = dense(indptr_), indices = dense(indices_);
  STD_TORCH_CHECK(values.dim() == 1 && values.size(0) == indices.size(0), "csr_diagonals: shapes do not fit");
  GatheredDiagonals found{{}, values, values, values};
  dispatch_number(values, "csr_diagonals", [&](auto number) {
    dispatch_index(indices, "csr_diagonals", [&](auto index) {
      found = gather_diagonals<typename decltype(number)::type, typename decltype(index)::type>(values, indptr, indices,
                                                                                                columns);
    });
  });
  Tensor offsets = empty_as(values, {int64_t(found.offsets.size())}, ScalarType::Long);
  std::copy(found.offsets.begin(), found.offsets.end(), data<int64_t>(offsets));
  return {offsets, found.places, found.constants, found.values};
}

/// A x or A^H x for vectors x (members, n).
Tensor diagonals_product(const Tensor& offsets, const Tensor& places, const Tensor& constants, const Tensor& values,
                         const Tensor& x_, int64_t rows, int64_t columns, bool adjoint) {
  const Tensor x = dense(x_);
  STD_TORCH_CHECK(x.dim() == 2 && x.scalar_type() == values.scalar_type(),
                  "diagonals_product: expected vectors (members, n) of the matrix's dtype");
  int64_t members = x.size(0), down = adjoint ? columns : rows;
  int64_t pieces = (rows + Diagonals<double>::length - 1) / Diagonals<double>::length * offsets.size(0);
  STD_TORCH_CHECK(places.numel() == pieces && constants.numel() == pieces && x.size(1) == (adjoint ? rows : columns) &&
                      values.numel() == pieces * Diagonals<double>::length,
                  "diagonals_product: shapes do not fit");
  Tensor y = room_as(x, {members, down});
  dispatch_number(x, "diagonals_product", [&](auto number) {
    using T = typename decltype(number)::type;
    DiagonalsProduct<T> body;
    body.values = data<T>(values);
    body.places = data<int64_t>(places);
    body.constants = data<T>(constants);
    body.offsets = data<int64_t>(offsets);
    body.count = offsets.size(0);
    body.rows = rows;
    body.columns = columns;
    body.x = data<T>(x);
    body.y = data<T>(y);
    body.members = members;
    body.adjoint_ = adjoint;
    on_items((down + body.length - 1) / body.length, body);
  });
  return y;
}

bool inside(int64_t place, int64_t size) { return place >= 0 && place < size; }

/// Steps (kind, to, u, v, a, b) on vectors (members, n); the blocks' parts of the inner products.
Tensor vector_recurrence(std::vector<Tensor> vectors, const Tensor& factors_, std::vector<int64_t> steps,
                         int64_t inners) {
  const Tensor factors = torch::stable::contiguous(factors_);
  STD_TORCH_CHECK(!vectors.empty() && vectors[0].dim() == 2, "vector_recurrence: expected vectors (members, n)");
  int64_t members = vectors[0].size(0), n = vectors[0].size(1), count = int64_t(steps.size() / 6);
  int64_t blocks = (n + Recurrence<double>::length - 1) / Recurrence<double>::length;
  Tensor parts = empty_as(vectors[0], {members, blocks, inners});
  STD_TORCH_CHECK(vectors.size() <= 16 && count <= 16 && inners <= 8, "vector_recurrence: too long");
  dispatch_number(vectors[0], "vector_recurrence", [&](auto number) {
    using T = typename decltype(number)::type;
    Recurrence<T> body = {};
    for (size_t i = 0; i < vectors.size(); ++i) {
      Tensor& v = vectors[i];
      STD_TORCH_CHECK(v.is_contiguous() && v.scalar_type() == vectors[0].scalar_type() && v.dim() == 2 &&
                          v.size(0) == members && v.size(1) == n,
                      "vector_recurrence: vectors differ in shape or dtype");
      body.vectors[i] = data<T>(v);
    }
    body.factor_count = int(factors.numel() / max(members, int64_t(1)));
    STD_TORCH_CHECK(factors.scalar_type() == vectors[0].scalar_type() && body.factor_count * members == factors.numel(),
                    "vector_recurrence: factors do not fit");
    for (int64_t s = 0; s < count; ++s) {
      const int64_t* step = &steps[size_t(6 * s)];
      int64_t size = int64_t(vectors.size());
      STD_TORCH_CHECK(inside(step[0], 4) && inside(step[1], step[0] == 3 ? inners : size) && inside(step[2], size) &&
                          inside(step[3], size) && (step[0] != 1 || inside(step[4], body.factor_count)) &&
                          (step[0] == 3 || inside(step[5], body.factor_count)),
                      "vector_recurrence: step ", s, " names what is not there");
      body.steps[s] = {int32_t(step[0]), int32_t(step[1]), int32_t(step[2]),
                       int32_t(step[3]), int32_t(step[4]), int32_t(step[5])};
    }
    body.factors = data<T>(factors);
    body.parts = data<T>(parts);
    body.n = n;
    body.blocks = blocks;
    body.step_count = int(count);
    body.inner_count = int(inners);
    if (vectors[0].is_cuda())
      parallel_for(vectors[0], members * blocks, body);
    else
      on_items(members * blocks, body);
  });
  return parts;
}

/// Numbers of numbers, as (operation, to, a, b, c), then steps on vectors (members, n) as above, whose factors and
/// inner products are numbers, too (sparse/vector_program.h): one launch.
void vector_program(std::vector<Tensor> vectors, Tensor numbers, Tensor arrived, std::vector<int64_t> operations,
                    std::vector<double> constants, std::vector<int64_t> steps, std::vector<int64_t> inner_places) {
  using Limits = VectorProgram<float>;
  const int64_t members = arrived.numel(), n = vectors.empty() ? 0 : vectors[0].size(1);
  const int64_t count = int64_t(steps.size() / 6), size = int64_t(vectors.size());
  STD_TORCH_CHECK(numbers.is_cuda() && numbers.numel() == members * Limits::places && size <= Limits::most_vectors &&
                      count <= Limits::most_steps && inner_places.size() <= size_t(Limits::most_inners) &&
                      operations.size() <= size_t(5 * Limits::most_numbers) &&
                      constants.size() <= size_t(Limits::most_constants),
                  "vector_program: too long, or numbers do not fit");
  for (int64_t place : inner_places)
    STD_TORCH_CHECK(inside(place, Limits::places), "vector_program: an inner product has no place");
  dispatch_number(numbers, "vector_program", [&](auto number) {
    using T = typename decltype(number)::type;
    VectorProgram<T> body = {};
    for (size_t i = 0; i < vectors.size(); ++i) {
      Tensor& v = vectors[i];
      STD_TORCH_CHECK(v.is_cuda() && v.is_contiguous() && v.scalar_type() == numbers.scalar_type() && v.dim() == 2 &&
                          v.size(0) == members && v.size(1) == n,
                      "vector_program: vectors differ in shape or dtype");
      body.vectors[i] = data<T>(v);
    }
    for (int64_t s = 0; s < count; ++s) {
      const int64_t* step = &steps[size_t(6 * s)];
      STD_TORCH_CHECK(inside(step[0], 5) && inside(step[1], step[0] == 3 ? int64_t(inner_places.size()) : size) &&
                          inside(step[2], size) && inside(step[3], size) && inside(step[4], Limits::places) &&
                          inside(step[5], Limits::places),
                      "vector_program: step ", s, " names what is not there");
      body.steps[s] = {int32_t(step[0]), int32_t(step[1]), int32_t(step[2]),
                       int32_t(step[3]), int32_t(step[4]), int32_t(step[5])};
    }
    for (size_t s = 0; s + 5 <= operations.size(); s += 5) {
      for (size_t k = 0; k < 5; ++k)
        STD_TORCH_CHECK(inside(operations[s + k], k == 0 ? int64_t(number_operations) : int64_t(Limits::places)),
                        "vector_program: an operation names what is not there");
      body.operations[s / 5] = {(unsigned char)(operations[s]), (unsigned char)(operations[s + 1]),
                                (unsigned char)(operations[s + 2]), (unsigned char)(operations[s + 3]),
                                (unsigned char)(operations[s + 4])};
    }
    std::copy(constants.begin(), constants.end(), body.constants);
    for (size_t k = 0; k < inner_places.size(); ++k) body.inner_places[k] = int(inner_places[k]);
    body.blocks =
        max(int64_t(1), min((n + body.team_size * body.each - 1) / (body.team_size * body.each), body.most_blocks));
    Tensor parts = empty_as(numbers, {members, body.blocks, int64_t(inner_places.size())});
    body.numbers = data<T>(numbers);
    body.parts = data<T>(parts);
    body.arrived = data<int32_t>(arrived);
    body.n = n;
    body.step_count = int(count);
    body.operation_count = int(operations.size() / 5);
    body.inner_count = int(inner_places.size());
    const int64_t items = members * body.blocks;
    launch_cuda(kernel_of<VectorProgram<T>>::kernel, numbers.get_device(), items, items * body.team_size, &body);
  });
}

/// Step `step` of Arnoldi's iteration (sparse/arnoldi_step.h): w (members, n), rows (members, room, n), H (members,
/// steps + 1, steps), B (members, before, steps), work (members, 3, room), report (members, 3).
void arnoldi_step(Tensor rows, Tensor w, Tensor H, Tensor B, Tensor work, Tensor report, Tensor arrived, int64_t step) {
  const int64_t members = rows.size(0), room = rows.size(1), n = rows.size(2);
  const int64_t steps = H.size(2), before = B.size(1);
  STD_TORCH_CHECK(rows.is_cuda() && step >= 0 && step < steps && room > before + step + 1 && H.size(1) == steps + 1 &&
                      w.numel() == members * n && H.size(0) == members && B.numel() == members * before * steps &&
                      work.numel() == members * 3 * room && report.numel() == members * 3 && arrived.numel() == members,
                  "arnoldi_step: shapes do not fit");
  for (const Tensor& x : {rows, w, H, B, work})
    STD_TORCH_CHECK(x.is_contiguous() && x.scalar_type() == w.scalar_type(), "arnoldi_step: dtypes or layouts differ");
  dispatch_number(w, "arnoldi_step", [&](auto number) {
    using T = typename decltype(number)::type;
    ArnoldiState<T> state;
    state.rows = data<T>(rows);
    state.w = data<T>(w);
    state.H = data<T>(H);
    state.B = data<T>(B);
    state.work = data<T>(work);
    state.report = data<double>(report);
    state.n = n;
    state.room = room;
    state.steps = steps;
    state.before = before;
    state.step = step;
    ArnoldiPass<T> pass{state};
    pass.blocks = (n + pass.length - 1) / pass.length;
    Tensor parts = empty_as(w, {members, room, pass.blocks});
    pass.parts = data<T>(parts);
    pass.arrived = data<int32_t>(arrived);
    const int64_t items = members * pass.blocks;
    for (pass.pass = 0; pass.pass < 3; ++pass.pass)
      launch_cuda(kernel_of<ArnoldiPass<T>>::kernel, w.get_device(), items, items * pass.team_size, &pass);
    parallel_for(w, members * n, ArnoldiScale<T>{state});
  });
}

template <class T, template <class> class Body>
void gram_schmidt_pass(const GramSchmidt<T>& g, int64_t length, T* sums) {
  Body<T> body;
  static_cast<GramSchmidt<T>&>(body) = g;
  body.length = length;
  int64_t blocks = (g.n + length - 1) / length;
  on_items(blocks, body);
  for (int64_t j = 0; j <= g.k; ++j) sums[j] = T(0);
  for (int64_t i = 0; i < blocks; ++i)
    for (int64_t j = 0; j <= g.k; ++j) sums[j] = sums[j] + g.parts[i * (g.k + 1) + j];
}

/// Makes w orthogonal to orthonormal rows of V, but for a share `enough` of what is left: w's coefficients, and the
/// square of what is left.
template <class T>
void orthogonalise(GramSchmidt<T> g, double enough, T* result) {
  using R = real_of<T>;
  // A block that is read twice stays in the second cache; one that is read once is as long as streams like it.
  int64_t twice = min((int64_t(1) << 19) / int64_t(sizeof(T)) / max(g.k, int64_t(1)), int64_t(4096));
  twice = max(twice / 16 * 16, int64_t(128));
  int64_t once = max(twice, min(int64_t(16384), g.n / 64 / 16 * 16)), blocks = (g.n + twice - 1) / twice;
  std::vector<T> parts(size_t(blocks * (g.k + 1))), h(size_t(g.k + 1)), left(size_t(g.k + 1));
  g.parts = parts.data();
  g.h = h.data();
  gram_schmidt_pass<T, GramSchmidtCoefficients>(g, once, h.data());
  for (int64_t j = 0; j < g.k; ++j) result[j] = h[j];
  for (int pass = 0; pass < 4; ++pass) {
    gram_schmidt_pass<T, GramSchmidtUpdate>(g, twice, left.data());
    R rest = 0, size = complex<R>(left[g.k]).re;
    for (int64_t j = 0; j < g.k; ++j) rest += norm(complex<R>(left[j]));
    result[g.k] = T(size);
    if (!(rest > R(enough * enough) * size)) break;
    for (int64_t j = 0; j < g.k; ++j) {
      h[j] = left[j];
      result[j] = result[j] + left[j];
    }
  }
}

/// w (members, n), in place, against rows of V (members, k, n).
Tensor gram_schmidt(const Tensor& V, Tensor w, double enough) {
  STD_TORCH_CHECK(V.dim() == 3 && w.dim() == 2 && w.is_contiguous() && V.stride(2) == 1 &&
                      V.scalar_type() == w.scalar_type() && V.size(0) == w.size(0) && V.size(2) == w.size(1),
                  "gram_schmidt: expected V (members, k, n) and w (members, n)");
  int64_t members = w.size(0), k = V.size(1), n = w.size(1);
  Tensor result = empty_as(w, {members, k + 1});
  dispatch_number(w, "gram_schmidt", [&](auto number) {
    using T = typename decltype(number)::type;
    for (int64_t m = 0; m < members; ++m) {
      GramSchmidt<T> g = {};
      g.V = data<T>(V) + m * V.stride(0);
      g.w = data<T>(w) + m * n;
      g.k = k;
      g.n = n;
      g.stride = V.stride(1);
      orthogonalise(g, enough, data<T>(result) + m * (k + 1));
    }
  });
  return result;
}

/// An empty tensor, in large pages where it is long.
Tensor room(const Tensor& like, std::vector<int64_t> size) { return room_as(like, std::move(size)); }

SCI_CPU_OPERATOR("room(Tensor like, int[] size) -> Tensor", room)
SCI_CPU_OPERATOR(
    "csr_diagonals(Tensor data, Tensor indptr, Tensor indices, int columns) -> (Tensor, Tensor, Tensor, Tensor)",
    csr_diagonals)
SCI_CPU_OPERATOR(
    "diagonals_product(Tensor offsets, Tensor places, Tensor constants, Tensor values, Tensor x, int rows, int "
    "columns, "
    "bool adjoint) -> Tensor",
    diagonals_product)
SCI_OPERATOR("vector_recurrence(Tensor(a!)[] vectors, Tensor factors, int[] steps, int inners) -> Tensor",
             vector_recurrence)
SCI_OPERATOR(
    "vector_program(Tensor(a!)[] vectors, Tensor(b!) numbers, Tensor(c!) arrived, int[] operations, float[] constants, "
    "int[] steps, int[] inner_places) -> ()",
    vector_program)
SCI_OPERATOR(
    "arnoldi_step(Tensor(a!) rows, Tensor(b!) w, Tensor(c!) H, Tensor(d!) B, Tensor(e!) work, Tensor(f!) report, "
    "Tensor(g!) arrived, int step) -> ()",
    arnoldi_step)
SCI_CPU_OPERATOR("gram_schmidt(Tensor V, Tensor(a!) w, float enough) -> Tensor", gram_schmidt)

}  // namespace
}  // namespace sci
