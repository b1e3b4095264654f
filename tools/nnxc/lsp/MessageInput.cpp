// The headers of LSP's base protocol, and the checks of what they lead to.
#include "MessageInput.h"

#include <cerrno>
#include <poll.h>
#include <unistd.h>

namespace nnx::lsp {
namespace {

// Longer lines are cut: those of headers are short, and those of tests may hold a file.
constexpr std::size_t maxLine = 16u << 20;

int depthOf(llvm::StringRef json) {
  int depth = 0, deepest = 0;
  bool isString = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (isString) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        isString = false;
    } else if (c == '"') {
      isString = true;
    } else if (c == '[' || c == '{') {
      deepest = std::max(deepest, ++depth);
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return deepest;
}

} // namespace

// False at the end of the input.
bool MessageInput::fill() {
  if (isAtEnd)
    return false;
  if (position == buffer.size()) {
    buffer.clear();
    position = 0;
  }
  char bytes[1 << 16];
  ssize_t count = 0;
  do
    count = ::read(descriptor, bytes, sizeof bytes);
  while (count < 0 && errno == EINTR);
  if (count <= 0) {
    isAtEnd = true;
    return false;
  }
  buffer.append(bytes, static_cast<std::size_t>(count));
  return true;
}

bool MessageInput::hasMore() {
  if (position < buffer.size())
    return true;
  pollfd waiting{descriptor, POLLIN, 0};
  return ::poll(&waiting, 1, 0) > 0;
}

// Without its end; false at the end of the input.
bool MessageInput::readLine(std::string &line) {
  line.clear();
  for (;;) {
    if (position == buffer.size() && !fill())
      return !line.empty();
    const std::size_t feed = buffer.find('\n', position);
    const std::size_t end = feed == std::string::npos ? buffer.size() : feed;
    line.append(buffer, position,
                std::min(end - position, maxLine - std::min(line.size(), maxLine)));
    position = end;
    if (feed != std::string::npos) {
      ++position;
      if (!line.empty() && line.back() == '\r')
        line.pop_back();
      return true;
    }
  }
}

llvm::LogicalResult MessageInput::readStandardMessage(std::string &json) {
  if (!hasMore())
    observer.becomesIdle();
  std::size_t length = 0;
  bool isKnown = false;
  std::string line;
  for (;;) {
    if (!readLine(line))
      return llvm::failure();
    llvm::StringRef header = line;
    if (header.empty() && isKnown)
      break;
    if (header.consume_front_insensitive("Content-Length:"))
      isKnown = !header.trim().getAsInteger(10, length);
  }
  json.clear();
  for (std::size_t left = length; left > 0;) {
    if (position == buffer.size() && !fill())
      return llvm::failure();
    const std::size_t part = std::min(left, buffer.size() - position);
    if (length <= maxBytes)
      json.append(buffer, position, part);
    position += part;
    left -= part;
  }
  if (length > maxBytes) {
    observer.refuses(nullptr, llvm::lsp::ErrorCode::InvalidRequest, "the message is too long");
    return llvm::failure();
  }
  return llvm::success(check(json));
}

llvm::LogicalResult MessageInput::readDelimitedMessage(std::string &json) {
  observer.becomesIdle();
  json.clear();
  std::string line;
  while (readLine(line)) {
    const llvm::StringRef text = llvm::StringRef(line).trim();
    if (text == "// -----")
      break;
    if (!text.starts_with("//"))
      json += line + "\n";
  }
  if (llvm::StringRef(json).trim().empty())
    return llvm::failure();
  return llvm::success(check(json));
}

bool MessageInput::check(const std::string &json) {
  using llvm::lsp::ErrorCode;
  if (depthOf(json) > maxDepth) {
    observer.refuses(nullptr, ErrorCode::InvalidRequest, "the message is nested too deep");
    return false;
  }
  llvm::Expected<llvm::json::Value> value = llvm::json::parse(json);
  if (!value) {
    observer.refuses(nullptr, ErrorCode::ParseError, llvm::toString(value.takeError()));
    return false;
  }
  const llvm::json::Object *object = value->getAsObject();
  const llvm::json::Value *id = object ? object->get("id") : nullptr;
  const bool isMessage = object && object->getString("jsonrpc") == llvm::StringRef("2.0") &&
                         (object->getString("method") || (id && !object->get("method")));
  if (!isMessage)
    observer.refuses(id ? *id : llvm::json::Value(nullptr), ErrorCode::InvalidRequest,
                     "this is no message of JSON-RPC 2.0");
  return isMessage;
}

} // namespace nnx::lsp
