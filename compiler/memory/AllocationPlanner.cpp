// Greedy placement of blocks by size. Needs lifetimes with firstUse <= lastUse.
#include "compiler/memory/AllocationPlanner.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <climits>
#include <functional>
#include <numeric>
#include <utility>

namespace nnx::memory {

AllocationPlanner::AllocationPlanner(uint64_t alignment) : alignment(alignment) {
  assert(std::has_single_bit(alignment));
}

int AllocationPlanner::addBlock(uint64_t bytes, int firstUse, int lastUse) {
  assert(firstUse <= lastUse);
  uint64_t rounded = (bytes + alignment - 1) & ~(alignment - 1);
  blocks.push_back({rounded, firstUse, lastUse, 0});
  return int(blocks.size()) - 1;
}

uint64_t AllocationPlanner::smallestGap(const Block &block,
                                        const std::vector<const Block *> &byOffset) {
  uint64_t best = 0, bestSize = UINT64_MAX, end = 0;
  for (const Block *other : byOffset) {
    if (!block.livesWith(*other))
      continue;
    if (other->offset > end) {
      uint64_t gap = other->offset - end;
      if (gap >= block.bytes && gap < bestSize) {
        best = end;
        bestSize = gap;
      }
    }
    end = std::max(end, other->offset + other->bytes);
  }
  return bestSize == UINT64_MAX ? end : best;
}

uint64_t AllocationPlanner::place(const std::vector<int> &order) {
  std::vector<const Block *> placed;
  uint64_t end = 0;
  for (int id : order) {
    Block &block = blocks[id];
    block.offset = smallestGap(block, placed);
    end = std::max(end, block.offset + block.bytes);
    auto at =
        std::upper_bound(placed.begin(), placed.end(), &block,
                         [](const Block *a, const Block *b) { return a->offset < b->offset; });
    placed.insert(at, &block);
  }
  return end;
}

void AllocationPlanner::commit() {
  using Key = std::pair<uint64_t, uint64_t>; // larger keys are placed earlier
  const std::function<Key(const Block &)> keys[] = {
      [](const Block &b) { return Key(b.bytes, b.lastUse - b.firstUse); },
      [](const Block &b) { return Key(b.lastUse - b.firstUse, b.bytes); },
      [](const Block &b) { return Key(INT_MAX - b.firstUse, b.bytes); },
  };
  arena = UINT64_MAX;
  std::vector<Block> best;
  for (const auto &key : keys) {
    std::vector<int> order(blocks.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](int a, int b) { return key(blocks[a]) > key(blocks[b]); });
    if (uint64_t size = place(order); size < arena) {
      arena = size;
      best = blocks;
    }
  }
  blocks = std::move(best);
}

uint64_t AllocationPlanner::lowerBound() const {
  uint64_t largest = 0;
  // The sum only grows where a block begins.
  for (const Block &start : blocks) {
    uint64_t live = 0;
    for (const Block &block : blocks)
      if (block.firstUse <= start.firstUse && start.firstUse <= block.lastUse)
        live += block.bytes;
    largest = std::max(largest, live);
  }
  return largest;
}

} // namespace nnx::memory
