// The table of elementwise operators that the build generates from the cards, in units of one card file or of several.
// No torch header here: these units hold templates of the mathematics only and compile fast.
#pragma once
#include <cstdint>

#include "core/elementwise.h"
#include "runtime/kernel.h"

namespace sci {

using ElementwiseRow = void (*)(char* const* at, const int64_t* step, int64_t n);

struct ElementwiseVariant {
  const char* dtypes;  // one letter per operand, outputs first: f d F D l, as NumPy's
  ElementwiseRow row;
  Kernel kernel;
};

struct ElementwiseOperator {
  const char* name;
  const char* schema;
  int outputs, inputs;
  ElementwiseVariant* variants;
  int count;
  void (*boxed)(uint64_t* stack, uint64_t inputs, uint64_t outputs);
  // Where the card says `wide`: the same loops for AVX2 and for AVX-512, one per variant or null.
  const ElementwiseRow* wide[2];
};

/// Compute an operator on a stack of torch's stable ABI.
void call_elementwise(ElementwiseOperator& op, uint64_t* stack);

/// Generated: all operators, a null pointer at the end.
extern ElementwiseOperator* const elementwise_operators[];

}  // namespace sci
