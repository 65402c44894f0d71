// Schur decomposition A = Z T Z^H of small matrices, one matrix per item: T upper triangular (complex), or
// quasi-triangular with standardised 2 x 2 blocks [a b; c a], b c < 0 (real), as LAPACK's gees gives.
//
// Method     Householder reduction to Hessenberg form ([1], 7.4.3), then implicit QR steps: Francis's double shift for
//            real matrices ([1], 7.5), Wilkinson's single shift by Givens rotations for complex ones. Subdiagonals are
//            dropped by the criterion of Ahues and Tisseur [2]; after 10 and 20 steps without deflation an
//            exceptional shift breaks cycles. 2 x 2 blocks are standardised as Bai and Demmel [3] do.
// Scaling    By a power of two where the largest entry would over- or underflow when squared.
// Failure    info = number of eigenvalues not found after 30 n steps (at least 300); NaN or infinity in A gives NaN.
// Range      For n up to some 64; larger ones belong to LAPACK's blocked code.
// Sources    [1] Golub, Van Loan: Matrix Computations, 4th ed. (2013). [2] Ahues, Tisseur: A new deflation criterion
//            for the QR algorithm, LAPACK Working Note 122 (1997). [3] Bai, Demmel: On swapping diagonal blocks in real
//            Schur form, Lin. Alg. Appl. 186 (1993) 73-95.
#pragma once
#include "linalg/blocks.h"

namespace sci {

/// A plane rotation [c s; -conj(s) c].
template <class T>
struct Rotation {
  real_of<T> c;
  T s;
};

/// The rotation that turns (f, g) into (r, 0).
template <class T>
SCI_HD Rotation<T> rotation_to_first(T f, T g) {
  using R = real_of<T>;
  R size_f = abs(f), size_g = abs(g), r = hypot(size_f, size_g);
  if (r == R(0)) return {R(1), T(0)};
  if (size_f == R(0)) return {R(0), conj(g) / size_g};
  return {size_f / r, (f / size_f) * (conj(g) / r)};
}

/// Rows i and j of x, columns from..to, from the left.
template <class T>
SCI_HD void rotate_rows(T* x, int64_t n, int64_t i, int64_t j, int64_t from, int64_t to, Rotation<T> g) {
  T *a = x + i * n, *b = x + j * n;
  for (int64_t k = from; k < to; ++k) {
    T u = a[k], v = b[k];
    a[k] = u * g.c + g.s * v;
    b[k] = v * g.c - conj(g.s) * u;
  }
}

/// Columns i and j of x, rows 0..to, from the right by the rotation's adjoint.
template <class T>
SCI_HD void rotate_columns(T* x, int64_t n, int64_t i, int64_t j, int64_t to, Rotation<T> g) {
  for (int64_t k = 0; k < to; ++k) {
    T &a = x[k * n + i], &b = x[k * n + j];
    T u = a, v = b;
    a = u * g.c + conj(g.s) * v;
    b = v * g.c - g.s * u;
  }
}

/// The reflector I - tau v v^H, v[0] = 1, whose adjoint turns x into beta e_1 with real beta; v overwrites x.
template <class T>
struct Reflector {
  T tau;
  T beta;
};
template <class T>
SCI_HD Reflector<T> make_reflector(T* x, int64_t n) {
  using R = real_of<T>;
  R size = 0;
  for (int64_t k = 1; k < n; ++k) size = hypot(size, abs(x[k]));
  T alpha = x[0];
  if (size == R(0) && imag(alpha) == R(0)) {
    x[0] = T(1);
    return {T(0), alpha};
  }
  R beta = -copysign(hypot(abs(alpha), size), real(alpha));
  T scale = T(1) / (alpha - T(beta));
  for (int64_t k = 1; k < n; ++k) x[k] *= scale;
  x[0] = T(1);
  return {(T(beta) - alpha) / beta, T(beta)};
}

/// h becomes Hessenberg, z the unitary matrix of the similarity; work has room for 2 n numbers.
template <class T>
SCI_HD void reduce_to_hessenberg(T* h, T* z, T* work, int64_t n) {
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < n; ++j) z[i * n + j] = T(i == j ? 1 : 0);
  T *v = work, *w = work + n;
  for (int64_t k = 0; k + 2 < n; ++k) {
    int64_t m = n - k - 1;
    for (int64_t i = 0; i < m; ++i) v[i] = h[(k + 1 + i) * n + k];
    Reflector<T> p = make_reflector(v, m);
    h[(k + 1) * n + k] = p.beta;
    for (int64_t i = 1; i < m; ++i) h[(k + 1 + i) * n + k] = T(0);
    if (p.tau == T(0)) continue;
    // From the left: (I - conj(tau) v v^H) H, with w = v^H H.
    for (int64_t j = 0; j < m; ++j) w[j] = T(0);
    for (int64_t i = 0; i < m; ++i) add_row(w, conj(v[i]), h + (k + 1 + i) * n + k + 1, m);
    for (int64_t i = 0; i < m; ++i) add_row(h + (k + 1 + i) * n + k + 1, -conj(p.tau) * v[i], w, m);
    // From the right: X (I - tau v v^H), for X = H and Z.
    for (int64_t j = 0; j < m; ++j) w[j] = conj(v[j]);
    for (int side = 0; side < 2; ++side) {
      T* x = side == 0 ? h : z;
      for (int64_t i = side; i < n; ++i) {  // the first row of Z stays (1, 0, ...)
        T* row = x + i * n + k + 1;
        add_row(row, -p.tau * dot_row(row, w, m), w, m);
      }
    }
  }
}

