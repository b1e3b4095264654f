// The files that an editor has open, and which study each belongs to.
#pragma once

#include "editor/Analysis.h"
#include "editor/Text.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace nnx::editor {

struct Document {
  std::string path; // absolute, as the editor named it
  std::string text;
  int64_t version = 0;
};

// A change of a document: of a span, or the whole text.
struct Change {
  std::optional<Span> span;
  std::string text;
};

// Where an answer comes from: a file of an analysis.
struct View {
  const Analysis *analysis = nullptr;
  uint32_t file = 0;

  const dsl::SourceFile &source() const { return analysis->file(file); }
};

// How the features of tables are counted for the study of this path.
using FeatureCounters = std::function<dsl::FeatureCounter(const std::string &path)>;

class Workspace {
public:
  explicit Workspace(FeatureCounters counters = {}) : counters(std::move(counters)) {}

  void open(const std::string &path, std::string text, int64_t version);
  // Nothing happens to a file that is not open.
  void change(const std::string &path, const std::vector<Change> &changes, int64_t version);
  void close(const std::string &path);
  // Files that are not open have changed.
  void forget() { analyses.clear(); }

  // An open file as it is typed, another one from the disk.
  std::variant<dsl::SourceFile, dsl::ReadProblem> load(const std::string &path) const;

  dsl::FeatureCounter counterOf(const std::string &path) const {
    return counters ? counters(path) : dsl::FeatureCounter();
  }

  const Document *find(const std::string &path) const;
  const std::map<std::string, Document> &documents() const { return open_; }

  // The file in the study that it belongs to: an open one that includes it, else its own. Nothing
  // for a file that is not open, or larger than the language reads.
  std::optional<View> view(const std::string &path);

  // The studies of all open files, each once, by the identity of their main file.
  std::map<std::string, const Analysis *> studies();

  static bool isTooLarge(const Document &document) {
    return document.text.size() > dsl::SourceFile::maxBytes;
  }

private:
  const Analysis &analysisOf(const std::string &identity, const Document &document);
  void drop(const std::string &identity);
  const std::string &rootOf(const std::string &identity);

  FeatureCounters counters;
  std::map<std::string, Document> open_; // by identity
  std::map<std::string, std::unique_ptr<Analysis>> analyses;
};

} // namespace nnx::editor
