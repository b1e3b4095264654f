// Autopsies for readers.
#include "runtime/report/AutopsyText.h"

#include "runtime/report/Format.h"
#include "runtime/report/TextWidth.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace nnxrt {

std::string overflowText(const Autopsy &autopsy) {
  if (!autopsy.first)
    return "no value overflowed before the loss did";
  const Overflow &first = *autopsy.first;
  return fmt::format("first overflow in step {}: {} of {} values of the {} of {} are not finite",
                     countText(first.step), countText(first.wrong), countText(first.count),
                     first.what, first.layer);
}

static std::string normsText(const ValueNorms &norms) {
  if (norms.count == 0)
    return "";
  const std::string text = fmt::format("{:.3g} ({:.3g})", norms.norm, norms.largest);
  if (norms.wrong == norms.count)
    return "not finite";
  return norms.wrong == 0 ? text : fmt::format("{}, {} not finite", text, countText(norms.wrong));
}

std::vector<std::vector<std::string>> autopsyRows(const Autopsy &autopsy) {
  std::vector<std::vector<std::string>> rows;
  for (const StepNorms &step : autopsy.steps)
    for (const LayerNorms &layer : step.layers)
      rows.push_back({countText(step.step), lossText(step.loss), layer.layer,
                      normsText(layer.outputs), normsText(layer.gradient), normsText(layer.weights),
                      normsText(layer.update)});
  return rows;
}

std::string autopsyText(const Autopsy &autopsy, int64_t divergedStep) {
  std::string text = fmt::format("the loss of step {} is not finite; {}\n", countText(divergedStep),
                                 overflowText(autopsy));
  std::vector<std::vector<std::string>> rows = autopsyRows(autopsy);
  rows.insert(rows.begin(), {autopsyColumns.begin(), autopsyColumns.end()});
  std::array<size_t, autopsyColumns.size()> widths{};
  for (const auto &row : rows)
    for (size_t c = 0; c < row.size(); ++c)
      widths[c] = std::max(widths[c], textWidth(row[c]));
  for (const auto &row : rows) {
    std::string line;
    for (size_t c = 0; c < row.size(); ++c)
      line += "  " + padded(row[c], widths[c]);
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

} // namespace nnxrt
