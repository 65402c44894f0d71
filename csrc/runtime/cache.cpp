// The cache of compiled kernels on disk. A key is the whole text that made a kernel: source, headers, options, NVRTC's
// version. Files are written beside their name and renamed, so several processes may fill one cache; each file carries
// its key's and its own hash, so a corrupt one is recompiled.
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>
#include <stdexcept>

#include "runtime/cuda.h"

namespace sci {
namespace {

namespace fs = std::filesystem;

constexpr char magic[8] = {'s', 'c', 'i', 'c', 'u', 'b', '1', '\n'};

struct Hash {
  uint64_t a = 0xcbf29ce484222325u, b = 0x9ae16a3b2f90404fu;
  Hash& add(const char* p, size_t n) {
    for (size_t i = 0; i < n; ++i) {
      a = (a ^ uint8_t(p[i])) * 0x100000001b3u;  // FNV-1a
      b = (b + uint8_t(p[i])) * 0x9e3779b97f4a7c15u;
      b ^= b >> 29;
    }
    return *this;
  }
  Hash& add(const std::string& s) { return add(s.data(), s.size()).add("\0", 1); }
  std::string text() const {
    char out[33];
    std::snprintf(out, sizeof out, "%016llx%016llx", (unsigned long long)a, (unsigned long long)b);
    return out;
  }
};

/// The hash of all kernel headers: they are few hundred kB, read once per process.
const std::string& headers_hash() {
  static const std::string hash = [] {
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::recursive_directory_iterator it(runtime_paths().source, error), end; it != end; it.increment(error))
      if (it->path().extension() == ".h") files.push_back(it->path());
    std::sort(files.begin(), files.end());
    Hash h;
    for (const fs::path& file : files) {
      std::ifstream in(file, std::ios::binary);
      std::stringstream content;
      content << in.rdbuf();
      h.add(fs::relative(file, runtime_paths().source, error).string()).add(content.str());
    }
    return h.text();
  }();
  return hash;
}

std::mutex trouble_mutex;
std::string trouble;

bool read(const fs::path& path, const std::string& key, Compiled& found) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return false;
  std::stringstream content;
  content << in.rdbuf();
  std::string all = content.str();
  // magic, hash of what follows (32), key (32), length of the symbol (8), symbol, image
  constexpr size_t head = sizeof magic + 32 + 32 + 8;
  if (all.size() < head || all.compare(0, sizeof magic, magic, sizeof magic) != 0) return false;
  Hash own;
  own.add(all.data() + sizeof magic + 32, all.size() - sizeof magic - 32);
  if (all.compare(sizeof magic, 32, own.text()) != 0 || all.compare(sizeof magic + 32, 32, key) != 0) return false;
  size_t length = std::stoul(all.substr(sizeof magic + 64, 8), nullptr, 16);
  if (all.size() < head + length) return false;
  found.symbol = all.substr(head, length);
  found.image.assign(all.begin() + head + length, all.end());
  return true;
}

void write(const fs::path& path, const std::string& key, const Compiled& made) {
  char length[9];
  std::snprintf(length, sizeof length, "%08zx", made.symbol.size());
  std::string rest = key + length + made.symbol + std::string(made.image.begin(), made.image.end());
  Hash own;
  own.add(rest.data(), rest.size());
  static std::atomic<unsigned> number{0};
  fs::path temporary = path;
  temporary += "." + std::to_string(getpid()) + "." + std::to_string(number++) + ".part";
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  {
    std::ofstream out(temporary, std::ios::binary);
    out.write(magic, sizeof magic) << own.text() << rest;
    if (!out.flush()) error = std::make_error_code(std::errc::io_error);
  }
  if (!error) fs::rename(temporary, path, error);
  if (error) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
    std::lock_guard<std::mutex> lock(trouble_mutex);
    trouble = "cannot write " + path.string() + " (" + error.message() + "); kernels are compiled anew in each process";
  }
}

}  // namespace

std::string cache_trouble() {
  std::lock_guard<std::mutex> lock(trouble_mutex);
  return trouble;
}

Compiled compile_cached(const Kernel& kernel, const std::string& arch) {
  Hash h;
  h.add(kernel.source).add(kernel.body).add(kernel.entry).add(arch).add(headers_hash()).add(nvrtc_version());
  std::string key = h.text();
  fs::path path = fs::path(runtime_paths().cache) / arch / (key + ".cubin");
  Compiled result;
  if (read(path, key, result)) return result;
  result = compile(kernel, arch);
  write(path, key, result);
  return result;
}

}  // namespace sci
