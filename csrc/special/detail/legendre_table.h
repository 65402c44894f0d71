// Tables of Legendre functions and their derivatives in z or in the angle, all degrees and orders in one pass: one step
// of a recurrence per entry, for some arguments side by side.                    operator:
// csrc/ops/special_legendre.cpp
//
// As in legendre_one.h, P_n^m is a power of the root (1 - z^2)^(1/2), times Gegenbauer's polynomial G as
// S_k = C_k / C_k(1), k = n - m, times a number N(n, m). The power goes from order to order, N from degree to degree,
// both with a second word for their error, and S by one of two forms of [1] 18.9.1 that differ in a few numbers alone:
//   |1 -+ z| < 1/4  in differences F_k = S_k - S_{k-1}
//   else            in S_k and -S_{k-1}
// Every `legendre_stride` degrees what has left a range about 1 is brought back by a power of 2. The derivative of
// order k is a sum over i <= k of factors that depend on m and z alone, times G^(i), that of order m + i: by Leibniz's
// rule in z, by the derivatives of sin^m(theta) G(cos theta) in the angle, finite at the poles.
//
// Sources    [1] DLMF, chapters 14 and 18
#pragma once
#include "special/detail/legendre_one.h"

// Before a loop over arrays that do not overlap.
#if SCI_DEVICE
#define SCI_INDEPENDENT
#else
#define SCI_INDEPENDENT _Pragma("GCC ivdep")
#endif

namespace sci {
namespace detail {

/// Degrees between two looks at the range, in which no number changes by more than what is left above it.
constexpr int64_t legendre_stride = 8;
/// The highest order of a derivative.
constexpr int legendre_orders = 8;
/// Numbers within 2^+-legendre_range stay as they are; factors 2^+-legendre_safe times one are within the range of T.
template <class T>
constexpr int legendre_range = is_same<T, float> ? 12 : 30;
template <class T>
constexpr int legendre_safe = is_same<T, float> ? 70 : 900;

/// The numbers that entries of one order m have in common, from degree to degree.
template <class T>
struct LegendreColumn {
  legendre_product<T> binomial;  // binom(n + m, 2m)
  legendre_product<T> front;     // (2m - 1)!!, or of negative order 1 / (2m)!!
  T central = T(1);
  int64_t n = 0, m = 0;
  int reference = 0;  // the exponent that `value` leaves out
  bool normal, sphere, negative;

  SCI_HD void next_order(int64_t order) {
    n = m = order;
    binomial = legendre_product<T>();
    if (normal)
      central = legendre_central<T>(m) * (sphere ? T(0.39894228040143267794) : T(1));
    else if (m > 0)
      negative ? front.over(T(2 * m)) : front.times(T(2 * m - 1));
    reference = 0;
    reference = number().exponent;
  }
  SCI_HD void next_degree() {
    const T up = T(n + 1 + m), down = T(n + 1 - m), q = up / down;
    if (m > 0) binomial.times(q, fma(-q, down, up) / down);
    ++n;
  }
  SCI_HD legendre_scaled<T> number() const {
    if (!normal) {
      legendre_product<T> all = front;
      if (!negative && m > 0) {
        all.times(binomial.high, binomial.low);
        all.exponent += binomial.exponent;
      }
      return {all.high + all.low, all.exponent};
    }
    legendre_product<T> all = binomial;
    all.times(T(n) + T(0.5));
    legendre_scaled<T> root = all.root();
    return {root.value * central, root.exponent};
  }
  /// N(n, m) / 2^reference
  SCI_HD T value() const {
    legendre_scaled<T> x = number();
    return x.exponent == reference ? x.value : ldexp(x.value, x.exponent - reference);
  }
  /// G^(i)(1) / G(1)
  SCI_HD T ratio(int i) const {
    T r = T(1);
    for (int j = 1; j <= i; ++j) r *= T(n + m + j) * (T(n - m - j + 1) / T(2 * (m + j)));
    return r;
  }
};

/// One table: `count` orders of derivatives from `low` on, up to `most`, degrees to n, orders 0..m and with `both`
/// -m..-1, batch.
template <class Z, int most = legendre_orders>
struct LegendreTable {
  using T = scalar_of<Z>;
  const Z* z;
  Z* out;
  int64_t batch, n, m;
  int low, count;
  bool both, normal, outside, sphere;
  int64_t chunk;