/// Is the subdiagonal entry h[l, l-1] negligible? [2]
template <class T>
SCI_HD bool negligible(const T* h, int64_t n, int64_t l, int64_t from, int64_t to) {
  using R = real_of<T>;
  const R eps = limits<R>::epsilon, tiny = limits<R>::min * R(n) / eps;
  T low = h[l * n + l - 1], up = h[(l - 1) * n + l], d0 = h[(l - 1) * n + l - 1], d1 = h[l * n + l];
  R size = abs1(low);
  if (size <= tiny) return true;
  R around = abs1(d0) + abs1(d1);
  if (around == R(0)) {
    if (l - 2 >= from) around += abs1(h[(l - 1) * n + l - 2]);
    if (l + 1 <= to) around += abs1(h[(l + 1) * n + l]);
  }
  if (size > eps * around) return false;
  R ab = max(size, abs1(up)), ba = min(size, abs1(up));
  R aa = max(abs1(d1), abs1(d0 - d1)), bb = min(abs1(d1), abs1(d0 - d1));
  R s = aa + ab;
  return ba * (ab / s) <= max(tiny, eps * (bb * (aa / s)));
}

/// The rotation that brings the real block [a b; c d] to standard form [3]: c = 0, or a = d and b c < 0, and of the two
/// such forms the one with |b| >= |c|, so that T and Z are smooth functions of the matrix.
template <class T>
SCI_HD Rotation<T> standardize(T& a, T& b, T& c, T& d) {
  if (c == T(0)) return {T(1), T(0)};
  if (b == T(0)) {  // exchange the axes
    swap(a, d);
    b = -c;
    c = T(0);
    return {T(0), T(1)};
  }
  if (a == d && (b < T(0)) != (c < T(0)) && abs(b) >= abs(c)) return {T(1), T(0)};
  T half = (a - d) / T(2);
  T large = max(abs(b), abs(c)), small = min(abs(b), abs(c)) * ((b < T(0)) == (c < T(0)) ? T(1) : T(-1));
  T scale = max(abs(half), large);
  T z = half / scale * half + large / scale * small;  // discriminant / scale
  if (z >= T(4) * limits<T>::epsilon) {               // two real eigenvalues, well apart
    z = half + copysign(sqrt(scale) * sqrt(z), half);
    a = d + z;
    d -= large / z * small;
    T r = hypot(c, z);
    Rotation<T> g{z / r, c / r};
    b -= c;
    c = T(0);
    return g;
  }
  // A complex pair, or nearly equal real eigenvalues: first make the diagonal equal.
  T sum = b + c, r = hypot(sum, a - d);
  T cs = sqrt((T(1) + abs(sum) / r) / T(2));
  T sn = -(half / (r * cs)) * copysign(T(1), sum);
  T a1 = a * cs + b * sn, b1 = -a * sn + b * cs, c1 = c * cs + d * sn, d1 = -c * sn + d * cs;
  T mean = ((a1 * cs + c1 * sn) + (-b1 * sn + d1 * cs)) / T(2);
  b = b1 * cs + d1 * sn;
  c = -a1 * sn + c1 * cs;
  a = d = mean;
  if (c == T(0)) return {cs, sn};
  if (b == T(0) || ((b < T(0)) != (c < T(0)) && abs(b) < abs(c))) {
    T keep = b;
    b = -c;
    c = T(0) - keep;
    return {-sn, cs};
  }
  if ((b < T(0)) == (c < T(0))) {  // real after all
    T sb = sqrt(abs(b)), sc = sqrt(abs(c)), p = copysign(sb * sc, c), t = T(1) / sqrt(abs(b + c));
    a = mean + p;
    d = mean - p;
    b -= c;
    c = T(0);
    T c2 = sb * t, s2 = sc * t;
    return {cs * c2 - sn * s2, cs * s2 + sn * c2};
  }
  return {cs, sn};
}

