// From the columns of a table to samples.
#include "runtime/data/FileBytes.h"
#include "runtime/data/Table.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

using namespace nnxrt;

static bool readsAsNumber(const std::string &word, double &number) {
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  return error == std::errc() && end == word.data() + word.size() && std::isfinite(number);
}

/// By their numbers if all of them are numbers, otherwise by their bytes.
static std::vector<std::string> inOrder(const std::set<std::string> &words) {
  std::vector<std::pair<double, std::string>> keyed;
  bool areNumbers = true;
  for (const std::string &word : words) {
    double number = 0;
    areNumbers = areNumbers && readsAsNumber(word, number);
    keyed.emplace_back(number, word);
  }
  if (areNumbers)
    std::ranges::sort(keyed);
  std::vector<std::string> sorted;
  for (const auto &[number, word] : keyed)
    sorted.push_back(word);
  if (!areNumbers)
    std::ranges::sort(sorted);
  return sorted;
}

/// The words that these rows hold, in order.
static std::vector<std::string> wordsOf(const Column &column, std::span<const uint32_t> rows) {
  std::vector<bool> isThere(column.words.size());
  for (const uint32_t row : rows)
    if (column.codes[row] != Column::missingWord)
      isThere[column.codes[row]] = true;
  std::set<std::string> words;
  for (size_t code = 0; code < column.words.size(); ++code)
    if (isThere[code])
      words.insert(column.words[code]);
  return inOrder(words);
}

TableEncoder::TableEncoder(const Table &train, std::span<const uint32_t> rows,
                           const DatasetSpec &spec)
    : spec(spec) {
  for (const Column &column : train.features) {
    Encoding encoding{.name = column.name, .first = features, .isWords = column.isWords};
    if (column.isWords)
      encoding.words = wordsOf(column, rows);
    else
      learnNumbers(encoding, column, train, rows);
    if (column.isWords && encoding.words.empty())
      throw DataError(fmt::format("{}: column `{}` has no value in the training rows", train.name,
                                  column.name));
    features += column.isWords ? encoding.words.size() : 1;
    encodings.push_back(std::move(encoding));
  }
  if (!spec.isRegression())
    learnClasses(train, rows);
}

void TableEncoder::learnNumbers(Encoding &encoding, const Column &column, const Table &train,
                                std::span<const uint32_t> rows) const {
  std::vector<double> known;
  for (const uint32_t row : rows)
    if (!std::isnan(column.numbers[row]))
      known.push_back(column.numbers[row]);
  if (known.empty())
    throw DataError(
        fmt::format("{}: column `{}` has no value in the training rows", train.name, column.name));
  if (spec.table.missing == "mean") {
    double sum = 0;
    for (const double number : known)
      sum += number;
    encoding.fill = sum / static_cast<double>(known.size());
  } else if (spec.table.missing == "median") {
    std::ranges::sort(known);
    const size_t half = known.size() / 2;
    encoding.fill = known.size() % 2 == 1 ? known[half] : (known[half - 1] + known[half]) / 2;
  }
}

void TableEncoder::learnClasses(const Table &train, std::span<const uint32_t> rows) {
  classes = spec.labels.empty() ? wordsOf(train.targets[0], rows) : spec.labels;
  if (classes.size() != static_cast<size_t>(spec.classes))
    throw DataError(fmt::format("{}: the training rows hold {} classes in `{}` ({}); data set `{}` "
                                "(line {}) has {}",
                                train.name, classes.size(), train.targets[0].name,
                                fmt::join(classes, ", "), spec.name, spec.line, spec.classes));
}

std::vector<bool> TableEncoder::numericFeatures() const {
  std::vector<bool> numeric(features);
  for (const Encoding &encoding : encodings)
    numeric[encoding.first] = !encoding.isWords;
  return numeric;
}

std::string TableEncoder::summary() const {
  const auto numbers =
      std::ranges::count_if(encodings, [](const Encoding &each) { return !each.isWords; });
  std::string text = fmt::format("{} columns of numbers", numbers);
  for (const Encoding &encoding : encodings)
    if (encoding.isWords)
      text += fmt::format(", `{}` of {} words", encoding.name, encoding.words.size());
  return text;
}

Samples TableEncoder::encode(const Table &table) const {
  Samples samples(table.name, table.lines.size(), features, ElementType::real64);
  for (const Encoding &encoding : encodings) {
    const auto column = std::ranges::find(table.features, encoding.name, &Column::name);
    if (column == table.features.end())
      throw DataError(fmt::format("{}: has no column `{}`, which the training file has", table.name,
                                  encoding.name));
    if (encoding.isWords)
      encodeWords(encoding, *column, table, samples);
    else
      encodeNumbers(encoding, *column, samples);
  }
  for (const Column &column : table.features)
    if (std::ranges::find(encodings, column.name, &Encoding::name) == encodings.end())
      throw DataError(fmt::format("{}: column `{}` is not in the training file; `ignore` leaves it "
                                  "out",
                                  table.name, column.name));
  encodeTargets(table, samples);
  return samples;
}

void TableEncoder::encodeNumbers(const Encoding &encoding, const Column &column,
                                 Samples &samples) const {
  auto *const elements = samples.data<double>();
  for (uint64_t row = 0; row < samples.count; ++row) {
    const double number = column.numbers[row];
    elements[row * features + encoding.first] = std::isnan(number) ? encoding.fill : number;
  }
}

/// Where each word of a column stands in `words`; that many: nowhere.
static std::vector<uint64_t> placesOf(const Column &column, const std::vector<std::string> &words) {
  std::map<std::string_view, uint64_t> known;
  for (const std::string &word : words)
    known.emplace(word, known.size());
  std::vector<uint64_t> places;
  for (const std::string &word : column.words) {
    const auto found = known.find(word);
    places.push_back(found == known.end() ? words.size() : found->second);
  }
  return places;
}

void TableEncoder::encodeWords(const Encoding &encoding, const Column &column, const Table &table,
                               Samples &samples) const {
  const std::vector<uint64_t> places = placesOf(column, encoding.words);
  auto *const elements = samples.data<double>();
  for (uint64_t row = 0; row < samples.count; ++row) {
    const uint32_t code = column.codes[row];
    if (code == Column::missingWord)
      continue;
    if (places[code] < encoding.words.size())
      elements[row * features + encoding.first + places[code]] = 1;
    else if (spec.table.unseen == "error")
      throw DataError(fmt::format("{}: line {}, column `{}`: no training row holds `{}`; say "
                                  "unseen = zero to let it count as none",
                                  table.name, table.lines[row], column.name, column.words[code]));
  }
}

void TableEncoder::encodeTargets(const Table &table, Samples &samples) const {
  if (spec.isRegression()) {
    for (uint64_t row = 0; row < samples.count; ++row)
      for (const Column &target : table.targets)
        samples.targets.push_back(static_cast<float>(target.numbers[row]));
    return;
  }
  const Column &target = table.targets[0];
  const std::vector<uint64_t> places = placesOf(target, classes);
  for (uint64_t row = 0; row < samples.count; ++row) {
    const uint32_t code = target.codes[row];
    if (places[code] == classes.size())
      throw DataError(fmt::format("{}: line {}, column `{}`: `{}` is none of the classes {}",
                                  table.name, table.lines[row], target.name, target.words[code],
                                  fmt::join(classes, ", ")));
    samples.labels.push_back(static_cast<uint8_t>(places[code]));
  }
}
