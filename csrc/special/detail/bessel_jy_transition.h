// J and H1 of complex argument and large order near the transition z = v: Olver's expansion (DLMF 10.20.4, 10.20.6)
//   J = A Ai(s) + B Ai'(s),  H1 = 2 e^{-pi i/3} (A Ai(s w) + B w Ai'(s w)),  w = e^{2 pi i/3},  s = v^(2/3) zeta,
//   A = phi v^(-1/3) sum A_k/v^(2k),  B = phi v^(-5/3) sum B_k/v^(2k).
// zeta, phi A_k and phi B_k by their Taylor series in u = log(z/v), |u| <= 0.6 (tools/coefficients/bessel_jy.py); the
// nearest singularities are u = +-pi i. Terms left out are below 1e-18 for v >= 33.
#pragma once
#include "special/detail/airy_asymptotic.h"
#include "special/detail/bessel_jy_phase.h"

namespace sci {
namespace detail {

/// zeta / -u
template <class Z>
SCI_HD_LARGE Z bessel_transition_zeta(Z u) {
  SCI_TABLE(double, zeta) = {
      1.25992104989487316,      2.51984209978974633e-1,   6.23960900900318139e-2,  1.1679268145057237e-2,
      1.48188116723978321e-3,   1.24509813591543457e-4,   1.42273386584931361e-5,  3.03009706763173384e-6,
      1.1220541315650114e-7,    -9.52905746373582654e-8,  7.16162669387536858e-10, 6.46911614521815487e-9,
      -8.86069613106791556e-11, -4.38942548713427219e-10, 9.76710494851085205e-12, 3.14946637936789884e-11,
      -9.10900885308681507e-13, -2.3531128058457658e-12,  8.08791181820160098e-14, 1.81581791632612986e-13,
  };
  return horner(zeta, u);
}

/// phi sum A_k w^k and phi sum B_k w^k, w = 1/v^2.
template <class Z, class T>
SCI_HD_LARGE void bessel_transition_sums(Z u, T w, Z& a, Z& b) {
  SCI_TABLE(double, a0) = {
      1.25992104989487316,     -2.51984209978974633e-1,  -1.79988721413553309e-2,  7.59952379301669528e-3,
      1.48068643691005399e-3,  -4.53534817028931902e-4,  -1.20439166872804203e-4,  3.35524325387762718e-5,
      1.02212442924980441e-5,  -2.73070949667664463e-6,  -8.95298275595746461e-7,  2.33863849414044117e-7,
      8.02120066553877814e-8,  -2.06674412601508934e-8,  -7.3078104599966834e-9,   1.86585153435280235e-9,
      6.74408885444623029e-10, -1.71079809347815473e-10, -6.28739906351740118e-11, 1.58724328069975349e-11,
      5.90992127483384914e-12, -1.48635649326548413e-12, -5.59274880218677759e-13,
  };
  SCI_TABLE(double, a1) = {
      -5.59964911064388073e-3, 3.44342058946737341e-3, 1.49282953213429172e-3,  -1.45784351266592031e-3,
      -1.26738632420136674e-4, 3.15988087369697501e-4, -2.38838697556233677e-7, -5.54830119071858719e-5,
      2.62625472572351224e-6,  8.67727616472117951e-6, -6.72513659668539287e-7, -1.25987340648711644e-6,
      1.24793053409182823e-7,  1.73654251121148904e-7, -2.0035759272298335e-8,  -2.30309502278627216e-8,
      2.95361065226975782e-9,  2.96495950382623922e-9, -4.111947926333953e-10,  -3.72763013649135742e-10,
  };
  SCI_TABLE(double, a2) = {
      8.7405201161286194e-4,   -7.60022929163140892e-4, -5.5221307672129279e-4, 7.85422547760510735e-4,
      -2.17890818327090095e-6, -2.96516207163059796e-4, 5.66638396936200878e-5, 7.65778162783567642e-5,
      -2.43522340591578116e-5, -1.59186876160927297e-5, 6.92183958508905704e-6, 2.86243477692187093e-6,
      -1.59946718338219363e-6, -4.62505694245836158e-7, 3.24263939437697815e-7, 6.86206885116908449e-8,
      -5.99575782781501968e-8,
  };
  SCI_TABLE(double, a3) = {
      -4.46279118964373467e-4, 4.82757551038266003e-4, 4.74617796559959808e-4,  -8.60805574982651013e-4,
      7.08978559565233249e-5,  4.67716548340299554e-4, -1.72224172084299388e-4, -1.50745889643287341e-4,
      9.38215745389611097e-5,  3.3697012603529103e-5,  -3.37679245600636044e-5, -5.12958110678502952e-6,
      9.63520325369163223e-6,
  };
  SCI_TABLE(double, a4) = {
      4.76494832522448532e-4, -6.05496317100354886e-4, -7.36465810572578444e-4,
      1.59828844817787226e-3, -2.48148260096991294e-4, -1.14182476523291419e-3,
      6.14232815048270783e-4, 4.22092244781842068e-4,  -4.13779861242655989e-4,
  };
  SCI_TABLE(double, b0) = {
      2.26771578852599925e-2,   -1.86456631501026605e-2,  2.92741492700628994e-3,  1.7721896407757752e-3,
      -4.55453128119951031e-4,  -2.05269079177987746e-4,  6.14523538058208633e-5,  2.38350126877258709e-5,
      -7.70980731808916853e-6,  -2.72581566681487863e-6,  9.24829715323032845e-7,  3.07136019252905723e-7,
      -1.07659238964910527e-7,  -3.41838470436708244e-8,  1.22693038670944748e-8,  3.76680124693673875e-9,
      -1.37645763007350434e-9,  -4.11695703573823834e-10, 1.52569275819302836e-10, 4.4692966147924901e-11,
      -1.67506295140413996e-11,
  };
  SCI_TABLE(double, b1) = {
      -1.88084735144070912e-3, 2.58910666963675979e-3, -7.37321581228600711e-4, -6.00806268903356829e-4,
      3.41613549252502954e-4,  9.88501416571306496e-5, -9.26895143506853165e-5, -1.18359263830349074e-5,
      1.98007030364677341e-5,  8.60390438661111535e-7, -3.67326771762636536e-6, 3.99768220700440038e-8,
      6.20185698303895602e-7,  -3.1103277737495724e-8, -9.7857045303321113e-8,  7.88202666375986135e-9,
      1.46702772652935399e-8,
  };
  SCI_TABLE(double, b2) = {
      6.95744879388369356e-4,  -1.26786835274087659e-3, 4.95781109326459435e-4, 4.92455176357971499e-4,
      -4.17700069655346207e-4, -8.44765209062946115e-5, 1.70012469719113118e-4, -4.99603987400554826e-6,
      -4.9295845568513876e-5,  8.11498520083088068e-6,  1.16016931818544314e-5, -3.15621265551507914e-6,
      -2.36111977185374639e-6, 8.81737723087930803e-7,
  };
  SCI_TABLE(double, b3) = {
      -5.97980952540615882e-4, 1.32373944480374798e-3,  -6.4280838161632515e-4,  -7.41436614791060858e-4,
      8.19995008454630167e-4,  1.09138556308539826e-4,  -4.46138359843391482e-4, 7.42310551223456777e-5,
      1.58752813635310085e-4,  -5.89448297191808972e-5,
  };
  a = (((horner(a4, u) * w + horner(a3, u)) * w + horner(a2, u)) * w + horner(a1, u)) * w + horner(a0, u);
  b = ((horner(b3, u) * w + horner(b2, u)) * w + horner(b1, u)) * w + horner(b0, u);
}

/// The square root in the fourth quadrant, which both zeta and v^2 - z^2 have for z in the first.
template <class T>
SCI_HD complex<T> bessel_transition_root(complex<T> z) {
  complex<T> r = sqrt(z);
  return primal(r.im) > 0 && primal(z.re) < 0 ? -r : r;  // an imaginary part of the wrong sign is a rounding error
}

/// What s = v^(2/3) zeta, rounded on its way, lacks: from (2/3) s^(3/2) = v log((v + r)/z) - r, r = sqrt(v^2 - z^2)
/// (DLMF 10.20.2 times v). Nothing where |s| < 1 forgives errors.
SCI_HD_LARGE complex<double> bessel_transition_rest(double v, complex<double> z, complex<double> s) {
  using D = complex<double_double>;
  if (abs1(s) < 1.0) return complex<double>(0.0);
  D square = D(double_double::sum(v, -z.re), -z.im) * D(double_double::sum(v, z.re), z.im);
  complex<double> r0 = bessel_transition_root(complex<double>(square.re.hi, square.im.hi));
  D r = D(r0.re, r0.im), left = square - r * r;
  complex<double> step = complex<double>(left.re.hi, left.im.hi) / (r0 * 2.0);
  r = r + D(step.re, step.im);
  D top = (r + D(v)) / D(z.re, z.im);
  complex<double> root = bessel_transition_root(s);
  airy_pair<complex<double>> xi = airy_zeta(s, root);
  double_double re = phase_log(top.re * top.re + top.im * top.im) * (0.5 * v) - r.re - xi.high.re;
  double_double im = phase_angle(top.im, top.re) * v - r.im - xi.high.im;
  return complex<double>(re.hi - xi.low.re, im.hi - xi.low.im) / root;
}

/// Ai(s w^k) for k = -1, 0, 1 and its derivative in s; |arg s w^k| <= 2 pi/3. All three solve y'' = s y.
template <class T>
SCI_HD_LARGE airy_value<complex<T>> bessel_transition_airy(complex<T> s, complex<scalar_of<T>> rest, int k) {
  if constexpr (is_dual<T>) {
    using U = decltype(s.re.v);
    complex<U> value(s.re.v, s.im.v), slope(s.re.d, s.im.d);
    airy_value<complex<U>> f = bessel_transition_airy(value, rest, k);
    complex<U> d = f.slope * slope, d1 = value * f.y * slope;
    return {{T(f.y.re, d.re), T(f.y.im, d.im)}, {T(f.slope.re, d1.re), T(f.slope.im, d1.im)}};
  } else {
    complex<T> turn = complex<T>(T(1));
    airy_pair<complex<T>> w = {s, rest};
    if (k != 0) {
      turn = {T(-0.5), T(k) * T(0.8660254037844386467637231707529362)};
      w = airy_rotate(s, T(k));
      w.low += rest * turn;
    }
    airy_value<complex<T>> f;
    if (abs(w.high) < airy_large<T>) {
      f = airy_near(w);
    } else {
      complex<T> root = sqrt(w.high);
      airy_pair<complex<T>> zeta = airy_zeta(w.high, root);
      airy_factors<complex<T>> m = airy_amplitudes(root, T(1) / zeta.high, airy_half_inv_sqrt_pi<T>);
      complex<T> e = airy_exp(-zeta.high, -(zeta.low + root * w.low));
      f = {e * m.m, e * m.m1};
    }
    f.slope = turn * f.slope;
    return f;
  }
}

/// J_v(z) and H1_v(z) for v >= bessel_jy_limits::large_order and z in the first quadrant; false away from z = v.
template <class T>
SCI_HD_LARGE bool bessel_jy_transition(T v, complex<T> z, complex<T>& j, complex<T>& h) {
  using S = scalar_of<T>;
  complex<T> t = {(z.re - v) / v, z.im / v};
  if (!(abs1(primal(t)) < S(1))) return false;
  complex<T> u = log1p(t);
  if (abs(primal(u)) > S(0.6)) return false;
  T c = cbrt(v), inverse = T(1) / v;
  complex<T> s = -(u * bessel_transition_zeta(u)) * (c * c);
  S size = abs(primal(s));
  if (S(2) / S(3) * size * sqrt(size) > bessel_jy_limits<S>::debye_phase) return false;
  complex<T> a, b;
  bessel_transition_sums(u, T(inverse * inverse), a, b);
  a = a / c;
  b = b * (inverse / (c * c));
  complex<S> p = primal(s),
             rest =
                 complex<S>(bessel_transition_rest(double(primal(v)), complex<double>(primal(z)), complex<double>(p)));
  airy_value<complex<T>> f = bessel_transition_airy(s, rest, 1), g;
  complex<T> sixth = {T(0.5), T(-0.8660254037844386467637231707529362)};
  h = sixth * (f.y * a + f.slope * b) * T(2);
  if (-p.re > abs(p.im) * S(0.57735026918962576)) {  // |arg s| > 2 pi/3: Ai(s) = -w Ai(s w) - Ai(s/w)/w, DLMF 9.2.14
    complex<T> back = conj(sixth);                   // -1/w; -w is its conjugate
    g = bessel_transition_airy(s, rest, -1);
    g = {sixth * f.y + back * g.y, sixth * f.slope + back * g.slope};
  } else {
    g = bessel_transition_airy(s, rest, 0);
  }
  j = g.y * a + g.slope * b;
  return true;
}

}  // namespace detail
}  // namespace sci
