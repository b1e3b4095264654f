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

} // namespace nnxrt
