// The direct way from Python to a kernel: plain tensors in, tensors out, nothing of torch between.
//
// A call on five numbers takes 1 us for its own work and more than that for every layer between: questions asked in
// Python one by one, torch's conversion of arguments by a schema, its dispatcher. So Python is given functions of its C
// interface that ask and answer at once. They decline (NotImplemented) whatever is not plain, and the caller goes the
// general way. What they have to know of torch's and Python's memory, sci/_core/torch_private.py has found out by
// looking for known values; where it has not, there are no such functions.
#include "runtime/direct.h"

#include <cstring>
#include <exception>
#include <string>

#include "runtime/elementwise_call.h"
#include "runtime/operator.h"
#include "runtime/owned.h"
#include "runtime/python.h"

namespace sci {

DirectOperators direct_operators;

namespace {

/// What Python tells at start; its order is that of `_Layout` and `_Objects` in sci/_core/direct.py.
struct Layout {
  int64_t type;                     // of an object, where its type stands, in bytes
  int64_t tensor;                   // of a tensor's object, where torch's handle stands
  int64_t keys;                     // of what the handle points to, where its set of dispatch keys stands
  PyObject* (*wrap)(void* tensor);  // makes the object of a new tensor
  uint64_t plain[4];                // sets of dispatch keys: CPU, the same in inference mode, CUDA, the same
};
struct Objects {
  PyObject *tensor, *parameter, *floating, *whole, *text, *list, *tuple;  // types
  PyObject *declined, *none, *no, *yes, *zero;
  PyObject* watchers[3];  // functions that must say no or zero: a transform, a mode, the profiler see each operator
  PyObject *forward_mode, *level, *no_level;                // a dictionary, its key, and the value without forward mode
  PyObject *grad_enabled, *requires_grad;                   // a function, and the name of an attribute
  PyObject *to_save, *others, *shapes, *materialize_grads;  // of an autograd function's context
  PyObject* keys[2];                                        // sets of dispatch keys for CPU and CUDA
};
Layout layout;
Objects objects;

constexpr int max_arguments = 32;

PyObject* declined() {
  Py_IncRef(objects.declined);
  return objects.declined;
}

/// Whether a call of Python's has said no.
bool denies(PyObject* answer) {
  if (!answer) {
    PyErr_Clear();
    return false;
  }
  const bool no = answer == objects.no || answer == objects.zero;
  Py_DecRef(answer);
  return no;
}

bool records_gradients() { return !denies(PyObject_CallNoArgs(objects.grad_enabled)); }

bool watched() {
  for (PyObject* ask : objects.watchers)
    if (!denies(PyObject_CallNoArgs(ask))) return true;
  return PyDict_GetItem(objects.forward_mode, objects.level) != objects.no_level;
}

PyObject* type_of(const PyObject* x) {
  PyObject* type;
  std::memcpy(&type, reinterpret_cast<const char*>(x) + layout.type, sizeof type);
  return type;
}

bool requires_grad(PyObject* tensor) { return !denies(PyObject_GetAttr(tensor, objects.requires_grad)); }

/// The tensor of an object, borrowed, and which device it is on (0 CPU, 1 CUDA); null for one that is not plain.
AtenTensorHandle plain_tensor(PyObject* x, int& device) {
  if (PyObject* type = type_of(x); type != objects.tensor && type != objects.parameter) return nullptr;
  char *handle = reinterpret_cast<char*>(x) + layout.tensor, *data;
  std::memcpy(&data, handle, sizeof data);
  uint64_t keys;
  std::memcpy(&keys, data + layout.keys, sizeof keys);
  for (int i = 0; i < 4; ++i) {
    if (keys != layout.plain[i]) continue;
    device = i / 2;
    return reinterpret_cast<AtenTensorHandle>(handle);
  }
  return nullptr;
}

/// The object of a new tensor, which is taken.
PyObject* object_of(AtenTensorHandle tensor) {
  Owned taken(tensor);
  return layout.wrap(tensor);
}

/// Python goes on meanwhile.
struct WithoutPython {
  PyObject* const thread = PyEval_SaveThread();
  ~WithoutPython() { PyEval_RestoreThread(thread); }
};

// ---- elementwise functions ----

struct ElementwiseFunction {
  ElementwiseOperator* op;
  PyObject* other;  // of Python, with the same arguments: where a gradient is recorded, or what `forward` cannot do
  PyObject* reads = nullptr;  // of Python: whether derivatives read results; null when it has been asked
  bool keep = true;           // the answer
};

/// A number that every type it may become holds as well as torch's own conversion does.
bool take_number(PyObject* x, ElementwiseArgument& argument) {
  PyObject* type = type_of(x);
  argument.whole = type == objects.whole;
  if (type == objects.floating) {
    argument.number = PyFloat_AsDouble(x);
    return true;
  }
  if (!argument.whole) return false;
  int overflow;
  const long long n = PyLong_AsLongLongAndOverflow(x, &overflow);
  argument.number = double(n);
  return !overflow && n > -(1LL << 53) && n < 1LL << 53;
}

struct ElementwiseCall {
  ElementwiseArgument argument[max_operands];
  bool numbers = false, gradient = false;

