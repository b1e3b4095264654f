// The arena plan: live blocks never overlap, and the arena stays close to the least possible.
#include "compiler/memory/AllocationPlanner.h"
#include "compiler/memory/Liveness.h"

#include <gtest/gtest.h>

#include <random>

namespace {

using nnx::memory::AllocationPlanner;
using nnx::memory::computeLifetimes;
using nnx::memory::Lifetime;
using nnx::memory::noAlias;

struct Block {
  uint64_t bytes;
  int first, last;
};

// Adds and places the blocks and checks that the plan is sound; returns arena over lower bound.
double planAndCheck(const std::vector<Block> &blocks) {
  AllocationPlanner planner(64);
  for (const Block &block : blocks)
    planner.addBlock(block.bytes, block.first, block.last);
  planner.commit();
  for (size_t a = 0; a < blocks.size(); ++a) {
    EXPECT_EQ(planner.offset(a) % 64, 0u);
    EXPECT_LE(planner.offset(a) + blocks[a].bytes, planner.arenaBytes());
    for (size_t b = 0; b < a; ++b) {
      bool together = blocks[a].first <= blocks[b].last && blocks[b].first <= blocks[a].last;
      bool overlap = planner.offset(a) < planner.offset(b) + blocks[b].bytes &&
                     planner.offset(b) < planner.offset(a) + blocks[a].bytes;
      EXPECT_FALSE(together && overlap) << "blocks " << a << " and " << b;
    }
  }
  EXPECT_GE(planner.arenaBytes(), planner.lowerBound());
  return double(planner.arenaBytes()) / double(planner.lowerBound());
}

TEST(AllocationPlanner, shares_memory_of_blocks_that_never_live_together) {
  EXPECT_EQ(planAndCheck({{640, 0, 1}, {640, 2, 3}, {64, 1, 2}}), 1.0);
}

TEST(AllocationPlanner, keeps_apart_blocks_that_meet_in_one_step) {
  AllocationPlanner planner(64);
  planner.addBlock(100, 0, 1);
  planner.addBlock(100, 1, 2);
  planner.commit();
  EXPECT_NE(planner.offset(0), planner.offset(1));
  EXPECT_EQ(planner.arenaBytes(), 256u);
}

TEST(AllocationPlanner, fills_the_smallest_gap_that_fits) {
  // The two large blocks leave a gap of 128 bytes at steps 0 and 1, which the small one takes.
  EXPECT_EQ(planAndCheck({{1024, 0, 3}, {512, 0, 1}, {384, 2, 3}, {128, 2, 3}}), 1.0);
}

TEST(AllocationPlanner, plans_nothing_in_no_bytes) {
  AllocationPlanner planner(64);
  planner.commit();
  EXPECT_EQ(planner.arenaBytes(), 0u);
  EXPECT_EQ(planner.lowerBound(), 0u);
}

TEST(AllocationPlanner, is_sound_and_near_the_bound_on_random_blocks) {
  std::mt19937 random(7);
  double sum = 0;
  const int rounds = 200;
  for (int round = 0; round < rounds; ++round) {
    std::vector<Block> blocks(1 + random() % 40);
    for (Block &block : blocks) {
      int first = int(random() % 30);
      block = {random() % 100000, first, first + int(random() % 8)};
    }
    double ratio = planAndCheck(blocks);
    EXPECT_LE(ratio, 1.6);
    sum += ratio;
  }
  EXPECT_LE(sum / rounds, 1.08);
}

TEST(AllocationPlanner, is_near_the_bound_on_forward_and_backward_of_a_chain) {
  // Values of layer i live from its forward step to its backward step, as stored activations do.
  std::vector<Block> blocks;
  const int layers = 12;
  for (int i = 0; i < layers; ++i) {
    blocks.push_back({uint64_t(4096) * (layers - i), i, 2 * layers - i});
    blocks.push_back({uint64_t(4096) * (layers - i), 2 * layers - i, 2 * layers - i + 1});
  }
  EXPECT_LE(planAndCheck(blocks), 1.06);
}

TEST(Liveness, spans_first_to_last_use_and_counts_views_for_what_they_view) {
  //            0        1  2 views 1  3 unused
  std::vector<uint32_t> aliasOf = {noAlias, noAlias, 1, noAlias};
  std::vector<Lifetime> lifetimes = computeLifetimes(aliasOf, {{0, 1}, {0}, {2}, {0}});
  EXPECT_EQ(lifetimes[0], (Lifetime{0, 3}));
  EXPECT_EQ(lifetimes[1], (Lifetime{0, 2}));
  EXPECT_FALSE(lifetimes[2].isUsed());
  EXPECT_FALSE(lifetimes[3].isUsed());
}

} // namespace
