// Claims and parts of reports, from the study's JSON.
#include "runtime/train/StudyClaims.h"

#include <algorithm>
#include <array>
#include <string_view>

using namespace nnxrt;

namespace {
struct Operator {
  std::string_view op;
  size_t least, most; // operands
};
constexpr size_t any = 10000;
constexpr std::array operators{
    Operator{"number", 0, 0}, Operator{"label", 0, 0},     Operator{"axis", 0, 0},
    Operator{"metric", 0, 0}, Operator{"reference", 0, 0}, Operator{"mean", 1, 1},
    Operator{"sd", 1, 1},     Operator{"min", 1, any},     Operator{"max", 1, any},
    Operator{"abs", 1, 1},    Operator{"negative", 1, 1},  Operator{"not", 1, 1},
    Operator{"and", 2, 2},    Operator{"or", 2, 2},        Operator{"+", 2, 2},
    Operator{"-", 2, 2},      Operator{"*", 2, 2},         Operator{"/", 2, 2},
    Operator{"==", 2, 2},     Operator{"!=", 2, 2},        Operator{"<", 2, 2},
    Operator{"<=", 2, 2},     Operator{">", 2, 2},         Operator{">=", 2, 2}};
} // namespace

static ClaimExpr readExpr(const JsonNode &node) {
  ClaimExpr expr;
  expr.op = node.at("op").as<std::string>();
  if (node.has("name"))
    expr.name = node.at("name").as<std::string>();
  if (node.has("value"))
    expr.number = node.at("value").real();
  if (node.has("operands"))
    expr.operands = node.at("operands").list(readExpr);
  const auto *const known = std::find_if(operators.begin(), operators.end(),
                                         [&](const Operator &each) { return each.op == expr.op; });
  if (known == operators.end())
    node.at("op").fail(fmt::format("is `{}`, which this trainer does not know", expr.op));
  if (expr.operands.size() < known->least || expr.operands.size() > known->most)
    node.fail(fmt::format("gives `{}` {} operands", expr.op, expr.operands.size()));
  return expr;
}

Claim nnxrt::readClaim(const JsonNode &node, size_t points) {
  Claim claim;
  claim.text = node.at("text").as<std::string>();
  claim.file = node.at("file").as<std::string>();
  claim.line = node.at("line").small(0);
  claim.column = node.at("column").small(0);
  claim.points = node.at("points").list([&](const JsonNode &point) {
    return static_cast<size_t>(point.whole(0, static_cast<int64_t>(points) - 1));
  });
  claim.condition = readExpr(node.at("condition"));
  return claim;
}

ReportPart nnxrt::readReportPart(const JsonNode &node, size_t points) {
  static constexpr std::array<std::string_view, 5> kinds{"table", "curve", "bar", "heatmap",
                                                         "confusion_matrix"};
  ReportPart part;
  part.kind = node.at("kind").as<std::string>();
  if (std::find(kinds.begin(), kinds.end(), part.kind) == kinds.end())
    node.at("kind").fail(fmt::format("is `{}`, which this trainer does not know", part.kind));
  const auto names = [&](const char *key) {
    return node.has(key) ? node.at(key).as<std::vector<std::string>>() : std::vector<std::string>();
  };
  const auto name = [&](const char *key) {
    return node.has(key) ? node.at(key).as<std::string>() : std::string();
  };
  part.rows = names("rows");
  part.columns = names("columns");
  part.x = name("x");
  part.y = name("y");
  part.color = name("color");
  if (node.has("point"))
    part.point = static_cast<int>(node.at("point").whole(0, static_cast<int64_t>(points) - 1));
  return part;
}
