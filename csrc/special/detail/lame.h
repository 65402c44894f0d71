// Lame functions, their second kind and their norms: products over the zeros of Lame polynomials, for fixed degree and
// number. The equations are in sci/special/_ellipsoidal.py, which has the same in tensors, for derivatives.
//
// Zeros       Newton's damped steps on Stieltjes' equations of equilibrium, whose matrix is positive definite
// Second      the integral of 1 / E^2 in the angle of sine k u, by Gauss's rule on panels each a tenth as far from the
//             pole at pi/2 as the one before: 32 nodes have 17 digits there
// Norm        midpoint rule, which converges as e^(-4 t N): t is the imaginary part of the nearest singular angle
// Degrees     up to lame_degree; longer products are left to tensors
// Error       a few ulp of the product of distances; tests/special/test_ellipsoidal.py
#pragma once
#include "core/complex.h"

namespace sci {
namespace detail {

constexpr int lame_zeros = 32, lame_degree = 2 * lame_zeros, lame_rule = 16;
/// Nodes of the midpoint rule at most.
constexpr int lame_nodes = 4000;

/// Positive nodes and weights of Gauss's rule with 32.
SCI_TABLE(double, lame_gauss) = {
    0.048307665687738316, 0.096540088514727801, 0.14447196158279649,  0.095638720079274859, 0.23928736225213707,
    0.093844399080804566, 0.33186860228212765,  0.091173878695763885, 0.42135127613063535,  0.087652093004403811,
    0.50689990893222939,  0.083311924226946755, 0.58771575724076233,  0.078193895787070306, 0.6630442669302152,
    0.072345794108848506, 0.73218211874028968,  0.065822222776361847, 0.79448379596794241,  0.058684093478535547,
    0.84936761373256997,  0.050998059262376176, 0.89632115576605212,  0.042835898022226681, 0.93490607593773969,
    0.034273862913021433, 0.96476225558750643,  0.025392065309262059, 0.98561151154526834,  0.016274394730905671,
    0.99726386184948156,  0.0070186100094700966};

/// One function: E = s^kappa_0 |s^2 - h2|^(kappa_1 / 2) |s^2 - k2|^(kappa_2 / 2) prod (s^2 - h2 - zero_j).
struct lame_function {
  int kappa[3];
  int degree, place;
  double h2, gap, zero[lame_zeros];

  /// Which of the families K, L, M, N number p of degree n is in, from 1 to 2 n + 1.
  SCI_HD void number(int n, int p) {
    const int odd = n % 2;
    place = p - 1;
    for (int family = 0; family < 4; ++family) {
      kappa[0] = family == 0 || family == 3 ? odd : 1 - odd;
      kappa[1] = family == 1 || family == 3, kappa[2] = family >= 2;
      degree = (n - kappa[0] - kappa[1] - kappa[2]) / 2;
      // Where n is less than the sum of kappa there is no such function.
      const int count = n < kappa[0] + kappa[1] + kappa[2] ? 0 : degree + 1;
      if (place < count) return;
      place -= count;
    }
  }

  /// One step from `zero`; returns the decrement, which tells how far from equilibrium that is.
  SCI_HD double step(bool damped) {
    double matrix[lame_zeros][lame_zeros], force[lame_zeros];
    for (int i = 0; i < degree; ++i) {
      const double v = zero[i], to[] = {h2 + v, v, v - gap};
      double sum = 0, stiffness = 0;
      for (int k = 0; k < 3; ++k) {
        const double inverse = 1 / to[k], charge = 0.25 + 0.5 * kappa[k];
        sum += charge * inverse;
        stiffness += charge * inverse * inverse;
      }
      for (int j = 0; j < degree; ++j) {
        if (j == i) continue;
        const double inverse = 1 / (v - zero[j]);
        sum += inverse;
        stiffness += inverse * inverse;
        matrix[i][j] = -inverse * inverse;
      }
      matrix[i][i] = stiffness;
      force[i] = sum;
    }
    // L D L^T in place; `force` becomes L^-1 force.
    double decrement = 0;
    for (int i = 0; i < degree; ++i) {
      for (int j = 0; j < i; ++j) {
        double dot = matrix[i][j];
        for (int k = 0; k < j; ++k) dot -= matrix[i][k] * matrix[k][j];
        matrix[j][i] = dot;  // D L^T
        matrix[i][j] = dot / matrix[j][j];
      }
      double pivot = matrix[i][i];
      for (int k = 0; k < i; ++k) {
        pivot -= matrix[i][k] * matrix[k][i];
        force[i] -= matrix[i][k] * force[k];
      }
      matrix[i][i] = pivot;
      decrement += force[i] * force[i] / pivot;
    }
    const double scale = damped ? 1 / (1 + 2 * sqrt(max(decrement, 0.0))) : 1;
    for (int i = degree - 1; i >= 0; --i) {
      double dot = force[i] / matrix[i][i];
      for (int k = i + 1; k < degree; ++k) dot -= matrix[k][i] * force[k];
      force[i] = dot;
    }
    for (int i = 0; i < degree; ++i) zero[i] += scale * force[i];
    return decrement;
  }

