// Rows of an elementwise function along which all arguments but the last stay the same. Where a card's header has
// NAME_rows(count, out, in...) beside NAME(in...), the CPU takes that for them, and does once what depends on the other
// arguments alone; `run_rows` then takes vectors of the CPU through the function, some at a time, so that no step waits
// for the one before it.
// CPU only.
#pragma once
#include "core/elementwise.h"
#include "core/pack.h"

#if !SCI_DEVICE
namespace sci {

template <class T, int L>
struct scalar_of_<Pack<T, L>> {
  using type = T;
};
/// What NAME_rows returns: nothing, and it is not there for numbers that vectors do not hold.
template <class T>
using enable_hardware = typename enable_if<is_hardware<T>>::type;

/// The inner loop of F, whose rows are F::rows.
template <class F, class Out, class... In>
struct ElementwiseRows {
  SCI_FLATTEN static void row(char* const* at, const int64_t* step, int64_t n) {
    constexpr int last = int(sizeof...(In));
    constexpr int64_t sizes[] = {int64_t(sizeof(Out)), int64_t(sizeof(In))...};
    bool same = step[0] == sizes[0] && step[last] == sizes[last];
    for (int k = 1; k < last; ++k) same = same && step[k] == 0;
    same ? rows(at, n, make_index_list<last>()) : Elementwise<F, Out, 1, In...>::row(at, step, n);
  }

 private:
  template <int... I>
  static void rows(char* const* at, int64_t n, index_list<I...>) {
    F::rows(n, reinterpret_cast<Out*>(at[0]), reinterpret_cast<const In*>(at[1 + I])...);
  }
};

/// Vectors that take the same steps.
constexpr int rows_at_once = 4;
template <class T>
constexpr int row_lanes = SCI_REGISTER_BYTES / int(sizeof(T));
/// A vector's worth of T.
template <class T>
using RowPack = Pack<T, row_lanes<T>>;

/// Runs f(packs in and out) along a row. Elements at which |x| is not below `bound`, or the result is not finite, take
/// one(x) instead.
template <class T, class F, class One>
SCI_PACK void run_rows(int64_t count, T* out, const T* x, T bound, F f, One one) {
  constexpr int lanes_each = row_lanes<T>, block = rows_at_once * lanes_each;
  for (int64_t i = 0; i < count; i += block) {
    const int64_t n = min(count - i, int64_t(block));
    T in[block] = {}, found[block];
    for (int64_t l = 0; l < n; ++l) in[l] = x[i + l];
    RowPack<T> packs[rows_at_once];
    __builtin_memcpy(&packs, in, sizeof in);
    f(packs);
    __builtin_memcpy(found, &packs, sizeof found);
    bool tame = true;
    for (int l = 0; l < block; ++l) tame = tame & (abs(found[l]) <= limits<T>::max) & (abs(in[l]) < bound);
    for (int64_t l = 0; l < n; ++l) out[i + l] = found[l];
    if (!tame)
      for (int64_t l = 0; l < n; ++l)
        if (!(abs(found[l]) <= limits<T>::max) || !(abs(in[l]) < bound)) out[i + l] = one(in[l]);
  }
}

}  // namespace sci
#endif
