// Unpacks and fills the page that assets/pack_page.py packed.
#include "runtime/report/Page.h"

#include <stdexcept>
#include <zlib.h>

// From assets/page.S.
extern "C" const unsigned char nnxrt_page_begin[];
extern "C" const unsigned char nnxrt_page_end[];

namespace nnxrt {

static std::string inflatePage() {
  const auto packed = static_cast<size_t>(nnxrt_page_end - nnxrt_page_begin);
  std::string page(packed * 5, '\0'); // it packs about threefold
  for (;;) {
    uLongf bytes = page.size();
    const int status = uncompress(reinterpret_cast<Bytef *>(page.data()), &bytes, nnxrt_page_begin,
                                  static_cast<uLong>(packed));
    if (status == Z_OK) {
      page.resize(bytes);
      return page;
    }
    if (status != Z_BUF_ERROR || page.size() > packed * 100)
      throw std::logic_error("the packed page of the report is damaged");
    page.resize(page.size() * 2);
  }
}

std::string escapeHtml(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    switch (c) {
    case '&':
      escaped += "&amp;";
      break;
    case '<':
      escaped += "&lt;";
      break;
    case '>':
      escaped += "&gt;";
      break;
    case '"':
      escaped += "&quot;";
      break;
    case '\'':
      escaped += "&#39;";
      break;
    default:
      escaped += c;
    }
  }
  return escaped;
}

std::string scriptText(std::string_view json) {
  std::string text;
  text.reserve(json.size());
  for (const char c : json)
    text += c == '<' ? std::string("\\u003c") : std::string(1, c);
  return text;
}

std::string fillPage(std::string_view title, std::string_view body, std::string_view data) {
  const std::string page = inflatePage();
  std::string filled;
  filled.reserve(page.size() + body.size() + data.size() + data.size() / 8);
  std::string_view rest = page;
  const auto copyUntil = [&](std::string_view mark) {
    const size_t at = rest.find(mark);
    if (at == std::string_view::npos)
      throw std::logic_error("the packed page of the report lacks " + std::string(mark));
    filled += rest.substr(0, at);
    rest.remove_prefix(at + mark.size());
  };
  copyUntil("@TITLE@");
  filled += escapeHtml(title);
  copyUntil("@BODY@");
  filled += body;
  copyUntil("@DATA@");
  filled += scriptText(data);
  filled += rest;
  return filled;
}

} // namespace nnxrt
