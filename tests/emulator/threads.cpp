// The threads of a block, one after the other: each has a stack of its own and runs until it waits for others, at a
// barrier or an exchange of values. A barrier orders accesses to memory, an exchange does not. For each word of shared
// memory it is known who has written and read it: two threads of which one writes, without a barrier between them, and
// a read before any write are mistakes.
#include <ucontext.h>

#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "emulator.h"

namespace sci {
/// CUDA's dynamic shared memory, which kernels name so.
alignas(1024) char shared_memory[emulator_most_shared];
}  // namespace sci

namespace {

constexpr int most = 1024, width = 32;
constexpr size_t stack_bytes = 1 << 17;

enum class Wait { none, block, warp, exchange, question };

struct Thread {
  char* stack = nullptr;
  jmp_buf state;
  bool started, done;
  Wait wait;
  unsigned mask;
  // of an exchange: what it gives, whose value it wants, and where to
  char value[16];
  size_t size;
  int from;
  void* found;
  bool vote;  // and of a question to all, whose answer has a bit for each lane that says yes, at a barrier any
  unsigned answer;
  // of races: steps of its own, and of the other lanes of its warp those that are ordered before its next access
  uint32_t known[width];
};
Thread threads[most];
int first, count, current;
ucontext_t empty;
jmp_buf scheduler;
bool running;  // emulator_run: else a thread is alone
EmulatorPlace* place;
void (*body)(void*);
void* argument;

struct Word {
  uint32_t block, epoch;  // when it was last touched
  uint32_t write_step, read_step[width];
  unsigned readers;  // lanes of one warp
  short writer, reader_warp;
  bool written, atomic;
};
Word words[emulator_most_shared / 4];
size_t shared_bytes;
bool is_atomic;  // what comes is part of an atomic operation
uint32_t block_number, epoch;

std::string mistake;

void report(const std::string& text) {
  if (mistake.empty()) mistake = text;
}

[[noreturn]] void leave() { _longjmp(scheduler, 1); }

/// Let the others run until they release this one.
void pause() {
  if (!_setjmp(threads[current].state)) leave();
}

/// A thread, and after its end the one of the next block that has its number.
void begin() {
  for (;;) {
    body(argument);
    threads[current].done = true;
    pause();
  }
}

/// The threads that a wait is for; the last one to come lets them all go on.
void wait(Wait kind, unsigned mask) {
  Thread& own = threads[current];
  if (!running) {
    if (kind == Wait::block || (mask & (mask - 1)))
      report("a thread waits for others in a kernel of threads on their own");
    if (kind == Wait::exchange) std::memcpy(own.found, own.value, own.size);
    own.answer = own.vote ? mask : 0;
    return;
  }
  const int warp = current / width * width, begin = kind == Wait::block ? 0 : warp;
  const int end = kind == Wait::block ? count : warp + width;
  own.wait = kind;
  own.mask = mask;
  if (kind != Wait::block && !(mask >> (current - warp) & 1)) report("a thread waits with a mask that it is not in");
  const auto meant = [&](int t) { return kind == Wait::block || (mask >> (t - begin) & 1); };
  const auto missing = [&](int t) {
    return meant(t) && (t >= first + count || threads[t].done || threads[t].wait != kind || threads[t].mask != mask);
  };
  for (int t = current + 1; t < end; ++t)  // the next one has mostly not come yet
    if (missing(t)) return pause();
  for (int t = begin; t < current; ++t)
    if (missing(t)) return pause();
  if (kind == Wait::block) ++epoch;
  if (kind == Wait::warp) {
    uint32_t all[width] = {};
    for (int t = begin; t < end; ++t)
      for (int l = 0; l < width && meant(t); ++l) all[l] = std::max(all[l], threads[t].known[l]);
    for (int t = begin; t < end; ++t)
      if (meant(t)) {
        std::memcpy(threads[t].known, all, sizeof all);
        ++threads[t].known[t - begin];
      }
  }
  unsigned answer = 0;
  for (int t = begin; t < end; ++t)
    if (meant(t) && threads[t].vote) answer |= 1u << (kind == Wait::block ? 0 : t - begin);
  for (int t = begin; t < end; ++t) {
    if (!meant(t)) continue;
    threads[t].wait = Wait::none;
    threads[t].answer = answer;
    if (kind != Wait::exchange) continue;
    const int from = begin + threads[t].from;
    if (!meant(from)) report("a lane wants the value of one that does not take part");
    std::memcpy(threads[t].found, threads[from].value, threads[t].size);
  }
}

std::string race(int a, int b, size_t word) {
  return "threads " + std::to_string(a) + " and " + std::to_string(b) + " of a block touch byte " +
         std::to_string(4 * word) + " of its shared memory, one of them writing, without a barrier between them";
}

void touch(size_t at, bool write) {
  Word& word = words[at];
  const int warp = current / width, lane = current % width;
  if (word.block != block_number) {
    word.written = false;
    word.block = block_number;
    word.epoch = epoch - 1;
  }
  if (word.epoch != epoch) {  // all that was is before a barrier of the block
    word.epoch = epoch;
    word.writer = word.reader_warp = -1;
    word.readers = 0;
  }
  const uint32_t* known = threads[current].known;
  const auto ordered = [&](int warp_of, int lane_of, uint32_t step) {
    return warp_of == warp && (lane_of == lane || known[lane_of] >= step);
  };
  const bool both_atomic = word.atomic && is_atomic;
  if (word.writer >= 0 && !both_atomic && !ordered(word.writer / width, word.writer % width, word.write_step))
    report(race(word.writer, current, at));
  if (!write) {
    if (!word.written) report("a thread reads byte " + std::to_string(4 * at) + " of shared memory, never written");
    if (is_atomic) return;  // to write it next
    if (word.reader_warp >= 0 && word.reader_warp != warp) word.reader_warp = most;  // several
    if (word.reader_warp < 0) word.reader_warp = short(warp);
    word.readers |= 1u << lane;
    word.read_step[lane] = known[lane];
    return;
  }
  if (word.reader_warp == most) report(race(0, current, at));
  for (unsigned rest = word.readers; rest; rest &= rest - 1) {
    const int reader = __builtin_ctz(rest);
    if (!ordered(word.reader_warp, reader, word.read_step[reader]))
      report(race(word.reader_warp * width + reader, current, at));
  }
  word.written = true;
  word.atomic = is_atomic;
  word.writer = short(current);
  word.write_step = known[lane];
  word.readers = 0;
  word.reader_warp = -1;
}

}  // namespace

