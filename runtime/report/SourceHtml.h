// The text of a study in the page: numbered lines with colours.
#pragma once

#include "runtime/train/Study.h"

#include <string>

namespace nnxrt {

/// The study's files one after the other. Line N of them all together, as points and layers count
/// it, has the id "LN".
std::string sourceHtml(const Study &study);

} // namespace nnxrt
