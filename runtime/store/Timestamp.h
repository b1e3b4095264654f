// Points in time as results name them.
#pragma once

#include <string>

namespace nnxrt {

/// Now, in UTC: "2026-03-01T12:00:00Z".
std::string timestamp();

/// Seconds since 1970 of what timestamp() wrote; 0 for another text.
double secondsOf(const std::string &timestamp);

} // namespace nnxrt
