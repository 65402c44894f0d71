// What kinds of transforms there are.
#pragma once
#include "core/platform.h"

namespace sci {

enum class FourierKind : int { complex = 0, to_half = 1, from_half = 2 };

/// What a sine transform does to the input or output of the cosine transform of its type.
enum class DctOrder : int { plain = 0, reversed = 1, alternating = 2 };

}  // namespace sci
