// What the Vega-Lite specifications of all charts have in common. Colours and fonts come from the
// page's theme.
#pragma once

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>

namespace nnxrt {

/// A chart as wide as its place in the page.
inline nlohmann::json chartOf(int height, nlohmann::json values) {
  return {{"$schema", "https://vega.github.io/schema/vega-lite/v6.json"},
          {"width", "container"},
          {"height", height},
          {"data", {{"values", std::move(values)}}}};
}

struct TooltipRow {
  const char *field;
  std::string title;
};

/// Texts of a row, shown beside the pointer.
inline nlohmann::json tooltipOf(std::initializer_list<TooltipRow> rows) {
  nlohmann::json tooltip = nlohmann::json::array();
  for (const TooltipRow &row : rows)
    tooltip.push_back({{"field", row.field}, {"title", row.title}, {"type", "nominal"}});
  return tooltip;
}

} // namespace nnxrt
