// Cells that the page's tables have in common.
#include "runtime/report/HtmlCells.h"

#include "runtime/report/Format.h"
#include "runtime/report/Page.h"

#include <cmath>
#include <fmt/format.h>

namespace nnxrt {

HtmlCell shareCell(const Spread &spread) {
  HtmlCell cell{.text = shareText(spread.mean)};
  cell.note = deviationText(spread, shareText);
  cell.value = spread.count > 0 ? fmt::format("{}", spread.mean) : "";
  return cell;
}

HtmlCell lossCell(const Spread &spread) {
  if (spread.count == 0)
    return {.text = ""};
  HtmlCell cell{.text = lossText(spread.mean)};
  cell.note = deviationText(spread, lossText);
  cell.value = std::isfinite(spread.mean) ? fmt::format("{}", spread.mean) : "NaN";
  return cell;
}

HtmlCell shareCell(double value) {
  return shareCell(Spread{.count = 1, .mean = value});
}

HtmlCell lossCell(double value) {
  return lossCell(Spread{.count = 1, .mean = value});
}

HtmlCell numberCell(int64_t number) {
  return {.text = countText(number), .value = std::to_string(number)};
}

HtmlCell secondsCell(double seconds) {
  if (std::isnan(seconds))
    return {.text = ""};
  return {.text = durationText(seconds), .value = fmt::format("{:.3f}", seconds)};
}

HtmlCell statusCell(const std::string &status, const std::string &note) {
  return {.text = status,
          .note = note,
          .markup = fmt::format("<span class=\"{}\">{}</span>",
                                status == "finished"                                 ? "good"
                                : status == "not run" || status.ends_with("running") ? "quiet"
                                                                                     : "bad",
                                escapeHtml(status))};
}

std::string factsTable(std::string_view caption, const Facts &facts) {
  HtmlTable table(caption, {{.name = "What"}, {.name = "Value"}}, false);
  for (const auto &[name, value] : facts)
    table.addRow({{.text = name}, {.text = value, .wraps = true}});
  return table.html();
}

} // namespace nnxrt
