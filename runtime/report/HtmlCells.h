// Cells that the page's tables have in common: shares, losses, counts, times, statuses.
#pragma once

#include "runtime/report/Facts.h"
#include "runtime/report/Figures.h"
#include "runtime/report/HtmlTable.h"

#include <string>

namespace nnxrt {

/// Mean, with the deviation over repeats beside it.
HtmlCell shareCell(const Spread &spread);
HtmlCell lossCell(const Spread &spread);
HtmlCell shareCell(double value);
HtmlCell lossCell(double value);
HtmlCell numberCell(int64_t number);
/// Empty for NaN.
HtmlCell secondsCell(double seconds);
HtmlCell statusCell(const std::string &status, const std::string &note);

std::string factsTable(std::string_view caption, const Facts &facts);

} // namespace nnxrt
