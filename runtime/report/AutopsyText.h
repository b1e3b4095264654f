// What an autopsy found, in words and as rows of a table.
#pragma once

#include "runtime/train/Autopsy.h"

#include <array>
#include <string>
#include <vector>

namespace nnxrt {

/// "first overflow in step 3: 12 of 3,200 outputs of dense_1 are not finite".
std::string overflowText(const Autopsy &autopsy);

/// The heads of autopsyRows.
inline constexpr std::array autopsyColumns{"step",     "loss",    "layer", "outputs",
                                           "gradient", "weights", "update"};

/// A row for each step and layer: norm and, in brackets, the largest value.
std::vector<std::vector<std::string>> autopsyRows(const Autopsy &autopsy);

/// Both for a terminal.
std::string autopsyText(const Autopsy &autopsy, int64_t divergedStep);

} // namespace nnxrt
