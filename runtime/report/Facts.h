// Named facts that page and Markdown show alike: settings of a point, environment of a study.
#pragma once

#include "runtime/store/StudyResults.h"

#include <string>
#include <utility>
#include <vector>

namespace nnxrt {

using Facts = std::vector<std::pair<std::string, std::string>>;

/// Every setting of a point's training, with its default where the file is silent.
Facts settingsOf(const Study &study, const Point &point);

/// Machine, build, data and time of the study.
Facts environmentOf(const StudyResults &results);

/// The command line that ran the study, as a shell reads it.
std::string commandOf(const StudyInfo &info);

/// Sum of the seconds of all runs that the results hold.
double trainingSeconds(const StudyResults &results);

} // namespace nnxrt
