// Choosing points by name.
#include "runtime/main/Selection.h"

#include "runtime/main/NearestName.h"
#include "runtime/store/ResultReader.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

using namespace nnxrt;

using Place = std::pair<size_t, size_t>; // experiment, point

static std::string withoutSpaces(std::string text) {
  std::erase(text, ' ');
  return text;
}

static size_t findExperiment(const Study &study, const std::string &name) {
  std::vector<std::string> names;
  for (size_t e = 0; e < study.experiments.size(); ++e) {
    if (study.experiments[e].name == name)
      return e;
    names.push_back(study.experiments[e].name);
  }
  throw SelectionError(fmt::format("the study has no experiment `{}`{}; it has: {}", name,
                                   didYouMean(name, names), fmt::join(names, ", ")));
}

static size_t findPoint(const Experiment &experiment, const std::string &name) {
  std::vector<std::string> labels;
  for (size_t p = 0; p < experiment.points.size(); ++p) {
    if (withoutSpaces(experiment.points[p].label) == withoutSpaces(name))
      return p;
    labels.push_back(experiment.points[p].label);
  }
  size_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error == std::errc() && end == name.data() + name.size() && number >= 1 &&
      number <= labels.size())
    return number - 1;
  throw SelectionError(fmt::format("`{}` has no point `{}`{}; --list shows its {} points",
                                   experiment.name, name, didYouMean(name, labels), labels.size()));
}

static void addSelected(const Study &study, const std::string &name, std::set<Place> &places) {
  const size_t slash = name.find('/');
  const size_t e = findExperiment(study, name.substr(0, slash));
  const Experiment &experiment = study.experiments[e];
  if (slash != std::string::npos)
    places.emplace(e, findPoint(experiment, name.substr(slash + 1)));
  else
    for (size_t p = 0; p < experiment.points.size(); ++p)
      places.emplace(e, p);
}

std::vector<PointInfo> nnxrt::selectPoints(const Study &study,
                                           const std::vector<std::string> &only) {
  std::set<Place> places;
  for (const std::string &name : only)
    addSelected(study, name, places);
  if (only.empty())
    for (const Experiment &experiment : study.experiments)
      addSelected(study, experiment.name, places);
  std::vector<PointInfo> points;
  for (const auto &[e, p] : places)
    points.push_back({&study.experiments[e], &study.experiments[e].points[p], e, p,
                      study.experiments[e].repeats});
  return points;
}

void nnxrt::askForRepeats(const Study &study, const std::vector<std::string> &wishes,
                          std::vector<PointInfo> &points) {
  for (const std::string &wish : wishes) {
    // A label may hold `=` itself.
    const size_t sign = wish.rfind('=');
    const std::string number = sign == std::string::npos ? wish : wish.substr(sign + 1);
    int repeats = 0;
    const auto [end, error] =
        std::from_chars(number.data(), number.data() + number.size(), repeats);
    if (error != std::errc() || end != number.data() + number.size() || repeats < 1 ||
        repeats > mostRepeats)
      throw SelectionError(fmt::format(
          "--repeats: `{}` is not [EXPERIMENT[/POINT]=]N with N from 1 to {}", wish, mostRepeats));
    std::set<Place> places;
    if (sign != std::string::npos)
      addSelected(study, wish.substr(0, sign), places);
    for (PointInfo &point : points)
      if (sign == std::string::npos || places.contains({point.experimentIndex, point.pointIndex}))
        point.repeats = std::max(point.repeats, repeats);
  }
}
