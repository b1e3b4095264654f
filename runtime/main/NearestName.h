// The name that a user probably meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nnxrt {

/// The one of `names` that differs from `name` by the fewest letters, if those are at most a third
/// of it; empty otherwise.
std::string nearestName(std::string_view name, const std::vector<std::string> &names);

/// "; did you mean `x`?" or nothing.
std::string didYouMean(std::string_view name, const std::vector<std::string> &names);

} // namespace nnxrt
