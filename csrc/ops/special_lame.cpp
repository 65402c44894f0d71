// The operator behind sci/special/_ellipsoidal.py, a block of arguments per item.
#include "runtime/operator.h"
#include "runtime/teams.h"
#include "special/detail/lame.h"

SCI_TEAM_KERNEL("special/detail/lame.h", sci::LameItem<double>)
SCI_TEAM_KERNEL("special/detail/lame.h", sci::LameItem<float>)

namespace sci {
namespace {

/// Lame functions of degree n and number p, their second kind or their norm, by `kind`, in the shape of `like`.
/// Operands are of one number or of that shape.
Tensor lame(const Tensor& like, const Tensor& h2, const Tensor& k2, const Tensor& s, const Tensor& signm,
            const Tensor& signn, int64_t n, int64_t p, int64_t kind) {
  const Tensor* given[] = {&h2, &k2, &s, &signm, &signn};
  Tensor out = empty_as(like, {like.sizes().begin(), like.sizes().end()});
  const int64_t count = out.numel();
  STD_TORCH_CHECK(n >= 0 && n <= detail::lame_degree && p >= 1 && p <= 2 * n + 1 && kind >= 0 && kind <= 2,
                  "lame: expected n of at most 64, p of 1 to 2 n + 1 and kind 0 to 2");
  for (const Tensor* x : given)
    STD_TORCH_CHECK(x->scalar_type() == like.scalar_type() && (x->numel() == 1 || x->numel() == count),
                    "lame: expected tensors of one dtype, of one number or of one shape");
  if (count == 0) return out;
  dispatch_real(like, "lame", [&](auto tag) {
    using T = typename decltype(tag)::type;
    Tensor flat[5];
    const T* at[5];
    for (int i = 0; i < 5; ++i) {
      flat[i] = given[i]->is_contiguous() ? *given[i] : torch::stable::contiguous(*given[i]);
      at[i] = data<T>(std::as_const(flat[i]));
    }
    const auto many = [&](int i) { return given[i]->numel() == count && count > 1; };
    const LameItem<T> task{at[0],   at[1],   at[2],   at[3],   at[4],  data<T>(out), count,    many(0),
                           many(1), many(2), many(3), many(4), int(n), int(p),       int(kind)};
    teams_for(out, (count + task.block - 1) / task.block, task, 8);
  });
  return out;
}

SCI_OPERATOR(
    "lame(Tensor like, Tensor h2, Tensor k2, Tensor s, Tensor signm, Tensor signn, int n, int p, int kind) -> "
    "Tensor",
    lame)

}  // namespace
}  // namespace sci
