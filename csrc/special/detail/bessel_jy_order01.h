// J of the orders 0 and 1 for real arguments: below 8 two polynomials, the zeros in and beside their intervals divided
// out, in a variable in which all coefficients have one sign; beyond 8 Hankel's expansion with its sums P and Q/(8/x)
// as polynomials in (8/x)^2. Chebyshev interpolation, tools/coefficients/bessel_jy.py. Error (measured): below 8
// relative, also at the zeros, 4 ulp; beyond 2 ulp of the modulus.
#pragma once
#include "special/detail/bessel_jy_common.h"

namespace sci {
namespace detail {

template <int Order, class S>
struct bessel_j01_coefficients;

/// x^2 - zero^2, the zero as the sum of two numbers, so that the difference is right to its last digit.
template <class S>
SCI_HD S bessel_j01_factor(S x, S zero, S rest) {
  return ((x - zero) - rest) * (x + zero);
}

template <>
struct bessel_j01_coefficients<0, double> {
  /// J(x) for x < 8.
  static SCI_HD double near(double x) {
    SCI_TABLE(double, low) = {
        -3.88721776107021443e-2, -7.3803975983477173e-2,  -4.43002409939353849e-2,  -1.32371882508432715e-2,
        -2.38583528205898296e-3, -2.88764783349484752e-4, -2.51445306377540235e-5,  -1.65290771229840228e-6,
        -8.50811376103062205e-8, -3.46706677315232602e-9, -1.39724047710236358e-10,
    };
    SCI_TABLE(double, high) = {
        -8.07740239342816614e-6,  -1.57348310587479558e-5,  -1.3010878656064453e-5,  -6.2465899035726095e-6,
        -1.99520013576624256e-6,  -4.58543259342339915e-7,  -7.98491254854753331e-8, -1.09318987337238866e-8,
        -1.20996788283588395e-9,  -1.10575854041602811e-10, -8.5706593504766136e-12, -5.22119293694682135e-13,
        -4.35967594840505711e-14,
    };
    const double w = x * x,
                 first = bessel_j01_factor(x, double(2.4048255576957728863), double(-1.1766916515308941221e-16));
    if (x < double(4)) return first * horner(low, (double(16) - w) / double(16));
    return first * bessel_j01_factor(x, double(5.5200781102863105687), double(8.0885971461467223092e-17)) *
           bessel_j01_factor(x, double(8.6537279129110125098), double(-2.9281260732077898757e-16)) *
           horner(high, (double(64) - w) / double(48));
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
        -3.88721778521841026e-2, -7.3803952330239434e-2, -4.43006314627114741e-2, -1.32349351479218244e-2,
        -2.39221423279372095e-3, -2.7956248155248146e-4, -3.16082692659234951e-5,
    };
    SCI_TABLE(float, high) = {
        -8.07740234020440965e-6, -1.5734837866793408e-5,  -1.30107361784781757e-5, -6.24772211807299914e-6,
        -1.99080170632940693e-6, -4.67754449429210277e-7, -6.93129948946549977e-8, -1.69883988713245513e-8,
    };
    const float w = x * x, first = bessel_j01_factor(x, float(2.4048254489898681641), float(1.0870590460455913188e-7));
    if (x < float(4)) return first * horner(low, (float(16) - w) / float(16));
    return first * bessel_j01_factor(x, float(5.5200781822204589844), float(-7.1934148334778395887e-8)) *
           bessel_j01_factor(x, float(8.6537275314331054688), float(3.8147790674820419871e-7)) *
           horner(high, (float(64) - w) / float(48));
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
        -1.25269076194881567e-2, -1.39347798863676807e-2,  -5.97159782294693404e-3,  -1.39289526117291883e-3,
        -2.06278792585589127e-4, -2.12102020933604628e-5,  -1.60637867468456064e-6,  -9.346841386649267e-8,
        -4.3157329885083313e-9,  -1.59901412519306755e-10, -5.81189928897289603e-12,
    };
    SCI_TABLE(double, high) = {
        -1.01856489538293425e-6, -1.58965173752313002e-6,  -1.09520343639854114e-6, -4.50383443606816605e-7,
        -1.25768573106376045e-7, -2.56718044775585927e-8,  -4.02031068235890583e-9, -5.00032314999551532e-10,
        -5.070156993509363e-11,  -4.27551185423940969e-12, -3.0711271864753444e-13, -1.76343406336363488e-14,
        -1.342339837526598e-15,
    };
    const double w = x * x,
                 first = bessel_j01_factor(x, double(3.8317059702075124683), double(-1.5269184090088067468e-16));
    if (x < double(4)) return first * horner(low, (double(16) - w) / double(16));
    return first * bessel_j01_factor(x, double(7.0155866698156188477), double(-9.4141656534103890982e-17)) *
           bessel_j01_factor(x, double(10.173468135062721629), double(4.4821622747688887236e-16)) *
           horner(high, (double(64) - w) / double(48));
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
        -1.25269076328957756e-2, -1.39347785730214539e-2, -5.97161878727437603e-3, -1.39277006159318555e-3,
        -2.06633575088337414e-4, -2.06975534463431528e-5, -1.96771583927225239e-6,
    };
    SCI_TABLE(float, high) = {
        -1.01856489321414354e-6, -1.58965201495454472e-6, -1.09519762892319624e-6, -4.50429615640371716e-7,
        -1.25589059061835452e-7, -2.60482445653125604e-8, -3.58870647968156058e-9, -7.49371469572955925e-10,
    };
    const float w = x * x, first = bessel_j01_factor(x, float(3.8317060470581054688), float(-7.6850593153135564114e-8));
    if (x < float(4)) return first * horner(low, (float(16) - w) / float(16));
    return first * bessel_j01_factor(x, float(7.01558685302734375), float(-1.8321172499646295002e-7)) *
           bessel_j01_factor(x, float(10.173468589782714844), float(-4.5471999276656428822e-7)) *
           horner(high, (float(64) - w) / float(48));
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

/// J_n(x) and Y_n(x), n = Order, for x >= 8, given the cosine and sine of x.
template <int Order, class S>
SCI_HD many<S, 2> bessel_jy01_far(S x, S c, S s) {
  S p, q, u = S(8) / x;
  bessel_j01_coefficients<Order, S>::hankel(u * u, p, q);
  q *= u;
  // sqrt(2) times the cosine and sine of x - (2 Order + 1) pi/4
  S cos_w = Order == 0 ? c + s : s - c, sin_w = Order == 0 ? s - c : -(s + c);
  const S size = numbers::inv_sqrt_pi<S> / sqrt(x);
  return {{(cos_w * p - sin_w * q) * size, (sin_w * p + cos_w * q) * size}};
}

/// J_n(x), n = Order, for 0 <= x < 8.
template <int Order, class S>
SCI_HD S bessel_j01_near(S x) {
  S y = bessel_j01_coefficients<Order, S>::near(x);
  return Order == 0 ? y : x * y;
}

/// J_0(x) or J_1(x) for finite x >= 0.
template <int Order, class S>
SCI_HD S bessel_j01(S x) {
  if (x < S(8)) return bessel_j01_near<Order>(x);
  return bessel_jy01_far<Order>(x, cos(x), sin(x))[0];
}

}  // namespace detail
}  // namespace sci
