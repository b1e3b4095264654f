// Figures that hold charts.
#include "runtime/report/HtmlChart.h"

#include "runtime/report/Page.h"

#include <cctype>
#include <fmt/format.h>

namespace nnxrt {

void addChart(PageParts &page, const std::string &name, nlohmann::json spec,
              const ChartTexts &texts) {
  std::string caption = texts.caption;
  caption[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(caption[0])));
  const std::string said = caption + ". " + texts.note;
  spec["description"] = said; // read out in place of the drawing
  if (spec.contains("width"))
    spec["autosize"] = {{"type", "fit-x"}, {"contains", "padding"}};
  // A place of about the height that the chart will have: what is below does not jump.
  const int height = spec.contains("height") ? spec["height"].get<int>() + 45 : 240;
  page.specs[name] = std::move(spec);
  page.body += fmt::format(
      "<figure{}><figcaption>{}{}</figcaption>\n"
      "<div class=\"chart h{}\" data-chart=\"{}\" role=\"img\" aria-label=\"{}\"></div>\n{}"
      "</figure>\n",
      texts.figureClass.empty() ? "" : " class=\"" + texts.figureClass + "\"", escapeHtml(caption),
      texts.note.empty() ? "" : "<span>" + escapeHtml(texts.note) + "</span>",
      height > 420   ? 3
      : height > 300 ? 2
                     : 1,
      escapeHtml(name), escapeHtml(said), texts.alternative);
}

} // namespace nnxrt
