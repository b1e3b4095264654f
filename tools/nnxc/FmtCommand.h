// `nnxc fmt`: canonical text of files.
#pragma once

#include <string>
#include <vector>

namespace nnx {

enum class FormatMode {
  InPlace, // files that change are replaced whole
  Check,   // names the files that would change; the status is 1 if there are any
  Print,   // on the standard output
};

// Returns the exit status: 2 where a file cannot be read or has errors of syntax; the others are
// formatted all the same.
int formatFiles(const std::vector<std::string> &files, FormatMode mode, bool color);

} // namespace nnx