extern "C" {

int emulator_thread() { return current; }
void emulator_atomic(bool begins) { is_atomic = begins; }

void emulator_begin(size_t shared) {
  shared_bytes = shared;
  mistake.clear();
}
const char* emulator_mistake() { return mistake.empty() ? nullptr : mistake.c_str(); }

/// Threads `begin` to `begin + number` of the block, of which others are not waited for.
bool emulator_run(int begin_at, int number, EmulatorPlace* where, void (*function)(void*), void* of) {
  first = begin_at;
  count = number;
  place = where;
  body = function;
  argument = of;
  ++block_number;
  ++epoch;
  if (!empty.uc_stack.ss_size) getcontext(&empty);
  for (int t = first; t < first + count; ++t) {
    Thread& thread = threads[t];
    if (!thread.stack) thread.stack = static_cast<char*>(malloc(stack_bytes));
    thread.started = thread.done;  // it waits where the last block has left it
    thread.done = false;
    thread.wait = Wait::none;
    std::memset(thread.known, 0, sizeof thread.known);
    thread.known[t % width] = 1;
  }
  volatile int t = first, ran = 0, ended = 0;
  running = true;
  for (;;) {
    for (t = first, ran = ended = 0; t < first + count; ++t) {
      Thread& thread = threads[t];
      if (thread.done) ++ended;
      if (thread.done || thread.wait != Wait::none) continue;
      ++ran;
      current = t;
      place->thread = unsigned(t);
      place->top = thread.stack + stack_bytes;
      if (_setjmp(scheduler)) continue;
      if (thread.started) _longjmp(thread.state, 1);
      thread.started = true;
      ucontext_t fresh = empty;
      fresh.uc_stack.ss_sp = thread.stack;
      fresh.uc_stack.ss_size = stack_bytes;
      makecontext(&fresh, begin, 0);
      setcontext(&fresh);
    }
    if (ended == count || !ran) break;
  }
  running = false;
  if (ended == count) return true;
  report("threads wait at a barrier or an exchange to which others of its mask do not come");
  return false;
}

int emulator_sync_block(bool vote) {
  threads[current].vote = vote;
  wait(Wait::block, 0);
  return int(threads[current].answer);
}
unsigned emulator_ask(unsigned mask, bool vote) {
  threads[current].vote = vote;
  wait(Wait::question, mask);
  return threads[current].answer;
}
void emulator_sync_warp(unsigned mask) { wait(Wait::warp, mask); }
void emulator_exchange(unsigned mask, const void* value, size_t size, int from, void* found) {
  Thread& own = threads[current];
  std::memcpy(own.value, value, size);
  own.size = size;
  own.from = from;
  own.found = found;
  wait(Wait::exchange, mask);
}

bool emulator_shared(const void* p, size_t bytes, bool write) {
  const size_t at = static_cast<const char*>(p) - sci::shared_memory;
  if (at >= emulator_most_shared) return false;
  if (at + bytes > shared_bytes)
    report("a thread touches byte " + std::to_string(at) + " of " + std::to_string(shared_bytes) +
           " bytes of shared memory");
  else
    for (size_t word = at / 4; word < (at + bytes + 3) / 4; ++word) touch(word, write);
  return true;
}
}
