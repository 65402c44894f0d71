// The exponential of small matrices by teams: a GPU's form, which one lane runs as well.
//
// Method     Scaling and squaring with the polynomial of degree 18 (linalg/expm_polynomial.h), of A less the mean mu
//            of its diagonal where that is most of A: exp(A) = exp(mu) exp(A - mu I) ([1], section 4.10). The power
//            of two is that of max(|A^2|^(1/2), |A^3|^(1/3)) in place of |A| ([2], theorem 4.2), unless powers of
//            abs(A) are far larger ([2], (5.1)).
// Triangles  Of a real one the diagonal and the next one are made exactly after every squaring ([2], code
//            fragment 2.1).
// Memory     Six matrices: the four powers of A give way to the polynomials that they are combined to.
// Sources    [1] Higham: Functions of Matrices (2008). [2] Al-Mohy, Higham: SIAM J. Matrix Anal. Appl. 31 (2009)
//            970-989.
#pragma once
#include "linalg/expm_polynomial.h"
#include "linalg/gradients_teams.h"

namespace sci {
namespace detail {

/// z = x y + plus, if there is one, for all lanes to read.
template <class T>
SCI_HD_LARGE void sum_with_product(const T* x, const T* y, T* z, const T* plus, int n, int step, Team team) {
  product<false, false>(x, y, n, step, team, [&](int r, int c, T sum) {
    const int at = r * step + c;
    z[at] = plus ? sum + plus[at] : sum;
  });
  team.sync();
}

}  // namespace detail

/// One matrix of a batch; NaN where it is not finite.
template <class T>
struct ExpmTeam {
  using R = real_of<T>;
  const T* a;
  T* x;
  int64_t n, team_size;

  SCI_HD int step() const { return int(n) | 1; }  // odd: rows and columns meet different banks of shared memory
  SCI_HD int64_t shared_bytes() const {
    const int64_t bytes = n * (6 * step() * int64_t(sizeof(T)) + 2 * int64_t(sizeof(R)));
    return room_beside(bytes, int(team_size), sizeof(T));
  }
  /// f(place, row, column) for the entries of a matrix in shared memory, then all lanes may read what it has written.
  template <class F>
  SCI_HD void entries(Team team, const F& f) const {
    for_entries(team, int(n * n), int(n), [&](int, int r, int c) { f(r * step() + c, r, c); });
    team.sync();
  }
  /// z = x y + plus, if there is one.
  SCI_HD void times(Team team, const T* x, const T* y, T* z, const T* plus = nullptr) const {
    detail::sum_with_product(x, y, z, plus, int(n), step(), team);
  }
  /// The largest column sum of A - mu I; NaN if there is one.
  SCI_HD R one_norm(Team team, const T* x, T mu = T(R(0))) const {
    R most = 0;
    for (int c = team.lane; c < int(n); c += team.size) {
      R sum = 0;
      for (int r = 0; r < int(n); ++r) sum += abs(r == c ? x[r * step() + c] - mu : x[r * step() + c]);
      if (!(sum <= most) && !isnan(most)) most = sum;
    }
    return team.greatest(most);
  }
  /// How often 1 is to be doubled to reach the ratio.
  static SCI_HD int doublings(double ratio) { return ratio > 1 ? int(ceil(log2(ratio))) : 0; }

  /// The mean of the diagonal where that is most of A, else 0; A becomes A - mu I, and `norm` its norm.
  SCI_HD T take_mean(Team team, T* x, R& norm) const {
    T trace = T(R(0));
    R squares = 0;
    for (int i = team.lane; i < int(n); i += team.size) trace += x[i * (step() + 1)];
    entries(team, [&](int at, int, int) { squares += abs(x[at]) * abs(x[at]); });
    const T mu = team.sum(trace) / R(n);
    const R size = abs(mu), smaller = one_norm(team, x, mu);
    team.sync();
    // The two factors stay in the range of numbers.
    if (!(R(2 * n) * size * size >= team.sum(squares) && max(smaller, size) <= R(0.5) * limits<R>::log_max))
      return T(R(0));
    for (int i = team.lane; i < int(n); i += team.size) x[i * (step() + 1)] -= mu;
    team.sync();
    norm = smaller;
    return mu;
  }
  /// By how much more than `steps` A is to be halved: [2], (5.1), by log2 of the norm of abs(A)^19. u and v have n
  /// numbers.
  SCI_HD int against_underscaling(Team team, const T* x, R norm, int steps, R* u, R* v) const {
    constexpr int power = 19;
    const int room = doublings(double(norm) / expm_theta<R>) - steps;
    if (room <= 0) return 0;
    const R factor = ldexp(R(1), -steps);
    double total = 0;
    for (int k = 0; k < power; ++k) {
      R most = 0;
      for (int c = team.lane; c < int(n); c += team.size) {
        R sum = 0;
        for (int r = 0; r < int(n); ++r) sum += (k == 0 ? R(1) : u[r]) * (abs(x[r * step() + c]) * factor);
        v[c] = sum;
        most = max(most, sum);
      }
      most = max(team.greatest(most), limits<R>::min);
      total += log2(double(most));
      for (int c = team.lane; c < int(n); c += team.size) v[c] /= most;
      team.sync();
      R* keep = u;
      u = v;
      v = keep;
    }
    constexpr double log_factorial = 56.755455826018857;  // log2(19!)
    const double excess =
        total - log_factorial - log2(double(norm) * double(factor)) - log2(double(limits<R>::epsilon) / 2);
    return excess > 0 ? min(int(ceil(excess / (power - 1))), room) : 0;
  }
  /// Gives y = exp(A), of a triangle, the diagonal and the one beside it that A has: `own` and `beside` times
  /// 2^power.
  SCI_HD void mend(Team team, T* y, const R* own, const R* beside, bool upper, int power) const {
    if constexpr (!is_complex<T>) {
      for (int i = team.lane; i < int(n); i += team.size) {
        const R d = ldexp(own[i], power);
        y[i * (step() + 1)] = exp(d);
        if (i + 1 == int(n) || beside[i] == R(0)) continue;
        y[i * (step() + 1) + (upper ? 1 : step())] =
            ldexp(beside[i], power) * triangle_exp(d, ldexp(own[i + 1], power));
      }
      team.sync();
    }
  }

