// What analysing a file gives the compiler: data sets, experiments with their points, and the few
// distinct variants behind the points. Everything here has passed every check of the language.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace nnx::dsl {

// A place in the source. Lines and columns count from 1, columns in bytes; line 0 means nowhere.
struct SourceLocation {
  uint32_t line = 0;
  uint32_t column = 0;
  uint32_t length = 1; // bytes to underline, on that line
  uint32_t file = 0;   // 0: the study's own file, else one that it includes, counted from 1

  bool operator==(const SourceLocation &) const = default;
};

// Extents of one sample, in the order they are written: height, width, channels (28x28x1), or one
// extent for a flat tensor. Never empty, no extent below 1, the product fits in int64_t.
using Shape = std::vector<int64_t>;

int64_t elementCount(const Shape &shape);
std::string toText(const Shape &shape); // "28x28x1"

// The initial values of a weight: a row of tables/Inits.def with up to two numbers.
struct Init {
  std::string name; // "he_uniform"
  double argument[2] = {0, 0};

  bool operator==(const Init &) const = default;
};

// A setting's value after all names are resolved. Activations and other names are text.
using SettingValue = std::variant<bool, int64_t, double, std::string, Shape, Init>;

struct Setting {
  std::string name;
  SettingValue value;

  bool operator==(const Setting &) const = default;
};

// Every setting of a layer or optimizer, defaults included, in the order of its table row. The
// accessors require that the row has a setting of that name and type.
class Settings {
public:
  Settings() = default;
  explicit Settings(std::vector<Setting> items) : items(std::move(items)) {}

  bool has(std::string_view name) const { return find(name) != nullptr; }
  bool getBool(std::string_view name) const;
  int64_t getInt(std::string_view name) const;
  double getFloat(std::string_view name) const;
  const std::string &getName(std::string_view name) const;
  const Shape &getShape(std::string_view name) const; // a size as kernel = 3x3: height, width
  const Init &getInit(std::string_view name) const;

  auto begin() const { return items.begin(); }
  auto end() const { return items.end(); }
  bool operator==(const Settings &) const = default;

private:
  const SettingValue *find(std::string_view name) const;

  std::vector<Setting> items;
};

enum class LayerKind : uint8_t {
#define NNX_LAYER(NAME) NAME,
#define NNX_JOIN(NAME) NAME,
#include "dsl/tables/Layers.def"
};

std::string_view nameOf(LayerKind kind); // "conv2d"

// One layer of an unrolled network. Settings by kind (tables/Layers.def and Settings.def):
//   conv2d      filters: int, kernel: shape, stride: shape, padding: name (valid, same),
//               activation: name, bias: bool, init: init, bias_init: init, dilation: shape
//   max_pool, avg_pool   size: shape, stride: shape, padding: name (valid, same)
//   global_avg_pool
//   flatten
//   dense       units: int, activation: name, bias: bool, init: init, bias_init: init
//   activation  function: name (never softmax, which becomes the kind softmax)
//   dropout     rate: float
//   batch_norm  momentum: float, epsilon: float
//   softmax
//   add, concat (joins of several inputs)
struct LayerInstance {
  LayerKind kind{};
  std::string name; // unique in its network: "conv2d_1", "dense_2"; counts each kind from 1
  Settings settings;
  std::vector<int> inputs; // indices of earlier layers; -1 is the sample
  Shape input;             // of the first of `inputs`
  Shape output;
  int64_t parameters = 0; // trained numbers
  int64_t flops = 0;      // forward, for one sample; a multiply-add counts 2
  SourceLocation location;
  std::string text; // canonical: "conv2d(32, kernel = 3x3, activation = relu)"
};

// The layers in an order in which every input stands before its use; the last one is the output.
struct Network {
  std::vector<LayerInstance> layers;
  int64_t parameters = 0;
  int64_t flops = 0;
};

// An optimizer: its row of tables/Optimizers.def and every setting of the row.
struct Optimizer {
  std::string kind;  // "sgd"
  Settings settings; // "lr", "momentum": float; "nesterov": bool; "decay": name

  bool operator==(const Optimizer &) const = default;
};

// How the learning rate goes with the steps: a row of tables/Schedules.def and every setting of it.
struct Schedule {
  std::string kind;  // "constant", "step", "exponential", "cosine"
  Settings settings; // "warmup", "every": float; "staircase": bool

  bool operator==(const Schedule &) const = default;
};

// What must be compiled apart: shapes, layers, loss and optimizer kind.
struct Variant {
  Network network; // lines are those of the first point that has it
  Shape sample;
  int64_t classes = 0;   // 0 for regression
  int64_t targets = 0;   // numbers to predict for a sample; 0 for classification
  std::string loss;      // "cross_entropy", "huber(delta = 0.5)"
  std::string optimizer; // with what is compiled in of it: "sgd(nesterov=false)"
};

struct DatasetFile {
  std::string name;   // as written, without a folder in front
  std::string sha256; // 64 lower-case hex digits, or empty
};

// Where a share comes from: the files of its kind's row of tables/Sources.def. None: no source.
struct DatasetShare {
  std::vector<DatasetFile> files;
  std::string x, y; // npz: arrays of the archive

  bool isGiven() const { return !files.empty(); }
};

