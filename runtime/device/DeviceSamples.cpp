// Shares of data sets in the memory of a device.
#include "runtime/data/Gather.h"
#include "runtime/device/Device.h"
#include "runtime/device/Memory.h"

#include <nnxrt/abi.h>

#include <algorithm>
#include <fmt/format.h>
#include <numeric>

using namespace nnxrt;

static uint64_t alignedBytes(uint64_t elements) {
  return (elements * 4 + NNXRT_DEVICE_ALIGNMENT - 1) / NNXRT_DEVICE_ALIGNMENT *
         NNXRT_DEVICE_ALIGNMENT;
}

static int32_t extentOf(int64_t count) {
  if (count > INT32_MAX)
    throw MemoryError(fmt::format("a data set of {} samples is more than a device takes", count));
  return static_cast<int32_t>(count);
}

DeviceSamples::DeviceSamples(const Device &device, const SampleSet &set, float scale,
                             int64_t targets, KernelContext &context)
    : hasTargets(targets > 0),
      behindNumbers(alignedBytes(static_cast<uint64_t>(set.count * set.sampleBytes()))),
      block(device,
            behindNumbers +
                alignedBytes(static_cast<uint64_t>(set.count * std::max<int64_t>(targets, 1))),
            context) {
  const int32_t count = extentOf(set.count), numbersOfOne = extentOf(set.sampleBytes());
  const auto targetsOfOne = static_cast<int32_t>(targets);
  dimensions[0][0] = {0, numbersOfOne, 1};
  dimensions[0][1] = {0, count, numbersOfOne};
  dimensions[1][0] = {0, hasTargets ? targetsOfOne : count, 1};
  dimensions[1][1] = {0, count, targetsOfOne};
  for (int i = 0; i < 2; ++i) {
    const bool isFloat = i == 0 || hasTargets;
    buffers[i].type = {isFloat ? halide_type_float : halide_type_int, 32};
    buffers[i].dimensions = isFloat ? 2 : 1;
    buffers[i].dim = dimensions[i];
    block.place(buffers[i], i == 0 ? 0 : behindNumbers);
  }
  const auto width = static_cast<int32_t>(set.width), height = static_cast<int32_t>(set.height);
  imageDimensions[0] = {0, width, 1};
  imageDimensions[1] = {0, height, width};
  imageDimensions[2] = {0, static_cast<int32_t>(set.channels), width * height};
  imageDimensions[3] = {0, count, numbersOfOne};
  pictures = buffers[0];
  pictures.dimensions = 4;
  pictures.dim = imageDimensions;
  putNumbers(set, scale, context);
  if (hasTargets) {
    block.put(behindNumbers, set.targets.data(), set.targets.size() * sizeof(float), context);
    return;
  }
  const std::vector<int32_t> labels(set.labels, set.labels + set.count);
  block.put(behindNumbers, labels.data(), labels.size() * sizeof(int32_t), context);
}

/// As gatherSamples makes them for the processor, so that both train on the same bits.
void DeviceSamples::putNumbers(const SampleSet &set, float scale, KernelContext &context) {
  constexpr size_t atOnce = 1024; // whole places of NNXRT_DEVICE_ALIGNMENT bytes
  static_assert(atOnce * sizeof(float) % NNXRT_DEVICE_ALIGNMENT == 0);
  const auto numbers = static_cast<size_t>(set.sampleBytes());
  const Memory tiles(atOnce * numbers * sizeof(float));
  const auto *const gathered = reinterpret_cast<const float *>(tiles.data());
  std::vector<int32_t> labels(atOnce);
  std::vector<uint32_t> indices;
  std::vector<float> samples(atOnce * numbers);
  const auto count = static_cast<size_t>(set.count);
  for (size_t first = 0; first < count; first += atOnce) {
    indices.resize(std::min(atOnce, count - first));
    std::iota(indices.begin(), indices.end(), static_cast<uint32_t>(first));
    gatherSamples(set, indices, scale, reinterpret_cast<float *>(tiles.data()), labels.data());
    for (size_t i = 0; i < indices.size(); ++i)
      for (size_t k = 0; k < numbers; ++k)
        samples[i * numbers + k] =
            gathered[(i / NNXRT_LANES * numbers + k) * NNXRT_LANES + i % NNXRT_LANES];
    block.put(first * numbers * sizeof(float), samples.data(),
              indices.size() * numbers * sizeof(float), context);
  }
}
