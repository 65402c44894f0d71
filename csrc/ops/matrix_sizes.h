// The sizes up to which matrices have kernels here; sci/linalg/_sizes.py has them from the operator _matrix_sizes.
#pragma once
#include "core/cpu.h"

namespace sci {

/// One matrix after the other; LAPACK's blocked code is faster beyond so many rows (measured against SciPy's).
constexpr int64_t one_cholesky_limit = 128, one_lu_limit = 64, one_qr_limit = 16;
/// Up to which a matrix goes the same way alone and in a batch, so that it has the same factors.
constexpr int64_t alone_limit = 8;
/// With vectors along the rows of one matrix, so many rows and columns (linalg/one_planes.h).
constexpr int64_t one_planes_limit = 96;
constexpr int64_t one_schur_limit = 112, one_sqrtm_limit = 64;
/// Hermitian eigenproblems of a batch on the CPU, with vector lanes and without.
inline int64_t eigh_batch_limit() { return runs_lanes() ? 64 : 16; }

/// From which size OpenBLAS's lower form of Cholesky's factorisation is as fast as its upper one: with AVX-512 it takes
/// twice the time below.
inline int64_t lower_cholesky_from() { return cpu_level() == 2 ? 400 : 0; }

}  // namespace sci
