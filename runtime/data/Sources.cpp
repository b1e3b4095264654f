// Finds the function for the kind of a data set's files.
#include "runtime/data/Sources.h"

#include <fmt/format.h>

using namespace nnxrt;

LoadedSources nnxrt::loadSources(const DatasetSpec &spec, DataFiles &files) {
#define NNX_SOURCE(KIND, LOAD, ...)                                                                \
  if (spec.kind == #KIND)                                                                          \
    return LOAD(spec, files);
#include "runtime/data/Sources.def"
  throw DataError(fmt::format("{}: sources of kind `{}` are unknown", placeOf(spec), spec.kind));
}

std::string nnxrt::placeOf(const DatasetSpec &spec) {
  return fmt::format("data set `{}` (line {})", spec.name, spec.line);
}

std::string nnxrt::shapeText(const DatasetSpec &spec) {
  return spec.isFlat ? std::to_string(spec.shape[1])
                     : fmt::format("{}x{}x{}", spec.shape[0], spec.shape[1], spec.shape[2]);
}
