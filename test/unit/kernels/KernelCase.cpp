// The buffers of a case, and the comparison of a kernel with its reference.
#include "KernelCase.h"

#include "KernelReference.h"

#include "compiler/kernels/Conv2d.h"
#include "compiler/kernels/Pool.h"

#include <cmath>
#include <limits>
#include <random>

namespace nnx::kernels {

std::vector<int> KernelCase::extentsOf(const KernelArgument &argument) const {
  const std::string &kind = kernelSpec.kind, &name = argument.name;
  const int t = tiles(), padded = paddedRow(caseSize.units);
  const bool isSlotOrWeight = argument.kind == KernelArgument::Kind::InOut;
  auto withTiles = [&](Extents extents) {
    extents.back() = t;
    return extents;
  };
  if (name == "squared_norm" || name == "before")
    return {16};
  if (isGather()) {
    if (name == "maps")
      return {6, 16, t};
    if (argument.rank >= 4) // an image, of the set or the batch
      return name == "set"
                 ? Extents{caseSize.width, caseSize.height, caseSize.units, 23}
                 : withTiles(imageTensor(caseSize.width, caseSize.height, caseSize.units));
    if (argument.name == "set")
      return argument.rank == 1 ? Extents{23} : Extents{caseSize.units, 23};
    return argument.rank == 2 ? Extents{16, t} : Extents{16, caseSize.units, t};
  }
  if (kind == "squared_norm")
    return {paddedRow(kernelSpec.intOf("units")), 37};
  if (kind == "update")
    return {padded * 3};
  if (kind == "conv2d_grad_bias_update")
    return isSlotOrWeight ? Extents{padded}
                          : withTiles(imageTensor(caseSize.width, caseSize.height, caseSize.units));
  if (kind == "dense_grad_bias_update")
    return isSlotOrWeight ? Extents{padded} : Extents{padded, 16, t};
  if (kind == "transpose_delta")
    return name == "dz" ? Extents{16, caseSize.units, t} : Extents{padded, 16, t};
  if (kind == "activation_forward" || kind == "activation_grad")
    return {16, caseSize.units, t};
  if (kind == "softmax_forward" || kind == "softmax_grad")
    return argument.rank == 3
               ? Extents{16, caseSize.units, t}
               : withTiles(imageTensor(caseSize.width, caseSize.height, caseSize.units));
  if (kind == "softmax_cross_entropy")
    return argument.rank == 2 ? Extents{16, t} : Extents{16, kernelSpec.intOf("classes"), t};
  if (kind == "elementwise_loss")
    return argument.rank == 2 ? Extents{16, t} : Extents{16, kernelSpec.intOf("outputs"), t};
  if (kind.rfind("dense", 0) == 0) {
    const int inputs = kernelSpec.intOf("inputs"), units = kernelSpec.intOf("units");
    if (name == "bias")
      return {paddedRow(units)};
    if (name == "weights" || isSlotOrWeight)
      return {paddedRow(units), inputs};
    if (name == "dz_transposed")
      return {paddedRow(units), 16, t};
    const bool ofOutput = name == "dz" || name == "z" || name == "y";
    return {16, ofOutput ? units : inputs, t};
  }
  if (kernelSpec.attributes.count("window")) {
    const PoolGeometry g(kernelSpec);
    const bool ofInput = name == "x" || name == "dx" || name == "y_or_z" ||
                         (name == "y" && kind == "max_pool_softmax_grad");
    return withTiles(ofInput ? g.inputExtents() : g.outputExtents());
  }
  if (kind == "add")
    return {16, caseSize.units, t};
  if (kind == "concat") {
    const int lhs = elementsOf("lhs"), rhs = elementsOf("rhs");
    return {16, name == "lhs" ? lhs : name == "rhs" ? rhs : lhs + rhs, t};
  }
  if (kind == "slice")
    return {16, elementsOf(name == "x" ? "input" : "output"), t};
  if (kind == "dropout")
    return {16, kernelSpec.shapeOf("input")[0], kernelSpec.shapeOf("input")[1], t};
  if (isNormalization())
    return argument.rank == 1 ? Extents{padded}
                              : Extents{16, caseSize.height * caseSize.width, caseSize.units, t};
  const Conv2dGeometry g(kernelSpec);
  if (name == "bias")
    return {paddedRow(g.filters)};
  if (name == "weights" || isSlotOrWeight)
    return g.weightExtents();
  if (name == "x" || name == "dx" || name == "y_or_z")
    return withTiles(g.inputExtents());
  return withTiles(g.pooledExtents());
}

int KernelCase::elementsOf(const std::string &attribute) const {
  int count = 1;
  for (int extent : kernelSpec.shapeOf(attribute))
    count *= extent;
  return count;
}

bool KernelCase::isGather() const {
  return kernelSpec.kind.rfind("gather", 0) == 0;
}

bool KernelCase::isNormalization() const {
  return kernelSpec.kind == "normalize" || kernelSpec.kind.rfind("batch_norm", 0) == 0;
}

KernelCase::KernelCase(const KernelSpec &s, const CaseSize &size, unsigned seed)
    : kernelSpec(s), caseSize(size) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> number(-1, 1);
  for (const KernelArgument &argument : argumentsOf(kernelSpec)) {
    if (argument.kind == KernelArgument::Kind::Float)
      floats[argument.name] = argument.name == "iteration" ? 3.0f : 0.2f + 0.1f * number(random);
    if (argument.rank == 0)
      continue;
    TestBuffer buffer(argument.type, extentsOf(argument));
    unsigned places = 1; // of a pool's window
    for (const char *name : {"pool", "window"})
      if (kernelSpec.attributes.count(name) && kernelSpec.textOf(name) != "0")
        places = unsigned(kernelSpec.shapeOf(name)[0] * kernelSpec.shapeOf(name)[1]);
    const bool isOutput = argument.kind == KernelArgument::Kind::Output;
    const bool isWeight = argument.name == "weights" || argument.name == "bias" ||
                          argument.kind == KernelArgument::Kind::InOut;
    for (size_t i = 0; i < buffer.size(); ++i) {
      if (argument.type == KernelArgument::Type::U8)
        buffer.bytes()[i] = static_cast<uint8_t>(random() % places);
      else if (isGather() && argument.type == KernelArgument::Type::I32) // 23 samples; or none
        buffer.ints()[i] = argument.name == "set"      ? static_cast<int>(random() % 10)
                           : int(i) < caseSize.samples ? static_cast<int>(random() % 23)
                                                       : -1;
      else if (argument.type == KernelArgument::Type::I32)
        buffer.ints()[i] = static_cast<int>(
            random() % unsigned(kernelSpec.intOf(
                           kernelSpec.kind == "elementwise_loss" ? "outputs" : "classes")));
      else if (isOutput)
        buffer.floats()[i] = -12345;
      else
        buffer.floats()[i] = number(random) * (isWeight ? 0.3f : 1.0f);
    }
    // State such as a second moment is never negative, nor is a sum of squares or a variance.
    if ((argument.kind == KernelArgument::Kind::InOut && argument.name != "weights" &&
         argument.name != "bias") ||
        argument.name == "squared_norm" || argument.name == "before" || argument.name == "variance")
      for (size_t i = 0; i < buffer.size(); ++i)
        buffer.floats()[i] = 0.2f + 0.3f * std::abs(buffer.floats()[i]);
    buffers.emplace(argument.name, std::move(buffer));
    if (!isOutput && !isWeight && argument.type == KernelArgument::Type::F32)
      for (size_t i = 0; i < buffers.at(argument.name).size(); ++i)
        if ((argument.name != "gradient" || s.kind == "squared_norm") &&
            !isResult(argument.name, i))
          buffers.at(argument.name).floats()[i] = std::numeric_limits<float>::quiet_NaN();
  }
}

