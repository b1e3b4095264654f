// The report of results that a trainer may still write.
#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <vector>

namespace nnx {

// Made anew when the results have changed, and so seldom that it takes a small part of one core.
// May be asked from several threads.
class LiveReport {
public:
  // Reads the folders for the first time. Throws what is wrong with them.
  explicit LiveReport(std::vector<std::string> folders);

  struct State {
    std::string version; // differs where the page does
    std::string text;    // what goes on, in words
  };
  // Looks for changes first.
  State follow();
  std::string page();

private:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] std::string stamp() const;
  void read();

  const std::vector<std::string> folders;
  std::mutex mutex;
  std::string seen, html; // the stamp and the page of what was read last
  State state;
  Clock::time_point next; // not before then
};

} // namespace nnx
