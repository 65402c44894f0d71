// What the parts of the emulator know of each other.
#pragma once
#include <cstddef>
#include <cstdint>

extern "C" {
/// Open the devices' memory to this thread's code, and shut it again.
void emulator_enter();
void emulator_leave();
/// The device that an address belongs to, -1 for the host's.
int emulator_device_of(const void* p);
/// Do these bytes lie in one block that is allocated?
bool emulator_holds(const void* p, size_t bytes);
int emulator_capturing();
/// The kernels that were launched since the last call, a line each.
const char* emulator_launches();
}

/// The handle of a stream: its device can be told from it.
inline uintptr_t emulator_stream(int device, int64_t id) { return (uintptr_t(device + 1) << 32) + uintptr_t(id); }
