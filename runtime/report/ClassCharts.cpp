// Confusion matrix and reliability diagram.
#include "runtime/report/ClassCharts.h"

#include "runtime/report/ChartSpec.h"
#include "runtime/report/Format.h"
#include "runtime/report/TextWidth.h"

#include <algorithm>
#include <fmt/format.h>

namespace nnxrt {

using Json = nlohmann::json;

std::vector<std::string> classNames(const DatasetSpec &dataset) {
  std::vector<std::string> names = dataset.labels;
  for (auto c = static_cast<int>(names.size()); c < dataset.classes; ++c)
    names.push_back(std::to_string(c));
  return names;
}

std::string percentOf(int64_t count, int64_t all) {
  if (all <= 0)
    return "";
  return fmt::format("{:.2f} %", 100 * static_cast<double>(count) / static_cast<double>(all));
}

Json confusionChart(const Metrics &metrics, const std::vector<std::string> &classes) {
  Json rows = Json::array();
  for (int label = 0; label < metrics.classes; ++label) {
    const int64_t support = metrics.perClass[static_cast<size_t>(label)].support;
    for (int predicted = 0; predicted < metrics.classes; ++predicted) {
      const int64_t count = metrics.count(label, predicted);
      rows.push_back(
          {{"t", classes[static_cast<size_t>(label)]},
           {"p", classes[static_cast<size_t>(predicted)]},
           {"n", count},
           {"q", percentOf(count, support)},
           {"s", support > 0 ? static_cast<double>(count) / static_cast<double>(support) : 0.0}});
    }
  }
  size_t longest = 0;
  for (const std::string &name : classes)
    longest = std::max(longest, textWidth(name));
  const bool counts = metrics.classes <= 20; // more do not fit
  const bool percents = metrics.classes <= 12 && longest <= 12;
  const Json x = {{"field", "p"},
                  {"type", "nominal"},
                  {"sort", nullptr},
                  {"title", "predicted class"},
                  {"axis",
                   {{"labelAngle", longest > 3 ? -45 : 0},
                    {"orient", "top"},
                    {"ticks", false},
                    {"domain", false},
                    {"labelOverlap", !counts}}}};
  const Json y = {{"field", "t"},
                  {"type", "nominal"},
                  {"sort", nullptr},
                  {"title", "true class"},
                  {"axis", {{"ticks", false}, {"domain", false}}}};
  // This power lets a handful of errors in a thousand be seen.
  Json layers =
      Json::array({{{"mark", {{"type", "rect"}}},
                    {"encoding",
                     {{"color",
                       {{"field", "s"},
                        {"type", "quantitative"},
                        {"scale", {{"type", "pow"}, {"exponent", 0.4}, {"domain", {0, 1}}}},
                        {"legend", nullptr}}},
                      {"tooltip", tooltipOf({{"t", "true"},
                                             {"p", "predicted"},
                                             {"n", "samples"},
                                             {"q", "of the true class"}})}}}}});
  const auto addText = [&](const char *field, int size, int shift) {
    for (const bool pale : {true, false})
      layers.push_back(
          {{"mark",
            {{"type", "text"},
             {"style", pale ? "onPale" : "onHeat"},
             {"fontSize", size},
             {"dy", shift}}},
           {"transform", Json::array({{{"filter", pale ? "datum.n > 0 && datum.s <= 0.25"
                                                       : "datum.s > 0.25"}}})},
           {"encoding", {{"text", {{"field", field}, {"type", "nominal"}}}}}});
  };
  if (counts)
    addText("n", percents ? 12 : 9, percents ? -5 : 0);
  if (percents)
    addText("q", 8, 8);
  Json chart =
      chartOf(percents ? 36 * metrics.classes + 60 : std::min(560, 28 * metrics.classes + 60),
              std::move(rows));
  chart["encoding"] = {{"x", x}, {"y", y}};
  chart["layer"] = std::move(layers);
  return chart;
}

Json reliabilityChart(const std::vector<ReliabilityBin> &bins) {
  Json rows = Json::array();
  for (const ReliabilityBin &bin : bins) {
    if (bin.samples == 0)
      continue;
    const auto samples = static_cast<double>(bin.samples);
    const double share = static_cast<double>(bin.hits) / samples;
    rows.push_back({{"c", bin.confidence / samples},
                    {"a", share},
                    {"n", bin.samples},
                    {"ct", shareText(bin.confidence / samples)},
                    {"at", shareText(share)}});
  }
  const auto axis = [](const char *field, const char *title) {
    return Json{{"field", field},
                {"type", "quantitative"},
                {"title", title},
                {"scale", {{"domain", {0, 1}}, {"nice", false}}},
                {"axis", {{"tickCount", 5}, {"format", ".1f"}}}};
  };
  Json chart = chartOf(240, std::move(rows));
  chart["layer"] = Json::array(
      {{{"data", {{"values", Json::array({{{"c", 0}, {"a", 0}}, {{"c", 1}, {"a", 1}}})}}},
        {"mark", {{"type", "line"}, {"strokeDash", {4, 4}}, {"opacity", 0.5}, {"style", "quiet"}}},
        {"encoding", {{"x", axis("c", "confidence")}, {"y", axis("a", "right")}}}},
       {{"mark", {{"type", "point"}, {"filled", true}, {"opacity", 1}, {"color", "#4269d0"}}},
        {"encoding",
         {{"x", axis("c", "confidence")},
          {"y", axis("a", "right")},
          {"size",
           {{"field", "n"},
            {"type", "quantitative"},
            {"scale", {{"type", "sqrt"}, {"range", {30, 500}}}},
            {"legend", nullptr}}},
          {"tooltip",
           tooltipOf({{"ct", "mean confidence"}, {"at", "share right"}, {"n", "samples"}})}}}}});
  return chart;
}

} // namespace nnxrt
