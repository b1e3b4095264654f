// Reads messages of JSON-RPC from a descriptor, and lets through only those that are whole: an
// object of version 2.0 that is a request, a notification or an answer.
#pragma once

#include "llvm/Support/LSP/Transport.h"

#include <functional>

namespace nnx::lsp {

class MessageInput : public llvm::lsp::JSONTransportInput {
public:
  // A longer message is skipped: files have at most 4 MiB, and escapes make them longer.
  static constexpr std::size_t maxBytes = 64u << 20;
  // A deeper one is refused: the reader of JSON recurses.
  static constexpr int maxDepth = 200;

  struct Observer {
    // No message waits: what was put off can be done.
    std::function<void()> becomesIdle;
    // A message was refused. `id` is null where it has none.
    std::function<void(llvm::json::Value id, llvm::lsp::ErrorCode code, std::string reason)>
        refuses;
  };

  MessageInput(int descriptor, llvm::lsp::JSONStreamStyle style, Observer observer)
      : JSONTransportInput(style), descriptor(descriptor), observer(std::move(observer)) {}

  bool hasError() const override { return false; }
  bool isEndOfInput() const override { return isAtEnd && position == buffer.size(); }
  // Messages behind headers, as the protocol has them.
  llvm::LogicalResult readStandardMessage(std::string &json) override;
  // Messages between lines of `// -----`, for tests; lines that start with `//` are left out.
  llvm::LogicalResult readDelimitedMessage(std::string &json) override;

private:
  bool fill();
  bool hasMore();
  bool readLine(std::string &line);
  // Whether a message may go on to its handler.
  bool check(const std::string &json);

  int descriptor;
  Observer observer;
  std::string buffer;
  std::size_t position = 0;
  bool isAtEnd = false;
};

} // namespace nnx::lsp
