// Operators that work on the CPU alone.
#pragma once
#include "runtime/operator.h"

namespace sci {

/// SCI_OPERATOR, for the CPU alone: torch refuses a call with a GPU's tensors, whose memory the function would read.
#define SCI_CPU_OPERATOR(SCHEMA, FUNCTION) SCI_CPU_OPERATOR_(SCHEMA, FUNCTION, SCI_UNIQUE(sci_register_))
#define SCI_CPU_OPERATOR_(SCHEMA, FUNCTION, NAME) \
  static const bool NAME = ::sci::register_cpu_operator(SCHEMA, TORCH_BOX(&FUNCTION));

inline bool register_cpu_operator(const char* schema, void (*function)(StableIValue*, uint64_t, uint64_t)) {
  using torch::stable::detail::StableLibrary;
  static StableLibrary& define = *new StableLibrary(StableLibrary::Kind::FRAGMENT, "sci", nullptr, __FILE__, __LINE__);
  static StableLibrary& cpu = *new StableLibrary(StableLibrary::Kind::IMPL, "sci", "CPU", __FILE__, __LINE__);
  std::string text(schema), name = text.substr(0, text.find('('));
  define.def(schema);
  cpu.impl(name.c_str(), function);
  return true;
}

}  // namespace sci