  /// Sets parameters, 0 < h2 < k2, and finds the zeros.
  SCI_HD void set(double h2_, double k2) {
    h2 = h2_, gap = k2 - h2_;
    // Evenly spread in the angle of u = h2 cos(angle)^2 or h2 + gap sin(angle)^2.
    for (int i = 0; i < degree; ++i) {
      const int count = i < place ? place : degree - place, j = i < place ? i : i - place;
      const double sine = sin((j + 0.75) * (numbers::pi<double> / 2 / (count + 0.5)));
      zero[i] = (i < place ? -h2 : gap) * sine * sine;
    }
    const int most = degree == 0 ? 0 : 12 + 2 * degree;
    for (int i = 0; i < most; ++i)
      if (step(true) < 1e-12) break;
    if (degree > 0) step(false), step(false);
  }

  /// The product at s, with s^2 - h2 and k2 - s^2.
  SCI_HD double product(double s, double v, double rest) const {
    double value = kappa[0] ? s : 1.0, other = 1;
    int i = 0;
    for (; i + 1 < degree; i += 2) value *= v - zero[i], other *= v - zero[i + 1];
    if (i < degree) value *= v - zero[i];
    value *= other;
    if (kappa[1] || kappa[2]) value *= sqrt(abs((kappa[1] ? v : 1.0) * (kappa[2] ? rest : 1.0)));
    return value;
  }

  /// The second kind at |s| > k, of degree n.
  SCI_HD double second(int n, double s) const {
    const double k2 = h2 + gap, k = sqrt(k2), size = abs(s);
    const double rest = (size - k) * (size + k);
    // Angles from pi/2, where the cosine of the integration variable is: from `low` to pi/2.
    const double low = atan2(sqrt(rest), k);
    double sum = 0, upper = numbers::pi<double> / 2;
    for (int panel = 0; panel < 330 && upper > low; ++panel) {
      const double lower = max(low, 0.1 * upper), middle = (lower + upper) / 2, half = (upper - lower) / 2;
      double part = 0;
      for (int i = 0; i < 2 * lame_rule; ++i) {
        const double x = lame_gauss[i & ~1];
        const double angle = middle + (i & 1 ? -half : half) * x, cosine = sin(angle), sine = cos(angle);
        const double square = sine * sine / k2, v = 1 - h2 * square;  // (1/u^2 - h2) u^2
        double r = 1;
        for (int j = 0; j < degree; ++j) r *= v - zero[j] * square;
        double power = 1, base = square;
        for (int m = n; m > 0; m >>= 1, base *= base)
          if (m & 1) power *= base;
        double denominator = r * r * sqrt(v);
        if (kappa[1]) denominator *= v;
        if (kappa[2]) denominator *= cosine * cosine;
        part += lame_gauss[i | 1] * (power / denominator);
      }
      sum += part * half;
      upper = lower;
    }
    return (2 * n + 1) * product(s, (s - sqrt(h2)) * (s + sqrt(h2)), rest) * sum / k;
  }

  /// The norm, of degree n.
  SCI_HD double norm(int n) const {
    const double k2 = h2 + gap;
    const double strip = min(acosh(sqrt(k2 / h2)), asinh(sqrt(h2 / gap)));
    const int nodes = int(min(double(lame_nodes), n + 2 + 11 / strip));
    const double angle = numbers::pi<double> / 2 / nodes;
    double inner = 0, inner_low = 0, outer = 0, outer_high = 0;
    for (int i = 0; i < nodes; ++i) {
      const double sine = sin((i + 0.5) * angle), square = sine * sine;
      const double low = h2 * square, high = h2 + gap * square;
      const double p = product(sqrt(low), low - h2, k2 - low), q = product(sqrt(high), gap * square, k2 - high);
      const double first = p * p / sqrt(k2 - low), last = q * q / sqrt(high);
      inner += first, inner_low += first * low;
      outer += last, outer_high += last * high;
    }
    return 8 * angle * angle * (outer_high * inner - outer * inner_low);
  }
};

}  // namespace detail

enum LameKind { lame_first, lame_second, lame_norm };

/// A block of elements, along which the zeros are found where parameters change. Operands have one number, or one for
/// each element.
template <class T>
struct LameItem {
  static constexpr int64_t block = 64;
  const T *h2, *k2, *s, *signm, *signn;
  T* out;
  int64_t count;
  bool many_h2, many_k2, many_s, many_m, many_n;
  int n, p, kind;

  SCI_HD void operator()(int64_t item) const {
    detail::lame_function f;
    f.number(n, p);
    double a = 0, b = 0;
    const double nan = limits<double>::nan;
    const int64_t end = min((item + 1) * block, count);
    for (int64_t i = item * block; i < end; ++i) {
      const double now_a = h2[many_h2 ? i : 0], now_b = k2[many_k2 ? i : 0], at = s[many_s ? i : 0];
      if (!(now_a > 0 && now_b > now_a && isfinite(now_b))) {
        out[i] = T(nan);
        continue;
      }
      if (now_a != a || now_b != b) f.set(a = now_a, b = now_b);
      double value;
      if (kind == lame_norm) {
        value = f.norm(n);
      } else if (kind == lame_second) {
        value = at * at > b ? f.second(n, at) : nan;
      } else {
        const double m = signm[many_m ? i : 0], l = signn[many_n ? i : 0];
        value = f.product(at, at * at - a, b - at * at);
        if (f.kappa[1]) value *= m;
        if (f.kappa[2]) value *= l;
        if (abs(m) != 1 || abs(l) != 1) value = nan;
      }
      out[i] = T(value);
    }
  }
};

}  // namespace sci
