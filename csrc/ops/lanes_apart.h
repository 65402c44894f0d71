// What functions of linalg/products.h that stay apart are in a unit for wide vectors: to be included before it.
#pragma once
#include "fft/lanes.h"
#ifdef SCI_LANES_WIDE
#define SCI_PRODUCTS_APART SCI_LANES_WIDE
#else
#define SCI_PRODUCTS_APART SCI_LANES_PLAIN
#endif
