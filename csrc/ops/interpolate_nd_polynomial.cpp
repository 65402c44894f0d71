#include "interpolate/nd_polynomial.h"
#include "interpolate_shared.h"

SCI_KERNEL("interpolate/nd_polynomial.h", sci::NdPolynomial<float, float>)
SCI_KERNEL("interpolate/nd_polynomial.h", sci::NdPolynomial<double, double>)
SCI_KERNEL("interpolate/nd_polynomial.h", sci::NdPolynomial<float, sci::complex<float>>)
SCI_KERNEL("interpolate/nd_polynomial.h", sci::NdPolynomial<double, sci::complex<double>>)

namespace {

using namespace sci;

/// c in any order of its dimensions, which the steps describe: `steps` are those of the powers, of the cells, and of
/// the columns; `sizes` the powers and the cells. breaks (all,), query (n, d) -> (n, columns)
Tensor nd_polynomial(const Tensor& c_, const Tensor& breaks_, const Tensor& query_, std::vector<int64_t> sizes,
                     std::vector<int64_t> steps, std::vector<int64_t> orders, int64_t columns, bool extrapolate) {
  Tensor c = as_contiguous(c_), breaks = as_contiguous(breaks_), query = as_contiguous(query_);
  constexpr int64_t most = NdPolynomial<double, double>::max_dims;
  const int64_t d = int64_t(orders.size()), count = query.size(0);
  STD_TORCH_CHECK(d >= 1 && d <= most, "nd_polynomial: 1 to ", most, " dimensions are possible, got ", d);
  STD_TORCH_CHECK(query.size(1) == d && int64_t(sizes.size()) == 2 * d && int64_t(steps.size()) == 2 * d + 1 &&
                      breaks.scalar_type() == query.scalar_type(),
                  "nd_polynomial: coefficients, breakpoints and queries do not fit");
  Tensor out = empty_as(c, {count, columns});
  if (out.numel() == 0) return out;
  int64_t block = block_for(c, search_block), all = 1, breakpoints = 0;
  dispatch_number(c, "nd_polynomial", [&](auto tag) {
    using V = typename decltype(tag)::type;
    using T = real_of<V>;
    NdPolynomial<T, V> body{data<V>(std::as_const(c)), data<T>(std::as_const(breaks)), data<T>(std::as_const(query)),
                            data<V>(out), int(d)};
    for (int64_t k = 0; k < d; ++k) {
      body.powers[k] = sizes[size_t(k)];
      body.cells[k] = sizes[size_t(d + k)];
      body.order[k] = orders[size_t(k)];
      body.power_step[k] = steps[size_t(k)];
      body.cell_step[k] = steps[size_t(d + k)];
      all *= body.powers[k] * body.cells[k];
      breakpoints += body.cells[k] + 1;
    }
    STD_TORCH_CHECK(c.numel() == all * columns && breaks.size(0) == breakpoints,
                    "nd_polynomial: coefficients and breakpoints do not fit");
    body.columns = columns;
    body.column_step = steps[size_t(2 * d)];
    body.count = count;
    body.block = block;
    body.extrapolate = extrapolate;
    parallel_for(out, blocks_of(count, block), body, 1 + 1024 / block);
  });
  return out;
}

}  // namespace

SCI_OPERATOR(
    "nd_polynomial(Tensor c, Tensor breaks, Tensor query, int[] sizes, int[] steps, int[] orders, int columns, bool "
    "extrapolate) -> Tensor",
    nd_polynomial)
