// Work that is repeated stays a small part of the time.
#include "runtime/store/Pace.h"

#include <gmock/gmock.h>

#include <thread>

namespace nnxrt {
namespace {

using std::chrono::milliseconds;

TEST(Pace, work_is_due_at_once_and_again_after_twenty_times_as_long) {
  Pace pace;
  EXPECT_TRUE(pace.isDue());
  const auto start = std::chrono::steady_clock::now();
  int done = 0;
  while (done < 3) {
    if (pace.isDue())
      pace.run([&] {
        ++done;
        std::this_thread::sleep_for(milliseconds(2));
      });
  }
  // Three times 2 ms, and twenty times 2 ms between them, twice.
  EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(3 * 2 + 2 * 40));
}

} // namespace
} // namespace nnxrt