  /// Whether the arguments are plain, and one operator's.
  bool take(const ElementwiseOperator& op, PyObject* const* args, intptr_t count) {
    if (count != op.inputs) return false;
    int on = -1;
    bool inexact = false;
    for (int k = 0; k < count; ++k) {
      int device;
      AtenTensorHandle x = argument[k].tensor = plain_tensor(args[k], device);
      if (!x) {
        if (!take_number(args[k], argument[k])) return false;
        numbers = true;
        continue;
      }
      if (on >= 0 && device != on) return false;
      on = device;
      int32_t dtype;
      aoti_torch_get_dtype(x, &dtype);
      inexact = inexact || dtype != aoti_torch_dtype_int64();
      gradient = gradient || requires_grad(args[k]);
    }
    return inexact && !(numbers && on > 0);
  }

  /// The results' object; null where something is wrong, of which the general way tells.
  PyObject* compute(ElementwiseOperator& op) const {
    AtenTensorHandle result[max_operands];
    try {
      WithoutPython meanwhile;
      compute_elementwise(op, argument, result);
    } catch (const std::exception&) {
      return nullptr;
    }
    if (op.outputs == 1) return object_of(result[0]);
    PyObject* all = PyTuple_New(op.outputs);
    for (int k = 0; k < op.outputs; ++k) PyTuple_SetItem(all, k, object_of(result[k]));
    return all;
  }
};

PyObject* call_elementwise_function(PyObject* self, PyObject* const* args, intptr_t count) {
  const auto& function = *static_cast<ElementwiseFunction*>(PyCapsule_GetPointer(self, nullptr));
  ElementwiseCall call;
  if (!call.take(*function.op, args, count) || watched()) return declined();
  if (call.gradient && records_gradients()) {
    if (!has_variant(*function.op, call.argument)) return declined();
    return PyObject_Vectorcall(function.other, args, size_t(count), nullptr);
  }
  PyObject* result = call.compute(*function.op);
  return result ? result : declined();
}

// ---- what a rule saves ----

PyObject* owned(PyObject* x) {
  Py_IncRef(x);
  return x;
}

/// Set an attribute of a context, and let go of the value.
void set(PyObject* context, PyObject* name, PyObject* value) {
  PyObject_SetAttr(context, name, value);
  Py_DecRef(value);
}

PyObject* tuple_of(PyObject* x) {
  PyObject* tuple = PyTuple_New(1);
  PyTuple_SetItem(tuple, 0, owned(x));
  return tuple;
}

/// Keep for a rule's derivatives what `keep` of sci/_core/kept.py keeps: arguments, and one or several tensors.
void save(PyObject* context, PyObject* const* args, intptr_t count, PyObject* result, bool with_result = true) {
  const bool single = type_of(result) != objects.tuple;
  const intptr_t results = !with_result ? 0 : single ? 1 : PyTuple_Size(result);
  intptr_t tensors = 0;
  int device;
  for (intptr_t k = 0; k < count; ++k) tensors += plain_tensor(args[k], device) != nullptr;
  PyObject *saved = PyTuple_New(tensors + results), *others = tensors < count ? PyTuple_New(count) : nullptr;
  for (intptr_t k = 0, place = 0; k < count; ++k) {
    const bool tensor = plain_tensor(args[k], device);
    if (tensor) PyTuple_SetItem(saved, place++, owned(args[k]));
    if (others) PyTuple_SetItem(others, k, tensor ? owned(objects.none) : tuple_of(args[k]));
  }
  for (intptr_t k = 0; k < results; ++k)
    PyTuple_SetItem(saved, tensors + k, owned(single ? result : PyTuple_GetItem(result, k)));
  set(context, objects.to_save, saved);
  set(context, objects.materialize_grads, owned(objects.no));
  if (others) set(context, objects.others, others);
}

/// The same for `keep_shapes`.
void save_shapes(PyObject* context, PyObject* const* args, intptr_t count, PyObject* shape) {
  PyObject* kept = PyTuple_New(count);
  int device;
  for (intptr_t k = 0; k < count; ++k) {
    const bool tensor = plain_tensor(args[k], device);
    PyTuple_SetItem(kept, k, tensor ? PyObject_Vectorcall(shape, args + k, 1, nullptr) : owned(args[k]));
  }
  set(context, objects.shapes, kept);
  set(context, objects.materialize_grads, owned(objects.no));
}

/// The `forward(ctx, *args)` of a rule with one output, called by the function above: computes and saves.
PyObject* call_elementwise_forward(PyObject* self, PyObject* const* args, intptr_t count) {
  auto& function = *static_cast<ElementwiseFunction*>(PyCapsule_GetPointer(self, nullptr));
  ElementwiseCall call;
  PyObject* result = call.take(*function.op, args + 1, count - 1) ? call.compute(*function.op) : nullptr;
  if (!result) return PyObject_Vectorcall(function.other, args, size_t(count), nullptr);
  if (function.reads) {
    PyObject* reads = function.reads;
    function.reads = nullptr;
    function.keep = !denies(PyObject_CallNoArgs(reads));
  }
  save(args[0], args + 1, count - 1, result, function.keep);
  return result;
}

// ---- any operator with a derivative ----

struct DifferentiableFunction {
  PyObject *kernel, *rule;    // of Python: `kernel(keys, *args)` and, where a gradient is recorded, `rule(*args)`
  bool results = true;        // are saved
  PyObject* shape = nullptr;  // what keeps of a tensor its shape alone, where that is all that is saved
};

/// What a call's arguments are: the device of the tensors (-1 without one), and whether one records a gradient.
struct PlainArguments {
  int on = -1;
  bool gradient = false;

