// Atomic operations on shared memory: several threads may do so to one word between two barriers (threads.cpp). Apart
// from kernel.h, so that the text of other kernels, by which they are kept, is as it was.
extern "C" void emulator_atomic(bool begins);

inline int atomicAdd(int* place, int value) {
  emulator_atomic(true);
  const int before = *place;
  *place = before + value;
  emulator_atomic(false);
  return before;
}
