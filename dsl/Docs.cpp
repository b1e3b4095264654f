// Lookup in tables/Docs.def.
#include "dsl/Docs.h"

#include <map>
#include <utility>

namespace nnx::dsl {

const std::vector<Doc> &docs() {
  static const std::vector<Doc> rows = {
#define NNX_DOC(TABLE, ROW, TEXT) {#TABLE, ROW, TEXT},
#include "dsl/tables/Docs.def"
  };
  return rows;
}

std::string_view docOf(std::string_view table, std::string_view row) {
  static const auto texts = [] {
    std::map<std::pair<std::string_view, std::string_view>, std::string_view> result;
    for (const Doc &doc : docs())
      result[{doc.table, doc.row}] = doc.text;
    return result;
  }();
  if (table == "metric")
    row.remove_prefix(row.find_last_of('.') + 1); // "validation.loss"
  auto found = texts.find({table, row});
  return found == texts.end() ? std::string_view() : found->second;
}

std::string_view docOfSetting(std::string_view owner, std::string_view setting) {
  if (std::string_view own = docOf(owner, setting); !own.empty())
    return own;
  const std::pair<const Signature *, std::string_view> kinds[] = {
      {findLayer(owner), "layers"},
      {findOptimizerSignature(owner), "optimizers"},
      {findScheduleSignature(owner), "schedules"},
      {findInitSignature(owner), "inits"},
      {findLossSignature(owner), "losses"},
      {findActivationSignature(owner), "activations"}};
  for (const auto &[signature, table] : kinds)
    if (signature && signature->find(setting))
      return docOf(table, setting);
  return docOf("reports", setting);
}

const Signature *findTableSignature(std::string_view table, std::string_view row) {
  if (table == "layer" || table == "source" || table == "augmentation")
    return findSettings(row);
  if (table == "optimizer")
    return findOptimizerSignature(row);
  if (table == "schedule")
    return findScheduleSignature(row);
  if (table == "loss")
    return findLossSignature(row);
  if (table == "stop")
    return findSettings(row);
  if (table == "init")
    return findInitSignature(row);
  if (table == "activation")
    return findActivationSignature(row);
  return nullptr;
}

} // namespace nnx::dsl
