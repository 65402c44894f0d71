// The ends of cosine and sine transforms around a complex one: what numbers of a column become and are made of.
//                                                                                 operator: csrc/ops/fft_dct.cpp
//
// The formulas are those of dct.h. Where dct.h has a transform of n real numbers v and n is even, v is packed as
// N = n / 2 complex numbers z_j = v_(2j) + i v_(2j+1). With w_k = exp(-2 pi i k / n), E = Z_k + conj(Z_(N-k)) and
// O = Z_k - conj(Z_(N-k)) [1]
//
//   2 V_k = E - i w_k O,   2 conj(V_(N-k)) = E + i w_k O
//
// The factors of types 2 and 3 obey t_(N-k) = exp(-i pi / 4) conj(t_k), so a pair k, N - k takes two products, with
// t_k and u_k = t_k w_k = t_(5k), and makes four results. Type 3 is the adjoint: from x_k, x_(n-k), x_(N-k), x_(N+k)
// with A = x_k - i x_(n-k) and B = exp(-i pi / 4) (x_(N-k) + i x_(N+k)),
//
//   S = conj(t_k) (A + B),  R = i conj(u_k) (A - B),   Z_k = S + R,  Z_(N-k) = conj(S - R)
//
// before an inverse transform, which is the forward one with real and imaginary parts exchanged. Odd n takes N = n with
// imaginary parts 0 (twice the work, the same bytes), and type 1 N = n -+ 1 for the extension of length 2 N.
//
// Source  [1] J. W. Cooley, P. A. W. Lewis, P. D. Welch, "The fast Fourier transform algorithm: programming
//             considerations in the calculation of sine, cosine and Laplace transforms", J. Sound Vib. 12 (1970)
#pragma once
#include "fft/block_passes.h"
#include "fft/dct.h"

namespace sci {

/// Four real numbers that follow each other.
template <class T>
struct alignas(16) DctQuad {
  T value[4];
};

/// What there is to do, the same for all columns. n: the length, N: that of the complex transform.
template <class T>
struct DctForm {
  int32_t type = 0, n = 0, N = 0;
  bool whole = false, odd = false;  // N = n for odd n; a sine transform of type 1
  int32_t eighth = 0;
  DctOrder before = DctOrder::plain, after = DctOrder::plain;
  T scale = 1, end_in = 1, end_out = 1;
  bool aligned = false;  // rows are DctQuads

  SCI_HD int pairs() const { return N / 2 + 1; }
  SCI_HD int quads() const { return (N + 1) / 2; }
};

/// Columns of numbers `inner` apart; places of the complex numbers, and the factors t_k and u_k of types 2 and 3, c_k
/// of 4, w_k of 1, are the caller's.
template <class T>
struct DctEnds {
  const DctForm<T>& form;
  const char* from;
  char* to;
  int32_t from_step, to_step;  // in bytes, of numbers 0, 1, ... of a column, which begin at from and to

  SCI_HD DctEnds(const DctForm<T>& form_, const T* x, T* y, int32_t inner) : form(form_) {
    const bool down_from = form.before == DctOrder::reversed, down_to = form.after == DctOrder::reversed;
    const int64_t last = int64_t(form.n - 1) * inner;
    from = reinterpret_cast<const char*>(x + (down_from ? last : 0));
    to = reinterpret_cast<char*>(y + (down_to ? last : 0));
    from_step = (down_from ? -inner : inner) * int(sizeof(T));
    to_step = (down_to ? -inner : inner) * int(sizeof(T));
  }
  SCI_HD bool from_alternates() const { return form.before == DctOrder::alternating; }
  SCI_HD static T half_root() { return T(0.7071067811865475244008443621048490392848L); }

  SCI_HD T read(int m, int64_t start) const {
    return *reinterpret_cast<const T*>(from + int64_t(m) * from_step + start);
  }
  SCI_HD void write(int k, int64_t start, T value) const { write_scaled(k, start, value * form.scale); }
  SCI_HD void write_signed(int k, int64_t start, T value) const { write_scaled(k, start, value * signed_scale(k)); }
  SCI_HD T signed_scale(int k) const { return form.after == DctOrder::alternating && k % 2 ? -form.scale : form.scale; }
  SCI_HD void write_scaled(int k, int64_t start, T value) const {
    *reinterpret_cast<T*>(to + int64_t(k) * to_step + start) = value;
  }
  /// Numbers k and k + 1 of a column, k even.
  SCI_HD void write_two(int k, int64_t start, T first, T second) const {
    if (form.aligned) {
      reinterpret_cast<DctPair<T>*>(to + start)[k / 2] = {first * form.scale, second * signed_scale(1)};
    } else {
      write_signed(k, start, first);
      write_signed(k + 1, start, second);
    }
  }

  // ---- before the transform ------------------------------------------------------------------------------------

