// CUDA's language for g++: what the library's kernels use of it. The threads of a block run one after the other; those
// of a warp take turns at each exchange between lanes, and one that is missing there ends the launch with a status.
#define __CUDACC_RTC__
#define __host__
#define __device__
#define __global__
#define __noinline__ __attribute__((noinline))

extern "C" {
void* memcpy(void*, const void*, unsigned long);
void* memset(void*, int, unsigned long);
int fprintf(struct _IO_FILE*, const char*, ...);
int printf(const char*, ...);
extern struct _IO_FILE* stderr;
void* malloc(unsigned long);
void free(void*);
#define EMULATED_UNARY(name) \
  double name(double);       \
  float name##f(float);
#define EMULATED_BINARY(name)  \
  double name(double, double); \
  float name##f(float, float);
EMULATED_UNARY(exp);
EMULATED_UNARY(exp2);
EMULATED_UNARY(exp10);
EMULATED_UNARY(expm1);
EMULATED_UNARY(log);
EMULATED_UNARY(log1p);
EMULATED_UNARY(sqrt);
EMULATED_UNARY(cbrt);
EMULATED_UNARY(log2);
EMULATED_UNARY(log10);
EMULATED_UNARY(sin);
EMULATED_UNARY(cos);
EMULATED_UNARY(tan);
EMULATED_UNARY(asin);
EMULATED_UNARY(acos);
EMULATED_UNARY(atan);
EMULATED_UNARY(sinh);
EMULATED_UNARY(cosh);
EMULATED_UNARY(tanh);
EMULATED_UNARY(asinh);
EMULATED_UNARY(acosh);
EMULATED_UNARY(atanh);
EMULATED_UNARY(floor);
EMULATED_UNARY(ceil);
EMULATED_UNARY(trunc);
EMULATED_UNARY(rint);
EMULATED_UNARY(fabs);
EMULATED_BINARY(pow);
EMULATED_BINARY(atan2);
EMULATED_BINARY(hypot);
EMULATED_BINARY(fmod);
EMULATED_BINARY(copysign);
EMULATED_BINARY(nextafter);
double fma(double, double, double);
float fmaf(float, float, float);
double ldexp(double, int);
float ldexpf(float, int);
double frexp(double, int*);
float frexpf(float, int*);
#undef EMULATED_UNARY
#undef EMULATED_BINARY
// Of glibc: one thread of control for each lane of a warp.
int getcontext(struct ucontext_t_*);
void makecontext(struct ucontext_t_*, void (*)(), int, ...);
int swapcontext(struct ucontext_t_*, const struct ucontext_t_*);
}

inline long long __double_as_longlong(double x) { return __builtin_bit_cast(long long, x); }
inline int __float_as_int(float x) { return __builtin_bit_cast(int, x); }
inline void __threadfence() {}
template <class T>
T atomicExch(T* place, T value) {
  T before = *place;
  *place = value;
  return before;
}
template <class T>
T atomicMin(T* place, T value) {
  T before = *place;
  if (value < before) *place = value;
  return before;
}
template <class T>
T atomicCAS(T* place, T expected, T value) {
  T before = *place;
  if (before == expected) *place = value;
  return before;
}

struct emulated_dims {
  unsigned x, y, z;
};
static emulated_dims blockIdx, blockDim, gridDim, threadIdx;

// ---- accesses to memory ----------------------------------------------------------------------------------------

#define EMULATED_UNCHECKED __attribute__((no_sanitize_address))

extern "C" {
void emulator_access(const void* at, unsigned long bytes, const void* low, const void* high);
extern char __ehdr_start __attribute__((visibility("hidden"))),
    _end __attribute__((visibility("hidden")));  // constants

/// A thread's stack reaches down from here: what its kernel has in local memory.
static const char* emulated_top;
constexpr unsigned long emulated_stack = 1 << 17;

EMULATED_UNCHECKED inline void emulated_check(void* at, unsigned long bytes) {
  auto p = static_cast<const char*>(at);
  if (p >= &__ehdr_start && p < &_end) return;
  emulator_access(p, bytes, emulated_top - emulated_stack, emulated_top);
}
#define EMULATED_ACCESS(size)                                                                 \
  EMULATED_UNCHECKED void __asan_load##size##_noabort(void* at) { emulated_check(at, size); } \
  EMULATED_UNCHECKED void __asan_store##size##_noabort(void* at) { emulated_check(at, size); }
EMULATED_ACCESS(1)
EMULATED_ACCESS(2)
EMULATED_ACCESS(4)
EMULATED_ACCESS(8)
EMULATED_ACCESS(16)
#undef EMULATED_ACCESS
EMULATED_UNCHECKED void __asan_loadN_noabort(void* at, long n) { emulated_check(at, n); }
EMULATED_UNCHECKED void __asan_storeN_noabort(void* at, long n) { emulated_check(at, n); }
void __asan_handle_no_return() {}
}

// ---- the lanes of a warp ----------------------------------------------------------------------------------------

