// Weights of files in models, and weights of models.
#include "runtime/train/StartWeights.h"

#include "runtime/data/FileBytes.h"

#include <algorithm>
#include <fmt/format.h>

namespace nnxrt {

namespace fs = std::filesystem;

fs::path findWeights(const std::string &name, const fs::path &given, const fs::path &studyFile) {
  std::vector<fs::path> folders;
  if (!given.empty())
    folders.push_back(given);
  folders.push_back(studyFile.parent_path());
  std::string looked;
  for (const fs::path &folder : folders) {
    const fs::path file = folder / name;
    if (std::error_code ignored; fs::exists(file, ignored))
      return file;
    looked += fmt::format("\n  {}", file.string());
  }
  throw DataError(
      fmt::format("{}: not found (`init = safetensors(...)`); looked for{}", name, looked));
}

static std::span<const int64_t> shapeOf(const nnxrt_parameter &parameter) {
  return {parameter.shape, parameter.shape_rank};
}

/// "dense_1 = dense(10, activation = softmax) (study.nnx, line 12; point `act = relu`)".
static std::string layerText(std::string_view tensor, const Study &study, const Point &point) {
  const std::string_view layer = tensor.substr(0, tensor.find('/'));
  const auto found = std::ranges::find(point.layers, layer, &LayerInfo::name);
  if (found == point.layers.end())
    return fmt::format("point `{}`", point.label);
  return fmt::format("{} = {} ({}, line {}; point `{}`)", found->name, found->text, study.file,
                     found->line, point.label);
}

void checkWeights(const WeightsFile &weights, const nnxrt_variant &variant, const Study &study,
                  const Point &point) {
  const std::span parameters(variant.parameters, variant.parameter_count);
  for (const nnxrt_parameter &parameter : parameters) {
    const std::string layer = layerText(parameter.name, study, point);
    const std::string shape = shapeText(shapeOf(parameter));
    const WeightTensor *const tensor = weights.find(parameter.name);
    if (tensor == nullptr)
      throw DataError(fmt::format("{}: lacks `{}`, {} numbers, which {} needs", weights.name,
                                  parameter.name, shape, layer));
    if (tensor->type != "F32")
      throw DataError(fmt::format("{}: `{}` is of type {}; {} needs F32", weights.name,
                                  parameter.name, tensor->type, layer));
    if (!std::ranges::equal(tensor->shape, shapeOf(parameter)))
      throw DataError(fmt::format("{}: `{}` is {}; {} needs {}", weights.name, parameter.name,
                                  shapeText(tensor->shape), layer, shape));
  }
  for (const WeightTensor &tensor : weights.tensors)
    if (std::ranges::none_of(parameters,
                             [&](const auto &each) { return tensor.name == each.name; }))
      throw DataError(fmt::format("{}: holds `{}`, which the network `{}` ({}, line {}) does not "
                                  "have",
                                  weights.name, tensor.name, point.network, study.file,
                                  point.line));
}

void setWeights(Model &model, const nnxrt_variant &variant, const WeightsFile &weights) {
  for (uint32_t p = 0; p < variant.parameter_count; ++p)
    model.setParameter(p, weights.find(variant.parameters[p].name)->values);
}

std::vector<WeightTensor> weightsOf(const Model &model, const nnxrt_variant &variant) {
  std::vector<WeightTensor> tensors;
  for (uint32_t p = 0; p < variant.parameter_count; ++p) {
    const std::span<const int64_t> shape = shapeOf(variant.parameters[p]);
    WeightTensor &tensor = tensors.emplace_back();
    tensor.name = variant.parameters[p].name;
    tensor.type = "F32";
    tensor.shape.assign(shape.begin(), shape.end());
    tensor.values.resize(model.parameterElements(p));
    model.getParameter(p, tensor.values);
  }
  return tensors;
}

const WeightsFile *startOf(const StudyInfo &info, const Point &point) {
  const auto found = info.starts.find(point.settings.init);
  return found == info.starts.end() ? nullptr : found->second.get();
}

} // namespace nnxrt
