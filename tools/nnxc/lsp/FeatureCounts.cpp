// The JSON of a study is the key: it says all of a data set.
#include "FeatureCounts.h"

#include "compiler/emit/StudyJson.h"

namespace nnx::lsp {

dsl::FeatureCount FeatureCounts::count(const std::string &path, dsl::Dataset dataset,
                                       const dsl::FeatureCounter &count) {
  dataset.location = {};
  dsl::Study study;
  study.file = path;
  study.datasets = {dataset};
  auto [found, isNew] = known.try_emplace(emit::studyJson(study, {}));
  if (isNew)
    found->second = count(dataset);
  return found->second;
}

} // namespace nnx::lsp
