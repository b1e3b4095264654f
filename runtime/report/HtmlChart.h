// A chart's place in the page.
#pragma once

#include "runtime/report/PageParts.h"

#include <string>

namespace nnxrt {

struct ChartTexts {
  std::string caption;
  std::string note = {};        // NOLINT(readability-redundant-member-init): below the caption
  std::string alternative = {}; // NOLINT(readability-redundant-member-init): HTML behind the chart
  std::string figureClass = {}; // NOLINT(readability-redundant-member-init)
};

/// Adds the specification under `name`, and the figure that it is drawn into.
void addChart(PageParts &page, const std::string &name, nlohmann::json spec,
              const ChartTexts &texts);

} // namespace nnxrt
