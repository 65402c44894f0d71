// The operators behind sci/special/_legendre_table.py, some arguments of the batch per item, side by side, and the
// tables of sci/special/_legendre_q.py.
#pragma GCC optimize("O3", "fp-contract=fast")
#include "fft_threads.h"
#include "special/detail/legendre_table.h"
#include "special/legendre_q.h"

SCI_KERNEL("special/detail/legendre_table.h", sci::detail::LegendreTable<double>)
SCI_KERNEL("special/detail/legendre_table.h", sci::detail::LegendreTable<double, 2>)
SCI_KERNEL("special/detail/legendre_table.h", sci::detail::LegendreTable<float>)
SCI_KERNEL("special/detail/legendre_table.h", sci::detail::LegendreTable<float, 2>)
SCI_KERNEL("special/detail/legendre_table.h", sci::detail::LegendreTable<sci::complex<double>>)
SCI_KERNEL("special/detail/legendre_table.h", sci::detail::LegendreTable<sci::complex<double>, 2>)
SCI_KERNEL("special/detail/legendre_table.h", sci::detail::LegendreTable<sci::complex<float>>)
SCI_KERNEL("special/detail/legendre_table.h", sci::detail::LegendreTable<sci::complex<float>, 2>)
SCI_KERNEL("special/legendre_q.h", sci::detail::LegendreQTable<double>)
SCI_KERNEL("special/legendre_q.h", sci::detail::LegendreQTable<float>)
SCI_KERNEL("special/legendre_q.h", sci::detail::LegendreQTable<sci::complex<double>>)
SCI_KERNEL("special/legendre_q.h", sci::detail::LegendreQTable<sci::complex<float>>)

namespace sci {
namespace {

constexpr int64_t lanes_bytes = 1 << 15;  // what stays in the first cache

/// The table with a thread per argument. Its local arrays have room for derivatives up to `most`, few mostly.
template <class Z, int most>
void on_gpu(const detail::LegendreTable<Z>& t, int device) {
  using Table = detail::LegendreTable<Z, most>;
  const Table task{t.z, t.out, t.batch, t.n, t.m, t.low, t.count, t.both, t.normal, t.outside, t.sphere, t.chunk};
  launch_cuda(kernel_of<Table>::kernel, device, t.batch, t.batch, &task);
}

/// z (*) -> derivatives low .. low + count - 1 of degrees 0..n and orders 0..m, with `both` -m..-1, (count, n + 1,
/// orders, *). `kind`: 0 plain, 1 with norm, 2 on the sphere in the angle z; `cut` 2 or 3.
Tensor legendre_table(const Tensor& z0, int64_t low, int64_t count, int64_t n, int64_t m, bool both, int64_t kind,
                      int64_t cut) {
  STD_TORCH_CHECK(
      low >= 0 && count > 0 && low + count - 1 <= detail::legendre_orders && n >= 0 && m >= 0 &&
          n < detail::legendre_most && kind >= 0 && kind <= 2 && (cut == 2 || cut == 3),
      "legendre_table: expected n of at most 1000000, derivatives of at most order 8, kind 0 to 2, cut 2 or 3");
  Tensor z = z0.is_contiguous() ? z0 : torch::stable::contiguous(z0);
  std::vector<int64_t> size{count, n + 1, both ? 2 * m + 1 : m + 1};
  size.insert(size.end(), z.sizes().begin(), z.sizes().end());
  Tensor out = empty_as(z, size);
  if (out.numel() == 0) return out;
  dispatch_number(z, "legendre_table", [&](auto tag) {
    using Z = typename decltype(tag)::type;
    const int64_t batch = z.numel();
    detail::LegendreTable<Z> task{data<Z>(std::as_const(z)),
                                  data<Z>(out),
                                  batch,
                                  n,
                                  m,
                                  int(low),
                                  int(count),
                                  both,
                                  kind > 0,
                                  cut == 3,
                                  kind == 2,
                                  1};
    if (z.is_cuda())
      return task.top() <= 2 ? on_gpu<Z, 2>(task, z.get_device())
                             : on_gpu<Z, detail::legendre_orders>(task, z.get_device());
    task.chunk = std::max<int64_t>(16, lanes_bytes / int64_t(sizeof(Z)) / task.memory(1) / 16 * 16);
    task.chunk = std::min(batch, task.chunk);
    const int64_t work = (n + 1) * size[2] * count * task.chunk;
    on_threads<Z>(task, (batch + task.chunk - 1) / task.chunk, std::max<int64_t>(1, 65536 / work),
                  task.memory(task.chunk));
  });
  return out;
}

SCI_OPERATOR("legendre_table(Tensor z, int low, int count, int n, int m, bool both, int kind, int cut) -> Tensor",
             legendre_table)

/// z (*) -> Q and its derivative for orders 0..m and degrees 0..n, (2, m + 1, n + 1, *).
Tensor legendre_q_table(const Tensor& z0, int64_t m, int64_t n) {
  STD_TORCH_CHECK(m >= 0 && n >= 0 && m <= detail::legendre_q_most && n <= detail::legendre_q_most,
                  "legendre_q_table: expected orders and degrees of at most 100000");
  Tensor z = z0.is_contiguous() ? z0 : torch::stable::contiguous(z0);
  std::vector<int64_t> size{2, m + 1, n + 1};
  size.insert(size.end(), z.sizes().begin(), z.sizes().end());
  Tensor out = empty_as(z, size);
  dispatch_number(z, "legendre_q_table", [&](auto tag) {
    using Z = typename decltype(tag)::type;
    parallel_for(z, z.numel(), detail::LegendreQTable<Z>{data<Z>(std::as_const(z)), data<Z>(out), z.numel(), n, m},
                 1 + 4096 / ((m + 1) * (n + 1)));
  });
  return out;
}

SCI_OPERATOR("legendre_q_table(Tensor z, int m, int n) -> Tensor", legendre_q_table)

}  // namespace
}  // namespace sci