KernelCase::KernelCase(const KernelCase &other)
    : kernelSpec(other.kernelSpec), caseSize(other.caseSize), floats(other.floats) {
  for (const auto &[name, buffer] : other.buffers)
    buffers.emplace(name, buffer.copy());
}

std::map<std::string, TestValue> KernelCase::values() {
  std::map<std::string, TestValue> all{
      {"samples", caseSize.samples}, {"seed_low", 19}, {"seed_high", -5}, {"step", 77}};
  for (auto &[name, buffer] : buffers)
    all[name] = &buffer;
  for (auto &[name, value] : floats)
    all[name] = value;
  return all;
}

std::map<std::string, std::vector<double>> KernelCase::expected() {
  return Reference(*this, caseSize.samples).run();
}

bool KernelCase::isResult(const std::string &name, size_t i) const {
  const std::vector<int> &e = buffers.at(name).extents();
  const bool checksAllLanes =
      kernelSpec.kind == "softmax_cross_entropy" || kernelSpec.kind == "elementwise_loss";
  if (isGather()) // lanes behind the last sample become zero
    return true;
  size_t rest = i;
  std::vector<int> place;
  for (int extent : e) {
    place.push_back(static_cast<int>(rest % static_cast<size_t>(extent)));
    rest /= static_cast<size_t>(extent);
  }
  if (e.size() == 4 && (isNormalization() || kernelSpec.kind == "dropout"))
    return place[0] + 16 * place[3] < caseSize.samples;
  if (name == "dz_transposed")
    return place[1] + 16 * place[2] < caseSize.samples;
  if (e.size() >= 2 && e[0] == 16 && e.back() == tiles() && kernelSpec.kind != "update" &&
      name != "weights" && (e.size() != 2 || name == "loss" || name == "labels") &&
      buffers.at(name).extents().size() != 4)
    return (checksAllLanes && name != "x" && name != "targets") ||
           place[0] + 16 * place.back() < caseSize.samples;
  // Rows of weights, bias and state.
  if (kernelSpec.attributes.count("units"))
    return place[0] < kernelSpec.intOf("units");
  if (kernelSpec.attributes.count("filters"))
    return place[0] < kernelSpec.intOf("filters");
  return kernelSpec.kind == "update" || place[0] < caseSize.units;
}

