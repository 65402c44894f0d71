// What functions of linalg/products.h that stay apart are in a unit for wide vectors: to be included before it.
#pragma once
#include "fft/lanes.h"
#define SCI_PRODUCTS_APART SCI_LANES_APART
