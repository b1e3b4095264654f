// Tables of the page.
#include "runtime/report/HtmlTable.h"

#include "runtime/report/Page.h"

#include <fmt/format.h>
#include <initializer_list>

namespace nnxrt {

HtmlTable::HtmlTable(std::string_view text, std::vector<HtmlColumn> heads, bool hasTools)
    : caption(text), columns(std::move(heads)), tools(hasTools) {}

/// ` class="a b"`, nothing without a class.
static std::string classAttribute(std::initializer_list<std::string_view> classes) {
  std::string names;
  for (const std::string_view each : classes)
    if (!each.empty())
      names += fmt::format("{}{}", names.empty() ? "" : " ", each);
  return names.empty() ? names : fmt::format(" class=\"{}\"", names);
}

void HtmlTable::addRow(const std::vector<HtmlCell> &cells, std::string_view rowClass) {
  rows += fmt::format("<tr{}>", classAttribute({rowClass}));
  for (size_t c = 0; c < cells.size(); ++c) {
    const HtmlCell &cell = cells[c];
    std::string attributes = c == 0 ? " scope=\"row\"" : "";
    attributes += classAttribute({columns[c].number ? "n" : "", cell.wraps ? "wrap" : "",
                                  columns[c].isExtra ? "off" : "", cell.tone});
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
    heads += fmt::format("<th scope=\"col\"{}>{}</th>",
                         classAttribute({column.number ? "n" : "", column.isExtra ? "off" : ""}),
                         escapeHtml(column.name));
  const std::string name = escapeHtml(caption);
  return fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{}\">\n"
      "<table{}><caption><span>{}</span></caption>\n<thead><tr>{}</tr></thead>\n<tbody>\n{}"
      "</tbody></table></div>\n",
      name, tools ? " class=\"tools\"" : "", name, heads, rows);
}

} // namespace nnxrt