  /// Whether an argument is a plain tensor or what holds none; tensors in lists must not record.
  bool take(PyObject* x, bool in_list = false) {
    if (x == objects.none || x == objects.no || x == objects.yes) return true;
    PyObject* type = type_of(x);
    if (type == objects.whole || type == objects.floating || type == objects.text) return true;
    if (type == objects.list || type == objects.tuple) {
      const intptr_t count = in_list ? -1 : PySequence_Size(x);
      bool plain = count >= 0;
      for (intptr_t k = 0; plain && k < count; ++k) {
        PyObject* item = PySequence_GetItem(x, k);
        plain = take(item, true);
        Py_DecRef(item);
      }
      return plain;
    }
    int device;
    if (!plain_tensor(x, device) || (on >= 0 && device != on)) return false;
    on = device;
    if (!requires_grad(x)) return true;
    gradient = true;
    return !in_list;
  }
};

/// Calls ``kernel(keys, *args)``; the place before `args` is free for the keys.
PyObject* call_kernel(const DifferentiableFunction& function, PyObject** args, intptr_t count, int device) {
  args[-1] = objects.keys[device];
  return PyObject_Vectorcall(function.kernel, args - 1, size_t(count + 1), nullptr);
}

PyObject* call_differentiable(PyObject* self, PyObject* const* args, intptr_t count) {
  const auto& function = *static_cast<DifferentiableFunction*>(PyCapsule_GetPointer(self, nullptr));
  PyObject* all[max_arguments + 1];
  PlainArguments plain;
  if (count > max_arguments) return declined();
  for (intptr_t k = 0; k < count; ++k) {
    if (!plain.take(args[k])) return declined();
    all[k + 1] = args[k];
  }
  if (plain.on < 0 || watched()) return declined();
  if (plain.gradient && records_gradients()) return PyObject_Vectorcall(function.rule, args, size_t(count), nullptr);
  return call_kernel(function, all + 1, count, plain.on);
}

/// The `forward(ctx, *args)` of that rule.
PyObject* call_differentiable_forward(PyObject* self, PyObject* const* args, intptr_t count) {
  const auto& function = *static_cast<DifferentiableFunction*>(PyCapsule_GetPointer(self, nullptr));
  PyObject* all[max_arguments + 1];
  int device = 0;
  for (intptr_t k = 0; k < count; ++k) all[k] = args[k];
  for (intptr_t k = 1; k < count && !plain_tensor(args[k], device); ++k) continue;
  PyObject* result = call_kernel(function, all + 1, count - 1, device);
  if (!result) return result;
  if (function.shape)
    save_shapes(args[0], args + 1, count - 1, function.shape);
  else
    save(args[0], args + 1, count - 1, result, function.results);
  return result;
}

}  // namespace
}  // namespace sci

