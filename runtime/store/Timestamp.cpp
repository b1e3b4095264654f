// Points in time as results name them.
#include "runtime/store/Timestamp.h"

#include <ctime>

namespace nnxrt {

std::string timestamp() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

double secondsOf(const std::string &timestamp) {
  std::tm parts{};
  const char *const end = strptime(timestamp.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return end != nullptr && *end == '\0' ? static_cast<double>(timegm(&parts)) : 0;
}

} // namespace nnxrt
