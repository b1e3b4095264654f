// Tables of the page.
#include "runtime/report/HtmlTable.h"

#include "runtime/report/Page.h"

#include <fmt/format.h>

namespace nnxrt {

HtmlTable::HtmlTable(std::string_view text, std::vector<HtmlColumn> heads, bool canSort)
    : caption(text), columns(std::move(heads)), sortable(canSort) {}

void HtmlTable::addRow(const std::vector<HtmlCell> &cells, std::string_view rowClass) {
  rows += rowClass.empty() ? std::string("<tr>") : fmt::format("<tr class=\"{}\">", rowClass);
  for (size_t c = 0; c < cells.size(); ++c) {
    const HtmlCell &cell = cells[c];
    std::string attributes = c == 0 ? " scope=\"row\"" : "";
    if (columns[c].number)
      attributes += " class=\"n\"";
    else if (cell.wraps)
      attributes += " class=\"wrap\"";
    if (!cell.value.empty())
      attributes += fmt::format(" data-value=\"{}\"", escapeHtml(cell.value));
    std::string inside = cell.markup.empty() ? escapeHtml(cell.text) : cell.markup;
    if (!cell.note.empty())
      inside += fmt::format(" <small>{}</small>", escapeHtml(cell.note));
    const char *tag = c == 0 ? "th" : "td";
    rows += fmt::format("<{}{}>{}</{}>", tag, attributes, inside, tag);
  }
  rows += "</tr>\n";
}

std::string HtmlTable::html() const {
  std::string heads;
  for (const HtmlColumn &column : columns)
    heads += fmt::format("<th scope=\"col\"{}>{}</th>", column.number ? " class=\"n\"" : "",
                         escapeHtml(column.name));
  const std::string name = escapeHtml(caption);
  return fmt::format("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}\">\n"
                     "<table{}><caption>{}</caption>\n<thead><tr>{}</tr></thead>\n<tbody>\n{}"
                     "</tbody></table></div>\n",
                     name, sortable ? " class=\"sortable\"" : "", name, heads, rows);
}

} // namespace nnxrt