  SCI_HD int top() const { return low + count - 1; }
  SCI_HD int pairs() const { return count * (top() + 1); }
  /// Numbers of type Z that an item of `lanes` arguments needs: what Lanes lays out.
  SCI_HD static constexpr int64_t memory_of(int64_t lanes, int orders, int pairs) {
    return lanes * (13 + 3 * orders + 3 * pairs);
  }
  SCI_HD int64_t memory(int64_t lanes) const { return memory_of(lanes, top() + 1, pairs()); }
  SCI_HD int64_t width() const { return both ? 2 * m + 1 : m + 1; }
  SCI_HD bool two_signs() const { return both && !normal; }

  /// Where a chunk keeps what it has per argument. Real numbers are kept as such.
  struct Lanes {
    Z *q, *root, *root_low, *power, *power_low, *s, *f, *factor, *scale, *scale_low;
    T *u, *close, *p, *r, *zero, *side, *exponent, *wild, *moved;
    int64_t size;
    SCI_HD Lanes(Z* x, int64_t lanes, int orders, int pairs) : size(lanes) {
      Z** all[] = {&q, &root, &root_low, &power, &power_low};
      for (Z** a : all) *a = take(x, 1);
      s = take(x, orders);
      f = take(x, orders);
      factor = take(x, pairs);
      scale = take(x, pairs);
      scale_low = take(x, pairs);
      T* t = reinterpret_cast<T*>(x);
      T** parts[] = {&u, &close, &p, &r, &zero, &side, &exponent, &wild};
      for (T** a : parts) *a = take(t, 1);
      moved = take(t, orders);
    }
    template <class X>
    SCI_HD X* take(X*& x, int64_t arrays) const {
      X* start = x;
      x += arrays * size;
      return start;
    }
  };

  /// Whether steps of all arguments grow so slowly that eight of them stay in range.
  SCI_HD bool prepare(Lanes& a, int64_t first) const {
    const T wildest = ldexp(T(1), limits<T>::max_exponent - 64);
    bool tame = true;
    for (int64_t l = 0; l < a.size; ++l) {
      Z x = z[first + l], rest;
      legendre_argument<Z> at;
      a.side[l] = T(1);
      if constexpr (!is_complex<Z>) {
        at = sphere ? legendre_angle(x) : legendre_prepare(x, outside);
        if (sphere) {
          a.side[l] = sin(x) < T(0) ? T(-1) : T(1);
          x = at.left ? -at.z : at.z;
        }
      } else {
        at = legendre_prepare(x, outside);
      }
      rest = at.rest;
      const bool close = abs1(rest) < T(legendre_close), bad = isnan(z[first + l]) || (sphere && isinf(z[first + l]));
      const T u = close && at.left ? T(-1) : T(1);
      a.q[l] = close ? -rest * u : x;
      a.u[l] = u;
      a.close[l] = close ? T(1) : T(0);
      a.p[l] = close ? u : T(0);
      a.r[l] = close ? T(0) : T(1);
      a.zero[l] = bad ? limits<T>::nan : T(0);
      a.root[l] = bad ? Z(limits<T>::nan) : at.root;
      a.root_low[l] = at.root_low;
      a.power[l] = bad ? Z(limits<T>::nan) : Z(T(1));
      a.power_low[l] = Z(T(0));
      a.exponent[l] = T(0);
      a.wild[l] = abs1(z[first + l]) > wildest && !sphere ? T(1) : T(0);
      tame = tame && !(abs1(z[first + l]) > T(1000));
    }
    return tame;
  }

