// Figures as people read them, the same in terminal, page and Markdown.
#pragma once

#include "runtime/train/Results.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nnxrt {

/// A share of one, such as an accuracy: "0.9880"; "" for NaN.
std::string shareText(double value);
/// A loss: four significant digits at least ("0.03914", "2.303"); "not finite" for NaN and
/// infinity.
std::string lossText(double value);
/// "test loss 0.1, test accuracy 0.98", or "test RMSE 3.2" of predicted numbers; `share` has a
/// space behind it.
std::string figuresText(std::string_view share, const ShareFigures &figures);
/// A whole number with separators: "542,230".
std::string countText(int64_t value);
/// A number of whole units scaled for reading: "41.2 k".
std::string rateText(double value);
/// "0.42 s", "38 s", "4 min 07 s", "2 h 05 min".
std::string durationText(double seconds);
/// "28 x 28 x 1" with the sign of multiplication.
std::string shapeText(const std::vector<int64_t> &shape);
/// "1 point", "3 points".
std::string counted(int64_t count, const char *noun);
/// One argument for a POSIX shell, quoted where needed.
std::string shellQuoted(const std::string &argument);

} // namespace nnxrt
