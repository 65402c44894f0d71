// The sizes up to which matrices have kernels here; sci/linalg/_sizes.py has them from the operator _matrix_sizes.
#pragma once
#include "core/cpu.h"

namespace sci {

/// One matrix after the other; LAPACK's blocked code is faster beyond so many rows (measured against SciPy's).
constexpr int64_t one_cholesky_limit = 128, one_lu_limit = 64;
/// Up to which a matrix goes the same way alone and in a batch, so that it has the same factors, and where that is dear
/// the same singular values, vectors and eigenvalues; vectors of larger ones are oriented (linalg/orientation.h).
constexpr int64_t alone_limit = 8, one_way_limit = 4;
/// From so many on, matrices of a batch go side by side.
constexpr int64_t least_batch = 4;
/// The largest that do, of square ones with singular values and vectors (float32: 32), with values alone, and rows of
/// tall ones.
constexpr int64_t svd_batch_limit = 20, svd_float_limit = 32, values_batch_limit = 10, qr_batch_limit = 32;
/// With vectors along the rows of one matrix, so many rows and columns (linalg/one_planes.h).
constexpr int64_t one_planes_limit = 96;
constexpr int64_t one_schur_limit = 112, one_sqrtm_limit = 64;
/// Hermitian eigenproblems of a batch on the CPU, with vector lanes and without.
inline int64_t eigh_batch_limit() { return runs_lanes() ? 64 : 16; }

/// From which size OpenBLAS's lower form of Cholesky's factorisation is as fast as its upper one: with AVX-512 it takes
/// twice the time below.
inline int64_t lower_cholesky_from() { return cpu_level() == 2 ? 400 : 0; }

}  // namespace sci
