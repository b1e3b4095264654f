// Pictures of samples in the page.
#pragma once

#include "runtime/store/StudyResults.h"

#include <string>

namespace nnxrt {

/// The sample's pixels as a PNG in a data: address.
std::string pictureAddress(const WrongSample &sample);

} // namespace nnxrt
