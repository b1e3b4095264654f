// Tables: as scikit-learn encodes them, and everything that can be wrong with one.
#include "test/unit/runtime/LoadedData.h"

#include "runtime/data/CsvReader.h"

using namespace nnxrt;
using namespace nnxrt::test;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

class TableTest : public LoadedDataTest {
protected:
  TableTest() {
    spec.kind = "csv";
    spec.isFlat = true;
    spec.shape = {1, 0, 1};
    spec.targets = 1;
    spec.table.targets = {"price"};
    spec.train.files = {{"train.csv", ""}};
    spec.test.files = {{"test.csv", ""}};
  }

  std::string failureOf(const std::string &text) {
    write("train.csv", text);
    write("test.csv", text);
    return failure();
  }

  static void expectRows(const SampleSet &set, const nlohmann::json &rows) {
    ASSERT_EQ(static_cast<size_t>(set.count), rows.size());
    for (int64_t row = 0; row < set.count; ++row) {
      const auto expected = rows[static_cast<size_t>(row)].get<std::vector<double>>();
      const std::vector<float> found = rowOf(set, row);
      ASSERT_EQ(found.size(), expected.size());
      for (size_t f = 0; f < found.size(); ++f)
        EXPECT_FLOAT_EQ(found[f], static_cast<float>(expected[f])) << row << ", " << f;
    }
  }
};

std::vector<std::vector<std::string>> readAll(std::string_view text, char separator = ',') {
  CsvReader reader(text, separator, "t.csv");
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string_view> cells;
  while (reader.next(cells))
    rows.emplace_back(cells.begin(), cells.end());
  return rows;
}

} // namespace

TEST_F(TableTest, encodes_as_scikit_learn_does) {
  const nlohmann::json golden = goldenData()["table"];
  write("train.csv", golden["train"]);
  write("test.csv", golden["test"]);
  spec.table.categorical = {"area", "level"};
  spec.standardize = true;
  for (const char *const rule : {"median", "mean", "zero"}) {
    spec.table.missing = rule;
    const Dataset data = load();
    EXPECT_EQ(data.features, 9);
    expectRows(data.train, golden[rule]["train"]);
    expectRows(data.test, golden[rule]["test"]);
  }
}

TEST_F(TableTest, keeps_numbers_and_targets_as_they_are) {
  write("train.csv", "size,price\n1.5,10\n-2e1,+20.25\n 3 ,30\n");
  write("test.csv", "price,size\r\n7,8\r\n");
  const Dataset data = load();
  EXPECT_THAT(data.train.targets, ElementsAre(10, 20.25F, 30));
  EXPECT_THAT(rowOf(data.train, 1), ElementsAre(-20));
  EXPECT_THAT(rowOf(data.train, 2), ElementsAre(3));
  EXPECT_THAT(data.test.targets, ElementsAre(7));
  EXPECT_THAT(rowOf(data.test, 0), ElementsAre(8));
  EXPECT_EQ(data.train.labels, nullptr);
}

TEST_F(TableTest, keeps_several_targets_in_the_order_of_the_study) {
  spec.targets = 2;
  spec.table.targets = {"rent", "price"};
  write("train.csv", "price,size,rent\n10,1,3\n20,2,4\n");
  write("test.csv", "rent,price,size\n7,8,9\n");
  const Dataset data = load();
  EXPECT_THAT(data.train.targets, ElementsAre(3, 10, 4, 20));
  EXPECT_THAT(data.test.targets, ElementsAre(7, 8));
  EXPECT_THAT(rowOf(data.test, 0), ElementsAre(9));
  EXPECT_THAT(failureOf("rent,price,size\n1,,2\n"),
              HasSubstr("column `price`: the target is missing"));
  EXPECT_THAT(failureOf("rent,price\n1,2\n"), HasSubstr("no column is left beside the targets"));
  EXPECT_THAT(failureOf("rent,size\n1,2\n"), HasSubstr("has no column `price`, the `target`"));
}

TEST_F(TableTest, numbers_classes_by_words_or_as_stated) {
  spec.targets = 0;
  spec.classes = 3;
  write("train.csv", "x,price\n1,b\n2,a\n3,c\n4,a\n");
  write("test.csv", "x,price\n1,c\n");
  Dataset data = load();
  EXPECT_THAT(data.labels, ElementsAre("a", "b", "c"));
  EXPECT_THAT(std::vector<int>(data.train.labels, data.train.labels + 4), ElementsAre(1, 0, 2, 0));
  EXPECT_EQ(data.test.labels[0], 2);
  spec.labels = {"c", "b", "a"};
  EXPECT_EQ(load().test.labels[0], 0);
  spec.labels.clear();
  write("train.csv", "x,price\n1,10\n2,9\n3,2\n");
  write("test.csv", "x,price\n1,9\n");
  EXPECT_THAT(load().labels, ElementsAre("2", "9", "10"));
}

