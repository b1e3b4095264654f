// Start and end of a program, on POSIX calls where no memory may be left.
#include "runtime/main/Process.h"

#include <cerrno>
#include <cstdio>
#include <exception>
#include <fcntl.h>
#include <fmt/format.h>
#include <iostream>
#include <new>
#include <string_view>
#include <system_error>
#include <unistd.h>

namespace nnxrt {

static int statusOfFailure = 1;

static void say(std::string_view text) {
  [[maybe_unused]] const ssize_t ignored = ::write(STDERR_FILENO, text.data(), text.size());
}

[[noreturn]] static void endWithMessage() {
  try {
    if (const std::exception_ptr error = std::current_exception())
      std::rethrow_exception(error);
  } catch (const std::bad_alloc &) {
    say("error: not enough memory\n");
    ::_exit(statusOfFailure);
  } catch (const std::exception &error) {
    say("error: ");
    say(error.what());
    say("\n");
  } catch (...) {
    say("error: unknown\n");
  }
  std::abort();
}

// What is set up before main takes memory alone.
[[noreturn]] static void endBeforeStart() {
  say("error: not enough memory to start\n");
  ::_exit(statusOfFailure);
}

// Before all that has no priority (101 is the first that a program may have).
[[gnu::constructor(101)]] static void watchStart() {
  std::set_terminate(endBeforeStart);
}

void beginProcess(int failedStatus) {
  statusOfFailure = failedStatus;
  std::set_terminate(endWithMessage);
  for (int file = STDIN_FILENO; file <= STDERR_FILENO; ++file)
    if (::fcntl(file, F_GETFD) < 0 && errno == EBADF) [[maybe_unused]]
      const int lowest = ::open("/dev/null", O_RDWR); // the lowest number that is free: `file`
}

int endProcess(int status) {
  errno = 0;
  const bool isWritten = std::cout.flush().good();
  if (std::fflush(stdout) == 0 && isWritten && std::ferror(stdout) == 0)
    return status;
  // Of what failed earlier the reason is gone.
  say(fmt::format("error: standard output: cannot be written{}\n",
                  errno != 0 ? ": " + std::generic_category().message(errno) : ""));
  return status != 0 ? status : statusOfFailure;
}

} // namespace nnxrt
