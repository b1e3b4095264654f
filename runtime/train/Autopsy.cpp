// Norms of layers after each step.
#include "runtime/train/Autopsy.h"

#include <algorithm>
#include <cmath>

using namespace nnxrt;

namespace {

/// Sums squares in double precision: those of all floats fit.
class NormSum {
public:
  void add(float value) {
    ++norms.count;
    if (!std::isfinite(value)) {
      ++norms.wrong;
      return;
    }
    const auto number = static_cast<double>(value);
    squares += number * number;
    norms.largest = std::max(norms.largest, std::abs(number));
  }
  [[nodiscard]] ValueNorms result() const {
    ValueNorms all = norms;
    all.norm = std::sqrt(squares);
    return all;
  }

private:
  ValueNorms norms;
  double squares = 0;
};

/// What the name of a buffer says of it (docs/architecture.md, "From fused ops to a trainer").
struct Contents {
  std::string_view what, layer; // empty: nothing of a layer

  explicit Contents(std::string_view name) {
    const size_t first = name.find(' '), second = name.find(' ', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos)
      return;
    what = name.substr(first + 1, second - first - 1);
    layer = name.substr(second + 1);
  }
};

} // namespace

void ValueNorms::add(const ValueNorms &other) {
  norm = std::hypot(norm, other.norm);
  largest = std::max(largest, other.largest);
  wrong += other.wrong;
  count += other.count;
}

AutopsyWatcher::AutopsyWatcher(const nnxrt_variant &variant, int64_t firstStep)
    : variant(variant), firstStep(firstStep), before(variant.parameter_count) {}

void AutopsyWatcher::runBegins(const Model &model) {
  keepWeights(model);
}

void AutopsyWatcher::stepDone(const WatchedStep &step, const Model &model) {
  if (step.step >= firstStep) {
    StepNorms norms;
    static_cast<WatchedStep &>(norms) = step;
    addValues(norms, model, "outputs", &LayerNorms::outputs);
    addValues(norms, model, "gradient", &LayerNorms::gradient);
    addWeights(norms, model);
    autopsy.steps.push_back(std::move(norms));
  }
  if (step.step + 1 >= firstStep)
    keepWeights(model);
}

LayerNorms &AutopsyWatcher::layerOf(StepNorms &step, std::string_view name) {
  const auto known = std::ranges::find(step.layers, name, &LayerNorms::layer);
  if (known != step.layers.end())
    return *known;
  step.layers.push_back(
      {.layer = std::string(name), .outputs = {}, .gradient = {}, .weights = {}, .update = {}});
  return step.layers.back();
}

/// Of a buffer (lane, inner dimensions..., tile); lanes past the last sample hold anything.
ValueNorms AutopsyWatcher::normsOf(uint32_t index, const Model &model, int64_t samples) const {
  const nnxrt_buffer &buffer = variant.buffers[index];
  const float *const values = model.stepValues(index, samples);
  NormSum sum;
  for (int64_t sample = 0; sample < samples; ++sample) {
    std::array<int32_t, NNXRT_MAX_RANK> place{};
    int64_t offset = sample % NNXRT_LANES + sample / NNXRT_LANES * buffer.stride[buffer.rank - 1];
    for (int d = 0; d < buffer.rank - 1;) {
      sum.add(values[offset]);
      for (d = 1; d < buffer.rank - 1; ++d) { // the next place inside the sample
        offset += buffer.stride[d];
        if (++place[static_cast<size_t>(d)] < buffer.extent[d])
          break;
        offset -= int64_t{buffer.stride[d]} * buffer.extent[d];
        place[static_cast<size_t>(d)] = 0;
      }
    }
  }
  return sum.result();
}

void AutopsyWatcher::addValues(StepNorms &step, const Model &model, std::string_view what,
                               ValueNorms LayerNorms::*norms) {
  for (uint32_t b = 0; b < variant.buffer_count; ++b) {
    const Contents contents(variant.buffers[b].name);
    if (contents.what != what || model.stepValues(b, step.samples) == nullptr)
      continue;
    const ValueNorms found = normsOf(b, model, step.samples);
    noteOverflow(step.step, contents.layer, what, found);
    (layerOf(step, contents.layer).*norms).add(found);
  }
}

void AutopsyWatcher::addWeights(StepNorms &step, const Model &model) {
  std::vector<float> now;
  for (uint32_t p = 0; p < variant.parameter_count; ++p) {
    now.resize(model.parameterElements(p));
    model.getParameter(p, now);
    NormSum weights, update;
    for (size_t i = 0; i < now.size(); ++i) {
      weights.add(now[i]);
      update.add(now[i] - before[p][i]);
    }
    const std::string_view name = variant.parameters[p].name;
    LayerNorms &layer = layerOf(step, name.substr(0, name.rfind('/')));
    layer.weights.add(weights.result());
    layer.update.add(update.result());
    noteOverflow(step.step, layer.layer, "weights", weights.result());
  }
}

void AutopsyWatcher::noteOverflow(int64_t step, std::string_view layer, std::string_view what,
                                  const ValueNorms &norms) {
  if (norms.wrong > 0 && !autopsy.first)
    autopsy.first = Overflow{step, std::string(layer), std::string(what), norms.wrong, norms.count};
}

void AutopsyWatcher::keepWeights(const Model &model) {
  for (uint32_t p = 0; p < variant.parameter_count; ++p) {
    before[p].resize(model.parameterElements(p));
    model.getParameter(p, before[p]);
  }
}
