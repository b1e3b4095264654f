// Files that include others: one tree, errors where they stand, each file once.
#include "Analysed.h"

#include "dsl/Dump.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace nnx::dsl {
namespace {

namespace fs = std::filesystem;

class Include : public testing::Test {
protected:
  Include() : folder(fs::temp_directory_path() / ("nnx_include_" + std::to_string(::getpid()))) {
    fs::create_directories(folder / "parts");
  }
  ~Include() override { fs::remove_all(folder); }

  void write(const std::string &name, const std::string &text) {
    std::ofstream(folder / name, std::ios::binary) << text;
  }

  // What is reported, without the folder in front of names.
  std::string analyse(const std::string &name) {
    DiagnosticSink sink;
    source = SourceFile::read((folder / name).string(), sink);
    study = dsl::analyse(*source, {}, sink);
    std::ostringstream out;
    sink.render(out, source->path(), &*source, false);
    std::string text = out.str(), prefix = folder.string() + "/";
    for (std::size_t at; (at = text.find(prefix)) != std::string::npos;)
      text.erase(at, prefix.size());
    return text;
  }

  fs::path folder;
  std::optional<SourceFile> source;
  std::optional<Study> study;
};

const std::string dataText =
    "dataset mnist { train = idx(\"a\", \"b\"), test = idx(\"a\", \"b\"), shape = 28x28x1, "
    "classes = 10 }\n";
const std::string trainingText =
    "training standard { loss = cross_entropy, optimizer = sgd(), epochs = rounds }\n";
const std::string networkText =
    "network net() { flatten(), dense(classes, activation = softmax) }\n";

TEST_F(Include, reads_declarations_of_all_kinds_relative_to_the_including_file) {
  write("study.nnx", "let rounds = 3\ninclude \"parts/all.nnx\"\ninclude \"parts/data.nnx\"\n"
                     "experiment e { train net() on mnist with standard }\n");
  write("parts/all.nnx", "include \"data.nnx\"\ninclude \"../net.nnx\"\n" + trainingText);
  write("parts/data.nnx", dataText);
  write("net.nnx", networkText);
  EXPECT_EQ(analyse("study.nnx"), "");
  ASSERT_TRUE(study);
  ASSERT_EQ(study->includes.size(), 3u); // parts/data.nnx once
  EXPECT_EQ(study->includes[0].file, (folder / "parts/all.nnx").string());
  EXPECT_EQ(study->includes[1].source, dataText);
  EXPECT_EQ(study->includes[2].file, (folder / "net.nnx").string());
  EXPECT_EQ(study->fileOf(study->datasets[0].location), study->includes[1].file);
  EXPECT_EQ(study->datasets[0].location.line, 1u);
  EXPECT_EQ(study->lineOf(study->datasets[0].location), 4 + 3 + 1);

  std::string whole = "let rounds = 3\n" + dataText + networkText + trainingText +
                      "experiment e { train net() on mnist with standard }\n";
  std::ostringstream parts, one;
  printPoints(parts, *study);
  printPoints(one, *Analysed(whole).study);
  EXPECT_EQ(parts.str(), one.str());
}

TEST_F(Include, errors_stand_in_the_file_they_are_in) {
  write("study.nnx", "include \"parts/net.nnx\"\nlet a = b + 1\n");
  write("parts/net.nnx", "# first\nlet c = [1,\n  d + 1]\n");
  EXPECT_EQ(analyse("study.nnx").find("study.nnx:2:9: error: unknown name `b`"), 0u);
  EXPECT_NE(analyse("study.nnx")
                .find("parts/net.nnx:3:3: error: unknown name `d`\n"
                      "    3 |   d + 1]\n"
                      "      |   ^\n"),
            std::string::npos);
}

TEST_F(Include, a_name_declared_in_two_files_names_both) {
  write("study.nnx", "let a = 1\ninclude \"other.nnx\"\n");
  write("other.nnx", "\n\nlet a = 2\n");
  EXPECT_NE(analyse("study.nnx")
                .find("other.nnx:3:5: error: `a` is declared twice\n"
                      "    3 | let a = 2\n"
                      "      |     ^\n"
                      "  note: first in study.nnx:1\n"),
            std::string::npos)
      << analyse("study.nnx");
}

TEST_F(Include, cycles_are_refused_with_their_chain) {
  write("study.nnx", "include \"parts/b.nnx\"\n");
  write("parts/b.nnx", "\ninclude \"../parts/c.nnx\"\n");
  write("parts/c.nnx", "include \"b.nnx\"\n");
  EXPECT_EQ(analyse("study.nnx")
                .find("parts/c.nnx:1:9: error: `parts/b.nnx` includes itself\n"
                      "    1 | include \"b.nnx\"\n"
                      "      |         ^~~~~~~\n"
                      "  note: parts/b.nnx:2 includes `../parts/c.nnx`\n"
                      "  note: parts/c.nnx:1 includes `b.nnx`\n"),
            0u)
      << analyse("study.nnx");
}

TEST_F(Include, what_cannot_be_read_is_named_where_it_is_included) {
  write("study.nnx", "include \"none.nnx\"\ninclude \"parts\"\ninclude \"bytes.nnx\"\n");
  write("bytes.nnx", "\nlet a = \"\xff\"\n");
  std::string text = analyse("study.nnx");
  EXPECT_NE(text.find("study.nnx:1:9: error: cannot include `none.nnx`: No such file"),
            std::string::npos);
  EXPECT_NE(text.find("study.nnx:2:9: error: cannot include `parts`: it is a folder"),
            std::string::npos);
  EXPECT_NE(text.find("study.nnx:3:9: error: cannot include `bytes.nnx`: the file is not UTF-8: "
                      "wrong byte here, line 2"),
            std::string::npos)
      << text;
}

TEST_F(Include, at_most_a_hundred_files) {
  std::string text;
  for (int i = 0; i < 101; ++i) {
    write("p" + std::to_string(i), "let a" + std::to_string(i) + " = 1\n");
    text += "include \"p" + std::to_string(i) + "\"\n";
  }
  write("study.nnx", text);
  EXPECT_NE(analyse("study.nnx").find("cannot include `p99`: a study has at most 100 files"),
            std::string::npos);
}

} // namespace
} // namespace nnx::dsl
