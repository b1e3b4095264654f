// Whether two studies are about the same points.
#pragma once

#include "runtime/train/Study.h"

namespace nnxrt {

/// The first experiment or point of `study` that is not the same in `other`, by name, label and
/// meaning (Point::key); empty where all are.
std::string differenceOf(const Study &study, const Study &other);

} // namespace nnxrt
