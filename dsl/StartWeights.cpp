// Writing and reading the line of a meaning that names a file of weights.
#include "dsl/StartWeights.h"

namespace nnx::dsl {

static constexpr std::string_view before = "\ninit safetensors \"", behind = "\"\n";

std::string startLine(const std::string &file) {
  // The line before has its end already.
  return file.empty() ? "" : std::string(before.substr(1)) + file + std::string(behind);
}

std::string startFileOf(const std::string &meaning) {
  const std::size_t found = meaning.rfind(before);
  if (found == std::string::npos || !meaning.ends_with(behind))
    return "";
  const std::size_t begin = found + before.size();
  return meaning.substr(begin, meaning.size() - behind.size() - begin);
}

} // namespace nnx::dsl
