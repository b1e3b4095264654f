// The file of weights that runs of a point start from. It stands in the point's meaning alone.
#pragma once

#include "dsl/Study.h"

namespace nnx::dsl {

// The last line of a meaning that says the file; empty for an empty name.
std::string startLine(const std::string &file);

// The file that `meaning` ends with, or nothing.
std::string startFileOf(const std::string &meaning);

} // namespace nnx::dsl
