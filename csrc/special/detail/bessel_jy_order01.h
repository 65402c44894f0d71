// J of the orders 0 and 1 for real arguments: polynomials, the zeros below 8 divided out, and Hankel's expansion
// beyond 8 with its sums P and Q/(8/x) as polynomials in (8/x)^2. Chebyshev interpolation,
// tools/coefficients/bessel_jy.py. Below 8 the error is relative, also at the zeros: 3 ulp; beyond it is 2 ulp of the
// modulus.
#pragma once
#include "special/detail/bessel_jy_common.h"

namespace sci {
namespace detail {

template <int Order, class S>
struct bessel_j01_coefficients;

template <>
struct bessel_j01_coefficients<0, double> {
  /// J(x) for x < 8.
  static SCI_HD double near(double x) {
    SCI_TABLE(double, low) = {
        -8.86624191227773189e-2,  6.46600828149179903e-2,  -1.70301070533264538e-2,  2.34967517613215496e-3,
        -2.00603565099223366e-4,  1.1671878506040621e-5,   -4.93179901145544864e-7,  1.58322790969816534e-8,
        -3.99432943852468151e-10, 8.13610744473341368e-12, -1.36449265342027693e-13,
    };
    SCI_TABLE(double, high) = {
        2.40161736914523117e-2,   -2.03205069823288967e-2, -4.09860402231514823e-3, 8.33368934211021738e-3,
        -3.51084348319224109e-3,  8.10838754437631791e-4,  -1.23804407448899676e-4, 1.36425708962362297e-5,
        -1.14441645191190009e-6,  7.58199761656384702e-8,  -4.07709374181404812e-9, 1.81768228990949311e-10,
        -6.85584180629059372e-12, 2.20315012731541149e-13,
    };
    // The zeros as sums of two numbers, so that the difference is right to its last digit.
    double w = x * x;
    if (x < double(4))
      return ((x - double(2.4048255576957728863)) - double(-1.1766916515308941221e-16)) *
             (x + double(2.4048255576957728863)) * horner(low, (w - double(8)) / double(8));
    return ((x - double(5.5200781102863105687)) - double(8.0885971461467223092e-17)) *
           (x + double(5.5200781102863105687)) * horner(high, (w - double(40)) / double(24));
  }
  static SCI_HD void hankel(double t, double& p, double& q) {
    SCI_TABLE(double, cp) = {
        9.99999999999999996e-1,  -1.09863281249855573e-3, 2.73808836113001279e-5, -2.18391772855794299e-6,
        3.62018478108453823e-7,  -1.02294753972471872e-7, 4.33931471164771823e-8, -2.41856150310697229e-8,
        1.48455491392620846e-8,  -8.31251944077870973e-9, 3.58936929080147472e-9, -1.00290665088062353e-9,
        1.32196996757620114e-10,
    };
    SCI_TABLE(double, cq) = {
        -1.56249999999999953e-2, 1.43051147459347669e-4, -6.93078609414282389e-6, 8.23842598564987027e-7,
        -1.81623980741041854e-7, 6.39978141629986567e-8, -3.22898588409311215e-8, 2.04285369658915522e-8,
        -1.36094192843565873e-8, 8.00099538467077026e-9, -3.55552413689307637e-9, 1.01103118696778644e-9,
        -1.3477936767407187e-10,
    };
    p = horner(cp, t);
    q = horner(cq, t);
  }
};

template <>
struct bessel_j01_coefficients<0, float> {
  /// J(x) for x < 8.
  static SCI_HD float near(float x) {
    SCI_TABLE(float, low) = {
        -8.86624191227773189e-2, 6.4660084548130824e-2,  -1.70301070970405493e-2, 2.34966131131940983e-3,
        -2.00603215401383607e-4, 1.16996027921953733e-5, -4.93879207280054611e-7,
    };
    SCI_TABLE(float, high) = {
        2.40161736914523125e-2, -2.03205096622792256e-2, -4.09860387843751955e-3,
        8.33372506837355285e-3, -3.51084540131967155e-3, 8.10710202250320214e-4,
        -1.2379750453611185e-4, 1.38137802501629868e-5,  -1.15361305129707793e-6,
    };
    // The zeros as sums of two numbers, so that the difference is right to its last digit.
    float w = x * x;
    if (x < float(4))
      return ((x - float(2.4048254489898681641)) - float(1.0870590460455913188e-7)) *
             (x + float(2.4048254489898681641)) * horner(low, (w - float(8)) / float(8));
    return ((x - float(5.5200781822204589844)) - float(-7.1934148334778395887e-8)) *
           (x + float(5.5200781822204589844)) * horner(high, (w - float(40)) / float(24));
  }
  static SCI_HD void hankel(float t, float& p, float& q) {
    SCI_TABLE(float, cp) = {
        9.99999999910063346e-1,  -1.09862828614035859e-3, 2.73434191800867648e-5,
        -2.07069889421272783e-6, 2.08061208604641121e-7,
    };
    SCI_TABLE(float, cq) = {
        -1.56249999507073441e-2, 1.43048663639463493e-4,  -6.91009955437322809e-6,
        7.60449131345377362e-7,  -9.26700596652722674e-8,
    };
    p = horner(cp, t);
    q = horner(cq, t);
  }
};

template <>
struct bessel_j01_coefficients<1, double> {
  /// J(x)/x for x < 8.
  static SCI_HD double near(double x) {
    SCI_TABLE(double, low) = {
        -2.11748900164724527e-2,  1.05305642171094515e-2,  -2.09961022724564772e-3,  2.328383160339415e-4,
        -1.66097920108533971e-5,  8.29736325420727493e-7,  -3.07106796897884968e-8,  8.77012789238549605e-10,
        -1.99245047337740499e-11, 3.69064275320646943e-13, -5.67568289938759378e-15,
    };
    SCI_TABLE(double, high) = {
        3.46008210014945161e-3,   -5.15177860693192547e-4, -1.85535488058666019e-3,  1.19214053322663191e-3,
        -3.55567445151282609e-4,  6.58023956267825247e-5,  -8.48004559290997126e-6,  8.12516096009319936e-7,
        -6.04502491087138031e-8,  3.60349765646075406e-9,  -1.76283967289372414e-10, 7.21308180697392268e-12,
        -2.51395194723838571e-13, 7.51419892804946237e-15,
    };
    // The zeros as sums of two numbers, so that the difference is right to its last digit.
    double w = x * x;
    if (x < double(4))
      return ((x - double(3.8317059702075124683)) - double(-1.5269184090088067468e-16)) *
             (x + double(3.8317059702075124683)) * horner(low, (w - double(8)) / double(8));
    return ((x - double(7.0155866698156188477)) - double(-9.4141656534103890982e-17)) *
           (x + double(7.0155866698156188477)) * horner(high, (w - double(40)) / double(24));
  }
  static SCI_HD void hankel(double t, double& p, double& q) {
    SCI_TABLE(double, cp) = {
        1.0,
        1.83105468749847291e-3,
        -3.52039932333516177e-5,
        2.58099391319589873e-6,
        -4.10289338539104762e-7,
        1.13070737363681585e-7,
        -4.71916777075257467e-8,
        2.60302502250950156e-8,
        -1.5879522644568037e-8,
        8.86085513998058136e-9,
        -3.81873516739266317e-9,
        1.06577698097772306e-9,
        -1.40383942986153632e-10,
    };
    SCI_TABLE(double, cq) = {
        4.68749999999999951e-2,  -2.00271606443634789e-4, 8.47096079689945966e-6, -9.50587818595331641e-7,
        2.02993085557304625e-7,  -7.01004246618512883e-8, 3.48969787285434622e-8, -2.18883768675989169e-8,
        1.45079789965852173e-8,  -8.50491395794836307e-9, 3.77330916518895493e-9, -1.07191421635072709e-9,
        1.42807212538835537e-10,
    };
    p = horner(cp, t);
    q = horner(cq, t);
  }
};

template <>
struct bessel_j01_coefficients<1, float> {
  /// J(x)/x for x < 8.
  static SCI_HD float near(float x) {
    SCI_TABLE(float, low) = {
        -2.11748900164724527e-2, 1.05305643131033668e-2, -2.09961022942597679e-3, 2.32837548122987362e-4,
        -1.66097745688416402e-5, 8.31271905129997188e-7, -3.07455599886289436e-8,
    };
    SCI_TABLE(float, high) = {
        3.46008210014945163e-3,  -5.15177987950114651e-4, -1.85535487436929141e-3,
        1.19214222973141401e-3,  -3.55567528040697342e-4, 6.57962906833146036e-5,
        -8.47974727704053792e-6, 8.2064834194020997e-7,   -6.0847736493897084e-8,
    };
    // The zeros as sums of two numbers, so that the difference is right to its last digit.
    float w = x * x;
    if (x < float(4))
      return ((x - float(3.8317060470581054688)) - float(-7.6850593153135564114e-8)) *
             (x + float(3.8317060470581054688)) * horner(low, (w - float(8)) / float(8));
    return ((x - float(7.01558685302734375)) - float(-1.8321172499646295002e-7)) * (x + float(7.01558685302734375)) *
           horner(high, (w - float(40)) / float(24));
  }
  static SCI_HD void hankel(float t, float& p, float& q) {
    SCI_TABLE(float, cp) = {
        1.00000000010062489,    1.83104962379184332e-3,  -3.51621055133830751e-5,
        2.45457141369767736e-6, -2.38871792067352146e-7,
    };
    SCI_TABLE(float, cq) = {
        4.68749999453704298e-2,  -2.00268854012694601e-4, 8.4480504130700935e-6,
        -8.80470009929640667e-7, 1.04883725863737779e-7,
    };
    p = horner(cp, t);
    q = horner(cq, t);
  }
};

/// J_0(x) or J_1(x) for finite x >= 0.
template <int Order, class S>
SCI_HD S bessel_j01(S x) {
  if (x < S(8)) {
    S y = bessel_j01_coefficients<Order, S>::near(x);
    return Order == 0 ? y : x * y;
  }
  S p, q, u = S(8) / x;
  bessel_j01_coefficients<Order, S>::hankel(u * u, p, q);
  q *= u;
  // sqrt(2) times the cosine and sine of x - (2 Order + 1) pi/4
  S c = cos(x), s = sin(x);
  S cos_w = Order == 0 ? c + s : s - c, sin_w = Order == 0 ? s - c : -(s + c);
  return (cos_w * p - sin_w * q) * (numbers::inv_sqrt_pi<S> / sqrt(x));
}

}  // namespace detail
}  // namespace sci
