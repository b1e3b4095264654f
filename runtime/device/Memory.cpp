// Large zeroed blocks of memory, straight from the system.
#include "runtime/device/Memory.h"

#include <array>
#include <fmt/format.h>
#include <fstream>
#include <limits>
#include <sys/mman.h>

using namespace nnxrt;

static constexpr uint64_t smallPage = 4096, hugePage = uint64_t{2} << 20;

/// Bytes that the system can hand out without swapping; all there are where it does not say.
static uint64_t availableMemory() {
  std::ifstream info("/proc/meminfo");
  std::string name;
  for (uint64_t kilobytes; info >> name >> kilobytes; info.ignore(64, '\n'))
    if (name == "MemAvailable:")
      return kilobytes * 1024;
  return std::numeric_limits<uint64_t>::max();
}

[[noreturn]] static void refuse(uint64_t bytes, uint64_t available) {
  throw MemoryError(fmt::format("not enough memory: {} are needed, {} are free", bytesText(bytes),
                                bytesText(available)));
}

void nnxrt::demandMemory(uint64_t bytes) {
  const uint64_t available = availableMemory();
  if (bytes > available)
    refuse(bytes, available);
}

static void *map(uint64_t bytes) {
  return mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

Memory::Memory(uint64_t bytes) {
  const uint64_t page = bytes >= hugePage ? hugePage : smallPage;
  if (bytes > std::numeric_limits<int64_t>::max() - 2 * hugePage)
    refuse(bytes, availableMemory());
  const uint64_t wanted = (bytes + page - 1) / page * page;
  if (wanted == 0)
    return;
  // The system aligns to small pages only: map one huge page more, give back what stands over.
  const uint64_t spare = page == hugePage ? hugePage : 0;
  void *const block = map(wanted + spare);
  if (block == MAP_FAILED)
    refuse(bytes, availableMemory());
  auto *first = static_cast<std::byte *>(block);
  if (spare != 0) {
    const uint64_t head = (hugePage - reinterpret_cast<uintptr_t>(first) % hugePage) % hugePage;
    if (head != 0)
      munmap(first, head);
    munmap(first + head + wanted, spare - head);
    first += head;
    madvise(first, wanted, MADV_HUGEPAGE);
  }
  start = first;
  mapped = wanted;
}

Memory::~Memory() {
  if (start != nullptr)
    munmap(start, mapped);
}

std::string nnxrt::bytesText(uint64_t bytes) {
  static constexpr std::array units{"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  auto amount = static_cast<double>(bytes);
  size_t unit = 0;
  for (; amount >= 1024 && unit + 1 < units.size(); ++unit)
    amount /= 1024;
  return unit == 0 ? fmt::format("{} bytes", bytes) : fmt::format("{:.1f} {}", amount, units[unit]);
}
