// Passes of Gram and Schmidt's orthogonalisation of w against orthonormal rows of V, each of which reads V once (CPU):
//
//   GramSchmidtCoefficients   parts = V^* w
//   GramSchmidtUpdate         w = w - V^T h, and of the new w: parts = V^* w and w^H w
//
// An item is a block of columns, short enough for its part of V to stay in the cache between the two uses. The second
// coefficients are what is left to remove: where they are as small as rounding the first pass was enough, which costs
// nothing to know (the criterion of Daniel, Gragg, Kaufman and Stewart 1976 guesses it from norms).
#pragma once
#include "sparse/vector_lanes.h"

namespace sci {

template <class T>
struct GramSchmidt {
  const T* V;  // (k, n), rows `stride` apart
  T* w;
  const T* h;
  T* parts;  // (blocks, k + 1)
  int64_t k, n, stride, length;

  int64_t count(int64_t item) const { return min(length, n - item * length); }
};

/// parts[j] = v_j^H w for four rows: w is read once for all of them, and memory delivers four streams at a time.
template <class R>
inline void gram_schmidt_inner4(const R* v, int64_t stride, const R* w, R* parts, int64_t n) {
  using Lanes = VectorLanes<R>;
  auto at = [](const R* x) { return *reinterpret_cast<const Lanes*>(x); };
  const R *v1 = v + stride, *v2 = v1 + stride, *v3 = v2 + stride;
  Lanes s0 = {}, s1 = {}, s2 = {}, s3 = {}, t0 = {}, t1 = {}, t2 = {}, t3 = {};
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    Lanes a = at(w + i), b = at(w + i + 4);
    s0 += at(v + i) * a;
    s1 += at(v1 + i) * a;
    s2 += at(v2 + i) * a;
    s3 += at(v3 + i) * a;
    t0 += at(v + i + 4) * b;
    t1 += at(v1 + i + 4) * b;
    t2 += at(v2 + i + 4) * b;
    t3 += at(v3 + i + 4) * b;
  }
  auto total = [](Lanes s) { return (s[0] + s[1]) + (s[2] + s[3]); };
  R sums[4] = {total(s0 + t0), total(s1 + t1), total(s2 + t2), total(s3 + t3)};
  for (; i < n; ++i)
    for (int j = 0; j < 4; ++j) sums[j] += v[j * stride + i] * w[i];
  for (int j = 0; j < 4; ++j) parts[j] = sums[j];
}
template <class R>
inline void gram_schmidt_inner4(const complex<R>* v, int64_t stride, const complex<R>* w, complex<R>* parts,
                                int64_t n) {
  for (int j = 0; j < 4; ++j) parts[j] = vector_inner(v + j * stride, w, n);
}

/// w -= h_j v_j for four rows.
template <class R>
inline void gram_schmidt_subtract4(const R* v, int64_t stride, const R* h, R* w, int64_t n) {
  using Lanes = VectorLanes<R>;
  auto at = [](const R* x) { return *reinterpret_cast<const Lanes*>(x); };
  const R *v1 = v + stride, *v2 = v1 + stride, *v3 = v2 + stride;
  R h0 = h[0], h1 = h[1], h2 = h[2], h3 = h[3];
  int64_t i = 0;
  for (; i + 4 <= n; i += 4)
    *reinterpret_cast<Lanes*>(w + i) =
        at(w + i) - ((at(v + i) * h0 + at(v1 + i) * h1) + (at(v2 + i) * h2 + at(v3 + i) * h3));
  for (; i < n; ++i) w[i] -= (v[i] * h0 + v1[i] * h1) + (v2[i] * h2 + v3[i] * h3);
}
template <class R>
inline void gram_schmidt_subtract4(const complex<R>* v, int64_t stride, const complex<R>* h, complex<R>* w, int64_t n) {
  for (int j = 0; j < 4; ++j) vector_add(w, -h[j], v + j * stride, w, n);
}

template <class T>
struct GramSchmidtCoefficients : GramSchmidt<T> {
  void operator()(int64_t item) const {
    coefficients(item);
    this->parts[item * (this->k + 1) + this->k] = T(0);
  }
  void coefficients(int64_t item) const {
    int64_t begin = item * this->length, count = this->count(item), j = 0;
    const T *V = this->V + begin, *w = this->w + begin;
    T* part = this->parts + item * (this->k + 1);
    for (; j + 4 <= this->k; j += 4) gram_schmidt_inner4(V + j * this->stride, this->stride, w, part + j, count);
    for (; j < this->k; ++j) part[j] = vector_inner(V + j * this->stride, w, count);
  }
};

template <class T>
struct GramSchmidtUpdate : GramSchmidtCoefficients<T> {
  void operator()(int64_t item) const {
    int64_t begin = item * this->length, count = this->count(item), j = 0;
    const T* V = this->V + begin;
    T* w = this->w + begin;
    for (; j + 4 <= this->k; j += 4) gram_schmidt_subtract4(V + j * this->stride, this->stride, this->h + j, w, count);
    for (; j < this->k; ++j) vector_add(w, -this->h[j], V + j * this->stride, w, count);
    this->coefficients(item);
    this->parts[item * (this->k + 1) + this->k] = vector_inner(w, w, count);
  }
};

}  // namespace sci