  /// Type 2 of even n: x_(4p) to x_(4p+3), of which z_p and z_(N-1-p) are made, p <= N-1-p.
  SCI_HD DctQuad<T> read_quad(int p, int64_t start) const {
    if (form.aligned) return reinterpret_cast<const DctQuad<T>*>(from + start)[p];
    const int last = form.n - 1;  // for odd N the one in the middle is x_(n-2) + i x_(n-1)
    return {read(4 * p, start), read(4 * p + 1, start), read(min(4 * p + 2, last), start),
            read(min(4 * p + 3, last), start)};
  }
  SCI_HD void put_quad(int p, DctQuad<T> x, DctPair<T>& z, DctPair<T>& other) const {
    const T* v = x.value;
    const bool middle = 2 * p == form.N - 1;
    z = {v[0], from_alternates() && middle ? -v[2] : v[2]};
    if (!middle) other = {from_alternates() ? -v[3] : v[3], from_alternates() ? -v[1] : v[1]};
  }
  /// Type 3: x_k, x_(n-k), x_(N-k), x_(N+k); what is not needed repeats one of the others.
  SCI_HD DctQuad<T> read_pair(int k, int64_t start) const {
    const int n = form.n, N = form.whole ? k : form.N;
    return {read(k, start), read(k == 0 ? 0 : n - k, start), read(N - k, start), read(form.whole ? k : N + k, start)};
  }
  /// Z_k and Z_(N-k), parts exchanged.
  SCI_HD void put_pair(int k, DctQuad<T> quad, complex<T> t, complex<T> u, DctPair<T>& z, DctPair<T>& mirrored) const {
    const T* x = quad.value;
    const complex<T> first{k == 0 ? form.end_in * x[0] : x[0], k == 0 ? T(0) : -x[1]};
    if (form.whole) {
      const complex<T> v = conj(t) * first;
      z = {v.im, v.re};
      if (k > 0) mirrored = {-v.im, v.re};
      return;
    }
    const complex<T> second{(x[2] + x[3]) * half_root(), (x[3] - x[2]) * half_root()};
    const complex<T> sum = conj(t) * (first + second), difference = conj(u) * (first - second);
    z = {sum.im + difference.re, sum.re - difference.im};
    if (k > 0 && 2 * k != form.N) mirrored = {difference.re - sum.im, sum.re + difference.im};
  }
  /// Type 4: x_(2j), x_(2j+1), x_(n-2-2j), x_(n-1-2j), of which z_j and z_(N-1-j) are made.
  SCI_HD DctQuad<T> read_quarter(int j, int64_t start) const {
    const int n = form.n, other = form.N - 1 - j;
    if (form.aligned) {
      auto* row = reinterpret_cast<const DctPair<T>*>(from + start + (from_step < 0 ? int64_t(n - 1) * from_step : 0));
      const DctPair<T> p = row[j], q = row[other];
      if (from_step < 0) return {q.im, q.re, p.im, p.re};
      return {p.re, p.im, q.re, q.im};
    }
    return {read(2 * j, start), read(2 * j + 1, start), read(n - 2 - 2 * j, start), read(n - 1 - 2 * j, start)};
  }
  SCI_HD void put_quarter(DctQuad<T> quad, complex<T> c, complex<T> c_other, DctPair<T>& z, DctPair<T>& other) const {
    const T* x = quad.value;
    const complex<T> v = c * complex<T>{x[0], x[3]}, w = c_other * complex<T>{x[2], x[1]};
    z = {v.re, v.im};
    other = {w.re, w.im};
  }

  // ---- after it ------------------------------------------------------------------------------------------------

  /// Type 3 of even n, parts exchanged, of z_p and z_(N-1-p): as read_quad.
  SCI_HD void take_quad(int p, int64_t start, DctPair<T> z, DctPair<T> y) const {
    const T even = form.scale, odd = signed_scale(1);
    if (form.aligned) {
      reinterpret_cast<DctQuad<T>*>(to + start)[p] = {z.im * even, y.re * odd, z.re * even, y.im * odd};
      return;
    }
    const bool middle = 2 * p == form.N - 1;
    write_signed(4 * p, start, z.im);
    write_signed(4 * p + 1, start, middle ? z.re : y.re);
    if (middle) return;
    write_signed(4 * p + 2, start, z.re);
    write_signed(4 * p + 3, start, y.im);
  }
  /// Type 2 of even n, of Z_k and Z_(N-k).
  SCI_HD void take_pair(int k, int64_t start, complex<T> z, complex<T> mirrored, complex<T> t, complex<T> u) const {
    const int n = form.n, N = form.N;
    const complex<T> other = conj(mirrored), even = t * (z + other), odd = u * (z - other);
    const complex<T> v{even.re + odd.im, even.im - odd.re}, w{even.re - odd.im, even.im + odd.re};
    write(k, start, k == 0 ? v.re * form.end_out : v.re);
    if (2 * k != N) write(N - k, start, (w.re - w.im) * half_root());
    if (k == 0) return;
    write(n - k, start, -v.im);
    if (2 * k != N) write(N + k, start, (w.re + w.im) * half_root());
  }
  /// Type 1, of Z_k and Z_(N-k): the halves of real parts, or for sines of imaginary ones.
  SCI_HD void take_extended(int k, int64_t start, complex<T> z, complex<T> mirrored, complex<T> w) const {
    const int N = form.N;
    const complex<T> other = conj(mirrored), even = z + other, odd = w * (z - other);
    const bool two = 2 * k != N;
    if (!form.odd) {
      const T half = k == 0 ? form.end_out / 2 : T(0.5);
      write(k, start, half * (even.re + odd.im));
      if (two) write(N - k, start, half * (even.re - odd.im));
    } else if (k > 0) {
      write(k - 1, start, T(-0.5) * (even.im - odd.re));
      if (two) write(N - k - 1, start, T(0.5) * (even.im + odd.re));
    }
  }
  /// Type 4, of Z_k and Z_(N-1-k).
  SCI_HD void take_quarter(int k, int64_t start, complex<T> z, complex<T> mirrored, complex<T> c,
                           complex<T> c_other) const {
    const int n = form.n;
    const complex<T> v = c * z, w = c_other * mirrored;
    write_two(2 * k, start, T(2) * v.re, T(-2) * w.im);
    if (2 * k != form.N - 1) write_two(n - 2 - 2 * k, start, T(2) * w.re, T(-2) * v.im);
  }
};

}  // namespace sci
