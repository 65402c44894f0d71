// What the parts of the emulator know of each other.
#pragma once
#include <cstddef>
#include <cstdint>

constexpr size_t emulator_most_shared = 227 * 1024;  // of a block

/// What a kernel's code has of the thread that runs: its number, and where its stack ends.
struct EmulatorPlace {
  unsigned thread;
  const char* top;
};

extern "C" {
/// Open the devices' memory to this thread's code, and shut it again.
void emulator_enter();
void emulator_leave();
/// The device that an address belongs to, -1 for the host's.
int emulator_device_of(const void* p);
/// The block of allocated memory that an address lies in; false where there is none.
struct EmulatorBlock {
  const char *begin, *end;
};
bool emulator_block(const void* p, EmulatorBlock* block);
int emulator_capturing();
/// The kernels that were launched since the last call, a line each.
const char* emulator_launches();
/// The bytes that kernels have moved in sectors of global memory since the last call, where counting was on.
int64_t emulator_traffic(bool on);

/// A launch begins; what was wrong with its threads so far, or null.
void emulator_begin(size_t shared);
const char* emulator_mistake();
/// Looks at an access to shared memory; false where it is none.
bool emulator_shared(const void* p, size_t bytes, bool write);
}

/// The handle of a stream: its device can be told from it.
inline uintptr_t emulator_stream(int device, int64_t id) { return (uintptr_t(device + 1) << 32) + uintptr_t(id); }
