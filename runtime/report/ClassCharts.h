// Charts of one classifier's figures, as Vega-Lite specifications.
#pragma once

#include "runtime/metrics/Reliability.h"
#include "runtime/store/StudyResults.h"

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace nnxrt {

/// Names of the classes of a point's data set; numbers where the file gives none.
std::vector<std::string> classNames(const DatasetSpec &dataset);

/// "99.18 %"; empty where the class has no sample.
std::string percentOf(int64_t count, int64_t all);

/// Counts and shares by true and predicted class, coloured by the share of the true class.
nlohmann::json confusionChart(const Metrics &metrics, const std::vector<std::string> &classes);

/// Share of right predictions against mean confidence, a dot per bin that has samples.
nlohmann::json reliabilityChart(const std::vector<ReliabilityBin> &bins);

} // namespace nnxrt