  /// One more root in the powers.
  SCI_HD void next_power(Lanes& a) const {
    const int range = 4 * legendre_range<T>;
    const T least = ldexp(T(1), -range), largest = ldexp(T(1), range);
    for (int64_t l = 0; l < a.size; ++l) {
      legendre_times(a.power[l], a.power_low[l], a.root[l], a.root_low[l]);
      const T size = abs1(a.power[l]);
      const int shift = size < least && size > T(0) ? range : size > largest && size <= limits<T>::max ? -range : 0;
      if (shift == 0) continue;
      a.power[l] = legendre_ldexp(a.power[l], shift);
      a.power_low[l] = legendre_ldexp(a.power_low[l], shift);
      a.exponent[l] -= T(shift);
    }
  }

  /// What G^(i) is to be multiplied by in derivative k, over the root to the power `held`: with c for z or the cosine,
  /// the sum over j of weights[j] c^j root^(lowest - j).
  SCI_HD void factors(Lanes& a, int64_t order, int64_t held, int64_t first) const {
    for (int k = low; k <= top(); ++k)
      for (int i = 0; i <= k; ++i) {
        Z* factor = a.factor + ((k - low) * (top() + 1) + i) * a.size;
        T weights[most + 1] = {};
        const int64_t power = sphere ? order + i : order - (k - i);
        sphere ? angle_weights(order, k, i, weights) : power_weights(order, k - i, weights);
        for (int j = 0; !sphere && j <= k - i; ++j) weights[j] *= T(legendre_binomial(k, i));
        const bool sign = order % 2 != 0 && !outside;
        for (int64_t l = 0; l < a.size; ++l) {
          const Z c = cosine(a, first, l), root = a.root[l];
          Z sum = Z(T(0)), turn = Z(T(1));
          for (int j = 0; j <= k - i; ++j, turn = turn * c) {
            if (weights[j] == T(0)) continue;
            Z term = turn * weights[j];
            const int64_t b = power - j - held;
            for (int64_t e = 0; e < b; ++e) term = term * root;
            for (int64_t e = b; e < 0; ++e) term = term / root;
            // At the end the term of the highest power is infinite alone.
            sum = b < 0 && legendre_is_zero(root) ? term : sum + term;
          }
          if (i > 0 && legendre_is_zero(root) && isinf(a.factor[((k - low) * (top() + 1)) * a.size + l])) sum = Z(T(0));
          if (order > 0 && isnan(root)) sum = root;  // real numbers on the cut
          if (sphere && k % 2 != 0) sum = sum * a.side[l];
          factor[l] = (sign ? -sum : sum) * a.power[l];
        }
      }
  }
  SCI_HD Z cosine(const Lanes& a, int64_t first, int64_t l) const {
    if constexpr (!is_complex<Z>)
      if (sphere) return a.close[l] != T(0) ? a.u[l] + a.q[l] : a.q[l];
    return z[first + l];
  }
  SCI_HD static int64_t legendre_binomial(int k, int i) {
    int64_t b = 1;
    for (int j = 1; j <= i; ++j) b = b * (k - j + 1) / j;
    return b;
  }
  /// Derivative `order` of root^m: weights of c^j root^(m - order - j).
  SCI_HD void power_weights(int64_t power, int order, T* w) const {
    w[0] = T(1);
    for (int d = 0; d < order; ++d) {
      T next[most + 2] = {};
      for (int j = 0; j <= d; ++j) {
        if (j > 0) next[j - 1] += T(j) * w[j];
        next[j + 1] += T(outside ? 1 : -1) * T(power - d - j) * w[j];
      }
      for (int j = 0; j <= d + 1; ++j) w[j] = next[j];
    }
  }
  /// In derivative k of sin^m G(cos) the weights, with G^(i), of cos^j sin^(m + i - j).
  SCI_HD void angle_weights(int64_t power, int k, int i, T* result) const {
    T w[most + 1][most + 2] = {};
    w[0][0] = T(1);
    for (int d = 0; d < k; ++d)
      for (int g = d + 1; g >= 0; --g) {
        T next[most + 2] = {};
        for (int j = 0; j <= d; ++j) {
          if (j > 0) next[j - 1] -= T(j) * w[g][j];
          next[j + 1] += T(power + g - j) * w[g][j];
          if (g > 0) next[j] -= w[g - 1][j];
        }
        for (int j = 0; j <= d + 1; ++j) w[g][j] = next[j];
      }
    for (int j = 0; j <= k - i; ++j) result[j] = w[i][j];
  }

