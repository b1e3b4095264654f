// A settlement for people, programs and the trainer.
#include "runtime/report/Format.h"
#include "runtime/report/Settlement.h"
#include "runtime/report/TextWidth.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace nnxrt {

static std::string seedsText(size_t seeds) {
  return counted(static_cast<int64_t>(seeds), "seed");
}

static std::string priceOf(size_t runs, double seconds) {
  return fmt::format("{}, {}", counted(static_cast<int64_t>(runs), "run"), durationText(seconds));
}

static std::string explain(const OpenComparison &open, const ExperimentFigures &figures) {
  const FigureWriter write = writerOf(figures.metric->unit);
  const Spread spread{.count = open.seeds, .mean = std::abs(open.ahead), .deviation = open.spread};
  std::string text = fmt::format("{} {}", spreadText(spread, write),
                                 open.ahead < 0 ? "better than the best" : "behind");
  if (open.seeds > 0)
    text += fmt::format(" over {}", seedsText(open.seeds));
  const std::string price = priceOf(open.runs, open.seconds);
  switch (open.doubt) {
  case Doubt::fewSeeds:
    return fmt::format("{}; {} more would tell, {} in all: {}", text,
                       seedsText(static_cast<size_t>(open.needed) - open.seeds), open.needed,
                       price);
  case Doubt::oneSeed:
    return fmt::format("{}; how much seeds differ is not known, {} are the fewest that are of use: "
                       "{}",
                       text, seedsText(static_cast<size_t>(open.needed)), price);
  case Doubt::tooMany:
    return text + "; more seeds than --most would be needed";
  case Doubt::unpaired:
    return text + "; its seeds are others than those of the best, and the test compares equal ones";
  default:
    return "the same figures with every seed: no seed will tell";
  }
}

static int jobsOf(const Settlement &settlement, const StudyResults &results) {
  return std::clamp(static_cast<int>(settlement.runs), 1, std::max(1, results.info->jobs));
}

std::string settlementText(const Settlement &settlement, const StudyResults &results,
                           const std::string &folder) {
  std::string text;
  size_t open = 0;
  for (const OpenExperiment &each : settlement.experiments) {
    const PointFigures &best = each.figures.points[each.best];
    open += each.open.size();
    text += fmt::format(
        "{}: best {}, {} {} with {}; {} of {} undecided\n", each.figures.experiment->name,
        printable(best.name()), each.figures.metric->title,
        spreadText(best.score, writerOf(each.figures.metric->unit)), seedsText(best.score.count),
        each.open.size(), counted(static_cast<int64_t>(each.compared), "comparison"));
    size_t width = 0;
    for (const OpenComparison &comparison : each.open)
      width = std::max(width, textWidth(each.figures.points[comparison.point].name()));
    for (const OpenComparison &comparison : each.open)
      text += fmt::format("  {}  {}\n",
                          padded(printable(each.figures.points[comparison.point].name()), width),
                          explain(comparison, each.figures));
  }
  if (settlement.experiments.empty())
    return "no experiment has two points with results to compare\n";
  if (open == 0)
    return text + "everything is decided\n";
  if (settlement.runs == 0)
    return text + "no runs would decide more\n";
  const int jobs = jobsOf(settlement, results);
  return text +
         fmt::format("in all {}: about {} with {} at once; nnxc settle {} --run trains them\n",
                     counted(static_cast<int64_t>(settlement.runs), "run"),
                     durationText(settlement.seconds / jobs), jobs, shellQuoted(folder));
}

std::string settlementJson(const Settlement &settlement, const StudyResults &results) {
  using Json = nlohmann::ordered_json;
  static constexpr std::array doubts{"few_seeds", "one_seed", "too_many", "unpaired",
                                     "equal"}; // by Doubt
  Json experiments = Json::array();
  for (const OpenExperiment &each : settlement.experiments) {
    Json open = Json::array();
    for (const OpenComparison &comparison : each.open)
      open.push_back({{"point", each.figures.points[comparison.point].point->label},
                      {"seeds", comparison.seeds},
                      {"difference", comparison.ahead},
                      {"deviation", comparison.spread},
                      {"doubt", doubts[static_cast<size_t>(comparison.doubt)]},
                      {"seeds_needed", comparison.needed},
                      {"runs", comparison.runs},
                      {"seconds", comparison.seconds}});
    experiments.push_back({{"name", each.figures.experiment->name},
                           {"metric", each.figures.metric->name},
                           {"best", each.figures.points[each.best].point->label},
                           {"comparisons", each.compared},
                           {"undecided", open}});
  }
  const Json json = {{"experiments", experiments},
                     {"runs", settlement.runs},
                     {"seconds", settlement.seconds},
                     {"jobs", jobsOf(settlement, results)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::vector<std::string> settlementArguments(const Settlement &settlement,
                                             const StudyResults &results) {
  std::vector<std::string> arguments;
  for (const auto &[place, seeds] : settlement.wanted) {
    const std::string point =
        fmt::format("{}/{}", results.info->study->experiments[place.first].name, place.second + 1);
    arguments.insert(arguments.end(),
                     {"--only", point, "--repeats", fmt::format("{}={}", point, seeds)});
  }
  return arguments;
}

} // namespace nnxrt
