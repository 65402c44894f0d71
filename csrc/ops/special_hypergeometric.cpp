// What the units of 1F1, 2F1, Laguerre's and Jacobi's functions share.
#include "special/hyp1f1.h"
#include "special/hyp2f1.h"

namespace sci {
namespace detail {

SCI_KUMMER_SHARED(, double)
SCI_KUMMER_SHARED(, complex<double>)
SCI_GAUSS_SHARED(, double)
SCI_GAUSS_SHARED(, complex<double>)

}  // namespace detail
}  // namespace sci
