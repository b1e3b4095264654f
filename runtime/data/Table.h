// A table of numbers and words: read from text, and encoded as samples by what its training rows
// hold.
#pragma once

#include "runtime/data/Samples.h"
#include "runtime/train/Study.h"

#include <limits>
#include <map>
#include <string_view>

namespace nnxrt {

struct Column {
  static constexpr uint32_t missingWord = std::numeric_limits<uint32_t>::max();

  std::string name;
  bool isWords = false;
  std::vector<double> numbers = {};    // one a row, NaN where it is missing; or
  std::vector<uint32_t> codes = {};    // one a row: which of `words`, or missingWord
  std::vector<std::string> words = {}; // in the order of their first rows
  std::map<std::string, uint32_t, std::less<>> codeOf = {};
};

/// What a file holds, a column at a time; columns that the study ignores are left out.
struct Table {
  std::string name; // of the file, for messages
  std::vector<Column> features;
  std::vector<Column> targets; // one of words, or columns of numbers
  std::vector<uint32_t> lines; // of the file, one a row
};

/// Reads a table whose one target is words where `spec` has classes, numbers otherwise. Throws
/// DataError with the line and the column.
Table readTable(std::string_view text, const std::string &name, const DatasetSpec &spec);

/// How rows become samples: numbers as they are, words as one 0 or 1 for each that the training
/// rows hold, columns in the order of the training file.
class TableEncoder {
public:
  /// Learns from `rows` of `train` alone. Throws DataError.
  TableEncoder(const Table &train, std::span<const uint32_t> rows, const DatasetSpec &spec);

  /// Every row of `table`, doubles with labels or targets. Throws DataError for a word that the
  /// training rows lack, unless the study says `unseen = zero`, and for other columns.
  [[nodiscard]] Samples encode(const Table &table) const;

  [[nodiscard]] uint64_t featureCount() const { return features; }
  /// Which features are numbers of the table.
  [[nodiscard]] std::vector<bool> numericFeatures() const;
  /// Names of the classes in their order; none for regression.
  [[nodiscard]] const std::vector<std::string> &classNames() const { return classes; }
  /// "8 numbers, `area` of 3 words"
  [[nodiscard]] std::string summary() const;

private:
  struct Encoding {
    std::string name;
    std::vector<std::string> words = {}; // in order; none: a number
    double fill = 0;                     // for a missing number
    uint64_t first = 0;                  // feature
    bool isWords = false;
  };
  void learnNumbers(Encoding &encoding, const Column &column, const Table &train,
                    std::span<const uint32_t> rows) const;
  void learnClasses(const Table &train, std::span<const uint32_t> rows);
  void encodeNumbers(const Encoding &encoding, const Column &column, Samples &samples) const;
  void encodeWords(const Encoding &encoding, const Column &column, const Table &table,
                   Samples &samples) const;
  void encodeTargets(const Table &table, Samples &samples) const;

  const DatasetSpec &spec;
  std::vector<Encoding> encodings;
  std::vector<std::string> classes;
  uint64_t features = 0;
};

} // namespace nnxrt
