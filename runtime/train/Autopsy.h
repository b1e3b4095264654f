// The last steps of a run that diverged, layer by layer: what overflowed first, and the norms that
// led there.
#pragma once

#include "runtime/train/StepWatcher.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nnxrt {

/// Of the values of an array that are finite.
struct ValueNorms {
  double norm = 0, largest = 0; // the root of the sum of squares, the largest absolute value
  int64_t wrong = 0, count = 0; // values that are not finite, and all

  void add(const ValueNorms &other);
};

struct LayerNorms {
  std::string layer;
  ValueNorms outputs;  // over the samples of the batch
  ValueNorms gradient; // what the layer passes back to the one before it, likewise
  ValueNorms weights;  // behind the step
  ValueNorms update;   // what the step changed of them
};

struct StepNorms : WatchedStep {
  std::vector<LayerNorms> layers; // in the order of the network
};

/// Where a value was first not finite.
struct Overflow {
  int64_t step = 0;
  std::string layer, what; // "outputs", "gradient" or "weights" of the layer
  int64_t wrong = 0, count = 0;
};

struct Autopsy {
  std::vector<StepNorms> steps; // the last ones
  std::optional<Overflow> first;
};

/// Looks at the steps from `firstStep` on, in the order in which a step computes: outputs,
/// gradients back, weights.
class AutopsyWatcher final : public StepWatcher {
public:
  AutopsyWatcher(const nnxrt_variant &variant, int64_t firstStep);

  void runBegins(const Model &model) override;
  void stepDone(const WatchedStep &step, const Model &model) override;

  [[nodiscard]] const Autopsy &result() const { return autopsy; }

private:
  static LayerNorms &layerOf(StepNorms &step, std::string_view name);
  [[nodiscard]] ValueNorms normsOf(uint32_t buffer, const Model &model, int64_t samples) const;
  void addValues(StepNorms &step, const Model &model, std::string_view what,
                 ValueNorms LayerNorms::*norms);
  void addWeights(StepNorms &step, const Model &model);
  void noteOverflow(int64_t step, std::string_view layer, std::string_view what,
                    const ValueNorms &norms);
  void keepWeights(const Model &model);

  const nnxrt_variant &variant;
  const int64_t firstStep;
  std::vector<std::vector<float>> before; // the weights behind the last step
  Autopsy autopsy;
};

} // namespace nnxrt
