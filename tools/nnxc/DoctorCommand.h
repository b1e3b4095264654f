// `nnxc doctor`: what this machine offers, and a remedy for what is missing.
#pragma once

namespace nnx {

// Prints one line for each finding, or one JSON object. Returns 1 where something that building or
// training needs is missing, else 0.
int runDoctor(bool json);

} // namespace nnx
