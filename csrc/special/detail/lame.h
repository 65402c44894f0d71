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
#include "core/team.h"

namespace sci {
namespace detail {

constexpr int lame_degree = 64, lame_rule = 16;
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

/// One function, by a team: E = s^kappa_0 |s^2 - h2|^(kappa_1 / 2) |s^2 - k2|^(kappa_2 / 2) prod (s^2 - h2 - zero_j).
struct lame_function {
  int kappa[3];
  int degree, place;
  double h2, gap;
  double *zero, *force, *matrix;  // of the team

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

  /// Bytes of its zeros and of Newton's method.
  SCI_HD static int64_t room(int n) { return 8 * (n / 2 * (n / 2 + 1) / 2 + n / 2 * 2); }
  SCI_HD void take(char* memory, int n) {
    zero = reinterpret_cast<double*>(memory), force = zero + n / 2, matrix = force + n / 2;
  }

  /// One step from `zero`; returns the decrement, which tells how far from equilibrium that is.
  SCI_HD double step(Team team, bool damped) {
    // The triangle of a symmetric matrix, and the forces.
    for (int i = team.lane; i < degree; i += team.size) {
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
        if (j < i) row(i)[j] = -inverse * inverse;
      }
      row(i)[i] = stiffness;
      force[i] = sum;
    }
    // L D in place, a column and its part of the rest at a time; `force` becomes L^-1 force.
    double decrement = 0;
    for (int k = 0; k < degree; ++k) {
      team.sync();
      const double inverse = 1 / row(k)[k], done = force[k];
      decrement += done * done * inverse;
      for (int i = k + 1 + team.lane; i < degree; i += team.size) {
        const double factor = row(i)[k] * inverse;
        force[i] -= factor * done;
        for (int j = k + 1; j <= i; ++j) row(i)[j] -= factor * row(j)[k];
      }
    }
    const double scale = damped ? 1 / (1 + 2 * sqrt(max(decrement, 0.0))) : 1;
    for (int k = degree - 1; k >= 0; --k) {
      team.sync();
      const double found = force[k] / row(k)[k];
      for (int i = team.lane; i < k; i += team.size) force[i] -= row(k)[i] * found;
      if (team.lane == 0) zero[k] += scale * found;
    }
    team.sync();
    return decrement;
  }

