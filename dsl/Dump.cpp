// The dumps behind --emit=tokens, --emit=ast and --emit=points.
#include "dsl/Dump.h"

#include "dsl/Value.h"

#include <ostream>

namespace nnx::dsl {
namespace {

class AstPrinter {
public:
  explicit AstPrinter(std::ostream &out) : out(out) {}

  void print(const LetNode &node) { line("let " + node.name + " = " + toText(node.value)); }

  void print(const DatasetNode &node) {
    line("dataset " + node.name);
    print(node.settings);
    ++depth;
    for (const Expr &change : node.augment)
      line("augment " + toText(change));
    --depth;
  }

  void print(const TrainingNode &node) {
    line("training " + node.name + (node.base.empty() ? "" : " with " + node.base));
    print(node.settings);
  }

  void print(const NetworkNode &node) {
    line("network " + node.name);
    ++depth;
    for (const ParameterNode &parameter : node.parameters)
      line("parameter " + parameter.name + ": " + parameter.type +
           (parameter.fallback ? " = " + toText(*parameter.fallback) : ""));
    --depth;
    print(node.body);
  }

  void print(const ExperimentNode &node) {
    line("experiment " + node.name + (node.title.empty() ? "" : " \"" + node.title + "\""));
    ++depth;
    for (const AxisNode &axis : node.axes) {
      std::string names;
      for (const std::string &name : axis.names)
        names += (names.empty() ? "" : ", ") + name;
      line("axis " + names + " in " + toText(axis.values));
    }
    if (node.sample)
      line("sample " + toText(node.sample->count) + " seed " + toText(node.sample->seed));
    if (node.where)
      line("where " + toText(*node.where));
    if (node.train) {
      line("train " + toText(node.train->network) + " on " + node.train->dataset +
           (node.train->training.empty() ? "" : " with " + node.train->training));
      print(node.train->overrides);
    }
    for (const ReferenceNode &reference : node.references)
      print(reference);
    for (const ClaimNode &claim : node.claims)
      line("expect " + toText(claim.condition) +
           (claim.where ? " where " + toText(*claim.where) : ""));
    for (const ReportPartNode &part : node.report) {
      line("report " + part.kind);
      print(part.settings);
    }
    --depth;
    print(node.settings);
  }

private:
  void print(const ReferenceNode &node) {
    if (node.table)
      line("reference " + toText(*node.table));
    for (const ReferenceRowNode &row : node.rows) {
      line("reference");
      print(row.coordinates);
      line("gives");
      print(row.figures);
    }
  }

  void print(const std::vector<SettingNode> &settings) {
    ++depth;
    for (const SettingNode &setting : settings)
      line("set " + setting.name + (setting.part.empty() ? "" : "." + setting.part) + " = " +
           toText(setting.value));
    --depth;
  }

  void print(const std::vector<Statement> &body) {
    ++depth;
    for (const Statement &statement : body) {
      if (statement.kind == StatementKind::call) {
        line("call " + toText(statement.expr));
        continue;
      }
      line(headOf(statement));
      print(statement.body);
      if (!statement.otherwise.empty()) {
        line("else");
        print(statement.otherwise);
      }
    }
    --depth;
  }

  static std::string headOf(const Statement &statement) {
    if (statement.kind == StatementKind::arm)
      return "branch";
    if (statement.kind == StatementKind::join)
      return statement.expr.text;
    return (statement.kind == StatementKind::repeat ? "repeat " : "if ") +
           (statement.variable.empty() ? "" : statement.variable + " in ") + toText(statement.expr);
  }

  void line(const std::string &text) { out << std::string(2 * depth, ' ') << text << '\n'; }

  std::ostream &out;
  std::size_t depth = 0;
};

void printVariant(std::ostream &out, const Variant &variant) {
  out << "  sample " << toText(variant.sample) << ", loss " << variant.loss << ", optimizer "
      << variant.optimizer << '\n';
  for (const LayerInstance &layer : variant.network.layers)
    out << "  " << layer.name << ": " << layer.text << "  " << toText(layer.input) << " -> "
        << toText(layer.output) << ", " << layer.parameters << " parameters, " << layer.flops
        << " flops\n";
  out << "  in all: " << variant.network.parameters << " parameters, " << variant.network.flops
      << " flops\n";
}

} // namespace

void printTokens(std::ostream &out, const std::vector<Token> &tokens) {
  for (const Token &token : tokens)
    out << token.location.line << ':' << token.location.column << ' ' << spellingOf(token.kind)
        << (token.text.empty() || spellingOf(token.kind) == token.text
                ? ""
                : " " + std::string(token.text))
        << '\n';
}

void printAst(std::ostream &out, const File &file) {
  AstPrinter printer(out);
  auto printAll = [&](const auto &nodes) {
    for (const auto &node : nodes)
      printer.print(node);
  };
  printAll(file.lets);
  printAll(file.datasets);
  printAll(file.networks);
  printAll(file.trainings);
  printAll(file.experiments);
}

void printPoints(std::ostream &out, const Study &study) {
  for (const Dataset &dataset : study.datasets)
    out << "data set " << dataset.name << ": " << dataset.kind << ", samples "
        << toText(dataset.shape) << ", "
        << (dataset.classes > 0   ? std::to_string(dataset.classes) + " classes"
            : dataset.targets > 1 ? "regression of " + std::to_string(dataset.targets) + " numbers"
                                  : "regression")
        << ", scale " << toText(dataset.scale) << '\n';
  for (const Experiment &experiment : study.experiments) {
    out << "experiment " << experiment.name << ": " << experiment.points.size() << " points, "
        << experiment.repeats << (experiment.repeats == 1 ? " run each\n" : " runs each\n");
    for (const Point &point : experiment.points) {
      const TrainingSettings &training = point.training;
      out << "  " << point.label << ": " << point.network << " on "
          << study.datasets[static_cast<std::size_t>(point.dataset)].name << ", variant "
          << point.variant << ", " << training.loss << ", " << toText(training.optimizer)
          << (training.schedule.kind == "constant" &&
                      training.schedule.settings.getFloat("warmup") == 0
                  ? ""
                  : ", schedule " + toText(training.schedule))
          << ", batch " << training.batch << ", epochs " << training.epochs << ", seed "
          << training.seed << (training.shuffle ? "" : ", not shuffled");
      if (training.steps)
        out << ", steps " << training.steps;
      const char *separator = ", published ";
      for (const auto &[metric, value] : point.reference) {
        out << separator << metric << ' ' << toText(value);
        separator = ", ";
      }
      for (const auto &[name, text] : point.notes)
        out << ", " << name << " \"" << text << '"';
      out << '\n';
    }
  }
  for (std::size_t i = 0; i < study.variants.size(); ++i) {
    out << "variant " << i << '\n';
    printVariant(out, study.variants[i]);
  }
}

} // namespace nnx::dsl
