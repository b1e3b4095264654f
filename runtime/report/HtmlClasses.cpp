// Figures by class, and single samples.
#include "runtime/report/HtmlClasses.h"

#include "runtime/report/ClassCharts.h"
#include "runtime/report/Format.h"
#include "runtime/report/HtmlCells.h"
#include "runtime/report/HtmlChart.h"
#include "runtime/report/HtmlTable.h"
#include "runtime/report/Page.h"
#include "runtime/report/Picture.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace nnxrt {

namespace {

class ClassSection {
public:
  ClassSection(PageParts &parts, std::string chartName, const Study &study,
               const PointFigures &pointFigures)
      : page(parts), name(std::move(chartName)), point(pointFigures), run(*point.bestRun),
        test(run.result.test), classes(classNames(study.datasets[point.point->dataset])),
        which(point.score.count > 1 ? fmt::format("{}, repeat {}", point.name(), run.repeat)
                                    : point.name()) {}

  void add(bool isBest) {
    page.body +=
        fmt::format("<h3>{}{}</h3>\n<div class=\"classes\">\n<div>\n",
                    isBest ? "The best point by class: " : "By class: ", escapeHtml(which));
    addConfusion();
    page.body += "</div>\n<div>\n";
    addEach();
    addReliability();
    page.body += "</div>\n</div>\n";
    addWrongSamples();
  }

private:
  void addConfusion() {
    std::vector<HtmlColumn> columns{{.name = "true class"}};
    for (const std::string &each : classes)
      columns.push_back({.name = each, .number = true});
    HtmlTable table(
        fmt::format("Confusion matrix of {}: rows are true, columns predicted; shares are of the "
                    "true class",
                    which),
        columns, false);
    for (int label = 0; label < test.classes; ++label) {
      const int64_t support = test.perClass[static_cast<size_t>(label)].support;
      std::vector<HtmlCell> cells{{.text = classes[static_cast<size_t>(label)]}};
      for (int predicted = 0; predicted < test.classes; ++predicted) {
        const int64_t count = test.count(label, predicted);
        cells.push_back(numberCell(count));
        if (count > 0)
          cells.back().note = percentOf(count, support);
      }
      table.addRow(cells);
    }
    const int64_t right = std::llround(test.accuracy * static_cast<double>(test.samples));
    addChart(page, name + "-confusion", confusionChart(test, classes),
             {.caption = "Confusion matrix",
              .note = fmt::format("{} of {} test samples are off the diagonal ({}). Shares are of "
                                  "the true class.",
                                  countText(test.samples - right), countText(test.samples),
                                  percentOf(test.samples - right, test.samples)),
              .alternative = "<details><summary>The matrix as a table</summary>\n" + table.html() +
                             "</details>\n",
              .figureClass = "square"});
  }

  void addEach() {
    HtmlTable table(fmt::format("Each class against the rest: {}", which),
                    {{.name = "class"},
                     {.name = "precision", .number = true},
                     {.name = "recall", .number = true},
                     {.name = "F1", .number = true},
                     {.name = "samples", .number = true},
                     {.name = "predicted", .number = true}},
                    true);
    for (size_t c = 0; c < test.perClass.size(); ++c) {
      const ClassFigures &each = test.perClass[c];
      table.addRow({{.text = classes[c]},
                    shareCell(each.precision),
                    shareCell(each.recall),
                    shareCell(each.f1),
                    numberCell(each.support),
                    numberCell(each.predicted)});
    }
    const auto average = [&](const char *title, const AveragedFigures &each) {
      return fmt::format("{}: precision {}, recall {}, F1 {}", title, shareText(each.precision),
                         shareText(each.recall), shareText(each.f1));
    };
    page.body += table.html();
    page.body += fmt::format("<p class=\"small quiet\">{}.<br>{}.</p>\n",
                             average("Weighted by samples", test.weighted),
                             average("Plain mean", test.macro));
  }

  void addReliability() {
    if (std::ranges::none_of(run.reliability,
                             [](const ReliabilityBin &bin) { return bin.samples > 0; }))
      return;
    addChart(page, name + "-reliability", reliabilityChart(run.reliability),
             {.caption = "Reliability",
              .note = fmt::format("Share right against confidence, in 15 bins; a larger dot holds "
                                  "more samples. Expected calibration error {}.",
                                  shareText(test.calibrationError))});
  }

  void addWrongSamples() {
    if (run.wrong.empty())
      return;
    page.body += fmt::format("<h4>Most confidently wrong</h4>\n<p class=\"small quiet\">Test "
                             "samples of which {} is surest though it is wrong: true class → "
                             "predicted class, confidence.{}</p>\n<ul class=\"samples\">\n",
                             escapeHtml(which),
                             run.wrong.front().pixels.empty()
                                 ? " Their pictures are kept when a trainer ends its study."
                                 : "");
    for (const WrongSample &sample : run.wrong)
      addSample(sample);
    page.body += "</ul>\n";
  }

  void addSample(const WrongSample &sample) {
    const std::string &label = classes[sample.label], &predicted = classes[sample.predicted];
    std::string picture;
    if (!sample.pixels.empty())
      picture = fmt::format("<img src=\"{}\" alt=\"Test sample {}\" width=\"{}\" height=\"{}\">",
                            pictureAddress(sample), sample.sample, sample.width, sample.height);
    page.body += fmt::format("<li>{}<span>{} → {}</span> <small>{} <span class=\"n\">no. {}</span>"
                             "</small></li>\n",
                             picture, escapeHtml(label), escapeHtml(predicted),
                             shareText(sample.confidence), sample.sample);
  }

  PageParts &page;
  const std::string name;
  const PointFigures &point;
  const StoredRun &run;
  const Metrics &test;
  const std::vector<std::string> classes;
  const std::string which;
};

} // namespace

void addClasses(PageParts &page, const std::string &name, const Study &study,
                const ExperimentFigures &figures, const PointFigures &point) {
  ClassSection(page, name, study, point).add(&point == figures.best() && figures.points.size() > 1);
}

} // namespace nnxrt
