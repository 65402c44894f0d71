#include "grid_search.h"
#include "interpolate_shared.h"
#include "smoothing_search.h"
#include "surface_search.h"

namespace {

using namespace sci;

Tensor tensor_of(const Tensor& like, const std::vector<double>& v) {
  Tensor out = empty_as(like, {int64_t(v.size())});
  std::copy(v.begin(), v.end(), data<double>(out));
  return out;
}

Tensor tensor_of(const Tensor& like, const std::vector<int64_t>& v) {
  Tensor out = empty_as(like, {int64_t(v.size())}, ScalarType::Long);
  std::copy(v.begin(), v.end(), data<int64_t>(out));
  return out;
}

/// x (m,), y (m, columns), w (m,), inner knots (i,), on the CPU in float64. Mode 2 finds knots and parameter, 1 the
/// parameter on the inner knots, 0 is least squares on them. -> knots, coefficients (n, columns), the sites that became
/// knots in their order, how many there were at each stage, and (F, 1 / p^2 or -1, how it ended, whether the knots are
/// those of interpolation)
std::tuple<Tensor, Tensor, Tensor, Tensor, Tensor> spline_smoothing_search(const Tensor& x_, const Tensor& y_,
                                                                           const Tensor& w_, const Tensor& inner_,
                                                                           double low, double high, int64_t k, double s,
                                                                           int64_t most, bool periodic, int64_t mode,
                                                                           int64_t pause) {
  Tensor x = as_contiguous(x_), y = as_contiguous(y_), w = as_contiguous(w_), inner = as_contiguous(inner_);
  for (const Tensor* v : {&x, &y, &w, &inner})
    STD_TORCH_CHECK(!v->is_cuda() && v->scalar_type() == ScalarType::Double,
                    "spline_smoothing_search: expected float64 tensors on the CPU");
  int64_t m = x.size(0);
  STD_TORCH_CHECK(y.dim() == 2 && y.size(0) == m && w.numel() == m && m >= 2 && k >= 1 && k < 20,
                  "spline_smoothing_search: expected x (m,), y (m, columns), w (m,)");
  const double* knots = data<double>(std::as_const(inner));
  SmoothingSearch fit(SmoothingData{data<double>(std::as_const(x)), data<double>(std::as_const(y)),
                                    data<double>(std::as_const(w)), m, y.size(1), k, low, high, s, periodic, most,
                                    pause});
  std::vector<double> given(knots, knots + inner.numel());
  if (mode == 2)
    fit.run();
  else if (mode == 1)
    fit.smooth_on(std::move(given));
  else
    fit.fit_on(std::move(given));
  Tensor c = empty_as(x, {int64_t(fit.c.size()) / std::max<int64_t>(y.size(1), 1), y.size(1)});
  std::copy(fit.c.begin(), fit.c.end(), data<double>(c));
  std::vector<double> numbers{fit.fp, fit.q, double(fit.ier), double(fit.interpolates)};
  return {tensor_of(x, fit.knots), c, tensor_of(x, fit.order), tensor_of(x, fit.stages), tensor_of(x, numbers)};
}

/// Places x, y, values z, weights w, all (m,), on the CPU in float64; ends (4,): those of x, then those of y. -> inner
/// knots of x and y, coefficients, and (F, 1 / p^2 or -1, how it ended, whether the points determine the coefficients)
std::tuple<Tensor, Tensor, Tensor, Tensor> surface_smoothing_search(const Tensor& x_, const Tensor& y_,
                                                                    const Tensor& z_, const Tensor& w_,
                                                                    std::vector<double> ends, std::vector<int64_t> k,
                                                                    std::vector<int64_t> most, double s) {
  Tensor x = as_contiguous(x_), y = as_contiguous(y_), z = as_contiguous(z_), w = as_contiguous(w_);
  const int64_t m = x.numel();
  for (const Tensor* v : {&x, &y, &z, &w})
    STD_TORCH_CHECK(!v->is_cuda() && v->scalar_type() == ScalarType::Double && v->numel() == m,
                    "surface_smoothing_search: expected float64 tensors of one length on the CPU");
  STD_TORCH_CHECK(ends.size() == 4 && k.size() == 2 && most.size() == 2 && m >= 1 && k[0] >= 1 && k[1] >= 1 &&
                      k[0] + k[1] + 2 <= TensorGrid::max_weights,
                  "surface_smoothing_search: expected ends of both dimensions, degrees of at least 1");
  auto at = [](const Tensor& v) { return data<double>(v); };
  SurfaceSearch fit(SurfaceData{
      {at(x), at(y)}, at(z), at(w), m, {ends[0], ends[2]}, {ends[1], ends[3]}, {k[0], k[1]}, {most[0], most[1]}, s});
  fit.run();
  std::vector<double> numbers{fit.fp, fit.q, double(fit.ier), double(fit.determined)};
  return {tensor_of(x, fit.inner[0]), tensor_of(x, fit.inner[1]), tensor_of(x, fit.c), tensor_of(x, numbers)};
}

/// Sites x (mx,), y (my,), values z (mx, my), on the CPU in float64; ends (4,): those of x, then those of y. -> knots
/// of x and y, which sites they are, coefficients (nx, ny), and (F, 1 / p^2 or -1, how it ended)
std::tuple<Tensor, Tensor, Tensor, Tensor, Tensor, Tensor> grid_smoothing_search(const Tensor& x_, const Tensor& y_,
                                                                                 const Tensor& z_,
                                                                                 std::vector<double> ends,
                                                                                 std::vector<int64_t> k, double s,
                                                                                 int64_t rounds) {
  Tensor x = as_contiguous(x_), y = as_contiguous(y_), z = as_contiguous(z_);
  for (const Tensor* v : {&x, &y, &z})
    STD_TORCH_CHECK(!v->is_cuda() && v->scalar_type() == ScalarType::Double,
                    "grid_smoothing_search: expected float64 tensors on the CPU");
  STD_TORCH_CHECK(z.dim() == 2 && z.size(0) == x.numel() && z.size(1) == y.numel() && ends.size() == 4 &&
                      k.size() == 2 && k[0] >= 1 && k[1] >= 1 && x.numel() > k[0] && y.numel() > k[1],
                  "grid_smoothing_search: expected x (mx,), y (my,), z (mx, my), more sites than the degrees");
  auto at = [](const Tensor& v) { return data<double>(v); };
  GridSearch fit(GridSide(at(x), x.numel(), k[0], ends[0], ends[1]), GridSide(at(y), y.numel(), k[1], ends[2], ends[3]),
                 at(z), s, rounds);
  fit.run();
  Tensor c = empty_as(z, {fit.sides[0].count(), fit.sides[1].count()});
  std::copy(fit.c.begin(), fit.c.end(), data<double>(c));
  std::vector<double> numbers{fit.fp, fit.q, double(fit.ier)};
  return {tensor_of(x, fit.sides[0].knots),
          tensor_of(x, fit.sides[1].knots),
          tensor_of(x, fit.sides[0].inner),
          tensor_of(x, fit.sides[1].inner),
          c,
          tensor_of(x, numbers)};
}

}  // namespace

SCI_CPU_OPERATOR(
    "grid_smoothing_search(Tensor x, Tensor y, Tensor z, float[] ends, int[] k, float s, int rounds) -> (Tensor, "
    "Tensor, Tensor, Tensor, Tensor, Tensor)",
    grid_smoothing_search)
SCI_CPU_OPERATOR(
    "surface_smoothing_search(Tensor x, Tensor y, Tensor z, Tensor w, float[] ends, int[] k, int[] most, float s) -> "
    "(Tensor, Tensor, Tensor, Tensor)",
    surface_smoothing_search)
SCI_CPU_OPERATOR(
    "spline_smoothing_search(Tensor x, Tensor y, Tensor w, Tensor inner, float low, float high, int k, float s, int "
    "most, bool periodic, int mode, int pause=0) -> (Tensor, Tensor, Tensor, Tensor, Tensor)",
    spline_smoothing_search)
