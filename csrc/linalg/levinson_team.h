// Levinson's recursion (linalg/levinson.h) on CUDA: a team has a system, and shares the sums and the entries of a step
// out among its lanes. f and g lie in shared memory where they fit.
#pragma once
#include "core/team.h"
#include "linalg/levinson.h"

namespace sci {

/// Item: one matrix; the CPU's is LevinsonItem.
template <class T>
struct LevinsonTeam : LevinsonItem<T> {
  static constexpr int64_t most_shared = 32768;
  int64_t team_size;

  SCI_HD static LevinsonTeam of(const LevinsonItem<T>& item) { return {item, item.n <= 256 ? 32 : 256}; }
  SCI_HD int64_t room() const { return 2 * this->n * int64_t(sizeof(T)); }
  SCI_HD int64_t shared_bytes() const { return room() <= most_shared ? room() : 0; }

#if SCI_DEVICE
  __device__ void team(int64_t item, Team team, char* shared) const {
    using R = real_of<T>;
    const int64_t n = this->n, m = this->m;
    const T *t = this->c + item * (2 * n - 1) + n - 1, *b = this->b + item * n * m;
    T *x = this->x + item * n * m, *f = shared_bytes() ? reinterpret_cast<T*>(shared) : this->work + item * 4 * n;
    T* g_end = f + 2 * n;  // g moves to the front by a place a step
    R order = R(0), probes = R(0);
    if (n > 0) {
      order = detail::banded_first(order, abs1(t[0]) == R(0), 0);
      detail::Quotient<T> by(t[0]);
      if (team.lane == 0) f[0] = g_end[-1] = by(T(1));
      if (team.lane == 0)
        for (int64_t r = 0; r < m; ++r) x[r * n] = by(b[r * n]);
      team.sync();
    }
    SCI_NO_UNROLL
    for (int64_t k = 1; k < n; ++k) {
      T* g = g_end - k - 1;  // the new g; the old one, shifted by one place
      T ef = T(0), eg = T(0);
      for (int64_t i = team.lane; i < k; i += team.size) {
        ef += t[k - i] * f[i];
        eg += t[-1 - i] * g[1 + i];
      }
      ef = team.sum(ef);
      eg = team.sum(eg);
      const T d = T(1) - ef * eg;
      order = detail::banded_first(order, abs1(d) == R(0), k);
      const T s = detail::Quotient<T>(d)(T(1)), p = -ef * s, q = -eg * s;
      team.sync();
      for (int64_t i = team.lane; i <= k; i += team.size) {
        const T u = i < k ? f[i] : T(0), v = i > 0 ? g[i] : T(0);
        f[i] = u * s + v * p;
        g[i] = u * q + v * s;
      }
      // A lane has the same places of x in the sum and behind it.
      SCI_NO_UNROLL
      for (int64_t r = 0; r < m; ++r) {
        T* y = x + r * n;
        T ex = T(0);
        for (int64_t i = team.lane; i < k; i += team.size) ex += t[k - i] * y[i];
        const T e = b[r * n + k] - team.sum(ex);
        for (int64_t i = team.lane; i <= k; i += team.size) y[i] = (i < k ? y[i] : T(0)) + e * g[i];
      }
      team.sync();
    }
    for (int64_t i = team.lane; i < n * m; i += team.size) probes += detail::banded_probe(x[i]);
    probes = team.sum(probes);
    if (team.lane == 0) this->info[item] = int32_t(detail::banded_outcome(order, probes));
  }
#endif
};

}  // namespace sci
