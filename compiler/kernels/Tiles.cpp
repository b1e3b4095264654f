// The choice of register tiles and tasks.
#include "compiler/kernels/Tiles.h"

#include <algorithm>

namespace nnx::kernels {

int accumulatorsOf(const KernelTarget &target) {
  return target.vectorRegisters == 32 ? 24 : 12;
}

int tilesInRegisters(const KernelTarget &target) {
  return target.vectorLanes == tileLanes ? 2 : 1;
}

RegisterTile chooseTile(const KernelTarget &target, int rows, int columns, int maxRows,
                        int maxLanes) {
  const int registers = accumulatorsOf(target);
  RegisterTile best{maxLanes, 1, 1};
  double least = 1e30;
  for (int lanes = target.vectorLanes; lanes <= maxLanes; lanes *= 2) {
    const int vectors = lanes / target.vectorLanes;
    for (int r = 1; r <= std::min(rows, maxRows); ++r)
      for (int c = 1; c <= columns && vectors * r * c <= registers; ++c) {
        const double sums = vectors * r * c;
        const double work = double(ceilDiv(rows, r)) * r * ceilDiv(columns, c) * c;
        // Two loads a cycle keep up with two multiply-adds; each load still takes a slot.
        const double loads = (vectors * r + c) / sums;
        const double latency = std::max(1.0, 8 / sums);
        const double cost = work * latency * (1 + 0.35 * std::max(0.0, loads - 0.25));
        if (cost < least) {
          least = cost;
          best = {lanes, r, c};
        }
      }
  }
  return best;
}

int iterationsPerTask(double flops) {
  const double flopsOfTask = 20e-6 * 80e9;
  return std::max(1, static_cast<int>(flopsOfTask / std::max(flops, 1.0)));
}

} // namespace nnx::kernels