  /// One step of S for order `mu` to degree `to`.
  SCI_HD void step(const Lanes& a, int i, int64_t mu, int64_t to) const {
    Z *s = a.s + i * a.size, *f = a.f + i * a.size;
    const int64_t k = to - mu - 1;
    const T below = T(k + 2 * mu + 1), ca = T(2 * k + 2 * mu + 1) / below, cb = T(k) / below;
    const Z* q = a.q;
    const T *u = a.u, *close = a.close, *p = a.p, *r = a.r;
    const int64_t size = a.size;
    SCI_INDEPENDENT
    for (int64_t l = 0; l < size; ++l) {
      const Z now = s[l], t = q[l] * now * ca + f[l] * (u[l] * cb);
      s[l] = t + now * p[l];
      f[l] = t * close[l] - now * r[l];
    }
  }

  /// Brings S that left the range back to it; whether any did.
  SCI_HD bool fit(const Lanes& a, int i) const {
    const T largest = ldexp(T(1), legendre_range<T>), least = ldexp(T(1), -legendre_range<T>);
    Z *s = a.s + i * a.size, *f = a.f + i * a.size;
    T large = T(0), small = T(1);
    for (int64_t l = 0; l < a.size; ++l) {
      const T size = abs1(s[l]) + abs1(f[l]);
      large = size > large ? size : large;
      small = size < small ? size : small;
    }
    if (large < largest && small > least) return false;
    for (int64_t l = 0; l < a.size; ++l) {
      const T size = abs1(s[l]) + abs1(f[l]);
      if (!(size > T(0) && size <= limits<T>::max) || (size < largest && size > least)) continue;
      int e;
      frexp(size, &e);
      s[l] = legendre_ldexp(s[l], -e);
      f[l] = legendre_ldexp(f[l], -e);
      a.moved[i * a.size + l] += T(e);
    }
    return true;
  }

  /// Factors with all powers of 2 in them; false where some product of one would leave the range of T on the way.
  SCI_HD bool rescale(const Lanes& a, Z* scale, int reference) const {
    bool fits = true;
    for (int k = 0; k < count; ++k)
      for (int i = 0; i <= low + k; ++i) {
        const int64_t row = (k * (top() + 1) + i) * a.size;
        for (int64_t l = 0; l < a.size; ++l) {
          const T exponent = a.exponent[l] + a.moved[i * a.size + l] + T(reference);
          const Z factor = a.factor[row + l];
          if (exponent == T(0) || legendre_is_zero(factor)) {
            scale[row + l] = factor;
            continue;
          }
          const int e = int(max(T(-100000000), min(T(100000000), exponent)));
          int own;
          frexp(abs1(factor), &own);
          const int all = own + e, gone = legendre_safe<T> * 2 - limits<T>::max_exponent;
          if (isfinite(factor) &&
              (all > legendre_safe<T> ||
               (all < -legendre_safe<T> && all > -legendre_safe<T> - 2 * limits<T>::max_exponent + gone)))
            fits = false;
          scale[row + l] = legendre_ldexp(factor, e);
        }
      }
    return fits;
  }

  SCI_HD Z* row(int k, int64_t degree, int64_t column, int64_t first) const {
    return out + ((k * (n + 1) + degree) * width() + column) * batch + first;
  }

