// Moving samples between shares.
#include "runtime/data/Samples.h"

#include "runtime/data/FileBytes.h"

#include <cstring>
#include <fmt/format.h>
#include <utility>

using namespace nnxrt;

static uint64_t memoryOf(const std::string &name, uint64_t count, uint64_t features,
                         ElementType type) {
  uint64_t bytes = 0;
  if (__builtin_mul_overflow(count, features, &bytes) ||
      __builtin_mul_overflow(bytes, bytesOf(type), &bytes))
    throw DataError(
        fmt::format("{}: {} samples of {} numbers are too many", name, count, features));
  demandMemory(bytes);
  return bytes;
}

Samples::Samples(std::string name, uint64_t count, uint64_t features, ElementType type)
    : name(std::move(name)), count(count), features(features), type(type),
      elements(memoryOf(this->name, count, features, type)) {}

double Samples::number(uint64_t sample, uint64_t feature) const {
  const uint64_t place = sample * features + feature;
  switch (type) {
  case ElementType::byte:
    return data<uint8_t>()[place];
  case ElementType::real32:
    return data<float>()[place];
  case ElementType::real64:
    break;
  }
  return data<double>()[place];
}

Samples nnxrt::takeRows(Samples &all, std::span<const uint32_t> rows) {
  Samples taken(all.name, rows.size(), all.features, all.type);
  const uint64_t bytes = all.features * bytesOf(all.type);
  const uint64_t targets = all.count == 0 ? 0 : all.targets.size() / all.count;
  taken.labels.resize(all.labels.empty() ? 0 : rows.size());
  taken.targets.resize(targets * rows.size());
  uint64_t left = 0, out = 0;
  for (uint64_t row = 0; row < all.count; ++row) {
    const bool leaves = out < rows.size() && rows[out] == row;
    Samples &to = leaves ? taken : all;
    const uint64_t place = leaves ? out++ : left++;
    if (!leaves && place == row)
      continue; // nothing before it has left
    std::memcpy(to.elements.data() + place * bytes, all.elements.data() + row * bytes, bytes);
    if (!all.labels.empty())
      to.labels[place] = all.labels[row];
    for (uint64_t i = 0; i < targets; ++i)
      to.targets[place * targets + i] = all.targets[row * targets + i];
  }
  all.count = left;
  all.labels.resize(all.labels.empty() ? 0 : left);
  all.targets.resize(targets * left);
  return taken;
}