/// Standardise the block at (k, k) of the quasi-triangular h, and apply its rotation to the rest of h and to z.
template <class T>
SCI_HD void standardize_block(T* h, T* z, int64_t n, int64_t k) {
  Rotation<T> g = standardize(h[k * n + k], h[k * n + k + 1], h[(k + 1) * n + k], h[(k + 1) * n + k + 1]);
  rotate_rows(h, n, k, k + 1, k + 2, n, g);
  rotate_columns(h, n, k, k + 1, k, g);
  rotate_columns(z, n, k, k + 1, n, g);
}

/// Francis's QR algorithm on a real Hessenberg matrix; returns the number of eigenvalues not found.
template <class T>
SCI_HD int hessenberg_qr(T* h, T* z, int64_t n) {
  int64_t to = n - 1;
  int steps = 0;
  const int64_t budget = 30 * max(n, int64_t(10));
  for (int64_t all = 0; to >= 0;) {
    int64_t from = to;
    while (from > 0 && !negligible(h, n, from, int64_t(0), to)) --from;
    if (from > 0) h[from * n + from - 1] = T(0);
    if (to - from < 2) {
      if (to > from) standardize_block(h, z, n, from);
      to = from - 1;
      steps = 0;
      continue;
    }
    if (++all > budget) return int(to + 1);
    ++steps;
    // The shifts are the eigenvalues of [a b; c d].
    T a = h[(to - 1) * n + to - 1], b = h[(to - 1) * n + to], c = h[to * n + to - 1], d = h[to * n + to];
    if (steps % 20 == 10 || steps % 20 == 0) {
      bool below = steps % 20 == 10;
      int64_t at = below ? from : to - 2;
      T s = abs(h[(at + 1) * n + at]) + abs(h[(at + 2) * n + at + 1]);
      a = d = T(0.75) * s + (below ? h[from * n + from] : d);
      b = T(-0.4375) * s;
      c = s;
    }
    T mean = (a + d) / T(2), det = (a - mean) * (d - mean) - b * c, root = sqrt(abs(det));
    T re1 = mean, re2 = mean, im = T(0);
    if (det >= T(0)) {
      im = root;
    } else {  // real shifts: the one closer to d, twice
      re1 = re2 = abs(mean + root - d) < abs(mean - root - d) ? mean + root : mean - root;
    }
    // First column of (H - s1)(H - s2), started where two consecutive subdiagonals are small together.
    T v[3];
    int64_t start = to - 2;
    for (;; --start) {
      const T* r0 = h + start * n + start;
      const T* r1 = r0 + n;
      T s = abs(r0[0] - re2) + abs(im) + abs(r1[0]);
      T low = r1[0] / s;
      v[0] = low * r0[1] + (r0[0] - re1) * ((r0[0] - re2) / s) + im * (im / s);
      v[1] = low * (r0[0] + r1[1] - re1 - re2);
      v[2] = low * r1[n + 1];
      s = abs(v[0]) + abs(v[1]) + abs(v[2]);
      for (int k = 0; k < 3; ++k) v[k] /= s;
      if (start == from) break;
      T left = abs(r0[-1]) * (abs(v[1]) + abs(v[2]));
      if (left <= limits<T>::epsilon * abs(v[0]) * (abs(r0[-n - 1]) + abs(r0[0]) + abs(r1[1]))) break;
    }
    for (int64_t k = start; k < to; ++k) {
      int64_t m = min(int64_t(3), to - k + 1);
      if (k > start)
        for (int64_t i = 0; i < m; ++i) v[i] = h[(k + i) * n + k - 1];
      Reflector<T> p = make_reflector(v, m);
      if (k > start) {
        h[k * n + k - 1] = p.beta;
        for (int64_t i = 1; i < m; ++i) h[(k + i) * n + k - 1] = T(0);
      } else if (start > from) {
        h[k * n + k - 1] *= T(1) - p.tau;
      }
      if (m == 2) v[2] = T(0);
      T t0 = p.tau, t1 = p.tau * v[1], t2 = p.tau * v[2];
      T *r0 = h + k * n, *r1 = r0 + n, *r2 = m == 3 ? r1 + n : r1;  // with m = 2 the third row's weight is zero
      if (m == 3) {
        for (int64_t j = k; j < n; ++j) {
          T s = r0[j] + v[1] * r1[j] + v[2] * r2[j];
          r0[j] -= s * t0;
          r1[j] -= s * t1;
          r2[j] -= s * t2;
        }
      } else {
        for (int64_t j = k; j < n; ++j) {
          T s = r0[j] + v[1] * r1[j];
          r0[j] -= s * t0;
          r1[j] -= s * t1;
        }
      }
      for (int side = 0; side < 2; ++side) {
        T* x = side == 0 ? h : z;
        int64_t rows = side == 0 ? min(k + 4, to + 1) : n;
        for (int64_t i = 0; i < rows; ++i) {
          T* y = x + i * n + k;
          T s = y[0] + v[1] * y[1];
          if (m == 3) s += v[2] * y[2];
          y[0] -= s * t0;
          y[1] -= s * t1;
          if (m == 3) y[2] -= s * t2;
        }
      }
    }
  }
  return 0;
}