TEST_F(TableTest, reads_without_header_and_by_another_separator) {
  spec.table.header = false;
  spec.table.separator = ';';
  spec.table.targets = {"column_3"};
  spec.table.ignored = {"column_1"};
  write("train.csv", "name;1,5;7\nother;2.5;8\n");
  write("test.csv", "a;1;2\n");
  EXPECT_THAT(failure(), HasSubstr("train.csv: line 1, column `column_2`: `1,5` is no number"));
  write("train.csv", "name;1.5;7\nother;2.5;8\n");
  EXPECT_THAT(rowOf(load().train, 1), ElementsAre(2.5F));
}

TEST_F(TableTest, categories_are_those_of_the_training_rows) {
  spec.table.categorical = {"area"};
  write("train.csv", "area,price\nwest,1\neast,2\n");
  write("test.csv", "area,price\neast,1\nnorth,2\n");
  EXPECT_THAT(failure(), AllOf(HasSubstr("test.csv: line 3, column `area`: no training row holds "
                                         "`north`"),
                               HasSubstr("unseen = zero")));
  spec.table.unseen = "zero";
  const Dataset data = load();
  EXPECT_THAT(rowOf(data.test, 0), ElementsAre(1, 0));
  EXPECT_THAT(rowOf(data.test, 1), ElementsAre(0, 0));
}

TEST_F(TableTest, wrong_cells_are_named) {
  EXPECT_THAT(failureOf("size,price\n1,2\nmany,3\n"),
              HasSubstr("train.csv: line 3, column `size`: `many` is no number"));
  EXPECT_THAT(failureOf("size,price\n1,2\n,3\n"),
              AllOf(HasSubstr("line 3, column `size`: the value is missing"),
                    HasSubstr("missing = mean, median or zero")));
  EXPECT_THAT(failureOf("size,price\nNaN,2\n"), HasSubstr("the value is missing (`NaN`)"));
  for (const char *const number : {"inf", "-inf", "1e39", "1e400", "0x10", "1 2", "--1"})
    EXPECT_THAT(failureOf(std::string("size,price\n") + number + ",2\n"),
                HasSubstr(std::string("line 2, column `size`: `") + number + "` is no number"))
        << number;
  spec.table.missing = "mean";
  EXPECT_THAT(failureOf("size,price\n1,2\n2,\n"),
              HasSubstr("line 3, column `price`: the target is missing"));
  EXPECT_THAT(failureOf("size,price\n,2\n,3\n"),
              HasSubstr("column `size` has no value in the training rows"));
}

TEST_F(TableTest, wrong_rows_and_columns_are_named) {
  EXPECT_THAT(failureOf("size,price\n1,2\n3\n"),
              HasSubstr("train.csv: line 3: 1 values in a table of 2 columns"));
  EXPECT_THAT(failureOf("size,price\n1,2,3\n"), HasSubstr("line 2: 3 values"));
  EXPECT_THAT(failureOf(""), HasSubstr("train.csv: holds no row"));
  EXPECT_THAT(failureOf("size,price\n"), HasSubstr("holds names of columns and no row"));
  EXPECT_THAT(failureOf("size,size,price\n1,2,3\n"), HasSubstr("two columns are called `size`"));
  EXPECT_THAT(failureOf("size,,price\n1,2,3\n"), HasSubstr("a column has no name"));
  EXPECT_THAT(failureOf("price\n1\n"), HasSubstr("no column is left beside the target"));
  EXPECT_THAT(failureOf("size,cost\n1,2\n"),
              AllOf(HasSubstr("has no column `price`, the `target` of data set `small` (line 3)"),
                    HasSubstr("`size`, `cost`")));
  EXPECT_THAT(failureOf("a,price\n\"x,1\n"), HasSubstr("line 2: a quote that does not end"));
  EXPECT_THAT(failureOf("a,price\n\"1\"x,1\n"), HasSubstr("line 2: text behind a closing quote"));
  EXPECT_THAT(failureOf("a,price\n1\"2,1\n"), HasSubstr("line 2: a quote inside a value"));
  write("train.csv", "size,price\n1,2\n");
  write("test.csv", "rooms,price\n1,2\n");
  EXPECT_THAT(failure(), HasSubstr("test.csv: has no column `size`, which the training file has"));
  write("test.csv", "rooms,size,price\n1,2,3\n");
  EXPECT_THAT(failure(), HasSubstr("test.csv: column `rooms` is not in the training file"));
  std::string wide = "price";
  for (int i = 0; i < 65536; ++i)
    wide += ",c" + std::to_string(i);
  EXPECT_THAT(failureOf(wide + "\n"), HasSubstr("65537 columns; at most 65536 are read"));
}

