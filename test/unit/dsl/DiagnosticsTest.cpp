// Every row of Diagnostics.def is provoked, and what is shown has the form users are promised.
#include "Analysed.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace nnx::dsl {
namespace {

namespace fs = std::filesystem;

// A file of this test, removed with it.
class TemporaryFile {
public:
  explicit TemporaryFile(const std::string &content)
      : path((fs::temp_directory_path() / ("nnx_diagnostics_" + std::to_string(::getpid())))
                 .string()) {
    std::ofstream(path, std::ios::binary) << content;
  }
  ~TemporaryFile() { fs::remove(path); }
  const std::string path;
};

bool readReports(const std::string &path, DiagnosticId id) {
  DiagnosticSink sink;
  return !SourceFile::read(path, sink) && sink.sorted().at(0).id == id;
}

std::string readAll(const fs::path &path) {
  std::ifstream stream(path);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// What no file of test/dsl/diagnostics can hold: wrong files, options, very long text.
bool isProvokedHere(DiagnosticId id) {
  switch (id) {
  case DiagnosticId::file_unreadable:
    return readReports("no such file", id) && readReports("/", id);
  case DiagnosticId::file_too_large:
    return readReports(TemporaryFile(std::string(SourceFile::maxBytes + 1, '\n')).path, id);
  case DiagnosticId::not_utf8:
    return readReports(TemporaryFile("let a = \"\xff\"\n").path, id);
  case DiagnosticId::wrong_option:
    return Analysed("", {"training.batch"}).reports(id) && Analysed("", {"\xff=1"}).reports(id);
  case DiagnosticId::unknown_option:
    return Analysed("", {"training.batch=3"}).reports(id);
  case DiagnosticId::useless_option:
    return Analysed("training a { batch = 3 }", {"a.batch=4"}).reports(id);
  case DiagnosticId::too_many_items: {
    std::string list = "let a = [1";
    for (int i = 0; i < 10000; ++i)
      list += ", 1";
    return Analysed(list + "]").reports(id);
  }
  default:
    return false;
  }
}

class EveryDiagnostic : public testing::TestWithParam<DiagnosticId> {};

TEST_P(EveryDiagnostic, is_provoked) {
  std::string name(nameOf(GetParam()));
  fs::path file = fs::path(NNX_SOURCE_DIR) / "test/dsl/diagnostics" / (name + ".nnx");
  if (fs::exists(file))
    EXPECT_TRUE(Analysed(readAll(file), {}, false, file.string()).reports(GetParam()))
        << Analysed(readAll(file), {}, false, file.string()).rendered();
  else
    EXPECT_TRUE(isProvokedHere(GetParam())) << "nothing provokes " << name;
}

TEST_P(EveryDiagnostic, has_plain_text) {
  std::string text = message(GetParam(), {});
  EXPECT_FALSE(text.ends_with('.')) << text;
  EXPECT_FALSE(text[0] >= 'A' && text[0] <= 'Z') << text;
}

INSTANTIATE_TEST_SUITE_P(Table, EveryDiagnostic, testing::ValuesIn(allDiagnostics()),
                         [](const auto &info) { return std::string(nameOf(info.param)); });

TEST(Diagnostics, name_their_place_and_the_points_at_fault) {
  Analysed analysed(mnistText + R"(network cnn(act: activation, convs: int) {
  repeat i in 1..convs {
    conv2d(32 * i, kernel = 3, activation = act)
    max_pool(2)
  }
  flatten()
  dense(classes, activation = softmax)
}
experiment sizes {
  grid { act in [relu, tanh], convs in 1..4, lr in [0.1, 0.01] }
  train cnn(act, convs) on mnist with standard { optimizer.lr = lr }
}
)");
  EXPECT_EQ(analysed.rendered(),
            R"(test.nnx:6:5: error: `conv2d` kernel 3x3 does not fit its 1x1x96 input
    6 |     conv2d(32 * i, kernel = 3, activation = act)
      |     ^~~~~~
  note: in `cnn`, repeat i = 4
  note: for 4 of 16 points of `sizes`, first: act = relu, convs = 4, lr = 0.1
)");
}

TEST(Diagnostics, come_in_source_order_and_in_a_bounded_number) {
  std::string text = "training t { optimizer = sgd(momentun = 1) }\nlet a = b + 1\n";
  Analysed analysed(text);
  auto all = analysed.sink.sorted();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].location, (SourceLocation{1, 30, 8}));
  EXPECT_EQ(all[1].location, (SourceLocation{2, 9, 1}));
  for (int i = 0; i < 500; ++i)
    text += "let c" + std::to_string(i) + " = b + 1\n";
  Analysed many(text);
  EXPECT_EQ(many.sink.sorted().size(), DiagnosticSink::maxKept);
  EXPECT_NE(many.rendered().find("402 more not shown"), std::string::npos);
}

TEST(Diagnostics, show_characters_not_bytes_and_cut_long_lines) {
  Analysed analysed("let a = \"\xc3\xa4\xc3\xb6\" + 1\n");
  EXPECT_NE(analysed.rendered().find("      |         ^~~~\n"), std::string::npos)
      << analysed.rendered();
  std::string rendered = Analysed("let a = " + std::string(100000, ' ') + "b + 1").rendered();
  EXPECT_LT(rendered.size(), 400u);
}

TEST(Diagnostics, warnings_become_errors_when_asked) {
  std::string text = studyOf("flatten(), dense(classes, activation = softmax)", "unused: int = 3");
  Analysed lenient(text);
  EXPECT_TRUE(lenient.study);
  EXPECT_NE(lenient.rendered().find("is never used [unused_parameter]"), std::string::npos);
  Analysed strict(text, {}, true);
  EXPECT_FALSE(strict.study);
  EXPECT_NE(strict.rendered().find("error: parameter `unused`"), std::string::npos);
}

TEST(Diagnostics, nearest_name_by_edit_distance) {
  EXPECT_EQ(editDistance("", "abc"), 3u);
  EXPECT_EQ(editDistance("kitten", "sitting"), 3u);
  EXPECT_EQ(editDistance("momentmu", "momentum"), 1u); // neighbours swapped
  EXPECT_EQ(suggest("momentun", {"lr", "momentum"}), "; did you mean `momentum`?");
  EXPECT_EQ(suggest("x1234", {"lr", "momentum"}), "; known: lr, momentum");
  EXPECT_EQ(suggest("x", {}), "");
}

} // namespace
} // namespace nnx::dsl