bool KernelCase::fencesHold() const {
  for (const auto &[name, buffer] : buffers)
    if (!buffer.fencesHold())
      return false;
  return true;
}

std::string mismatch(KernelCase &data, const LoadedKernel &kernel, double tolerance) {
  const auto expected = data.expected();
  if (int code = kernel(data.values()); code != 0)
    return data.spec().text() + ": code " + std::to_string(code) + ": " + LoadedKernel::lastError();
  if (!data.fencesHold())
    return data.spec().text() + ": wrote outside of a buffer";
  for (const auto &[name, numbers] : expected) {
    TestBuffer &buffer = data.buffer(name);
    double scale = 1e-3;
    for (size_t i = 0; i < numbers.size(); ++i)
      if (data.isResult(name, i) && std::isfinite(numbers[i]))
        scale = std::max(scale, std::abs(numbers[i]));
    for (size_t i = 0; i < numbers.size(); ++i) {
      if (!data.isResult(name, i))
        continue;
      const double got = name == "argmax"   ? buffer.bytes()[i]
                         : name == "labels" ? buffer.ints()[i]
                                            : buffer.floats()[i];
      if (!(std::abs(got - numbers[i]) <= tolerance * scale))
        return data.spec().text() + ": " + name + "[" + std::to_string(i) + "] is " +
               std::to_string(got) + ", not " + std::to_string(numbers[i]);
    }
  }
  return "";
}

} // namespace nnx::kernels
