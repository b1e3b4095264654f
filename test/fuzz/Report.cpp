// The record inside a report that somebody hands to `nnxc verify`: the input is its JSON, under
// right digests, so that everything in it is somebody else's.
#include "Input.h"

#include "runtime/data/FileBytes.h"
#include "runtime/data/Sha256.h"
#include "runtime/report/Record.h"
#include "runtime/store/StoreError.h"

#include <nlohmann/json.hpp>

static std::string digestOf(std::string_view text) {
  return nnxrt::sha256Hex(std::as_bytes(std::span(text)));
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const std::string before = "<html><body>", after = "</body></html>\n";
  std::string record(reinterpret_cast<const char *>(data), size);
  if (auto json = nlohmann::ordered_json::parse(record, nullptr, false); json.is_object()) {
    json["page"] = digestOf(before + after);
    record = json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  }
  const std::string page = before +
                           "<script type=\"application/json\" id=\"record\" data-sha256=\"" +
                           digestOf(record) + "\">" + record + "</script>\n" + after;
  const nnx::fuzz::Input input({reinterpret_cast<const uint8_t *>(page.data()), page.size()});
  try {
    const auto read = nnxrt::readRecord(input.path());
    nnxrt::StudyInfo info = read->info;
    (void)nnxrt::resultsFor(*read, info, "input");
  } catch (const nnxrt::DataError &) {
  } catch (const nnxrt::StoreError &) {
  }
  return 0;
}
