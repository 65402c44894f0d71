// What is asked of csrc/ops/linalg_lanes_products_*.cpp.
#pragma once
#include "linalg/products_job.h"

namespace sci {

/// With vectors of so many bytes: 64 only where cpu_level() is 2, 32 where it is 1 or this is no x86.
template <class T, int bytes>
void products_in_lanes(const ProductsJob<T>& job);

}  // namespace sci