  SCI_HD void team(int64_t item, Team team, char* shared) const {
    const int size = int(n), next = step(), block = size * next;
    T *p = reinterpret_cast<T*>(shared), *p2 = p + block, *p3 = p2 + block, *p6 = p3 + block, *y = p6 + block,
      *z = y + block;
    R *own = reinterpret_cast<R*>(z + block), *beside = own + size;
    const T* from = a + item * n * n;
    T* to = x + item * n * n;
    bool above = false, below = false;
    for_entries(team, size * size, size, [&](int k, int r, int c) {
      const T entry = from[k];
      p[r * next + c] = entry;
      above = above || (c > r && entry != T(R(0)));
      below = below || (c < r && entry != T(R(0)));
    });
    above = team.any(above);
    below = team.any(below);
    team.sync();
    R norm = one_norm(team, p);
    if (!isfinite(norm)) {
      for (int k = team.lane; k < size * size; k += team.size) to[k] = T(limits<R>::nan);
      return;
    }
    const T mu = take_mean(team, p, norm);
    const int before = norm > R(1024) ? doublings(double(norm)) - 10 : 0;  // powers of very large ones would overflow
    const R unit = ldexp(R(1), -before);
    entries(team, [&](int at, int, int) { p[at] = p[at] * unit; });
    norm *= unit;
    times(team, p, p, p2);
    times(team, p2, p, p3);
    const R closer = min(norm, max(sqrt(one_norm(team, p2)), cbrt(one_norm(team, p3))));
    int steps = doublings(double(closer) / expm_theta<R>);
    steps += against_underscaling(team, p, norm, steps, own, beside);
    team.sync();
    const R f = ldexp(R(1), -steps);
    entries(team, [&](int at, int, int) {
      p[at] = p[at] * f;
      p2[at] = p2[at] * (f * f);
      p3[at] = p3[at] * (f * f * f);
    });
    const bool triangle = !is_complex<T> && !(above && below);
    const auto neighbour = [&](int i) { return i * (next + 1) + (above ? 1 : next); };
    if constexpr (!is_complex<T>)
      for (int i = team.lane; i < size && triangle; i += team.size) {
        own[i] = p[i * (next + 1)];
        beside[i] = i + 1 < size ? p[neighbour(i)] : R(0);
      }
    times(team, p3, p3, p6);
    entries(team, [&](int at, int r, int c) {
      const T t1 = p[at], t2 = p2[at], t3 = p3[at], t6 = p6[at];
      const auto weighted = [&](int k) {
        const double* w = expm_weights(k);
        const T sum = t1 * R(w[1]) + t2 * R(w[2]) + t3 * R(w[3]) + t6 * R(w[4]);
        return r == c ? sum + R(w[0]) : sum;
      };
      p[at] = weighted(0);
      p2[at] = weighted(1);
      p3[at] = weighted(2);
      p6[at] = weighted(3);
      y[at] = weighted(4);
    });
    times(team, p6, y, z, p3);
    entries(team, [&](int at, int, int) { p2[at] += z[at]; });
    times(team, p2, z, y, p);
    const int squarings = steps + before;
    for (int k = 0; k <= squarings; ++k) {
      if (k > 0) {
        times(team, y, y, z);
        T* keep = y;
        y = z;
        z = keep;
      }
      if (triangle) mend(team, y, own, beside, above, k);
    }
    if (mu != T(R(0))) {
      const T factor = exp(mu);
      entries(team, [&](int at, int, int) { y[at] = y[at] * factor; });
      if constexpr (!is_complex<T>)
        if (triangle) {
          for (int i = team.lane; i < size; i += team.size) {
            own[i] = from[i * (size + 1)];
            beside[i] = i + 1 < size ? from[i * (size + 1) + (above ? 1 : size)] : R(0);
          }
          team.sync();
          mend(team, y, own, beside, above, 0);
        }
    }
    for_entries(team, size * size, size, [&](int k, int r, int c) { to[k] = y[r * next + c]; });
  }
};

}  // namespace sci
