// Debye's expansions of J and Y for large order, away from the transition x = v (DLMF 10.19.3 and 10.19.6), written
// with U_k(p) = p^k u_k(p^2) so that the large parameter is sqrt|v^2 - x^2|:
//   x < v:  J = e^-xi / sqrt(2 pi r) sum u_k(y) / r^k,  Y = -e^xi sqrt(2/(pi r)) sum u_k(y) / (-r)^k,
//           r = sqrt(v^2 - x^2), y = v^2 / r^2, xi = v (alpha - tanh alpha), x = v / cosh(alpha);
//   x > v:  J = M (cos(w) P + sin(w) Q), Y = M (sin(w) P - cos(w) Q), M = sqrt(2/(pi r)), w = xi - pi/4,
//           P + i Q = sum i^k u_k(y) / r^k, r = sqrt(x^2 - v^2), y = -v^2 / r^2,
//           xi = v (tan beta - beta), x = v / cos(beta).
// Coefficients of U_k: tools/coefficients/bessel_jy.py.
#pragma once
#include "special/detail/bessel_jy_common.h"

namespace sci {
namespace detail {

/// even = sum over even k, odd = sum over odd k of sign^(k/2) u_k(y) w^k, w = 1/r; sign = -1 for x > v.
template <class T>
SCI_HD_LARGE void bessel_jy_debye_sums(T w, T y, bool oscillates, T& even, T& odd) {
  using S = scalar_of<T>;
  SCI_TABLE(S, c) = {
      1.0,
      1.25e-1,
      -2.08333333333333333e-1,
      7.03125e-2,
      -4.01041666666666667e-1,
      3.34201388888888889e-1,
      7.32421875e-2,
      -8.912109375e-1,
      1.84646267361111111,
      -1.02581259645061728,
      1.12152099609375e-1,
      -2.3640869140625,
      8.78912353515625,
      -1.12070026162229938e+1,
      4.66958442342624743,
      2.27108001708984375e-1,
      -7.3687943594796317,
      4.25349987453884549e+1,
      -9.18182415432400174e+1,
      8.46362176746007346e+1,
      -2.82120725582002449e+1,
      5.72501420974731445e-1,
      -2.64914304869515555e+1,
      2.1819051174421159e+2,
      -6.99579627376132541e+2,
      1.05999045252799988e+3,
      -7.65252468141181642e+2,
      2.12570130039217123e+2,
      1.7277275025844574,
      -1.08090919788394656e+2,
      1.20090291321635246e+3,
      -5.30564697861340311e+3,
      1.16553933368645332e+4,
      -1.35865500064341374e+4,
      8.06172218173730938e+3,
      -1.919457662318407e+3,
      6.07404200127348304,
      -4.93915304773088012e+2,
      7.10951430248936372e+3,
      -4.11926549688975513e+4,
      1.2220046498301746e+5,
      -2.03400177280415534e+5,
      1.92547001232531532e+5,
      -9.69805983886375135e+4,
      2.02042913309661486e+4,
      2.43805296995560639e+1,
      -2.49983048181120962e+3,
      4.52187689813627263e+4,
      -3.31645172484563578e+5,
      1.26836527332162478e+6,
      -2.81356322658653411e+6,
      3.763271297656404e+6,
      -2.99801591853810675e+6,
      1.3117636146629772e+6,
      -2.42919187900551333e+5,
      1.10017140269246738e+2,
      -1.38860897537170405e+4,
      3.08186404612662398e+5,
      -2.78561812808645469e+6,
      1.32887671664218183e+7,
      -3.75671766607633513e+7,
      6.63445122747290267e+7,
      -7.41051482115326577e+7,
      5.09526024926646422e+7,
      -1.97068191184322269e+7,
      3.28446985307203782e+6,
      5.51335896122020586e+2,
      -8.40054336030240853e+4,
      2.24376817792244943e+6,
      -2.44740627257387285e+7,
      1.42062907797533095e+8,
      -4.95889784275030309e+8,
      1.10684281682301447e+9,
      -1.62108055210833708e+9,
      1.55359689957058006e+9,
      -9.39462359681578403e+8,
      3.25573074185765749e+8,
      -4.9329253664509962e+7,
      3.03809051092238427e+3,
      -5.49842327572288687e+5,
      1.73951075539781645e+7,
      -2.25105661889415278e+8,
      1.55927986487925751e+9,
      -6.56329379261928433e+9,
      1.79542137311556001e+10,
      -3.30265997498007231e+10,
      4.1280185579753974e+10,
      -3.46320433881587779e+10,
      1.86882075092958249e+10,
      -5.86648149205184723e+9,
      8.14789096118312115e+8,
      1.82577554742931747e+4,
      -3.87183344257261262e+6,
      1.43157876718888981e+8,
      -2.16716498322379509e+9,
      1.76347306068349694e+10,
      -8.78670721780232657e+10,
      2.87900649906150589e+11,
      -6.45364869245376503e+11,
      1.00815810686538209e+12,
      -1.09837515608122331e+12,
      8.19218669548577329e+11,
      -3.99096175224466498e+11,
      1.1449823773202581e+11,
      -1.46792612476956167e+10,
      1.18838426256783253e+5,
      -2.91883881222208134e+7,
      1.24700929351271032e+9,
      -2.18229277575292237e+10,
      2.05914503232410016e+11,
      -1.1965528801961816e+12,
      4.61272578084913197e+12,
      -1.23204913055982872e+13,
      2.33483640445818409e+13,
      -3.16670885847851584e+13,
      3.05651255199353206e+13,
      -2.05168994109344374e+13,
      9.10934118523989896e+12,
      -2.40629790002850396e+12,
      2.86464035717679043e+11,
      8.32859304016289299e+5,
      -2.34557963522251525e+8,
      1.14657548994482372e+10,
      -2.29619372968246468e+11,
      2.48500092803408532e+12,
      -1.66348247248924805e+13,
      7.43731229086791449e+13,
      -2.32604831188939925e+14,
      5.23054882578444656e+14,
      -8.57461032982895051e+14,
      1.02695519608276249e+15,
      -8.89496939881026442e+14,
      5.42739664987659723e+14,
      -2.21349638702525196e+14,
      5.4177510755106049e+13,
      -6.01972341723400544e+12,
      6.252951493434797e+6,
      -2.00164692819177633e+9,
      1.10997405139179013e+11,
      -2.52155847491285462e+12,
      3.10074364728964614e+13,
      -2.36652530451649252e+14,
      1.21267580425034742e+15,
      -4.37932583836401544e+15,
      1.14867069784497521e+16,
      -2.22682251339111426e+16,
      3.21382752685862412e+16,
      -3.44472260064851447e+16,
      2.70547113061970812e+16,
      -1.51298263224576812e+16,
      5.70578215902367081e+15,
      -1.30101272354969943e+15,
      1.3552215870309369e+14,
  };
  constexpr int terms = bessel_jy_limits<S>::debye_terms;
  even = T(1);
  odd = T(0);
  T power = T(1);
  bool small = false;
  SCI_NO_UNROLL for (int k = 1; k <= terms; ++k) {
    power *= w;
    const int row = k * (k + 1) / 2;
    T u = T(c[row + k]);
    SCI_NO_UNROLL for (int j = k - 1; j >= 0; --j) u = u * y + T(c[row + j]);
    T term = power * u;
    if (oscillates && (k & 2)) term = -term;
    (k & 1 ? odd : even) += term;
    // Two small terms in a row: one alone may be near a zero of its polynomial.
    bool now = negligible(term, even);
    if (now && small) break;
    small = now;
  }
}

/// e^xi 2^-e = ((1 + q) v/x)^v e^(-q v) 2^-e, q = sqrt(1 - (x/v)^2). The rounding errors of x/v, q, the base and the
/// exponent, which would grow with v, are put back; `e` becomes a multiple of the power of two that the root is raised
/// to.
template <class S>
SCI_HD_LARGE S bessel_jy_debye_exponential(S v, S x, S xi, int& e) {
  S p = x / v, p_low = fma(-p, v, x) / v, low = S(1) - p, high = S(1) + p;
  S low_rest = ((S(1) - low) - p) - p_low, high_rest = (p - (high - S(1))) + p_low;
  S q2 = rounded_product(low, high), q2_rest = fma(low, high, -q2) + (low * high_rest + high * low_rest);
  S q = sqrt(q2), q_rest = (fma(-q, q, q2) + q2_rest) / (S(2) * q);
  S top = S(1) + q, top_rest = (q - (top - S(1))) + q_rest, base = top / p;
  S base_rest = (fma(-base, p, top) + top_rest - base * p_low) / top;  // over base
  S w = rounded_product(v, q), w_rest = fma(v, q, -w) + v * q_rest, part = S(1);
  const S limit = S(0.8) * limits<S>::log_max;
  int squarings = 0;
  SCI_NO_UNROLL while ((xi + w) * part > limit && squarings < 40) {
    part /= S(2);
    ++squarings;
  }
  int each = squarings < 20 ? e >> squarings : 0;
  e = each << (squarings < 20 ? squarings : 0);
  S root = ldexp(pow(base, v * part) * exp(-(w * part)), -each) * (S(1) + part * (v * base_rest - w_rest));
  SCI_NO_UNROLL for (int k = 0; k < squarings; ++k) root *= root;
  return root;
}

/// x < v, given xi and t = (v - x)/v.
template <class T>
SCI_HD bessel_jy_pair<T> bessel_jy_debye_decaying(T v, T x, T xi, T t) {
  using S = scalar_of<T>;
  T q2 = t * (T(1) + x / v), r = v * sqrt(q2);  // q2 = tanh^2 alpha
  T even, odd;
  bessel_jy_debye_sums(T(1) / r, T(1) / q2, false, even, odd);
  // Past exp(-600) (exp(-60) in float) the exponential is held as exp(-xi + e ln 2) 2^-e; past exp(-20000) only the
  // derivatives of xi count.
  const S limit = is_same<S, float> ? S(60) : S(600), far = S(20000);
  if (!isfinite(primal(xi))) xi = T(far);
  S big = primal(xi);
  int e = big < limit ? 0 : int(min(big, S(2) * far) / numbers::ln2<S>);
  T g = exp(xi - T(big));  // 1 and the derivatives
  if (big < far) g = g * T(bessel_jy_debye_exponential(primal(v), primal(x), big, e));
  T amplitude = sqrt(T(2) * T(numbers::inv_pi<S>) / r);
  return {amplitude / (T(2) * g) * (even + odd), -(amplitude * g) * (even - odd), e, e};
}

/// x > v, given the cosine and sine of w.
template <class T>
SCI_HD bessel_jy_pair<T> bessel_jy_debye_oscillating(T v, T x, T t, T cos_w, T sin_w) {
  using S = scalar_of<T>;
  T z = x / v, q2 = t * (T(1) + z);  // q2 = tan^2 beta, t = (x - v)/v
  T r = v * sqrt(q2), p, q;
  bessel_jy_debye_sums(T(1) / r, T(-1) / q2, true, p, q);
  T amplitude = sqrt(T(2) * T(numbers::inv_pi<S>) / r);
  return {amplitude * (cos_w * p + sin_w * q), amplitude * (sin_w * p - cos_w * q), 0, 0};
}

}  // namespace detail
}  // namespace sci