constexpr int emulated_lanes = 32;
struct emulated_lane {
  alignas(16) char context[2048];  // a ucontext_t and room to spare
  char* stack;
  bool done;
  int turn;
  alignas(16) char slot[2][16];
};
static emulated_lane emulated_warp[emulated_lanes];
alignas(16) static char emulated_scheduler[2048];
static int emulated_current = -1;
static void (*emulated_body)(void*);
static void* emulated_argument;
static unsigned emulated_first;  // the warp's first thread in its block

inline struct ucontext_t_* emulated_context(char* at) { return reinterpret_cast<struct ucontext_t_*>(at); }
EMULATED_UNCHECKED static void emulated_start() {
  emulated_body(emulated_argument);
  emulated_warp[emulated_current].done = true;
  swapcontext(emulated_context(emulated_warp[emulated_current].context), emulated_context(emulated_scheduler));
}

template <class T>
EMULATED_UNCHECKED T __shfl_down_sync(unsigned, T value, int shift) {
  emulated_lane& own = emulated_warp[emulated_current];
  int mine = emulated_current, turn = own.turn;
  memcpy(own.slot[turn], &value, sizeof value);
  own.turn = 1 - turn;
  swapcontext(emulated_context(own.context), emulated_context(emulated_scheduler));
  int other = mine + shift < emulated_lanes ? mine + shift : mine;
  T found;
  memcpy(&found, emulated_warp[other].slot[turn], sizeof found);
  return found;
}

// Layout of glibc's ucontext_t for x86-64 and aarch64: flags, link, stack pointer, its flags, its size.
struct emulated_head {
  unsigned long flags;
  void* link;
  void* pointer;
  int stack_flags;
  unsigned long size;
};

/// Run a warp; false where a lane has ended while others wait for it.
EMULATED_UNCHECKED inline bool emulated_run_warp() {
  for (int i = 0; i < emulated_lanes; ++i) {
    emulated_lane& lane = emulated_warp[i];
    if (!lane.stack) lane.stack = static_cast<char*>(malloc(emulated_stack));
    lane.done = false;
    lane.turn = 0;
    getcontext(emulated_context(lane.context));
    auto* head = reinterpret_cast<emulated_head*>(lane.context);
    head->pointer = lane.stack;
    head->size = emulated_stack;
    head->link = nullptr;
    makecontext(emulated_context(lane.context), emulated_start, 0);
  }
  for (;;) {
    int ended = 0;
    for (int i = 0; i < emulated_lanes; ++i) {
      if (!emulated_warp[i].done) {
        emulated_current = i;
        threadIdx.x = emulated_first + i;
        emulated_top = emulated_warp[i].stack + emulated_stack;
        swapcontext(emulated_context(emulated_scheduler), emulated_context(emulated_warp[i].context));
      }
      ended += emulated_warp[i].done;
    }
    if (ended == emulated_lanes) return true;
    if (ended > 0) return false;
  }
}

template <class Body>
struct emulated_call {
  void (*kernel)(Body, long long);
  Body* body;
  long long n;
  EMULATED_UNCHECKED static void run(void* self) {
    auto* call = static_cast<emulated_call*>(self);
    call->kernel(*call->body, call->n);
  }
};

template <class Body>
EMULATED_UNCHECKED int emulated_launch_kernel(void (*kernel)(Body, long long), bool warps, const unsigned* grid,
                                              const unsigned* block, void** arguments) {
  gridDim = {grid[0], grid[1], grid[2]};
  blockDim = {block[0], block[1], block[2]};
  emulated_call<Body> call{kernel, static_cast<Body*>(arguments[0]), *static_cast<long long*>(arguments[1])};
  char here;
  for (unsigned b = 0; b < grid[0]; ++b) {
    blockIdx = {b, 0, 0};
    for (unsigned t = 0; t < block[0]; t += warps ? emulated_lanes : 1) {
      if (!warps) {
        threadIdx = {t, 0, 0};
        emulated_top = &here + 16384;
        call.run(&call);
        continue;
      }
      emulated_first = t;
      emulated_body = &call.run;
      emulated_argument = &call;
      if (!emulated_run_warp()) {
        fprintf(stderr, "emulator: lanes of a warp have ended while others exchange values\n");
        return 719;
      }
    }
  }
  return 0;
}
template <class Body>
unsigned long emulated_size(void (*)(Body, long long)) {
  return sizeof(Body) + 8;
}
constexpr bool emulated_warps(const char* name) {  // "sci::run<" or "sci::run_warps<"
  return name[8] == '_';
}

#define EMULATED_KERNEL(INDEX, ...)                                                                      \
  extern "C" const char* emulated_name##INDEX = #__VA_ARGS__;                                            \
  extern "C" unsigned long emulated_parameters##INDEX() { return emulated_size(&__VA_ARGS__); }          \
  extern "C" int emulated_launch##INDEX(const unsigned* grid, const unsigned* block, void** arguments) { \
    return emulated_launch_kernel(&__VA_ARGS__, emulated_warps(#__VA_ARGS__), grid, block, arguments);   \
  }
