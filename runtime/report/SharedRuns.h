// Runs that several rows of the results come from.
#pragma once

#include "runtime/report/Figures.h"

#include <string>
#include <vector>

namespace nnxrt {

/// Every training of the results once: of the rows that it gave, the one with the most steps.
std::vector<const StoredRun *> distinctRuns(const StudyResults &results);

/// How many other points, of any experiment, each point shares a run with.
std::vector<size_t> sharesOf(const ExperimentFigures &figures, const StudyResults &results);

/// Which points of an experiment share their runs, with one another or with other experiments.
std::vector<std::string> sharingSentences(const ExperimentFigures &figures,
                                          const StudyResults &results);

} // namespace nnxrt