  /// Derivatives from `to` on, each `apart` numbers behind the one before.
  SCI_HD void write(const Lanes& a, const LegendreColumn<T>& column, const Z* scale, bool fits, Z* to,
                    int64_t apart) const {
    const T number = column.value();
    for (int k = 0; k < count; ++k, to += apart) {
      Z* y = to;
      const int64_t size = a.size;
      const int used = int(min(int64_t(low + k), column.n - column.m));
      if (used < 0) continue;
      for (int i = 0; i <= used; ++i) {
        const T c = number * column.ratio(i);
        const Z *s = a.s + i * size, *g = (fits ? scale : a.factor) + (k * (top() + 1) + i) * size;
        if (fits) {
          if (i == 0) {
            SCI_INDEPENDENT
            for (int64_t l = 0; l < size; ++l) y[l] = s[l] * g[l] * c;
          } else {
            SCI_INDEPENDENT
            for (int64_t l = 0; l < size; ++l) y[l] = y[l] + s[l] * g[l] * c;
          }
          continue;
        }
        for (int64_t l = 0; l < size; ++l) {
          const T e = a.exponent[l] + a.moved[i * size + l] + T(column.reference);
          const Z x = legendre_ldexp(Z(s[l] * g[l] * c), int(max(T(-100000000), min(T(100000000), e))));
          y[l] = i == 0 ? x : y[l] + x;
        }
      }
    }
  }

  /// All of some arguments, `lanes` from `first` on.
  SCI_HD void run(int64_t first, int64_t lanes, Z* buffer) const {
    const int orders = top() + 1;
    Lanes a(buffer, lanes, orders, pairs());
    const int64_t stride = prepare(a, first) ? legendre_stride : 1;
    LegendreColumn<T> column{}, opposite{};
    column.normal = opposite.normal = normal;
    column.sphere = opposite.sphere = sphere;
    column.negative = false;
    opposite.negative = true;
    int64_t held = 0;
    const int64_t delay = sphere ? top() : 2 * top();
    for (int64_t order = 0; order <= m; ++order) {
      for (; held < order - delay; ++held) next_power(a);
      column.next_order(order);
      if (two_signs() && order > 0) opposite.next_order(order);
      blank(a, order, first);
      if (order > n) continue;
      column_degrees(a, column, two_signs() && order > 0 ? &opposite : nullptr, held, first, stride, false);
    }
    one_by_one(a, first);
  }

  /// Degree n of one order alone, m or where `turned` -m, without dimensions of degrees and orders.
  SCI_HD void run_last(int64_t first, int64_t lanes, Z* buffer, bool turned) const {
    Lanes a(buffer, lanes, top() + 1, pairs());
    const int64_t stride = prepare(a, first) ? legendre_stride : 1;
    LegendreColumn<T> column{};
    column.normal = normal;
    column.sphere = sphere;
    column.negative = turned && !normal;
    int64_t held = 0;
    for (const int64_t delay = sphere ? top() : 2 * top(); held < m - delay; ++held) next_power(a);
    for (int64_t order = normal ? m : 0; order <= m; ++order) column.next_order(order);
    column_degrees(a, column, nullptr, held, first, stride, true);
    const bool sign = turned && m % 2 != 0 && !outside;
    for (int64_t l = 0; l < lanes; ++l) {
      if (a.wild[l] != T(0))
        out[first + l] = legendre_derivative<T>(low, n, turned ? -m : m, normal, outside ? 3 : 2, z[first + l]);
      else if (sign)
        out[first + l] = -out[first + l];
    }
  }

