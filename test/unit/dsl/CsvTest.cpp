// The strict reader of comma-separated values.
#include "dsl/Csv.h"

#include <gtest/gtest.h>

namespace nnx::dsl {
namespace {

using Cells = std::vector<std::string>;

TEST(Csv, reads_names_rows_and_their_lines) {
  CsvFault fault;
  auto table = readCsv("\xef\xbb\xbf"
                       "a,b c\r\n1,\n\n\"x, \"\"y\"\"\n\",2",
                       fault);
  ASSERT_TRUE(table) << fault.what;
  EXPECT_EQ(table->names, (Cells{"a", "b c"}));
  ASSERT_EQ(table->rows.size(), 2u);
  EXPECT_EQ(table->rows[0].cells, (Cells{"1", ""}));
  EXPECT_EQ(table->rows[0].line, 2u);
  EXPECT_EQ(table->rows[1].cells, (Cells{"x, \"y\"\n", "2"}));
  EXPECT_EQ(table->rows[1].line, 4u);
}

struct Wrong {
  const char *text, *what;
  uint32_t line;
};

class WrongCsv : public testing::TestWithParam<Wrong> {};

TEST_P(WrongCsv, is_refused_with_its_line) {
  CsvFault fault;
  EXPECT_FALSE(readCsv(GetParam().text, fault));
  EXPECT_EQ(fault.what, GetParam().what);
  EXPECT_EQ(fault.line, GetParam().line);
}

INSTANTIATE_TEST_SUITE_P(
    Table, WrongCsv,
    testing::Values(Wrong{"a,b\n1,2\n3\n", "1 values in a row of 2 columns", 3},
                    Wrong{"a,b\n1,2,3\n", "3 values in a row of 2 columns", 2},
                    Wrong{"a\n\"1\n2\n", "a quote that does not end", 2},
                    Wrong{"a\n\"1\"2\n", "text behind a closing quote", 2},
                    Wrong{"a\n1\"2\n", "a quote inside a value that does not start with one", 2},
                    Wrong{"a,a\n1,2\n", "two columns are called `a`", 1},
                    Wrong{"a,\n1,2\n", "a column without a name", 1},
                    Wrong{"a,b\n", "a row of names and at least one row of values are needed", 2},
                    Wrong{"", "a row of names and at least one row of values are needed", 1}));

} // namespace
} // namespace nnx::dsl
