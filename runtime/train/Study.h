// The study that was compiled into this trainer, as docs/architecture.md ("Study JSON") lays it
// down: datasets, experiments, points and their settings, as plain structs.
#pragma once

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace nnxrt {

/// A file of a data set. The digest is lower-case hex of the file as it lies on the disk, empty
/// where the study gives none.
struct FileSpec {
  std::string name, sha256;
};

/// Where a share comes from: the files that Sources.def lists for its kind, or none.
struct SourceSpec {
  std::vector<FileSpec> files;
  std::string x, y; // npz: members of the archive

  [[nodiscard]] bool isGiven() const { return !files.empty(); }
};

/// How the text of a table is read.
struct TableSpec {
  std::vector<std::string> targets; // one for classes
  std::vector<std::string> categorical, ignored;
  std::string missing = "error"; // or "mean", "median", "zero"
  std::string unseen = "error";  // or "zero"
  bool header = true;
  char separator = ',';
};

/// Parts of the rows of train that become shares of their own.
struct SplitSpec {
  double validation = 0, test = 0;
  bool stratified = false;
  uint64_t seed = 0;
};

enum class AugmentKind : uint8_t { shift, flipHorizontal, flipVertical, rotate };

struct AugmentStep {
  AugmentKind kind = AugmentKind::shift;
  double amount = 0; // pixels or degrees, either way
};

struct DatasetSpec {
  std::string name;
  std::string folder; // of its files in the data folder
  std::string kind;   // a row of Sources.def
  SourceSpec train, validation, test;
  TableSpec table;
  SplitSpec split;
  std::array<int64_t, 3> shape{}; // height, width, channels; 1, features, 1 where it is flat
  bool isFlat = false;            // one extent instead of three; 0: what the files give
  int classes = 0;                // 0 for regression
  int targets = 0;                // numbers to predict for a sample; 0 for classification
  double scale = 1;               // what a number of a sample is multiplied with
  bool standardize = false;       // by the training samples
  std::vector<AugmentStep> augment;
  std::vector<std::string> labels; // names of the classes; empty: as found, or their numbers
  int line = 0;

  [[nodiscard]] bool isRegression() const { return targets > 0; }
  [[nodiscard]] int64_t features() const { return shape[0] * shape[1] * shape[2]; }
  [[nodiscard]] bool isShapeKnown() const { return features() > 0; }
};

struct Axis {
  std::string name;
  std::vector<std::string> values; // labels, in the file's order
  int tied = -1;                   // number of the tuple that moves together; -1: a plain axis
};

using SettingValue = std::variant<double, bool, std::string>;

/// Of an optimizer or a schedule.
struct OptimizerSettings {
  std::string kind;
  std::vector<std::pair<std::string, SettingValue>> arguments; // in the JSON's order

  /// Reads the named argument as a number (a bool counts 0 or 1); false if there is no such number.
  bool number(std::string_view name, double &value) const;
  /// "sgd(lr = 0.01, momentum = 0.9)": arguments that are false are left out.
  [[nodiscard]] std::string text() const;
};

/// When a run ends before its epochs, see EarlyStop.
struct StopSettings {
  std::string metric; // of every epoch; empty: it does not
  int patience = 0;
  double minDelta = 0;
  bool restoresBest = false;
};

struct RunSettings {
  std::string loss;
  OptimizerSettings optimizer;
  OptimizerSettings schedule{.kind = "constant", .arguments = {}};
  int batch = 0;
  int epochs = 0;
  uint64_t seed = 0; // of the first repeat; repeat r has seed + r
  bool shuffle = true;
  int64_t steps = 0; // 0: whole epochs
  bool stopOnDivergence = true;
  StopSettings stop;
  std::string init; // file of weights that the run starts from; empty: random ones
};

struct LayerInfo {
  std::string name, kind, text;
  std::vector<int64_t> input, output; // of one sample: height, width, channels, or units
  int64_t parameters = 0;
  int line = 0;
};

struct Point {
  std::string label;                                     // "act = relu"
  std::vector<std::pair<std::string, std::string>> axes; // name, label of the value
  size_t dataset = 0, variant = 0;
  std::string network;
  int line = 0;
  RunSettings settings;
  std::vector<LayerInfo> layers;
  int64_t parameters = 0;
  int64_t flops = 0; // of one sample; 0: not known
  std::string key;   // what the run means; data, seed, epochs and steps left out
  std::vector<std::pair<std::string, double>> reference;  // figures of others, by metric
  std::vector<std::pair<std::string, std::string>> notes; // what else the reference says
};

/// A claim's expression: an operator and its operands, or a leaf.
struct ClaimExpr {
  std::string op;   // "number", "label", "axis", "metric", "reference", "mean", "<=", "and", "abs"
  std::string name; // of an axis, a metric or a label
  double number = 0;
  std::vector<ClaimExpr> operands;
};

/// `expect`: holds for each of the points or fails there.
struct Claim {
  std::string text;
  std::string file; // that it is written in
  int line = 0, column = 0;
  std::vector<size_t> points; // of the experiment
  ClaimExpr condition;
};

/// A part of a report, checked when compiling. What its kind does not have stays empty.
struct ReportPart {
  std::string kind;                       // "table", "curve", "bar", "heatmap", "confusion_matrix"
  std::vector<std::string> rows, columns; // axes; metrics
  std::string x, y, color;                // an axis, a metric or "epoch"
  int point = -1;                         // of a confusion matrix; -1: the best
};

struct Experiment {
  std::string name, title;
  int line = 0;
  std::vector<Axis> axes;
  int repeats = 1;
  std::vector<Point> points;
  std::vector<Claim> claims;
  std::vector<ReportPart> report; // empty: what a report shows by itself
};

/// A file that the study includes.
struct SourceFile {
  std::string file, source;
};

struct Study {
  int schema = 0;
  std::string json; // all of it, as the compiler wrote it
  std::string file, source, compiler;
  std::vector<SourceFile> includes;  // a line of the study may lie behind `source`, in these
  std::vector<std::string> options;  // of --set: PATH=VALUE each
  std::vector<SourceFile> published; // tables of figures that its references read
  int numerics = 0;
  std::vector<DatasetSpec> datasets;
  std::vector<Experiment> experiments;

  /// File name without folder and extension: names the results folder.
  [[nodiscard]] std::string name() const;

  /// Gives the classes of a data set the names that its files have, here and in `json`, unless the
  /// study names them.
  void nameClasses(size_t dataset, const std::vector<std::string> &names);
};

/// The JSON does not say what it must. The message names the place: "/experiments/0/points/3/...".
struct StudyError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Reads a study; throws StudyError.
Study parseStudy(std::string_view json);

} // namespace nnxrt
