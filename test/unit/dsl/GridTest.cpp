// Points, variants and meanings of experiments.
#include "Analysed.h"

#include "dsl/Dump.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

namespace nnx::dsl {
namespace {

const std::string dense =
    "flatten(), dense(width, activation = act), dense(classes, activation = softmax)";
const std::string parameters = "act: activation = relu, width: int = 8";

std::vector<std::string> labels(const Analysed &analysed) {
  std::vector<std::string> result;
  if (analysed.study)
    for (const Point &point : analysed.study->experiments.at(0).points)
      result.push_back(point.label);
  return result;
}

TEST(Grid, is_the_product_with_the_last_axis_fastest) {
  Analysed analysed(studyOf(dense, parameters,
                            "grid { act in [relu, tanh], width in 1..2 }\n"
                            "train net(act, width) on mnist with standard"));
  EXPECT_EQ(labels(analysed),
            (std::vector<std::string>{"act = relu, width = 1", "act = relu, width = 2",
                                      "act = tanh, width = 1", "act = tanh, width = 2"}))
      << analysed.rendered();
}

TEST(Grid, moves_tuples_together_and_says_so) {
  Analysed analysed(
      studyOf(dense, parameters,
              "grid { (width, b) in [(1, 16), (2, 32), (2, 64)], e in [1, 2] }\n"
              "train net(width = width) on mnist with standard { batch = b, epochs = e }"));
  ASSERT_TRUE(analysed.study) << analysed.rendered();
  const Experiment &experiment = analysed.study->experiments[0];
  EXPECT_EQ(experiment.points.size(), 6u);
  EXPECT_EQ(experiment.axes[0].tied, 1);
  EXPECT_EQ(experiment.axes[1].tied, 1);
  EXPECT_EQ(experiment.axes[2].tied, 0);
  EXPECT_EQ(experiment.axes[0].values, (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(experiment.points[5].coordinates, (std::vector<std::string>{"2", "64", "2"}));
  EXPECT_EQ(experiment.points[5].training.batch, 64);
}

TEST(Grid, leaves_points_out_where_the_condition_fails) {
  Analysed analysed(studyOf(dense, parameters,
                            "grid { act in [relu, tanh], width in [4, 8] } where act == tanh or "
                            "width * 2 <= 8\ntrain net(act, width) on mnist with standard"));
  EXPECT_EQ(labels(analysed),
            (std::vector<std::string>{"act = relu, width = 4", "act = tanh, width = 4",
                                      "act = tanh, width = 8"}));
}

TEST(Grid, compares_labels_and_keeps_numbers_as_written) {
  Analysed analysed(studyOf(dense, parameters,
                            "grid { model in [small: net(width = 2), big: net(width = 64)], lr in "
                            "[0.10, 1e-2] } where model == small\n"
                            "train model on mnist with standard { optimizer.lr = lr }"));
  EXPECT_EQ(labels(analysed),
            (std::vector<std::string>{"model = small, lr = 0.10", "model = small, lr = 1e-2"}))
      << analysed.rendered();
  EXPECT_EQ(analysed.study->experiments[0].points[0].network, "net(width = 2)");
}

TEST(Grid, takes_optimizers_as_an_axis) {
  Analysed analysed(studyOf(dense, parameters,
                            "grid { opt in [sgd(), heavy: sgd(momentum = 0.9, nesterov = true)], "
                            "lr in [0.1, 0.2] }\ntrain net() on mnist with standard { optimizer = "
                            "opt, optimizer.lr = lr }"));
  ASSERT_TRUE(analysed.study) << analysed.rendered();
  const Point &last = analysed.study->experiments[0].points[3];
  EXPECT_EQ(last.label, "opt = heavy, lr = 0.2");
  EXPECT_EQ(last.training.optimizer.settings.getFloat("lr"), 0.2);
  EXPECT_TRUE(last.training.optimizer.settings.getBool("nesterov"));
  EXPECT_EQ(analysed.study->variants.size(), 2u);
}

TEST(Variants, differ_by_what_is_compiled_and_by_nothing_else) {
  Analysed analysed(studyOf(dense, parameters,
                            "grid { width in [4, 8], b in [1, 2], lr in [0.1, 0.2], e in [1, 2] }\n"
                            "train net(width = width) on mnist with standard { batch = b, epochs = "
                            "e, optimizer.lr = lr }"));
  ASSERT_TRUE(analysed.study) << analysed.rendered();
  EXPECT_EQ(analysed.study->experiments[0].points.size(), 16u);
  EXPECT_EQ(analysed.study->variants.size(), 2u);
  std::set<std::string> meanings;
  for (const Point &point : analysed.study->experiments[0].points)
    meanings.insert(point.meaning);
  EXPECT_EQ(meanings.size(), 8u); // epochs are no part of it
}

TEST(Points, mean_nothing_by_what_is_switched_off) {
  Analysed analysed(studyOf(dense, parameters,
                            "grid { n in [false, true] }\n"
                            "train net() on mnist with standard { optimizer.nesterov = n }"));
  ASSERT_TRUE(analysed.study) << analysed.rendered();
  const std::vector<Point> &points = analysed.study->experiments[0].points;
  EXPECT_EQ(points[0].meaning.find("nesterov"), std::string::npos);
  EXPECT_NE(points[1].meaning.find("nesterov = true"), std::string::npos);
}

TEST(Points, of_equal_meaning_say_the_same) {
  Analysed analysed(studyOf(dense, parameters,
                            "grid { model in [a: net(), b: net(width = 8)], s in [1, 2] }\n"
                            "train model on mnist with standard { seed = s }"));
  ASSERT_TRUE(analysed.study) << analysed.rendered();
  std::set<std::string> meanings;
  for (const Point &point : analysed.study->experiments[0].points)
    meanings.insert(point.meaning);
  EXPECT_EQ(meanings.size(), 1u);
}

TEST(DeclaredActivations, cost_what_they_are_long) {
  std::string text = "activation a0(x) = x * tanh(x)\n";
  for (int i = 1; i < 5000; ++i)
    text += "activation a" + std::to_string(i) + "(x) = a" + std::to_string(i - 1) + "(x) * a" +
            std::to_string(i - 1) + "(x)\n";
  Analysed analysed(text);
  EXPECT_FALSE(analysed.study);
  EXPECT_NE(analysed.rendered().find("the formula of `a8` is too large"), std::string::npos)
      << analysed.rendered();
  EXPECT_EQ(analysed.rendered().find("the formula of `a9`"), std::string::npos); // said once
}

TEST(Networks, are_used_inside_others_like_layers) {
  Analysed analysed(mnistText + R"(
network block(f: int, act: activation = relu) { conv2d(f, kernel = 3, activation = act), max_pool(2) }
network outer(body: network, width: int) {
  body(4)
  block(2 * width, act = tanh)
  flatten()
  dense(classes, activation = softmax)
}
experiment e { train outer(body = block, width = 3) on mnist with standard }
)");
  EXPECT_TRUE(analysed.reports(DiagnosticId::missing_setting)); // block has no default for f
  Analysed right(mnistText + R"(
network block(f: int = 4, act: activation = relu) { conv2d(f, kernel = 3, activation = act), max_pool(2) }
network outer(body: network, width: int) {
  body(act = tanh)
  if width > 2 { block(2 * width) } else { block(1) }
  flatten()
  dense(classes, activation = softmax)
}
experiment e { train outer(body = block, width = 3) on mnist with standard }
)");
  ASSERT_TRUE(right.study) << right.rendered();
  const Network &network = right.study->variants[0].network;
  ASSERT_EQ(network.layers.size(), 6u);
  EXPECT_EQ(network.layers[0].text, "conv2d(4, kernel = 3x3, activation = tanh)");
  EXPECT_EQ(network.layers[2].name, "conv2d_2");
  EXPECT_EQ(network.layers[2].text, "conv2d(6, kernel = 3x3, activation = relu)");
  EXPECT_EQ(network.layers[3].output, (Shape{5, 5, 6}));
  EXPECT_EQ(network.layers[3].inputs, std::vector<int>{2});
}

TEST(Trainings, build_on_others_and_are_overridden) {
  Analysed analysed(
      studyOf(dense, parameters, R"(train net() on mnist with careful { batch = 8 })") +
      "training careful with standard { optimizer.lr = 0.5, seed = 7, shuffle = false, "
      "steps = 50, on_divergence = continue }\n");
  ASSERT_TRUE(analysed.study) << analysed.rendered();
  const TrainingSettings &training = analysed.study->experiments[0].points[0].training;
  EXPECT_EQ(training.optimizer.settings.getFloat("lr"), 0.5);
  EXPECT_EQ(training.optimizer.settings.getFloat("momentum"), 0.9);
  EXPECT_EQ(training.batch, 8);
  EXPECT_EQ(training.epochs, 2);
  EXPECT_EQ(training.seed, 7);
  EXPECT_FALSE(training.shuffle);
  EXPECT_EQ(training.steps, 50);
  EXPECT_EQ(training.onDivergence, "continue");
}

TEST(Overrides, change_values_and_are_checked_like_the_file) {
  std::string text = studyOf(dense, parameters) + "let unused = 3\n";
  Analysed analysed(text, {"training.batch=64", "standard.optimizer.lr=0.25", "mnist.scale=1/255",
                           "e.repeats=3", "training.batch=65"});
  ASSERT_TRUE(analysed.study) << analysed.rendered();
  const Point &point = analysed.study->experiments[0].points[0];
  EXPECT_EQ(point.training.batch, 65);
  EXPECT_EQ(point.training.optimizer.settings.getFloat("lr"), 0.25);
  EXPECT_EQ(analysed.study->experiments[0].repeats, 3);
  EXPECT_DOUBLE_EQ(analysed.study->datasets[0].scale, 1.0 / 255);
  Analysed wrong(text, {"training.batch=sixty"});
  EXPECT_EQ(wrong.rendered(), "--set: error: unknown name `sixty`; known: unused\n"
                              "      | training.batch=sixty\n"
                              "      |                ^~~~~\n");
}

TEST(Examples, analyse_without_a_warning) {
  std::size_t count = 0;
  const auto before = std::filesystem::current_path();
  const auto folder = std::filesystem::path(NNX_SOURCE_DIR) / "examples/mnist";
  std::filesystem::current_path(folder); // references are files beside the study
  for (const auto &entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".nnx")
      continue;
    ++count;
    std::ifstream stream(entry.path());
    Analysed analysed(std::string(std::istreambuf_iterator<char>(stream), {}), {}, true);
    EXPECT_TRUE(analysed.study) << entry.path() << "\n" << analysed.rendered();
  }
  std::filesystem::current_path(before);
  EXPECT_GE(count, 3u);
}

// Blocks marked ```nnx are whole files.
class Documentation : public testing::TestWithParam<std::pair<std::string, std::size_t>> {};

TEST_P(Documentation, has_examples_that_analyse_without_a_warning) {
  const auto &[file, least] = GetParam();
  std::ifstream stream(std::filesystem::path(NNX_SOURCE_DIR) / file);
  std::string line, block;
  std::size_t count = 0;
  for (bool inside = false; std::getline(stream, line);) {
    if (inside && line == "```") {
      Analysed analysed(block, {}, true);
      EXPECT_TRUE(analysed.study) << block << analysed.rendered();
      ++count;
      block.clear();
      inside = false;
    } else if (inside) {
      block += line + "\n";
    } else {
      inside = line == "```nnx";
    }
  }
  EXPECT_GE(count, least);
}

INSTANTIATE_TEST_SUITE_P(examples, Documentation,
                         testing::Values(std::pair(std::string("docs/language.md"), std::size_t{5}),
                                         std::pair(std::string("README.md"), std::size_t{1})),
                         [](const auto &info) {
                           return std::filesystem::path(info.param.first).stem().string();
                         });

} // namespace
} // namespace nnx::dsl
