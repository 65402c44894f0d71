// The operators behind sci/special/_gauss.py, one quadrature rule of the batch per item, and _chebyshev_roots.py.
#include "runtime/operator.h"
#include "special/detail/chebyshev_rule.h"
#include "special/detail/gauss_rule.h"

SCI_KERNEL("special/detail/gauss_rule.h", sci::GaussRuleItem)
SCI_KERNEL("special/detail/gauss_rule.h", sci::GaussSlopesItem<sci::dual<double>>)
SCI_KERNEL("special/detail/gauss_rule.h", sci::GaussSlopesItem<sci::dual<sci::dual<sci::dual<double>>>>)
SCI_KERNEL("special/detail/chebyshev_rule.h", sci::ChebyshevRuleItem<double>)
SCI_KERNEL("special/detail/chebyshev_rule.h", sci::ChebyshevRuleItem<float>)

namespace sci {
namespace {

Tensor row_major(const Tensor& x) {
  if (x.is_contiguous()) return x;
  Tensor out = empty_as(x, {x.sizes().begin(), x.sizes().end()});
  torch::stable::copy_(out, x);
  return out;
}

Tensor with_points(const Tensor& like, int64_t n) {
  std::vector<int64_t> size{like.sizes().begin(), like.sizes().end()};
  size.push_back(n);
  return empty_as(like, size);
}

/// How many rules a thread of the CPU takes at least.
int64_t rules_at_once(int64_t n) { return 1 + 1024 / n; }

/// a, b, total (*) -> nodes, weights (*, n).
std::tuple<Tensor, Tensor> gauss_rule(const Tensor& a0, const Tensor& b0, const Tensor& total0, int64_t n,
                                      int64_t family) {
  STD_TORCH_CHECK(a0.scalar_type() == ScalarType::Double && b0.scalar_type() == ScalarType::Double &&
                      total0.scalar_type() == ScalarType::Double && a0.numel() == b0.numel() &&
                      a0.numel() == total0.numel() && n >= 1,
                  "gauss_rule: expected three float64 tensors of one shape, and at least one point");
  Tensor a = row_major(a0), b = row_major(b0), total = row_major(total0);
  Tensor x = with_points(a, n), w = with_points(a, n);
  if (x.numel() == 0) return {x, w};
  Tensor scratch = empty_as(a, {n > detail::gauss_few_most ? a.numel() * detail::gauss_scratch(n) : 0});
  parallel_for(
      x, a.numel(),
      GaussRuleItem{data<double>(std::as_const(a)), data<double>(std::as_const(b)), data<double>(std::as_const(total)),
                    data<double>(x), data<double>(w), data<double>(scratch), n, int(family)},
      rules_at_once(n));
  return {x, w};
}

/// The derivative of order i in a and j in b (*), 1 to 3 in all, of the nodes and of half the logarithms of the
/// weights up to one number, (*, n). Of Jacobi's and Laguerre's rules.
std::tuple<Tensor, Tensor> gauss_slopes(const Tensor& a0, const Tensor& b0, int64_t n, int64_t family, int64_t i,
                                        int64_t j) {
  STD_TORCH_CHECK(a0.scalar_type() == ScalarType::Double && b0.scalar_type() == ScalarType::Double &&
                      a0.numel() == b0.numel() && n >= 1 && family != detail::gauss_few_hermite,
                  "gauss_slopes: expected two float64 tensors of one shape, and at least one point");
  STD_TORCH_CHECK(i >= 0 && j >= 0 && i + j >= 1 && i + j <= 3,
                  "gauss_slopes: rules have derivatives in their parameters to the third order");
  Tensor a = row_major(a0), b = row_major(b0);
  Tensor x = with_points(a, n), half_log = with_points(a, n);
  if (x.numel() == 0) return {x, half_log};
  const auto run = [&](auto tag) {
    using R = typename decltype(tag)::type;
    Tensor scratch = empty_as(a, {a.numel() * detail::gauss_slopes_scratch(n, sizeof(R) / sizeof(double))});
    parallel_for(x, a.numel(),
                 GaussSlopesItem<R>{data<double>(std::as_const(a)), data<double>(std::as_const(b)), data<double>(x),
                                    data<double>(half_log), data<double>(scratch), n, int(family), int(i), int(j)},
                 rules_at_once(n));
  };
  // Each set of dual numbers is an instance of its own: the second order takes the third's.
  i + j == 1 ? run(type_tag<dual<double>>{}) : run(type_tag<dual<dual<dual<double>>>>{});
  return {x, half_log};
}

/// The rule of n points (n), in dtype and on the device of `like`.
std::tuple<Tensor, Tensor> chebyshev_rule(const Tensor& like, int64_t n, bool second, bool shifted, double scale,
                                          double total) {
  STD_TORCH_CHECK(n >= 1, "chebyshev_rule: expected at least one point");
  Tensor x = empty_as(like, {n}), w = empty_as(like, {n});
  dispatch_real(like, "chebyshev_rule", [&](auto tag) {
    using T = typename decltype(tag)::type;
    parallel_for(x, n, ChebyshevRuleItem<T>{data<T>(x), data<T>(w), n, second, shifted, scale, total}, 4096);
  });
  return {x, w};
}

SCI_OPERATOR("gauss_rule(Tensor a, Tensor b, Tensor total, int n, int family) -> (Tensor, Tensor)", gauss_rule)
SCI_OPERATOR("gauss_slopes(Tensor a, Tensor b, int n, int family, int i, int j) -> (Tensor, Tensor)", gauss_slopes)
SCI_OPERATOR(
    "chebyshev_rule(Tensor like, int n, bool second, bool shifted, float scale, float total) -> (Tensor, Tensor)",
    chebyshev_rule)

}  // namespace
}  // namespace sci
