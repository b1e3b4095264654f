// A page as it grows.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace nnxrt {

/// HTML in reading order, and what the page's script makes more of: chart specifications by name,
/// the epochs of experiments, and the details of points. Texts that many points share stand once.
struct PageParts {
  std::string body;
  nlohmann::json specs = nlohmann::json::object();  // Vega-Lite
  nlohmann::json series = nlohmann::json::object(); // by experiment: epochSeries
  nlohmann::json points = nlohmann::json::object(); // by experiment: see PointDetails.h
  nlohmann::json texts = nlohmann::json::array();

  /// The place of a text in `texts`.
  size_t textPlace(const std::string &text) {
    const auto [known, isNew] = places.try_emplace(text, places.size());
    if (isNew)
      texts.push_back(text);
    return known->second;
  }

private:
  std::map<std::string, size_t> places;
};

} // namespace nnxrt
