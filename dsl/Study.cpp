// Accessors of the study's parts.
#include "dsl/Study.h"

#include <algorithm>

namespace nnx::dsl {

static int64_t countLines(const std::string &text) {
  return std::count(text.begin(), text.end(), '\n') +
         (text.empty() || text.ends_with('\n') ? 0 : 1);
}

int64_t Study::lineOf(const SourceLocation &location) const {
  int64_t line = location.line;
  if (location.file > 0)
    line += countLines(source);
  for (std::size_t i = 0; i + 1 < location.file; ++i)
    line += countLines(includes[i].source);
  return line;
}

int64_t elementCount(const Shape &shape) {
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  return count;
}

std::string toText(const Shape &shape) {
  std::string result;
  for (int64_t extent : shape)
    result += (result.empty() ? "" : "x") + std::to_string(extent);
  return result;
}

std::string_view nameOf(LayerKind kind) {
  static constexpr std::string_view names[] = {
#define NNX_LAYER(NAME) #NAME,
#define NNX_JOIN(NAME) #NAME,
#include "dsl/tables/Layers.def"
  };
  return names[static_cast<std::size_t>(kind)];
}

const SettingValue *Settings::find(std::string_view name) const {
  for (const Setting &setting : items)
    if (setting.name == name)
      return &setting.value;
  return nullptr;
}

bool Settings::getBool(std::string_view name) const {
  return std::get<bool>(*find(name));
}
int64_t Settings::getInt(std::string_view name) const {
  return std::get<int64_t>(*find(name));
}
double Settings::getFloat(std::string_view name) const {
  return std::get<double>(*find(name));
}
const std::string &Settings::getName(std::string_view name) const {
  return std::get<std::string>(*find(name));
}
const Shape &Settings::getShape(std::string_view name) const {
  return std::get<Shape>(*find(name));
}
const Init &Settings::getInit(std::string_view name) const {
  return std::get<Init>(*find(name));
}

} // namespace nnx::dsl
