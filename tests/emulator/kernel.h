// CUDA's language for g++: what the library's kernels use of it. The threads of a block run one after the other; where
// they wait for each other, threads.cpp lets them take turns, and one that is missing there ends the launch with a
// status.
#define __CUDACC_RTC__
#define __host__
#define __device__
#define __global__
#define __noinline__ __attribute__((noinline))
#define __align__(bytes) __attribute__((aligned(bytes)))
#define __shared__ __attribute__((section(".shared")))  // of a launch (threads.cpp); one of a function's is an error

extern "C" {
void* memcpy(void*, const void*, unsigned long);
void* memset(void*, int, unsigned long);
int fprintf(struct _IO_FILE*, const char*, ...);
int printf(const char*, ...);
extern struct _IO_FILE* stderr;
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
}

/// CUDA's, which C has not: of whole numbers a zero of their sign, of infinities NaN.
inline double sinpi(double x) {
  if (x == trunc(x)) return x * 0;
  constexpr double pi = 3.14159265358979323846;
  const double r = x - 2 * rint(x / 2), size = fabs(r), a = size > 0.5 ? 1 - size : size;
  return copysign(a <= 0.25 ? sin(pi * a) : cos(pi * (0.5 - a)), r);
}
inline double cospi(double x) { return sinpi(0.5 - fabs(x - 2 * rint(x / 2))); }
inline float sinpif(float x) { return sinpi(double(x)); }
inline float cospif(float x) { return cospi(double(x)); }

inline long long __double_as_longlong(double x) { return __builtin_bit_cast(long long, x); }
inline int __float_as_int(float x) { return __builtin_bit_cast(int, x); }
inline double __dmul_rn(double x, double y) {  // not fused with a sum
  double product = x * y;
  asm("" : "+m"(product));
  return product;
}
inline float __fmul_rn(float x, float y) {
  float product = x * y;
  asm("" : "+m"(product));
  return product;
}
inline void __threadfence() {}
template <class T>
T atomicExch(T* place, T value) {
  T before = *place;
  *place = value;
  return before;
}
template <class T>
T atomicAdd(T* place, T value) {
  T before = *place;
  *place = before + value;
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
static emulated_dims blockIdx, blockDim, gridDim;
/// The thread that runs: its number, and where its stack ends, which holds what its kernel has in local memory.
static struct emulated_place {
  unsigned x;
  const char* top;
} threadIdx;

// ---- accesses to memory ----------------------------------------------------------------------------------------

#define EMULATED_UNCHECKED __attribute__((no_sanitize_address))

extern "C" {
void emulator_access(const void* at, unsigned long bytes, bool write, const void* site, unsigned block,
                     unsigned thread);
extern char __ehdr_start __attribute__((visibility("hidden"))),
    _end __attribute__((visibility("hidden")));  // constants

constexpr unsigned long emulated_stack = 1 << 17;

EMULATED_UNCHECKED inline void emulated_check(void* at, unsigned long bytes, bool write, const void* site) {
  auto p = static_cast<const char*>(at);
  if ((p >= &__ehdr_start && p < &_end) || (p >= threadIdx.top - emulated_stack && p < threadIdx.top)) return;
  emulator_access(p, bytes, write, site, blockIdx.x, threadIdx.x);
}
#define EMULATED_ACCESS(size)                                      \
  EMULATED_UNCHECKED void __asan_load##size##_noabort(void* at) {  \
    emulated_check(at, size, false, __builtin_return_address(0));  \
  }                                                                \
  EMULATED_UNCHECKED void __asan_store##size##_noabort(void* at) { \
    emulated_check(at, size, true, __builtin_return_address(0));   \
  }
EMULATED_ACCESS(1)
EMULATED_ACCESS(2)
EMULATED_ACCESS(4)
EMULATED_ACCESS(8)
EMULATED_ACCESS(16)
#undef EMULATED_ACCESS
EMULATED_UNCHECKED void __asan_loadN_noabort(void* at, long n) {
  emulated_check(at, n, false, __builtin_return_address(0));
}
EMULATED_UNCHECKED void __asan_storeN_noabort(void* at, long n) {
  emulated_check(at, n, true, __builtin_return_address(0));
}
void __asan_handle_no_return() {}

// ---- threads that wait for each other (threads.cpp) -------------------------------------------------------------

bool emulator_run(int first, int count, emulated_place* place, void (*body)(void*), void* argument);
int emulator_sync_block(bool vote);
void emulator_sync_warp(unsigned mask);
unsigned emulator_ask(unsigned mask, bool vote);
void emulator_exchange(unsigned mask, const void* value, unsigned long size, int from, void* found);
}

inline void __syncthreads() { emulator_sync_block(false); }
inline int __syncthreads_or(int x) { return emulator_sync_block(x); }
inline void __syncwarp(unsigned mask = 0xffffffffu) { emulator_sync_warp(mask); }

template <class T>
EMULATED_UNCHECKED T __shfl_sync(unsigned mask, T value, int lane) {
  T found;
  emulator_exchange(mask, &value, sizeof value, lane & 31, &found);
  return found;
}
template <class T>
EMULATED_UNCHECKED T __shfl_xor_sync(unsigned mask, T value, int bits) {
  return __shfl_sync(mask, value, int(threadIdx.x % 32) ^ bits);
}
template <class T>
EMULATED_UNCHECKED T __shfl_down_sync(unsigned mask, T value, int shift) {
  const int own = int(threadIdx.x % 32);
  return __shfl_sync(mask, value, own + shift < 32 ? own + shift : own);
}
inline unsigned __ballot_sync(unsigned mask, int x) { return emulator_ask(mask, x); }
inline int __any_sync(unsigned mask, int x) { return emulator_ask(mask, x) != 0; }
inline int __all_sync(unsigned mask, int x) { return emulator_ask(mask, x) == mask; }

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

/// `together`: how many threads may wait for each other.
template <class Body>
EMULATED_UNCHECKED int emulated_launch_kernel(void (*kernel)(Body, long long), unsigned together, const unsigned* grid,
                                              const unsigned* block, void** arguments) {
  gridDim = {grid[0], grid[1], grid[2]};
  blockDim = {block[0], block[1], block[2]};
  emulated_call<Body> call{kernel, static_cast<Body*>(arguments[0]), *static_cast<long long*>(arguments[1])};
  char here;
  if (together > block[0]) together = block[0];
  for (unsigned b = 0; b < grid[0]; ++b) {
    blockIdx = {b, 0, 0};
    for (unsigned t = 0; t < block[0]; t += together) {
      if (together == 1) {
        threadIdx = {t, &here + 16384};
        call.run(&call);
      } else if (!emulator_run(t, together, &threadIdx, &call.run, &call)) {
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
constexpr unsigned emulated_together(const char* name) {  // "sci::run<", "sci::run_warps<" or "sci::run_teams<"
  return name[8] != '_' ? 1 : name[9] == 'w' ? 32 : 1024;
}

#define EMULATED_KERNEL(INDEX, ...)                                                                       \
  extern "C" const char* emulated_name##INDEX = #__VA_ARGS__;                                             \
  extern "C" unsigned long emulated_parameters##INDEX() { return emulated_size(&__VA_ARGS__); }           \
  extern "C" int emulated_launch##INDEX(const unsigned* grid, const unsigned* block, void** arguments) {  \
    return emulated_launch_kernel(&__VA_ARGS__, emulated_together(#__VA_ARGS__), grid, block, arguments); \
  }