/// The single-shift QR algorithm on a complex Hessenberg matrix; returns the number of eigenvalues not found.
template <class R>
SCI_HD int hessenberg_qr(complex<R>* h, complex<R>* z, int64_t n) {
  using T = complex<R>;
  int64_t to = n - 1;
  int steps = 0;
  const int64_t budget = 30 * max(n, int64_t(10));
  for (int64_t all = 0; to >= 0;) {
    int64_t from = to;
    while (from > 0 && !negligible(h, n, from, int64_t(0), to)) --from;
    if (from > 0) h[from * n + from - 1] = T(0);
    if (from == to) {
      --to;
      steps = 0;
      continue;
    }
    if (++all > budget) return int(to + 1);
    ++steps;
    T d = h[to * n + to], shift;
    if (steps % 20 == 10) {
      shift = h[from * n + from] + T(R(0.75) * abs1(h[(from + 1) * n + from]));
    } else if (steps % 20 == 0) {
      shift = d + T(R(0.75) * abs1(h[to * n + to - 1]));
    } else {  // Wilkinson: the eigenvalue of the last 2 x 2 block that is closer to its last entry
      T bc = h[(to - 1) * n + to] * h[to * n + to - 1];
      T half = (h[(to - 1) * n + to - 1] - d) * R(0.5);
      T root = sqrt(half * half + bc);
      if (real(half) * real(root) + imag(half) * imag(root) < R(0)) root = -root;
      T sum = half + root;
      shift = sum == T(0) ? d : d - bc / sum;
    }
    T x = h[from * n + from] - shift, y = h[(from + 1) * n + from];
    for (int64_t k = from; k < to; ++k) {
      Rotation<T> g = rotation_to_first(x, y);
      rotate_rows(h, n, k, k + 1, k > from ? k - 1 : k, n, g);
      if (k > from) h[(k + 1) * n + k - 1] = T(0);
      rotate_columns(h, n, k, k + 1, min(k + 3, to + 1), g);
      rotate_columns(z, n, k, k + 1, n, g);
      if (k + 1 < to) {
        x = h[(k + 1) * n + k];
        y = h[(k + 2) * n + k];
      }
    }
  }
  return 0;
}

/// t (n x n) holds A and becomes its Schur form; z receives the Schur vectors; work has room for 2 n numbers.
template <class T>
SCI_HD int schur(T* t, T* z, T* work, int64_t n) {
  using R = real_of<T>;
  R size = largest(t, n * n);
  if (!isfinite(size)) {
    for (int64_t k = 0; k < n * n; ++k) t[k] = z[k] = T(limits<R>::nan);
    return int(n);
  }
  int power = 0;
  R low = sqrt(limits<R>::min) / limits<R>::epsilon;
  if (size > R(0) && (size < low || size > R(1) / low)) {
    frexp(size, &power);
    R factor = ldexp(R(1), -power / 2), rest = ldexp(R(1), -power + power / 2);  // in two steps: 2^-power may overflow
    for (int64_t k = 0; k < n * n; ++k) t[k] = t[k] * factor * rest;
  }
  reduce_to_hessenberg(t, z, work, n);
  int info = hessenberg_qr(t, z, n);
  if (power != 0) {
    R factor = ldexp(R(1), power / 2), rest = ldexp(R(1), power - power / 2);
    for (int64_t k = 0; k < n * n; ++k) t[k] = t[k] * factor * rest;
  }
  return info;
}

/// One matrix of a batch; t holds copies of A, work 2 n numbers per matrix.
template <class T>
struct SchurItem {
  T* t;
  T* z;
  T* work;
  int32_t* info;
  int64_t n;
  SCI_HD void operator()(int64_t i) const { info[i] = schur(t + i * n * n, z + i * n * n, work + i * 2 * n, n); }
};

}  // namespace sci
