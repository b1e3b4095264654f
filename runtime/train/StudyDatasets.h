// The data sets of the study's JSON.
#pragma once

#include "runtime/train/JsonNode.h"

namespace nnxrt {

DatasetSpec readDataset(const JsonNode &node);

} // namespace nnxrt
