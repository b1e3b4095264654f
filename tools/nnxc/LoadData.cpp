// The study's JSON says to the runtime what a data set is.
#include "LoadData.h"

#include "compiler/emit/StudyJson.h"

#include <algorithm>

namespace nnx {

nnxrt::Dataset loadData(const dsl::Dataset &dataset, const std::string &studyFile,
                        const std::string &folder) {
  dsl::Study study; // without points, which say nothing of data
  study.file = studyFile;
  study.datasets = {dataset};
  study.datasets[0].location.file = 0;
  const nnxrt::Study parsed = nnxrt::parseStudy(emit::studyJson(study, {}));
  return {parsed.datasets[0], nnxrt::dataFolders(dataset.folder, folder, studyFile)};
}

dsl::FeatureCounter featureCounter(const std::string &studyFile, const std::string &folder) {
  return [studyFile, folder](const dsl::Dataset &dataset) -> dsl::FeatureCount {
    try {
      return {loadData(dataset, studyFile, folder).features, {}};
    } catch (const std::exception &error) {
      std::string problem = error.what();
      std::replace(problem.begin(), problem.end(), '\n', ' ');
      return {0, problem};
    }
  };
}

} // namespace nnx
