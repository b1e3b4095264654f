// Places blocks with known lifetimes in one arena so that no two blocks that live at the same time
// overlap. Plain data: steps are counted from 0 by whoever knows the program.
#pragma once

#include <cstdint>
#include <vector>

namespace nnx::memory {

class AllocationPlanner {
public:
  // Offsets are multiples of `alignment`, a power of two.
  explicit AllocationPlanner(uint64_t alignment);

  // A block of `bytes` that holds its content from step `firstUse` to step `lastUse`, both
  // included. Returns its id, which counts from 0.
  int addBlock(uint64_t bytes, int firstUse, int lastUse);

  // Places every block, each in the smallest gap it fits between the blocks already placed that
  // live when it does, and keeps the best of a few orders: largest first (greedy by size of
  // Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020),
  // longest-lived first, and in the order of use.
  void commit();

  // After commit: where the block starts, in bytes from the arena's start.
  uint64_t offset(int id) const { return blocks[id].offset; }

  // After commit: the size of the arena.
  uint64_t arenaBytes() const { return arena; }

  // The largest sum of sizes of blocks that live at one step; no plan is smaller.
  uint64_t lowerBound() const;

private:
  struct Block {
    uint64_t bytes = 0; // rounded up to the alignment
    int firstUse = 0, lastUse = 0;
    uint64_t offset = 0;

    bool livesWith(const Block &other) const {
      return firstUse <= other.lastUse && other.firstUse <= lastUse;
    }
  };

  static uint64_t smallestGap(const Block &block, const std::vector<const Block *> &byOffset);
  uint64_t place(const std::vector<int> &order); // sets the offsets and returns the arena's size

  uint64_t alignment;
  uint64_t arena = 0;
  std::vector<Block> blocks;
};

} // namespace nnx::memory
