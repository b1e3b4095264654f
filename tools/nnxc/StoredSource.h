// The study that results were made from, read again from the texts that they keep.
#pragma once

#include "dsl/Study.h"
#include "runtime/train/Study.h"

#include <string>

namespace nnx {

// Everything comes from `stored`: no file is read, data set's shapes included. Throws
// std::runtime_error where the texts are wrong, or where they no longer mean what they meant: with
// another version of nnxc the keys of points may differ, and what is trained now would be no result
// of theirs. `origin` names the results in messages.
dsl::Study readStoredStudy(const nnxrt::Study &stored, const std::string &target,
                           const std::string &origin);

} // namespace nnx