TEST_F(TableTest, classes_and_features_must_fit) {
  spec.shape = {1, 4, 1};
  spec.table.categorical = {"area"};
  EXPECT_THAT(failureOf("area,size,price\nwest,1,2\neast,2,3\n"),
              AllOf(HasSubstr("train.csv: gives 3 features (1 columns of numbers, `area` of 2 "
                              "words)"),
                    HasSubstr("data set `small` (line 3) was compiled for 4")));
  spec.shape = {1, 0, 1};
  spec.targets = 0;
  spec.classes = 3;
  EXPECT_THAT(failureOf("area,price\nwest,a\neast,b\n"),
              HasSubstr("the training rows hold 2 classes in `price` (a, b); data set `small` "
                        "(line 3) has 3"));
  spec.classes = 1;
  write("test.csv", "area,price\neast,c\n");
  write("train.csv", "area,price\neast,a\n");
  EXPECT_THAT(failure(),
              HasSubstr("test.csv: line 2, column `price`: `c` is none of the classes a"));
  EXPECT_THAT(failureOf("area,price\nwest,\xff\n"), HasSubstr("the word is no UTF-8 text"));
}

TEST_F(TableTest, reads_packed_files_and_checks_digests) {
  const std::string text = "size,price\n1,2\n3,4\n";
  writeFile(folder / "train.csv.gz", gzip(Bytes(text.begin(), text.end())));
  write("test.csv", text);
  EXPECT_EQ(load().train.count, 2);
  spec.train.files[0].sha256 = std::string(64, '0');
  EXPECT_THAT(failure(), HasSubstr("train.csv.gz: its sha256 is"));
}

TEST_F(TableTest, splits_one_table) {
  spec.test.files.clear();
  spec.targets = 0;
  spec.classes = 2;
  spec.split = {.validation = 0.25, .test = 0.25, .stratified = true, .seed = 4};
  std::string text = "size,price\n";
  for (int i = 0; i < 40; ++i)
    text += std::to_string(i) + (i < 8 ? ",a\n" : ",b\n");
  write("train.csv", text);
  const Dataset data = load();
  std::vector<int> seen(40);
  for (const auto &[set, count] :
       {std::pair(&data.train, 20), {&data.validation, 10}, {&data.test, 10}}) {
    EXPECT_EQ(set->count, count);
    EXPECT_EQ(std::count(set->labels, set->labels + set->count, 0), count / 5);
    for (int64_t row = 0; row < set->count; ++row) {
      ++seen[static_cast<size_t>(set->values[row])];
      EXPECT_EQ(set->labels[row], set->values[row] < 8 ? 0 : 1);
    }
    EXPECT_TRUE(std::is_sorted(set->values, set->values + set->count));
  }
  EXPECT_EQ(seen, std::vector<int>(40, 1));
  const Dataset again = load();
  EXPECT_TRUE(std::equal(data.test.values, data.test.values + 10, again.test.values));
  spec.split.seed = 5;
  const Dataset other = load();
  EXPECT_FALSE(std::equal(data.test.values, data.test.values + 10, other.test.values));
  spec.split.validation = 0.001;
  EXPECT_THAT(failure(), HasSubstr("data set `small` (line 3): a share of 0.001 of 40 rows leaves "
                                   "`validation` empty"));
  spec.split.validation = 0;
  spec.split.test = 0.999;
  EXPECT_THAT(failure(), HasSubstr("the split of 40 rows leaves `train` empty"));
}

TEST(CsvReader, follows_rfc_4180) {
  using Row = std::vector<std::string>;
  EXPECT_THAT(readAll("a,b\n\"x,\"\"y\"\"\n\",z\r\n\n , c \n1,"),
              ElementsAre(Row{"a", "b"}, Row{"x,\"y\"\n", "z"}, Row{"", "c"}, Row{"1", ""}));
  EXPECT_THAT(readAll("a\tb c\t\n", '\t'), ElementsAre(Row{"a", "b c", ""}));
  EXPECT_THAT(readAll("\xef\xbb\xbf"
                      "a;\" b \" ;c",
                      ';'),
              ElementsAre(Row{"a", " b ", "c"}));
}