  /// Sets parameters, 0 < h2 < k2, and finds the zeros.
  SCI_HD void set(Team team, double h2_, double k2) {
    h2 = h2_, gap = k2 - h2_;
    // Evenly spread in the angle of u = h2 cos(angle)^2 or h2 + gap sin(angle)^2.
    team.sync();  // others may still read the zeros
    for (int i = team.lane; i < degree; i += team.size) {
      const int count = i < place ? place : degree - place, j = i < place ? i : i - place;
      const double sine = sin((j + 0.75) * (numbers::pi<double> / 2 / (count + 0.5)));
      zero[i] = (i < place ? -h2 : gap) * sine * sine;
    }
    team.sync();
    const int most = degree == 0 ? 0 : 12 + 2 * degree;
    for (int i = 0; i < most; ++i)
      if (step(team, true) < 1e-12) break;
    if (degree > 0) step(team, false), step(team, false);
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
  SCI_HD double second(Team team, int n, double s) const {
    const double k2 = h2 + gap, k = sqrt(k2), size = abs(s);
    const double rest = (size - k) * (size + k);
    // Angles from pi/2, where the cosine of the integration variable is: from `low` to pi/2.
    const double low = atan2(sqrt(rest), k);
    double sum = 0, upper = numbers::pi<double> / 2;
    for (int panel = 0; panel < 330 && upper > low; ++panel) {
      const double lower = max(low, 0.1 * upper), middle = (lower + upper) / 2, half = (upper - lower) / 2;
      double part = 0;
      for (int i = team.lane; i < 2 * lame_rule; i += team.size) {
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
      sum += team.sum(part) * half;
      upper = lower;
    }
    return (2 * n + 1) * product(s, (s - sqrt(h2)) * (s + sqrt(h2)), rest) * sum / k;
  }

  /// The norm, of degree n.
  SCI_HD double norm(Team team, int n) const {
    const double k2 = h2 + gap;
    const double strip = min(acosh(sqrt(k2 / h2)), asinh(sqrt(h2 / gap)));
    const int nodes = int(min(double(lame_nodes), n + 2 + 11 / strip));
    const double angle = numbers::pi<double> / 2 / nodes;
    double inner = 0, inner_low = 0, outer = 0, outer_high = 0;
    for (int i = team.lane; i < nodes; i += team.size) {
      const double sine = sin((i + 0.5) * angle), square = sine * sine;
      const double low = h2 * square, high = h2 + gap * square;
      const double p = product(sqrt(low), low - h2, k2 - low), q = product(sqrt(high), gap * square, k2 - high);
      const double first = p * p / sqrt(k2 - low), last = q * q / sqrt(high);
      inner += first, inner_low += first * low;
      outer += last, outer_high += last * high;
    }
    inner = team.sum(inner), inner_low = team.sum(inner_low);
    outer = team.sum(outer), outer_high = team.sum(outer_high);
    return 8 * angle * angle * (outer_high * inner - outer * inner_low);
  }

 private:
  SCI_HD double* row(int i) const { return matrix + i * (i + 1) / 2; }
};

}  // namespace detail

enum LameKind { lame_first, lame_second, lame_norm };

/// A block of elements, along which the zeros are found where parameters change. Operands have one number, or one for
/// each element. A team finds zeros and integrates together; products are its lanes' own where parameters are one.
template <class T>
struct LameItem {
  static constexpr int64_t block = 64;
  static constexpr int team_size = 32;
  const T *h2, *k2, *s, *signm, *signn;
  T* out;
  int64_t count;
  bool many_h2, many_k2, many_s, many_m, many_n;
  int n, p, kind;

  SCI_HD int64_t shared_bytes() const { return detail::lame_function::room(n); }
  SCI_HD void team(int64_t item, Team team, char* shared) const {
    detail::lame_function f;
    f.number(n, p);
    f.take(shared, n);
    const bool apart = kind == lame_first && !many_h2 && !many_k2;
    if (apart && is_valid(h2[0], k2[0])) f.set(team, h2[0], k2[0]);
    double a = apart ? h2[0] : T(0), b = apart ? k2[0] : T(0);
    const int64_t end = min((item + 1) * block, count);
    for (int64_t i = item * block + (apart ? team.lane : 0); i < end; i += apart ? team.size : 1) {
      const double now_a = h2[many_h2 ? i : 0], now_b = k2[many_k2 ? i : 0];
      double value = limits<double>::nan;
      if (is_valid(now_a, now_b)) {
        if (now_a != a || now_b != b) f.set(team, a = now_a, b = now_b);
        value = of(team, f, b, i);
      }
      if (apart || team.lane == 0) out[i] = T(value);
    }
  }

 private:
  SCI_HD static bool is_valid(double a, double b) { return a > 0 && b > a && isfinite(b); }
  SCI_HD double of(Team team, const detail::lame_function& f, double b, int64_t i) const {
    const double at = s[many_s ? i : 0];
    if (kind == lame_norm) return f.norm(team, n);
    if (kind == lame_second) return at * at > b ? f.second(team, n, at) : limits<double>::nan;
    const double m = signm[many_m ? i : 0], l = signn[many_n ? i : 0];
    const double value = f.product(at, at * at - f.h2, b - at * at);
    if (abs(m) != 1 || abs(l) != 1) return limits<double>::nan;
    return value * (f.kappa[1] ? m : 1) * (f.kappa[2] ? l : 1);
  }
};

}  // namespace sci
