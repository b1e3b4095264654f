// Reading JSON so that what is missing or wrong is named with its place.
#pragma once

#include "runtime/train/Study.h"

#include <fmt/format.h>
#include <limits>
#include <nlohmann/json.hpp>

namespace nnxrt {

/// A value of the study's JSON and where it stands, so that a missing or wrong one is named.
class JsonNode {
public:
  JsonNode(const nlohmann::ordered_json &value, std::string place)
      : value(value), place(std::move(place)) {}

  [[nodiscard]] JsonNode at(const std::string &key) const {
    if (!value.is_object())
      fail("is no object");
    const auto found = value.find(key);
    if (found == value.end())
      fail(fmt::format("has no `{}`", key));
    return {*found, place + "/" + key};
  }
  template <typename T> [[nodiscard]] T as() const {
    try {
      return value.get<T>();
    } catch (const nlohmann::ordered_json::exception &error) {
      fail(fmt::format("has a wrong type: {}", error.what()));
    }
  }
  /// A whole number of [least, most].
  [[nodiscard]] int64_t whole(int64_t least, int64_t most) const {
    if (!value.is_number_integer())
      fail("is no whole number");
    const auto number = value.get<int64_t>();
    if (number < least || number > most || (value.is_number_unsigned() && number < 0))
      fail(fmt::format("is {}, not in {} to {}", value.dump(), least, most));
    return number;
  }
  [[nodiscard]] int small(int64_t least) const {
    return static_cast<int>(whole(least, std::numeric_limits<int>::max()));
  }
  [[nodiscard]] double real() const {
    if (!value.is_number())
      fail("is no number");
    return value.get<double>();
  }
  /// An empty text for null.
  [[nodiscard]] std::string optionalText() const {
    return value.is_null() ? std::string() : as<std::string>();
  }
  template <typename Read> auto list(Read read) const {
    if (!value.is_array())
      fail("is no list");
    std::vector<decltype(read(*this))> items;
    for (size_t i = 0; i < value.size(); ++i)
      items.push_back(read(JsonNode(value[i], fmt::format("{}/{}", place, i))));
    return items;
  }
  [[nodiscard]] bool isNull() const { return value.is_null(); }
  [[nodiscard]] bool has(const std::string &key) const { return value.contains(key); }
  [[nodiscard]] const nlohmann::ordered_json &json() const { return value; }
  [[noreturn]] void fail(const std::string &what) const {
    throw StudyError(fmt::format("the study: {} {}", place.empty() ? "/" : place, what));
  }

private:
  const nlohmann::ordered_json &value;
  std::string place;
};

} // namespace nnxrt
