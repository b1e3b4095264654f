// Every row of the tables that an editor offers has a text, and every text a row.
#include "dsl/Docs.h"

#include "dsl/Evaluate.h"
#include "dsl/Metrics.h"
#include "dsl/Names.h"

#include <gtest/gtest.h>

#include <set>

namespace nnx::dsl {
namespace {

using Row = std::pair<std::string, std::string>; // table, row

std::set<Row> rowsOfTables() {
  std::set<Row> rows;
#define NNX_LAYER(NAME) rows.insert({"layer", #NAME});
#define NNX_JOIN(NAME) rows.insert({"layer", #NAME});
#include "dsl/tables/Layers.def"
  for (Type type : {Type::activation, Type::optimizer, Type::schedule, Type::init, Type::padding,
                    Type::loss, Type::divergence, Type::decay, Type::missing, Type::unseen,
                    Type::direction, Type::weights, Type::stop, Type::restore, Type::statistics})
    for (const std::string &word : wordsOf(type))
      rows.insert({std::string(tableOf(type)), word});
  for (const MetricRow &metric : metrics())
    rows.insert({"metric", std::string(metric.name)});
#define NNX_SOURCE(KIND, ...) rows.insert({"source", #KIND});
#include "dsl/tables/Sources.def"
#define NNX_AUGMENTATION(NAME) rows.insert({"augmentation", #NAME});
#include "dsl/tables/Augmentations.def"
#define NNX_REPORT_PART(NAME) rows.insert({"report", #NAME});
#include "dsl/tables/ReportParts.def"
  return rows;
}

// Of each setting: its owner and its name.
std::vector<Row> settings() {
  std::vector<Row> rows;
#define NNX_SETTING(OWNER, NAME, TYPE, DEFAULT, LEAST, GREATEST) rows.emplace_back(#OWNER, NAME);
#include "dsl/tables/Settings.def"
#define NNX_REPORT_SETTING(PART, NAME, ROLE, DEFAULT) rows.emplace_back(#PART, NAME);
#include "dsl/tables/ReportParts.def"
  for (const char *table : {"optimizer", "schedule", "init", "activation", "loss"})
    for (const auto &[kind, row] : rowsOfTables())
      if (kind == table)
        if (const Signature *signature = findTableSignature(kind, row))
          for (const Parameter &parameter : signature->parameters)
            rows.emplace_back(row, parameter.name);
  return rows;
}

TEST(DocsTest, every_row_has_a_text) {
  for (const auto &[table, row] : rowsOfTables())
    EXPECT_FALSE(docOf(table, row).empty()) << "Docs.def lacks NNX_DOC(" << table << ", " << row;
  for (const auto &[owner, setting] : settings())
    EXPECT_FALSE(docOfSetting(owner, setting).empty())
        << "Docs.def lacks NNX_DOC(" << owner << ", " << setting;
}

TEST(DocsTest, every_text_has_a_row_and_reads_as_a_sentence) {
  const std::set<Row> rows = rowsOfTables();
  std::set<std::string> owners, shared;
  for (const auto &[owner, setting] : settings()) {
    owners.insert(owner + "/" + setting);
    shared.insert(setting);
  }
  std::set<Row> seen;
  for (const Doc &doc : docs()) {
    const Row row(doc.table, doc.row);
    EXPECT_TRUE(seen.insert(row).second) << doc.table << " " << doc.row << " twice";
    const bool isShared = doc.table == "layers" || doc.table == "optimizers" ||
                          doc.table == "schedules" || doc.table == "inits" ||
                          doc.table == "losses" || doc.table == "activations" ||
                          doc.table == "reports";
    const bool isKnown = doc.table == "word" || rows.contains(row) ||
                         owners.contains(row.first + "/" + row.second) ||
                         (isShared && shared.contains(row.second));
    EXPECT_TRUE(isKnown) << "no row " << doc.table << " " << doc.row;
    EXPECT_TRUE(doc.text.ends_with('.')) << doc.text;
  }
}

} // namespace
} // namespace nnx::dsl
