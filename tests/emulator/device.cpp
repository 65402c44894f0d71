// A CUDA device that is none: torch's CUDA backend over memory of the host, so that what the library does with CUDA
// tensors can be run where there is no GPU. Every operator of torch on such tensors is torch's own for the CPU.
//
// Memory of the devices can be touched while an operator or a kernel runs, and is shut to everything else: code of the
// host that reads a CUDA tensor dies here as it would there. New memory is full of NaN (bytes 0xFF), and bytes behind
// each block are looked at when it is freed. Operators that make the host wait are known by name (`waits`), those that
// get tensors of several devices are refused.
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <ATen/ops/view_as_complex.h>
#include <ATen/ops/view_as_real.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <c10/util/irange.h>
#include <sys/mman.h>
#include <torch/library.h>

#include <atomic>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "emulator.h"

namespace {

using at::Tensor;
using c10::Device;
using c10::DeviceIndex;
using c10::IValue;

constexpr auto CUDA = c10::DeviceType::CUDA, CPU = c10::DeviceType::CPU;
constexpr int devices = 2;
constexpr size_t room = size_t(1) << 36, chunk = size_t(1) << 21, least = 512;
constexpr unsigned char fresh = 0xff, behind = 0xc5;

// ---- memory -----------------------------------------------------------------------------------------------------

std::recursive_mutex mutex;
int depth = 0;
thread_local int inside = -1;  // the device on which this thread's operator makes its results; -1: none
thread_local DeviceIndex current = 0;
std::string sync_mode = "default";
bool capturing = false;

struct Block {
  size_t size, capacity;
};

struct Arena {
  char* base = nullptr;
  size_t used = 0, allocated = 0, peak = 0;
  std::map<uintptr_t, Block> blocks;
  std::map<size_t, std::vector<char*>> free;
};

Arena* arenas() {
  static Arena* all = [] {
    auto* made = new Arena[devices];
    void* found = mmap(nullptr, room * devices + chunk, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    TORCH_CHECK(found != MAP_FAILED, "emulator: no address space");
    auto* base = static_cast<char*>(found) + (chunk - reinterpret_cast<uintptr_t>(found) % chunk);
    madvise(base, room * devices, MADV_HUGEPAGE);  // to shut a page takes its time, be it small or large
    for (int d = 0; d < devices; ++d) made[d].base = base + d * room;
    return made;
  }();
  return all;
}

void protect(int flags) {
  for (int d = 0; d < devices; ++d)
    if (size_t used = (arenas()[d].used + chunk - 1) / chunk * chunk) mprotect(arenas()[d].base, used, flags);
}

}  // namespace

extern "C" {

void emulator_enter() {
  mutex.lock();
  if (depth++ == 0) protect(PROT_READ | PROT_WRITE);
}
void emulator_leave() {
  if (--depth == 0) protect(PROT_NONE);
  mutex.unlock();
}

int emulator_device_of(const void* p) {
  auto at = static_cast<const char*>(p);
  for (int d = 0; d < devices; ++d)
    if (at >= arenas()[d].base && at < arenas()[d].base + room) return d;
  return -1;
}

bool emulator_block(const void* p, EmulatorBlock* found) {
  int d = emulator_device_of(p);
  if (d < 0) return false;
  auto& blocks = arenas()[d].blocks;
  auto next = blocks.upper_bound(reinterpret_cast<uintptr_t>(p));
  if (next == blocks.begin()) return false;
  auto& [begin, block] = *std::prev(next);
  auto* from = reinterpret_cast<const char*>(begin);
  *found = {from, from + block.size};
  return p < found->end;
}

int emulator_capturing() { return capturing; }

/// What the library asks a CUDA build of torch for.
int32_t aoti_torch_get_current_cuda_stream(int32_t device, void** stream);
}

namespace {

struct Guarded {
  Guarded() { emulator_enter(); }
  ~Guarded() { emulator_leave(); }
};

void* take(int device, size_t size) {
  Arena& arena = arenas()[device];
  size_t capacity = least;
  while (capacity < size + least) capacity *= 2;
  Guarded guard;
  char* found;
  if (auto& list = arena.free[capacity]; !list.empty()) {
    found = list.back();
    list.pop_back();
  } else {
    TORCH_CHECK(arena.used + capacity <= room, "emulator: out of memory");
    found = arena.base + arena.used;
    arena.used += capacity;
    protect(PROT_READ | PROT_WRITE);
  }
  if (!capturing || size < room / 16) std::memset(found, fresh, size);  // more is captured, but not touched
  std::memset(found + size, behind, least);
  arena.blocks[reinterpret_cast<uintptr_t>(found)] = {size, capacity};
  arena.allocated += size;
  arena.peak = std::max(arena.peak, arena.allocated);
  return found;
}

void give(void* p) {
  if (!p) return;
  Guarded guard;
  Arena& arena = arenas()[emulator_device_of(p)];
  auto found = arena.blocks.find(reinterpret_cast<uintptr_t>(p));
  Block block = found->second;
  char* at = static_cast<char*>(p);
  for (size_t i = block.size; i < block.size + least; ++i)
    if (static_cast<unsigned char>(at[i]) != behind) {
      fprintf(stderr, "emulator: a kernel wrote %zu bytes behind a block of %zu bytes\n", i - block.size, block.size);
      abort();
    }
  arena.blocks.erase(found);
  arena.allocated -= block.size;
  arena.free[block.capacity].push_back(at);
}

struct DeviceAllocator final : c10::Allocator {
  c10::DataPtr allocate(size_t n) override {
    if (!n) return {nullptr, nullptr, &give, Device(CUDA, current)};
    void* p = take(current, n);
    return {p, p, &give, Device(CUDA, current)};
  }
  void copy_data(void* to, const void* from, size_t n) const override {
    Guarded guard;
    std::memcpy(to, from, n);
  }
} device_allocator;

/// The CPU's allocator, which gives the device's memory to operators that run for it.
struct HostAllocator final : c10::Allocator {
  c10::Allocator* own = nullptr;
  c10::DataPtr allocate(size_t n) override {
    if (inside < 0 || !n) return own->allocate(n);
    void* p = take(inside, n);
    return {p, p, &give, Device(CPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return inside < 0 ? own->raw_deleter() : nullptr; }
  void copy_data(void* to, const void* from, size_t n) const override { std::memcpy(to, from, n); }
} host_allocator;

// ---- devices and streams ----------------------------------------------------------------------------------------

c10::StreamId streams[devices] = {};

struct Guard final : c10::impl::DeviceGuardImplInterface {
  c10::DeviceType type() const override { return CUDA; }
  Device exchangeDevice(Device d) const override {
    Device before(CUDA, current);
    current = d.index();
    return before;
  }
  Device getDevice() const override { return Device(CUDA, current); }
  void setDevice(Device d) const override { current = d.index(); }
  void uncheckedSetDevice(Device d) const noexcept override { current = d.index(); }
  c10::Stream getStream(Device d) const override { return c10::Stream(c10::Stream::UNSAFE, d, streams[d.index()]); }
  c10::Stream getDefaultStream(Device d) const override { return c10::Stream(c10::Stream::DEFAULT, d); }
  c10::Stream exchangeStream(c10::Stream s) const override {
    c10::Stream before = getStream(s.device());
    streams[s.device_index()] = s.id();
    return before;
  }
  DeviceIndex deviceCount() const noexcept override { return devices; }
};
C10_REGISTER_GUARD_IMPL(CUDA, Guard)

// ---- operators --------------------------------------------------------------------------------------------------

/// Operators of torch that read results on the host, as its sources for CUDA have it.
const std::unordered_set<std::string> waits = {"aten::_local_scalar_dense",
                                               "aten::nonzero",
                                               "aten::masked_select",
                                               "aten::_unique2",
                                               "aten::unique_dim",
                                               "aten::unique_consecutive",
                                               "aten::unique_dim_consecutive",
                                               "aten::bincount",
                                               "aten::equal",
                                               "aten::isin",  // of many elements, by sorting
                                               "aten::histc",
                                               "aten::_linalg_eigh",
                                               "aten::_linalg_svd",
                                               "aten::linalg_eig",
                                               "aten::_linalg_eigvals",
                                               "aten::linalg_lstsq",
                                               "aten::linalg_matrix_exp",
                                               "aten::linalg_eigvals"};
/// Products that torch has no kernels for whole numbers of on CUDA.
const std::unordered_set<std::string> products = {"aten::mm",     "aten::addmm",   "aten::addmm_",  "aten::bmm",
                                                  "aten::dot",    "aten::vdot",    "aten::mv",      "aten::addmv",
                                                  "aten::addmv_", "aten::baddbmm", "aten::baddbmm_"};
/// Operators that on CUDA add in no certain order, and refuse where torch is told to be deterministic.
const std::unordered_set<std::string> disordered = {"aten::cumsum",         "aten::cumsum_",        "aten::bincount",
                                                    "aten::histc",          "aten::kthvalue",       "aten::median.dim",
                                                    "aten::scatter_reduce", "aten::scatter_reduce_"};
/// Operators that take a number on the host, a tensor without dimensions, beside tensors of the device: those for which
/// torch allows it (`allow_cpu_scalars`), binary ones and `where`, and those that fill with it.
const std::unordered_set<std::string> numbers_beside = {"add",         "sub",
                                                        "rsub",        "mul",
                                                        "div",         "floor_divide",
                                                        "pow",         "remainder",
                                                        "fmod",        "atan2",
                                                        "hypot",       "copysign",
                                                        "nextafter",   "ldexp",
                                                        "xlogy",       "maximum",
                                                        "minimum",     "fmax",
                                                        "fmin",        "logaddexp",
                                                        "eq",          "ne",
                                                        "lt",          "le",
                                                        "gt",          "ge",
                                                        "logical_and", "logical_or",
                                                        "logical_xor", "bitwise_and",
                                                        "bitwise_or",  "bitwise_xor",
                                                        "where",       "fill",
                                                        "masked_fill", "index_fill",
                                                        "index_put",   "_index_put_impl"};
/// Operators whose tensors may lie on several devices.
const std::unordered_set<std::string> mixes = {
    "aten::copy_", "aten::index", "aten::index_put_", "aten::_index_put_impl_", "aten::index_put", "aten::set_"};

void waiting(const std::string& name) {
  TORCH_CHECK(!capturing, "emulator: operation not permitted when stream is capturing: ", name);
  TORCH_CHECK(sync_mode != "error", "called a synchronizing CUDA operation: ", name);
}

/// A tensor's device is its own record, beside its keys.
struct Record : c10::TensorImpl {
  static void set(c10::TensorImpl& x, Device device) {
    x._change_backend_component_keys(device);
    x.*(&Record::device_opt_) = device;
  }
};

bool on_device(const Tensor& x) { return x.defined() && x.device().type() == CUDA; }

struct Call {
  const std::string& name;
  int device = -1;
  bool host = false;                             // tensors of the CPU beside those of the device
  bool number = false;                           // without dimensions
  std::vector<std::pair<Tensor, Tensor>> given;  // as the operator sees them, and what they are

  void look(const Tensor& x) {
    if (!x.defined()) return;
    if (!on_device(x)) {
      host = host || x.dim() > 0 || name == "aten::copy_" || !beside();
      number = number || x.dim() == 0;
      return;
    }
    TORCH_CHECK(device < 0 || device == x.device().index() || name == "aten::copy_",
                "Expected all tensors to be on the same device, but found cuda:", device, " and ", x.device(), " in ",
                name);
    if (device < 0) device = x.device().index();
  }

  /// "aten::add_" is as "aten::add".
  bool beside() const {
    std::string plain = name.substr(name.find("::") + 2);
    if (plain.back() == '_') plain.pop_back();
    return numbers_beside.count(plain);
  }

  Tensor inward(const Tensor& x) {
    if (!x.defined()) return x;
    for (auto& [seen, was] : given)
      if (was.is_same(x)) return seen;
    Tensor seen = x;
    if (on_device(x)) {
      auto impl = x.unsafeGetTensorImpl();
      auto made = impl->shallow_copy_and_detach(impl->version_counter(), true);
      Record::set(*made, Device(CPU));
      seen = Tensor(std::move(made));
      label(seen, Device(CPU));
    }
    given.emplace_back(seen, x);
    return seen;
  }

  static void label(const Tensor& x, Device device) {
    if (x.has_storage()) x.storage().unsafeGetStorageImpl()->mutable_data_ptr().unsafe_set_device(device);
  }

  Tensor outward(const Tensor& x) {
    if (!x.defined()) return x;
    for (auto& [seen, was] : given)
      if (seen.is_same(x)) return was;
    auto impl = x.unsafeGetTensorImpl();
    if (x.has_storage()) {
      auto* storage = x.storage().unsafeGetStorageImpl();
      if (storage->data() && emulator_device_of(storage->data()) < 0) {  // null: a tensor of zeros without memory
        void* p = take(device, storage->nbytes());
        std::memcpy(p, storage->data(), storage->nbytes());
        storage->set_data_ptr({p, p, &give, Device(CPU)});
      }
      label(x, Device(CUDA, DeviceIndex(device)));
      storage->set_resizable(true);
    }
    auto made = impl->shallow_copy_and_detach(impl->version_counter(), true);
    Record::set(*made, Device(CUDA, DeviceIndex(device)));
    return Tensor(std::move(made));
  }

  template <class F>
  IValue each(const IValue& value, F&& f) {
    if (value.isTensor()) return f(value.toTensor());
    if (value.isTensorList()) {
      c10::List<Tensor> made;
      for (const Tensor& x : value.toTensorVector()) made.push_back(f(x));
      return made;
    }
    if (value.isOptionalTensorList()) {
      c10::List<std::optional<Tensor>> made;
      for (const std::optional<Tensor>& x : value.toOptionalTensorList())
        made.push_back(x ? std::optional<Tensor>(f(*x)) : std::nullopt);
      return made;
    }
    return value;
  }
};

/// A factor as tensor cores take it where torch is told to (`torch.set_float32_matmul_precision`): of 10 bits.
Tensor as_tf32(const Tensor& x) {
  if (x.is_complex()) return at::view_as_complex(as_tf32(at::view_as_real(x).contiguous()));
  if (x.scalar_type() != at::kFloat) return x;
  return x.contiguous().view(at::kInt).add(0x1000).bitwise_and(~0x1fff).view(at::kFloat);
}

void fallback(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  const std::string& name = op.schema().name();
  TORCH_CHECK_NOT_IMPLEMENTED(name.rfind("sci::", 0) != 0, "Could not run '", name,
                              "' with arguments from the 'CUDA' backend.");
  const size_t inputs = op.schema().arguments().size();
  const size_t begin = stack->size() - inputs;
  Call call{name};
  bool masks = false, blocking = true;
  for (size_t i = begin; i < stack->size(); ++i) {
    IValue& value = (*stack)[i];
    call.each(value, [&](const Tensor& x) {
      call.look(x);
      masks = masks || (x.defined() && i > begin && (x.scalar_type() == at::kBool || x.scalar_type() == at::kByte));
      return x;
    });
    if (value.isDevice() && value.toDevice().type() == CUDA) {
      if (call.device < 0) call.device = value.toDevice().has_index() ? value.toDevice().index() : current;
      value = Device(CPU);
    }
    const std::string& argument = op.schema().arguments()[i - begin].name();
    if (argument == "non_blocking" && value.isBool()) blocking = !value.toBool();
    if (argument == "output_size" && !value.isNone() && name == "aten::repeat_interleave") blocking = false;
  }
  TORCH_CHECK(call.device >= 0 && call.device < devices, "emulator: invalid device ordinal in ", name);
  TORCH_CHECK(!call.host || mixes.count(name),
              "Expected all tensors to be on the same device, but found cuda and cpu in ", name);
  bool indexes = name.rfind("aten::index", 0) == 0 || name.rfind("aten::_index", 0) == 0;
  // A number is copied to places, but fills where there is a mask.
  if (waits.count(name) || (name == "aten::copy_" && blocking && call.host) || (indexes && (masks || call.number)) ||
      (name == "aten::repeat_interleave" && blocking))
    waiting(name);

  const IValue& first = (*stack)[begin];
  const bool numbers = first.isTensor() && first.toTensor().defined();
  if (numbers && products.count(name) && c10::isIntegralType(first.toTensor().scalar_type(), true))
    TORCH_CHECK_NOT_IMPLEMENTED(false, "\"", name, "_cuda\" not implemented for ", first.toTensor().scalar_type());
  if (numbers && name.rfind("aten::scatter_reduce", 0) == 0 && first.toTensor().scalar_type() == at::kBool)
    TORCH_CHECK_NOT_IMPLEMENTED(false, "\"", name, "_cuda\" not implemented for 'Bool'");
  if (numbers && disordered.count(name) && !c10::isIntegralType(first.toTensor().scalar_type(), true))
    at::globalContext().alertNotDeterministic(name + "_cuda");

  Guarded guard;
  at::AutoDispatchBelowADInplaceOrView below;
  struct Inside {
    int before = inside;
    explicit Inside(int device) { inside = device; }
    ~Inside() { inside = before; }
  };
  // A CPU tensor that a copy writes keeps its memory.
  for (size_t i = begin; i < stack->size(); ++i)
    (*stack)[i] = call.each((*stack)[i], [&](const Tensor& x) { return call.inward(x); });
  const size_t factor = begin + (name.find("add") != std::string::npos);  // of a product of matrices
  if (products.count(name) && at::globalContext().allowTF32CuBLAS() && (*stack)[factor].toTensor().dim() > 1)
    for (size_t i = factor; i < factor + 2; ++i) (*stack)[i] = as_tf32((*stack)[i].toTensor());
  auto restore = [&] {
    for (auto& [seen, was] : call.given) {
      if (!on_device(was)) continue;
      auto *from = seen.unsafeGetTensorImpl(), *to = was.unsafeGetTensorImpl();
      Call::label(was, was.device());
      if (!seen.has_storage()) continue;
      if (!from->storage().is_alias_of(to->storage())) {
        to->set_storage_keep_dtype(from->storage());
      }
      if (from->sizes() != to->sizes() || from->strides() != to->strides() ||
          from->storage_offset() != to->storage_offset())
        to->set_sizes_and_strides(from->sizes(), from->strides(), from->storage_offset());
      if (auto* storage = was.storage().unsafeGetStorageImpl();
          storage->data() && emulator_device_of(storage->data()) < 0) {
        void* p = take(call.device, storage->nbytes());
        std::memcpy(p, storage->data(), storage->nbytes());
        storage->set_data_ptr({p, p, &give, Device(CPU)});
      }
      Call::label(was, was.device());
    }
  };
  try {
    Inside now(call.device);
    op.redispatchBoxed(c10::DispatchKeySet(c10::DispatchKey::CPU), stack);
  } catch (...) {
    restore();
    throw;
  }
  const size_t outputs = op.schema().returns().size();
  for (size_t i = stack->size() - outputs; i < stack->size(); ++i)
    (*stack)[i] = call.each((*stack)[i], [&](const Tensor& x) { return call.outward(x); });
  restore();
}

TORCH_LIBRARY_IMPL(_, CUDA, m) { m.fallback(torch::CppFunction::makeFromBoxedFunction<&fallback>()); }

/// These have one implementation for all devices, which asks for the device's own code within.
TORCH_LIBRARY_IMPL(aten, CUDA, m) {
  for (const char* name : {"copy_"}) m.impl(name, torch::CppFunction::makeFromBoxedFunction<&fallback>());
}

// What torch asks about CUDA itself.
struct CUDAHooks final : at::CUDAHooksInterface {
  explicit CUDAHooks(at::CUDAHooksArgs) {}
  void init() const override {}
  bool hasCUDA() const override { return true; }
  bool isBuilt() const override { return true; }
  bool isAvailable() const override { return true; }
  bool hasPrimaryContext(DeviceIndex) const override { return true; }
  DeviceIndex current_device() const override { return current; }
  DeviceIndex getCurrentDevice() const override { return current; }
  DeviceIndex deviceCount() const override { return devices; }
  int getNumGPUs() const override { return devices; }
  const at::Generator& getDefaultGenerator(DeviceIndex) const override { return at::detail::getDefaultCPUGenerator(); }
  at::Generator getNewGenerator(DeviceIndex) const override { return at::detail::createCPUGenerator(); }
  c10::Allocator* getCUDADeviceAllocator() const override { return &device_allocator; }
};

/// What tests ask and set: `torch.ops.emulator`.
TORCH_LIBRARY(emulator, m) {
  m.def("set_device(int index) -> int", [](int64_t index) {
    TORCH_CHECK(index < devices, "invalid device ordinal ", index);
    int64_t before = current;
    if (index >= 0) current = DeviceIndex(index);
    return before;
  });
  m.def("set_stream(int device, int id) -> int", [](int64_t device, int64_t id) {
    int64_t before = streams[device];
    if (id >= 0) streams[device] = id;
    return before;
  });
  m.def("set_sync_mode(str mode) -> ()", [](std::string mode) { sync_mode = mode; });
  m.def("set_capturing(bool on) -> ()", [](bool on) { capturing = on; });
  m.def("capturing() -> bool", [] { return capturing; });
  m.def("allocated(int device, bool peak) -> int",
        [](int64_t device, bool peak) { return int64_t(peak ? arenas()[device].peak : arenas()[device].allocated); });
  m.def("reset_peak(int device) -> ()", [](int64_t device) { arenas()[device].peak = arenas()[device].allocated; });
  // Two mistakes, for the tests of this: the host's memory, and a size that is not there.
  m.def("disguise(Tensor x) -> Tensor", [](const Tensor& x) {
    auto impl = x.unsafeGetTensorImpl();
    auto made = impl->shallow_copy_and_detach(impl->version_counter(), true);
    Record::set(*made, Device(CUDA, 0));
    return Tensor(std::move(made));
  });
  m.def("stretch(Tensor x, int size) -> Tensor", [](const Tensor& x, int64_t size) {
    auto impl = x.unsafeGetTensorImpl();
    auto made = impl->shallow_copy_and_detach(impl->version_counter(), true);
    made->set_sizes_and_strides(c10::IntArrayRef{size}, c10::IntArrayRef{1});
    return Tensor(std::move(made));
  });
  m.def("traffic(bool on) -> int", [](bool on) { return emulator_traffic(on); });
  m.def("launches() -> str", [] { return std::string(emulator_launches()); });
}

const bool installed = [] {
  host_allocator.own = c10::GetAllocator(CPU);
  c10::SetAllocator(CPU, &host_allocator, 255);
  c10::SetAllocator(CUDA, &device_allocator, 255);
  // They were made when torch was imported: the class without CUDA becomes this one, which has no members either.
  static_assert(sizeof(CUDAHooks) == sizeof(at::CUDAHooksInterface));
  new (const_cast<at::CUDAHooksInterface*>(&at::detail::getCUDAHooks())) CUDAHooks({});
  return true;
}();

}  // namespace

int32_t aoti_torch_get_current_cuda_stream(int32_t device, void** stream) {
  *stream = reinterpret_cast<void*>(emulator_stream(device, streams[device]));
  return 0;
}