// How a table is read. Defaults are those of tables/Settings.def.
struct TableOptions {
  std::vector<std::string> targets; // one for classes
  std::vector<std::string> categorical, ignored;
  std::string missing; // "error", "mean", "median", "zero"
  std::string unseen;  // "error", "zero"
  bool header = true;
  std::string separator;

  bool operator==(const TableOptions &) const = default;
};

// Parts of the rows of train that become shares of their own.
struct DatasetSplit {
  double validation = 0, test = 0;
  bool isStratified = false;
  int64_t seed = 0;
};

struct Augmentation {
  std::string kind;  // "shift", "flip_horizontal", "flip_vertical", "rotate"
  double amount = 0; // pixels or degrees, either way
};

struct Dataset {
  std::string name;
  std::string folder; // of its files in the data folder
  std::string kind;   // a row of tables/Sources.def
  DatasetShare train, validation, test;
  TableOptions table; // of csv
  DatasetSplit split;
  Shape shape;                         // of one sample; one extent: flat
  std::string task = "classification"; // or "regression"
  int64_t classes = 0;                 // 0 for regression
  int64_t targets = 0;                 // numbers to predict for a sample; 0 for classification
  bool hasValidation = false;          // a share beside train and test
  double scale = 1;
  bool isStandardized = false; // by the training samples
  std::vector<Augmentation> augment;
  std::vector<std::string> labels; // empty, or one per class
  SourceLocation location;
};

// A training ends when `metric` has not become better by more than `minDelta` for `patience`
// epochs, with the weights of its best epoch or of the last.
struct EarlyStop {
  std::string metric; // "validation.loss"; empty: it ends after its epochs
  int64_t patience = 0;
  double minDelta = 0;
  bool restoresBest = false;

  bool operator==(const EarlyStop &) const = default;
};

// How a point is trained. Defaults are those of tables/Settings.def.
struct TrainingSettings {
  std::string loss;
  Optimizer optimizer;
  Schedule schedule;
  int64_t batch = 0;
  int64_t epochs = 0;
  int64_t seed = 0;
  bool shuffle = true;
  int64_t steps = 0;        // 0: whole epochs; N: the run ends after N steps
  std::string onDivergence; // "stop" or "continue"
  EarlyStop stop;

  bool operator==(const TrainingSettings &) const = default;
};

struct Axis {
  std::string name;
  std::vector<std::string> values; // labels, as the file writes them; no two alike
  int tied = 0;                    // axes of one tuple share a number from 1; 0: an axis of its own
};

// One choice of every axis.
struct Point {
  std::string label; // "act = relu, width = 64"; the experiment's name if no axes
  std::vector<std::string> coordinates; // one label per axis of the experiment
  int dataset = 0;                      // index in Study::datasets
  int variant = 0;                      // index in Study::variants
  TrainingSettings training;
  std::string network;     // "cnn(act = relu)"
  std::string startFile;   // of weights, instead of random ones; empty: none
  std::string meaning;     // canonical text of all that gives a run its meaning; epochs, steps and
                           // seed left out: equal texts are one run, of the longest of them
  SourceLocation location; // of the experiment's `train`
  std::vector<std::pair<std::string, double>> reference;  // figures of others, by metric
  std::vector<std::pair<std::string, std::string>> notes; // what else the reference says
};

// A claim's expression, of numbers and truths: a row of tables/ClaimOps.def each.
struct ClaimExpr {
  std::string op;   // "number", "label", "axis", "metric", "reference", "mean", "<=", "and", "abs"
  std::string name; // of an axis, a metric or a label
  double number = 0;
  std::vector<ClaimExpr> operands;
};

// `expect`: holds for each of the points or fails there.
struct Claim {
  std::string text; // as the file writes it, spaces aside
  ClaimExpr condition;
  std::vector<int> points; // indices; those without a figure of reference that it uses left out
  SourceLocation location;
};

// A part of a report. What its kind does not have stays empty.
struct ReportPart {
  std::string kind;                       // a row of tables/ReportParts.def
  std::vector<std::string> rows, columns; // axes; metrics
  std::string x, y, color;                // an axis, a metric or "epoch"
  int point = -1;                         // of a confusion matrix; -1: the best
  SourceLocation location;
};

struct Experiment {
  std::string name;
  std::string title; // empty if none is written
  std::vector<Axis> axes;
  int64_t repeats = 1;
  std::vector<Point> points; // in the order of the grid, the last axis fastest, or as drawn
  std::vector<Claim> claims;
  std::vector<ReportPart> report; // empty: what a report shows by itself
  SourceLocation location;
};

struct SourceText {
  std::string file; // as it was named when opened
  std::string source;
};

struct Study {
  std::string file;                  // as it was named when opened
  std::string source;                // the whole text
  std::vector<SourceText> includes;  // the files that it includes, in the order of reading
  std::vector<std::string> options;  // of --set: PATH=VALUE each
  std::vector<SourceText> published; // tables of figures that its references read
  std::vector<Dataset> datasets;
  std::vector<Variant> variants; // in the order of the first point that needs each
  std::vector<Experiment> experiments;

  // The name of the file that holds a place.
  const std::string &fileOf(const SourceLocation &location) const {
    return location.file == 0 ? file : includes[location.file - 1].file;
  }

  // The line of a place, those of included files counted on behind the study's own.
  int64_t lineOf(const SourceLocation &location) const;
};

} // namespace nnx::dsl
