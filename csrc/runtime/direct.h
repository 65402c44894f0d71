// Operators that Python may call directly (runtime/direct.cpp): they take tensors, numbers and flags, and return
// tensors and a code, 0 or that the general way has to do it.
#pragma once
#include <cstdint>

#include "runtime/operator.h"

namespace sci {

struct DirectOperator {
  const char* schema;
  void (*boxed)(uint64_t* stack, uint64_t inputs, uint64_t outputs);
};

/// Static data without a constructor, as initialisers of other units fill it.
struct DirectOperators {
  static constexpr int capacity = 64;
  DirectOperator items[capacity];
  int count;
  bool add(const char* schema, void (*boxed)(uint64_t*, uint64_t, uint64_t)) {
    if (count < capacity) items[count++] = {schema, boxed};
    return true;
  }
};
extern DirectOperators direct_operators;

/// SCI_OPERATOR and SCI_CPU_OPERATOR, for such ones.
#define SCI_DIRECT_OPERATOR(SCHEMA, FUNCTION) SCI_OPERATOR(SCHEMA, FUNCTION) SCI_DIRECT_(SCHEMA, FUNCTION)
#define SCI_DIRECT_CPU_OPERATOR(SCHEMA, FUNCTION) SCI_CPU_OPERATOR(SCHEMA, FUNCTION) SCI_DIRECT_(SCHEMA, FUNCTION)
#define SCI_DIRECT_(SCHEMA, FUNCTION) \
  static const bool SCI_UNIQUE(sci_direct_) = ::sci::direct_operators.add(SCHEMA, TORCH_BOX(&FUNCTION));

}  // namespace sci
