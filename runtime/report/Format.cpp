// Figures as people read them, the same in terminal, page and Markdown.
#include "runtime/report/Format.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <string_view>

namespace nnxrt {

std::string shareText(double value) {
  return std::isnan(value) ? std::string() : fmt::format("{:.4f}", value);
}

std::string lossText(double value) {
  if (!std::isfinite(value))
    return "not finite";
  if (value != 0 && (std::abs(value) < 1e-4 || std::abs(value) >= 1e5))
    return fmt::format("{:.3e}", value);
  return fmt::format("{:.{}f}", value, std::abs(value) < 0.1 ? 5 : std::abs(value) < 10 ? 4 : 2);
}

std::string figuresText(std::string_view share, const ShareFigures &figures) {
  std::string text = fmt::format("{}loss {}", share, lossText(figures.loss));
  if (!std::isnan(figures.accuracy))
    text += fmt::format(", {}accuracy {}", share, shareText(figures.accuracy));
  if (!std::isnan(figures.rmse))
    text += fmt::format(", {}RMSE {}", share, lossText(figures.rmse));
  return text;
}

std::string countText(int64_t value) {
  std::string digits = std::to_string(value < 0 ? -value : value);
  for (auto place = static_cast<int64_t>(digits.size()) - 3; place > 0; place -= 3)
    digits.insert(static_cast<size_t>(place), ",");
  return value < 0 ? "-" + digits : digits;
}

std::string rateText(double value) {
  static constexpr std::array units{"", " k", " M", " G"};
  size_t unit = 0;
  while (value >= 1000 && unit + 1 < units.size()) {
    value /= 1000;
    ++unit;
  }
  return fmt::format("{:.{}f}{}", value, unit == 0 || value >= 100 ? 0 : 1, units[unit]);
}

std::string durationText(double seconds) {
  if (!(seconds >= 0) || !std::isfinite(seconds))
    return "?";
  if (seconds < 10)
    return fmt::format("{:.2f} s", seconds);
  const auto whole = static_cast<int64_t>(std::llround(seconds));
  if (whole < 60)
    return fmt::format("{} s", whole);
  if (whole < 3600)
    return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

std::string shapeText(const std::vector<int64_t> &shape) {
  std::string text;
  for (const int64_t extent : shape)
    text += (text.empty() ? "" : " × ") + countText(extent);
  return text;
}

std::string counted(int64_t count, const char *noun) {
  return fmt::format("{} {}{}", countText(count), noun, count == 1 ? "" : "s");
}

std::string shellQuoted(const std::string &argument) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";
  if (!argument.empty() && argument.find_first_not_of(plain) == std::string::npos)
    return argument;
  std::string quoted = "'";
  for (const char c : argument)
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

} // namespace nnxrt
