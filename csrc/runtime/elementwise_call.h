// What computes an elementwise operator, for the dispatcher and for calls straight from Python.
#pragma once
#include <torch/csrc/stable/tensor.h>

#include "runtime/elementwise.h"

namespace sci {

constexpr int max_operands = 16;  // tools/generate_operators.py refuses more

/// A tensor, which is borrowed, or a number beside tensors on the CPU: `whole` where it may be an integer's place.
struct ElementwiseArgument {
  AtenTensorHandle tensor = nullptr;
  double number = 0;
  bool whole = false;
};

/// Whether the operator has a kernel for these dtypes; else they have to be brought to one first.
bool has_variant(ElementwiseOperator& op, const ElementwiseArgument* argument);

/// Compute new tensors, which are the caller's; raises where shapes, dtypes or devices do not fit.
void compute_elementwise(ElementwiseOperator& op, const ElementwiseArgument* argument, AtenTensorHandle* result);

}  // namespace sci