  /// The degrees of one order from the first on: all are written, with those of order -m, or with `last` degree n.
  SCI_HD void column_degrees(Lanes& a, LegendreColumn<T>& column, LegendreColumn<T>* opposite, int64_t held,
                             int64_t first, int64_t stride, bool last) const {
    const int orders = top() + 1;
    const int64_t order = column.m, lanes = a.size;
    factors(a, order, held, first);
    for (int64_t j = 0; j < orders * lanes; ++j) a.moved[j] = T(0);
    bool fits = true, fits_low = true;
    for (int64_t degree = order; degree <= n; ++degree) {
      const bool look = (degree - order) % stride == 0;
      if (degree > order) column.next_degree();
      bool moved = degree == order;
      for (int i = 0; i < orders && degree >= order + i; ++i) {
        if (degree == order + i) {
          for (int64_t l = 0; l < lanes; ++l) {
            a.s[i * lanes + l] = Z(T(1));
            a.f[i * lanes + l] = Z(T(0));
          }
        } else {
          step(a, i, order + i, degree);
        }
        if (look) moved = fit(a, i) || moved;
      }
      if (look) {
        const int exponent = column.number().exponent;
        if (exponent > column.reference + legendre_range<T> || exponent < column.reference - legendre_range<T>) {
          column.reference = exponent;
          moved = true;
        }
      }
      if (moved) {
        fits = rescale(a, a.scale, column.reference);
        if (opposite) fits_low = rescale(a, a.scale_low, opposite->reference);
      }
      if (last) {
        if (degree == n) write(a, column, a.scale, fits, out + first, 0);
        continue;
      }
      write(a, column, a.scale, fits, row(0, degree, order, first), (n + 1) * width() * batch);
      if (!both || order == 0) continue;
      const int64_t mirror = 2 * m + 1 - order;
      if (opposite) {
        opposite->n = degree;
        write(a, *opposite, a.scale_low, fits_low, row(0, degree, mirror, first), (n + 1) * width() * batch);
        if (order % 2 != 0 && !outside) turn(a, degree, mirror, mirror, first);
      } else {
        turn(a, degree, order, mirror, first);
      }
    }
  }

  /// Entries of arguments whose powers are out of range at once, one by one.
  SCI_HD void one_by_one(const Lanes& a, int64_t first) const {
    for (int64_t l = 0; l < a.size; ++l)
      for (int64_t order = both ? -m : 0; a.wild[l] != T(0) && order <= m; ++order)
        for (int k = 0; k < count; ++k)
          for (int64_t degree = 0; degree <= n; ++degree)
            row(k, degree, order < 0 ? 2 * m + 1 + order : order, first)[l] =
                legendre_derivative<T>(low + k, degree, order, normal, outside ? 3 : 2, z[first + l]);
  }

  /// Copies a column's entries, of odd order with the other sign.
  SCI_HD void turn(const Lanes& a, int64_t degree, int64_t from, int64_t to, int64_t first) const {
    const int64_t order = from <= m ? from : 2 * m + 1 - from;
    const T sign = order % 2 != 0 && !outside ? T(-1) : T(1);
    for (int k = 0; k < count; ++k) {
      const Z* x = row(k, degree, from, first);
      Z* y = row(k, degree, to, first);
      const int64_t size = a.size;
      SCI_INDEPENDENT
      for (int64_t l = 0; l < size; ++l) y[l] = x[l] * sign;
    }
  }
  /// Degrees below the order.
  SCI_HD void blank(const Lanes& a, int64_t order, int64_t first) const {
    for (int k = 0; k < count; ++k)
      for (int64_t degree = 0; degree < min(order, n + 1); ++degree)
        for (int64_t l = 0; l < a.size; ++l) {
          row(k, degree, order, first)[l] = Z(a.zero[l]);
          if (both) row(k, degree, 2 * m + 1 - order, first)[l] = Z(a.zero[l]);
        }
  }

  /// Item i on the CPU, with a thread's buffer.
  SCI_HD void operator()(int64_t i, Z* buffer) const {
    const int64_t first = i * chunk, left = batch - first;
    run(first, left < chunk ? left : chunk, buffer);
  }
  /// Argument i on the GPU.
  SCI_HD void operator()(int64_t i) const {
    Z own[memory_of(1, most + 1, (most + 1) * (most + 1))];
    run(i, 1, own);
  }
};

}  // namespace detail
}  // namespace sci