// ---- other operators ----

namespace sci {
namespace {

struct OperatorFunction {
  void (*boxed)(uint64_t*, uint64_t, uint64_t);
  std::string kinds;  // of arguments: T tensor, b flag, i whole number, f number
  int results;        // tensors
  int matrices;       // so many first tensors are real or complex floating ones of at most
  int64_t most;       // numbers each
};

/// Read a schema: the first letters of the arguments' types, and how many tensors come before the code.
OperatorFunction read_schema(const DirectOperator& op, int matrices, int64_t most) {
  const std::string text = op.schema;
  const size_t begin = text.find('(') + 1, end = text.find(')');
  OperatorFunction function{op.boxed, "", 0, matrices, most};
  for (size_t at = begin; at < end; at = text.find(", ", at) == std::string::npos ? end : text.find(", ", at) + 2)
    function.kinds += text[at];
  for (size_t at = text.find("Tensor", end); at != std::string::npos; at = text.find("Tensor", at + 1))
    ++function.results;
  return function;
}

bool is_number(AtenTensorHandle x) {
  static const int32_t types[] = {aoti_torch_dtype_float32(), aoti_torch_dtype_float64(), aoti_torch_dtype_complex64(),
                                  aoti_torch_dtype_complex128()};
  int32_t type;
  aoti_torch_get_dtype(x, &type);
  for (int32_t known : types)
    if (type == known) return true;
  return false;
}

/// A flag or a number as the boxed function takes it.
bool take_option(PyObject* x, char kind, uint64_t& place) {
  if (kind == 'b') {
    place = torch::stable::detail::from(x == objects.yes);
    return x == objects.yes || x == objects.no;
  }
  ElementwiseArgument number;
  if (!take_number(x, number) || (kind == 'i' && !number.whole)) return false;
  place =
      kind == 'i' ? torch::stable::detail::from(int64_t(number.number)) : torch::stable::detail::from(number.number);
  return true;
}

PyObject* call_operator_function(PyObject* self, PyObject* const* args, intptr_t count) {
  const auto& function = *static_cast<OperatorFunction*>(PyCapsule_GetPointer(self, nullptr));
  if (count != intptr_t(function.kinds.size())) return declined();
  uint64_t stack[max_arguments];
  AtenTensorHandle tensors[max_arguments];
  bool gradient = false;
  for (int k = 0; k < count; ++k) {
    tensors[k] = nullptr;
    if (function.kinds[k] != 'T') {
      if (!take_option(args[k], function.kinds[k], stack[k])) return declined();
      continue;
    }
    int device;
    int64_t size;
    AtenTensorHandle x = tensors[k] = plain_tensor(args[k], device);
    if (!x || device != 0) return declined();
    aoti_torch_get_numel(x, &size);
    if (k < function.matrices && (size > function.most || !is_number(x))) return declined();
    gradient = gradient || requires_grad(args[k]);
  }
  if (watched() || (gradient && records_gradients())) return declined();
  try {
    WithoutPython meanwhile;
    for (int k = 0; k < count; ++k) {
      if (!tensors[k]) continue;
      AtenTensorHandle own;
      STABLE_TORCH_ERROR_CODE_CHECK(aoti_torch_new_tensor_handle(tensors[k], &own));
      stack[k] = torch::stable::detail::from(own);
    }
    function.boxed(stack, uint64_t(count), uint64_t(function.results) + 1);
  } catch (const std::exception&) {
    return declined();
  }
  Owned result[max_arguments];
  for (int k = 0; k < function.results; ++k) result[k].handle = torch::stable::detail::to<AtenTensorHandle>(stack[k]);
  if (torch::stable::detail::to<int64_t>(stack[function.results]) != 0) return declined();
  PyObject* all = PyTuple_New(function.results);
  for (int k = 0; k < function.results; ++k) PyTuple_SetItem(all, k, object_of(result[k].release()));
  return all;
}

// ---- made for Python ----

PyObject* make_function(PyMethodDef& method, void* data) {
  PyObject* self = PyCapsule_New(data, nullptr, nullptr);
  PyObject* function = PyCFunction_NewEx(&method, self, nullptr);
  Py_DecRef(self);
  return function;
}

PyObject* function_of(PyMethodDef& method, const char* name, PyObject* other, PyObject* reads = nullptr) {
  for (ElementwiseOperator* const* op = elementwise_operators; *op; ++op) {
    if (std::strcmp((*op)->name, name) != 0) continue;
    Py_IncRef(other);
    if (reads) Py_IncRef(reads);
    return make_function(method, new ElementwiseFunction{*op, other, reads});
  }
  return declined();
}

}  // namespace
}  // namespace sci

