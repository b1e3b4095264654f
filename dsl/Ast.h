// The tree of a model file, as it was written. The parser bounds its height, so that walks over it
// may recurse.
#pragma once

#include "dsl/ScalarExpr.h"
#include "dsl/Study.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace nnx::dsl {

enum class ExprKind : uint8_t {
  wrong, // already reported
  integer,
  real,
  boolean,
  string,
  shape,
  name,   // text: also with a part behind a point
  unary,  // text: "-" or "not"; one element
  binary, // text: the operator; two elements
  range,  // two elements, both ends included
  call,   // text: what is called; elements: arguments
  list,   // elements may carry a label
  tuple
};

struct Element;

struct Expr {
  ExprKind kind = ExprKind::wrong;
  uint16_t height = 1;
  SourceLocation location; // a name, a number, an operator, the opening bracket
  std::string text;        // the name, the operator, the string, the number as written
  double real = 0;
  int64_t integer = 0; // also of a boolean
  Shape shape;
  std::vector<Element> elements;
};

// An argument or a list element, with the name or label in front of it, if any.
struct Element {
  std::string name;
  SourceLocation nameLocation;
  Expr value;
};

// The expression as the language writes it, with one space around operators.
std::string toText(const Expr &expr);

// `optimizer.lr = lr`; a bare `batch` has `isBare` set and a value that is the name again.
struct SettingNode {
  std::string name;
  SourceLocation location;
  std::string part; // after the point
  SourceLocation partLocation;
  Expr value;
  bool isBare = false;
};

enum class StatementKind : uint8_t {
  call,
  repeat,
  branch, // if
  join,   // add, concat: expr.text says which
  arm     // `branch` of a join
};

struct Statement {
  StatementKind kind = StatementKind::call;
  SourceLocation location;
  Expr expr;            // the call; the count or range of repeat; the condition of if
  std::string variable; // of `repeat i in`
  SourceLocation variableLocation;
  std::vector<Statement> body;
  std::vector<Statement> otherwise; // of if
};

struct ParameterNode {
  std::string name;
  SourceLocation location;
  std::string type;
  SourceLocation typeLocation;
  std::optional<Expr> fallback;
};

// `activation NAME(VARIABLE, PARAMETERS) = FORMULA`
struct ActivationNode {
  std::string name;
  SourceLocation location;
  bool isWhole = true; // false if parts were left out after an error
  std::string variable;
  SourceLocation variableLocation;
  std::vector<ParameterNode> parameters;
  Expr formula;
  std::optional<ScalarExpr> resolved; // over "x" with all defaults: resolveActivations
};

struct LetNode {
  std::string name;
  SourceLocation location;
  Expr value;
};

struct DatasetNode {
  std::string name;
  SourceLocation location;
  bool isWhole = true; // false if parts were left out after an error
  std::vector<SettingNode> settings;
  SourceLocation augmentLocation;
  std::vector<Expr> augment; // `augment { shift(2) }`
};

struct NetworkNode {
  std::string name;
  SourceLocation location;
  bool isWhole = true; // false if parts were left out after an error
  std::vector<ParameterNode> parameters;
  std::vector<Statement> body;
};

struct TrainingNode {
  std::string name;
  SourceLocation location;
  bool isWhole = true; // false if parts were left out after an error
  std::string base;    // `with base`, or empty
  SourceLocation baseLocation;
  std::vector<SettingNode> settings;
};

struct AxisNode {
  std::vector<std::string> names; // more than one: an axis of tuples
  std::vector<SourceLocation> locations;
  Expr values;
};

struct TrainNode {
  SourceLocation location;
  Expr network; // a name or a call
  std::string dataset;
  SourceLocation datasetLocation;
  std::string training; // `with training`, or empty
  SourceLocation trainingLocation;
  std::vector<SettingNode> overrides;
};

// `sample COUNT seed SEED { }`, whose axes are those of the experiment.
struct SampleNode {
  Expr count, seed;
};

// `act = relu, width = 64: recall = 0.99`
struct ReferenceRowNode {
  SourceLocation location;
  std::vector<SettingNode> coordinates, figures;
};

// `reference = csv("file.csv")` or `reference { ROWS }`.
struct ReferenceNode {
  std::optional<Expr> table;
  std::vector<ReferenceRowNode> rows;
};

// `expect CONDITION where CONDITION`
struct ClaimNode {
  Expr condition;
  std::optional<Expr> where;
};

// `table { rows = act }` of a report.
struct ReportPartNode {
  std::string kind;
  SourceLocation location;
  std::vector<SettingNode> settings;
};

struct ExperimentNode {
  std::string name;
  SourceLocation location;
  bool isWhole = true; // false if parts were left out after an error
  std::string title;
  std::vector<AxisNode> axes;
  SourceLocation gridLocation; // or that of `sample`
  std::optional<SampleNode> sample;
  std::optional<Expr> where;
  std::optional<TrainNode> train;
  std::vector<SettingNode> settings;
  std::vector<ReferenceNode> references;
  std::vector<ClaimNode> claims;
  SourceLocation reportLocation;
  std::vector<ReportPartNode> report;
};

// `include "path"`.
struct IncludeNode {
  std::string path; // as written
  SourceLocation location;
};

struct File {
  std::vector<LetNode> lets;
  std::vector<ActivationNode> activations;
  std::vector<DatasetNode> datasets;
  std::vector<NetworkNode> networks;
  std::vector<TrainingNode> trainings;
  std::vector<ExperimentNode> experiments;
  std::size_t declarations = 0;   // of all kinds
  std::vector<std::string> paths; // of the files read, by the index that locations have
};

} // namespace nnx::dsl
