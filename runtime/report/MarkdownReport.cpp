// report.md: the tables of the report for a repository.
#include "runtime/report/Charts.h"
#include "runtime/report/Facts.h"
#include "runtime/report/Figures.h"
#include "runtime/report/Format.h"
#include "runtime/report/Report.h"

#include <fmt/format.h>
#include <string_view>

namespace nnxrt {

/// Text that Markdown shows as it stands, in a cell of a table too.
static std::string plain(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\n' || c == '\r') {
      escaped += ' ';
      continue;
    }
    if (std::string_view("\\`*_[]<>|#~").find(c) != std::string_view::npos)
      escaped += '\\';
    escaped += c;
  }
  return escaped;
}

static void addPointsTable(std::string &out, const ExperimentFigures &figures) {
  const Experiment &experiment = *figures.experiment;
  const PointFigures *best = figures.best();
  std::string head = "|", rule = "|";
  const auto column = [&](std::string_view name, bool number) {
    head += fmt::format(" {} |", plain(name));
    rule += number ? " ---: |" : " --- |";
  };
  for (const Axis &axis : experiment.axes)
    column(axis.name, false);
  if (experiment.axes.empty())
    column("point", false);
  for (const char *name : {"accuracy", "precision", "recall", "F1", "loss", "parameters", "time"})
    column(name, true);
  column("status", false);
  out += head + "\n" + rule + "\n";
  for (const PointFigures &point : figures.points) {
    out += "|";
    for (const Axis &axis : experiment.axes)
      for (const auto &[name, value] : point.point->axes)
        if (name == axis.name)
          out += fmt::format(" {} |", plain(value));
    if (experiment.axes.empty())
      out += fmt::format(" {} |", plain(point.name()));
    const std::string accuracy = spreadText(point.accuracy, shareText);
    const bool marked = &point == best && figures.points.size() > 1;
    out += fmt::format(
        " {} | {} | {} | {} | {} | {} | {} | {} |\n", marked ? "**" + accuracy + "**" : accuracy,
        spreadText(point.precision, shareText), spreadText(point.recall, shareText),
        spreadText(point.f1, shareText), spreadText(point.loss, lossText),
        countText(point.point->parameters),
        point.seconds.count > 0 ? durationText(point.seconds.mean) : "", point.status);
  }
  out += "\n";
}

static void addClasses(std::string &out, const Study &study, const PointFigures &best) {
  const Metrics &test = best.bestRun->result.test;
  const auto classes = classNames(study.datasets[best.point->dataset]);
  out += fmt::format("### By class: {}\n\n", plain(best.name()));
  out += "| class | precision | recall | F1 | samples | predicted |\n"
         "| --- | ---: | ---: | ---: | ---: | ---: |\n";
  for (size_t c = 0; c < test.perClass.size(); ++c) {
    const ClassFigures &figures = test.perClass[c];
    out +=
        fmt::format("| {} | {} | {} | {} | {} | {} |\n", plain(classes[c]),
                    shareText(figures.precision), shareText(figures.recall), shareText(figures.f1),
                    countText(figures.support), countText(figures.predicted));
  }
  out += "\nConfusion matrix, rows true, columns predicted:\n\n| |";
  std::string rule = "\n| --- |";
  for (const std::string &name : classes) {
    out += fmt::format(" {} |", plain(name));
    rule += " ---: |";
  }
  out += rule + "\n";
  for (int label = 0; label < test.classes; ++label) {
    out += fmt::format("| **{}** |", plain(classes[static_cast<size_t>(label)]));
    for (int predicted = 0; predicted < test.classes; ++predicted)
      out += fmt::format(" {} |", test.count(label, predicted));
    out += "\n";
  }
  out += "\n";
}

static void addFacts(std::string &out, const Facts &facts) {
  out += "| what | value |\n| --- | --- |\n";
  for (const auto &[name, value] : facts)
    out += fmt::format("| {} | {} |\n", plain(name), plain(value));
  out += "\n";
}

/// A fence that the text does not hold.
static std::string fenceFor(const std::string &text) {
  std::string fence = "```";
  while (text.find(fence) != std::string::npos)
    fence += '`';
  return fence;
}

std::string markdownReport(const StudyResults &results) {
  const Study &study = *results.info->study;
  std::string out = fmt::format("# {}\n\n", plain(study.name()));
  if (results.outcome.wasInterrupted)
    out += "The study was interrupted: these are the results of what had run.\n\n";
  for (const ExperimentFigures &figures : figuresOf(results)) {
    out += fmt::format("## {}\n\n", plain(figures.title()));
    for (const std::string &sentence : summaryOf(figures, results))
      out += fmt::format("- {}\n", plain(sentence));
    out += "\n";
    addPointsTable(out, figures);
    if (const PointFigures *best = figures.best())
      addClasses(out, study, *best);
  }
  out += "## Environment\n\n";
  addFacts(out, environmentOf(results));
  const std::string fence = fenceFor(study.source);
  out += fmt::format("## Source\n\n{}\n{}{}{}\n", fence, study.source,
                     study.source.ends_with('\n') ? "" : "\n", fence);
  return out;
}

} // namespace nnxrt
