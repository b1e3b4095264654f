// Finding the point that weights are of, and the weights of a point.
#include "TrainedPoint.h"

#include "runtime/data/FileBytes.h"
#include "runtime/main/Selection.h"

#include "compiler/emit/StudyJson.h"
#include "compiler/emit/Target.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

namespace nnx {

using nnxrt::DataError;
using nnxrt::PointInfo;

namespace {

// The experiments' only point, or the one that `which` names.
std::vector<PointInfo> choose(const nnxrt::Study &study, const std::string &which) {
  return nnxrt::selectPoints(study, which.empty() ? std::vector<std::string>()
                                                  : std::vector<std::string>{which});
}

std::string usualWeights(const CompileOptions &options, const std::string &experiment) {
  const std::filesystem::path results =
      std::filesystem::path("results") / std::filesystem::path(options.file).stem();
  return results / "models" / (experiment + ".safetensors");
}

} // namespace

std::optional<TrainedPoint> readTrainedPoint(const CompileOptions &options,
                                             const TrainedPointOptions &which) {
  std::optional<dsl::Study> study = readStudy(options);
  if (!study)
    return std::nullopt;
  auto target = emit::parseTarget(options.target);
  if (!target)
    throw std::runtime_error(toString(target.takeError()));
  const nnxrt::Study told = nnxrt::parseStudy(emit::studyJson(*study, *target));
  std::vector<PointInfo> points = choose(told, which.point);
  std::string file = which.weights;
  if (file.empty()) {
    const auto isOther = [&](const PointInfo &each) {
      return each.experimentIndex != points.front().experimentIndex;
    };
    if (std::ranges::any_of(points, isOther))
      throw std::runtime_error(
          "the study has several experiments: name the weights with --weights, "
          "or the point with --point");
    file = usualWeights(options, points.front().experiment->name);
  }
  nnxrt::WeightsFile weights(file);
  if (points.size() > 1 && weights.note("experiment").empty())
    throw std::runtime_error(fmt::format(
        "{}: does not say which of {} points it is of: name it with --point", file, points.size()));
  if (points.size() > 1) {
    const std::string name = weights.note("experiment") + "/" + weights.note("point");
    const auto found = std::ranges::find_if(points, [&](const PointInfo &each) {
      return each.experiment->name + "/" + each.point->label == name;
    });
    if (found == points.end())
      throw std::runtime_error(fmt::format(
          "{}: is of point `{}`, which is none of these: name one with --point", file, name));
    points = {*found};
  }
  const PointInfo &chosen = points.front();
  return TrainedPoint{std::move(*study), chosen.experimentIndex, chosen.pointIndex,
                      std::move(weights)};
}

const std::vector<float> &TrainedPoint::array(const std::string &name,
                                              const dsl::Shape &shape) const {
  const nnxrt::WeightTensor *const tensor = weights.find(name);
  if (tensor == nullptr)
    throw DataError(fmt::format("{}: lacks `{}`, {} numbers, which point `{}` needs", weights.name,
                                name, nnxrt::shapeText(shape), get().label));
  if (tensor->type != "F32" || tensor->shape != shape)
    throw DataError(fmt::format("{}: `{}` is {} of {}; point `{}` needs F32 of {}", weights.name,
                                name, tensor->type, nnxrt::shapeText(tensor->shape), get().label,
                                nnxrt::shapeText(shape)));
  return tensor->values;
}

} // namespace nnx
