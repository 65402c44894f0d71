// The small transforms inside the passes of lanes_fft.h, odd_fft.h and, on CUDA, dct_block.h: a := DFT of a, in place,
// lane by lane.
#pragma once
#include "fft/lanes.h"

namespace sci {
inline namespace SCI_LANES_NAMESPACE {

template <int R, class T, class W>
struct FftButterfly;  // of an odd prime, where none is given for itself

template <class T, class W>
struct FftButterfly<2, T, W> {
  static SCI_HD void run(W* __restrict re, W* __restrict im) {
    W r = re[0] - re[1], i = im[0] - im[1];
    re[0] += re[1];
    im[0] += im[1];
    re[1] = r;
    im[1] = i;
  }
};

template <class T, class W>
struct FftButterfly<3, T, W> {
  static SCI_HD void run(W* __restrict re, W* __restrict im) {
    constexpr T s = T(0.8660254037844386467637231707529361834714L), half = T(0.5);
    W pr = re[1] + re[2], pi = im[1] + im[2], mr = (re[1] - re[2]) * s, mi = (im[1] - im[2]) * s;
    W cr = re[0] - pr * half, ci = im[0] - pi * half;
    re[0] += pr;
    im[0] += pi;
    re[1] = cr + mi;
    im[1] = ci - mr;
    re[2] = cr - mi;
    im[2] = ci + mr;
  }
};

template <class T, class W>
struct FftButterfly<4, T, W> {
  static SCI_HD void run(W* __restrict re, W* __restrict im) {
    W ar = re[0] + re[2], ai = im[0] + im[2], br = re[0] - re[2], bi = im[0] - im[2];
    W cr = re[1] + re[3], ci = im[1] + im[3], dr = re[1] - re[3], di = im[1] - im[3];
    re[0] = ar + cr;
    im[0] = ai + ci;
    re[1] = br + di;
    im[1] = bi - dr;
    re[2] = ar - cr;
    im[2] = ai - ci;
    re[3] = br - di;
    im[3] = bi + dr;
  }
};

template <class T, class W>
struct FftButterfly<5, T, W> {
  static SCI_HD void run(W* __restrict re, W* __restrict im) {
    constexpr T c1 = T(0.3090169943749474241022934171828190588602L),
                c2 = T(-0.8090169943749474241022934171828190588602L),
                s1 = T(0.9510565162951535721164393333793821434057L),
                s2 = T(0.5877852522924731291687059546390727685977L);
    W p1r = re[1] + re[4], p1i = im[1] + im[4], m1r = re[1] - re[4], m1i = im[1] - im[4];
    W p2r = re[2] + re[3], p2i = im[2] + im[3], m2r = re[2] - re[3], m2i = im[2] - im[3];
    W c1r = re[0] + p1r * c1 + p2r * c2, c1i = im[0] + p1i * c1 + p2i * c2;
    W c2r = re[0] + p1r * c2 + p2r * c1, c2i = im[0] + p1i * c2 + p2i * c1;
    W s1r = m1r * s1 + m2r * s2, s1i = m1i * s1 + m2i * s2, s2r = m1r * s2 - m2r * s1, s2i = m1i * s2 - m2i * s1;
    re[0] += p1r + p2r;
    im[0] += p1i + p2i;
    re[1] = c1r + s1i;
    im[1] = c1i - s1r;
    re[4] = c1r - s1i;
    im[4] = c1i + s1r;
    re[2] = c2r + s2i;
    im[2] = c2i - s2r;
    re[3] = c2r - s2i;
    im[3] = c2i + s2r;
  }
};

template <class T, class W>
struct FftButterfly<8, T, W> {
  static SCI_HD void run(W* __restrict re, W* __restrict im) {
    constexpr T r = T(0.7071067811865475244008443621048490392848L);
    W er[4] = {re[0], re[2], re[4], re[6]}, ei[4] = {im[0], im[2], im[4], im[6]};
    W dr[4] = {re[1], re[3], re[5], re[7]}, di[4] = {im[1], im[3], im[5], im[7]};
    FftButterfly<4, T, W>::run(er, ei);
    FftButterfly<4, T, W>::run(dr, di);
    const W a = (dr[1] + di[1]) * r, b = (di[1] - dr[1]) * r, c = (di[3] - dr[3]) * r, d = (di[3] + dr[3]) * -r;
    re[0] = er[0] + dr[0];
    im[0] = ei[0] + di[0];
    re[4] = er[0] - dr[0];
    im[4] = ei[0] - di[0];
    re[1] = er[1] + a;
    im[1] = ei[1] + b;
    re[5] = er[1] - a;
    im[5] = ei[1] - b;
    re[2] = er[2] + di[2];
    im[2] = ei[2] - dr[2];
    re[6] = er[2] - di[2];
    im[6] = ei[2] + dr[2];
    re[3] = er[3] + c;
    im[3] = ei[3] + d;
    re[7] = er[3] - c;
    im[7] = ei[3] - d;
  }
};

/// cos(2 pi j / R) and sin(2 pi j / R), j = i + 1 < R / 2.
template <int R>
struct FftRootsOf;
template <>
struct FftRootsOf<7> {
  static SCI_HD long double cosine(int i) {
    SCI_TABLE(long double, value) = {0.6234898018587335305250048840042398106323L,
                                     -0.2225209339563144042889025644967947594664L,
                                     -0.9009688679024191262361023195074450511659L};
    return value[i];
  }
  static SCI_HD long double sine(int i) {
    SCI_TABLE(long double, value) = {0.7818314824680298087084445266740577502323L,
                                     0.9749279121818236070181316829939312172328L,
                                     0.43388373911755812047576833284835875461L};
    return value[i];
  }
};
template <>
struct FftRootsOf<11> {
  static SCI_HD long double cosine(int i) {
    SCI_TABLE(long double, value) = {
        0.8412535328311811688618116489193677175133L, 0.415415013001886425529274149229623203524L,
        -0.1423148382732851404437926686163696687911L, -0.6548607339452850640569250724662935531838L,
        -0.9594929736144973898903680570663276990625L};
    return value[i];
  }
  static SCI_HD long double sine(int i) {
    SCI_TABLE(long double, value) = {
        0.5406408174555975821076359543186916954318L, 0.9096319953545183714117153830790284600602L,
        0.9898214418809327323760920377767187873765L, 0.7557495743542582837740358439723444201797L,
        0.2817325568414296977114179153466168990358L};
    return value[i];
  }
};
template <>
struct FftRootsOf<13> {
  static SCI_HD long double cosine(int i) {
    SCI_TABLE(long double, value) = {
        0.8854560256532098959003755220150988786055L,  0.5680647467311558025118075591275166245335L,
        0.1205366802553230533490676874525435822737L,  -0.3546048870425356259696378926000184743164L,
        -0.7485107481711010986346305997013513838465L, -0.9709418174260520271569822762937892272499L};
    return value[i];
  }
  static SCI_HD long double sine(int i) {
    SCI_TABLE(long double, value) = {
        0.4647231720437685456560153351331047775577L, 0.8229838658936563945796174234393819906551L,
        0.9927088740980539928007516494925201793437L, 0.9350162426854148234397845998378307290505L,
        0.6631226582407952023767854926667662795248L, 0.2393156642875577671487537262602118952032L};
    return value[i];
  }
};

/// The pairs j, R - j share cosines and sines, as do the results k, R - k.
template <int R, class T, class W>
struct FftButterfly {
  static SCI_HD void run(W* __restrict re, W* __restrict im) {
    using Roots = FftRootsOf<R>;
    constexpr int half = R / 2;
    W pr[half + 1], pi[half + 1], mr[half + 1], mi[half + 1];
    const W r0 = re[0], i0 = im[0];
    SCI_UNROLL for (int j = 1; j <= half; ++j) {
      pr[j] = re[j] + re[R - j];
      pi[j] = im[j] + im[R - j];
      mr[j] = re[j] - re[R - j];
      mi[j] = im[j] - im[R - j];
      re[0] += pr[j];
      im[0] += pi[j];
    }
    SCI_UNROLL for (int k = 1; k <= half; ++k) {
      W cr = r0, ci = i0, dr, di;
      SCI_UNROLL for (int j = 1; j <= half; ++j) {
        const int a = j * k % R, b = a <= half ? a : R - a;
        const T c = T(Roots::cosine(b - 1)), d = T(a <= half ? Roots::sine(b - 1) : -Roots::sine(b - 1));
        cr += pr[j] * c;
        ci += pi[j] * c;
        dr = j == 1 ? mr[j] * d : dr + mr[j] * d;
        di = j == 1 ? mi[j] * d : di + mi[j] * d;
      }
      re[k] = cr + di;
      im[k] = ci - dr;
      re[R - k] = cr - di;
      im[R - k] = ci + dr;
    }
  }
};

}  // namespace SCI_LANES_NAMESPACE
}  // namespace sci