#define SCI_VISIBLE extern "C" __attribute__((visibility("default")))

/// Tell what the direct way has to know; once, before the others.
SCI_VISIBLE void sci_direct_setup(const void* layout, const void* objects) {
  std::memcpy(&sci::layout, layout, sizeof sci::layout);
  std::memcpy(&sci::objects, objects, sizeof sci::objects);
}

/// A function of Python that computes an elementwise operator, calls `rule` for a gradient, or declines.
SCI_VISIBLE PyObject* sci_direct_elementwise(const char* name, PyObject* rule) {
  static PyMethodDef method = {"direct", &sci::call_elementwise_function, METH_FASTCALL, nullptr};
  return sci::function_of(method, name, rule);
}

/// The `forward` of that rule; `other` is the same in Python, for what is not plain and for errors, and `reads` tells
/// whether derivatives read results.
SCI_VISIBLE PyObject* sci_direct_forward(const char* name, PyObject* other, PyObject* reads) {
  static PyMethodDef method = {"forward", &sci::call_elementwise_forward, METH_FASTCALL, nullptr};
  return sci::function_of(method, name, other, reads);
}

/// A function of Python that calls ``kernel(keys, *args)`` or, for a gradient, ``rule(*args)``, or declines.
SCI_VISIBLE PyObject* sci_direct_differentiable(PyObject* kernel, PyObject* rule) {
  static PyMethodDef method = {"direct", &sci::call_differentiable, METH_FASTCALL, nullptr};
  return sci::make_function(method, new sci::DifferentiableFunction{sci::owned(kernel), sci::owned(rule)});
}

/// The `forward` of that rule, which saves arguments and, if asked, results, or with a `shape` but None shapes alone.
SCI_VISIBLE PyObject* sci_direct_differentiable_forward(PyObject* kernel, int results, PyObject* shape) {
  static PyMethodDef method = {"forward", &sci::call_differentiable_forward, METH_FASTCALL, nullptr};
  PyObject* own = shape == sci::objects.none ? nullptr : sci::owned(shape);
  return sci::make_function(method, new sci::DifferentiableFunction{sci::owned(kernel), nullptr, results != 0, own});
}

/// A function of Python that returns the tensors of an operator in `SCI_DIRECT_OPERATOR`, or declines.
SCI_VISIBLE PyObject* sci_direct_operator(const char* name, int matrices, int64_t most) {
  static PyMethodDef method = {"direct", &sci::call_operator_function, METH_FASTCALL, nullptr};
  const size_t length = std::strlen(name);
  for (int i = 0; i < sci::direct_operators.count; ++i) {
    const sci::DirectOperator& op = sci::direct_operators.items[i];
    if (std::strncmp(op.schema, name, length) == 0 && op.schema[length] == '(')
      return sci::make_function(method, new sci::OperatorFunction(sci::read_schema(op, matrices, most)));
  }
  return sci::declined();
}
