// The section of the page on one experiment.
#pragma once

#include "runtime/report/Figures.h"

#include <nlohmann/json.hpp>
#include <string>

namespace nnxrt {

/// A page as it grows: HTML in reading order, chart specifications by name, and the data sets that
/// several of them share.
struct PageParts {
  std::string body;
  nlohmann::json specs = nlohmann::json::object(), data = nlohmann::json::object();
};

/// Appends summary, tables, charts and the details of each point; `number` tells experiments apart.
void addExperiment(PageParts &page, const StudyResults &results, size_t number,
                   const ExperimentFigures &figures);

} // namespace nnxrt
