// The page that every report.html is made from: style, script and Vega, packed into the program.
#pragma once

#include <string>
#include <string_view>

namespace nnxrt {

/// `text` as HTML text or attribute value.
std::string escapeHtml(std::string_view text);

/// JSON whose text cannot end the script element it stands in.
std::string scriptText(std::string_view json);

/// The whole page: `title` is text, `body` HTML, `data` JSON (any text in it is made harmless for
/// a script element).
std::string fillPage(std::string_view title, std::string_view body, std::string_view data);

} // namespace nnxrt
