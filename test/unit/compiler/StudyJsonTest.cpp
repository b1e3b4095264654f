// The study JSON says what docs/architecture.md promises, and its keys change with what a run
// means.
#include "compiler/emit/StudyJson.h"
#include "dsl/Analyse.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sstream>

namespace {

using nlohmann::json;

const std::string text = R"(
dataset data {
  train = idx("a", "b")
  test = idx("c", "d")
  shape = 10x9x2
  classes = 3
  scale = 1 / 4
  labels = ["x", "y", "z"]
}
network net(act: activation) {
  conv2d(5, kernel = 3, activation = act)
  flatten()
  dense(classes, activation = softmax)
}
training standard {
  loss = cross_entropy
  optimizer = sgd(lr = 0.25, momentum = 0.5)
  batch = 32
  epochs = 10
  seed = 7
}
experiment first "The first" {
  grid {
    act in [relu, tanh]
    epochs in [2, 3]
  }
  train net(act) on data with standard { epochs }
  repeats = 2
}
)";

json studyJson(const std::string &source, const std::string &target = "x86-64-v3") {
  nnx::dsl::DiagnosticSink sink;
  nnx::dsl::SourceFile file("study.nnx", source);
  auto study = nnx::dsl::analyse(file, {}, sink);
  std::ostringstream messages;
  sink.render(messages, "study.nnx", &file, false);
  EXPECT_TRUE(study.has_value()) << messages.str();
  return json::parse(nnx::emit::studyJson(*study, nnx::kernels::parseKernelTarget(target)));
}

TEST(StudyJson, describes_file_and_data) {
  json study = studyJson(text);
  EXPECT_EQ(study["schema"], 1);
  EXPECT_EQ(study["file"], "study.nnx");
  EXPECT_EQ(study["source"], text);
  EXPECT_EQ(study["compiler"].get<std::string>().rfind("nnx ", 0), 0u);
  json data = study["datasets"][0];
  EXPECT_EQ(data["name"], "data");
  EXPECT_EQ(data["kind"], "idx");
  EXPECT_EQ(data["train"], (json{{"images", "a"},
                                 {"labels", "b"},
                                 {"images_sha256", nullptr},
                                 {"labels_sha256", nullptr}}));
  EXPECT_EQ(data["test"]["labels"], "d");
  EXPECT_EQ(data["shape"], (json{10, 9, 2}));
  EXPECT_EQ(data["classes"], 3);
  EXPECT_EQ(data["scale"], 0.25);
  EXPECT_EQ(data["labels"], (json{"x", "y", "z"}));
  EXPECT_EQ(data["line"], 2);
}

TEST(StudyJson, describes_experiments_and_points) {
  json experiment = studyJson(text)["experiments"][0];
  EXPECT_EQ(experiment["name"], "first");
  EXPECT_EQ(experiment["title"], "The first");
  EXPECT_EQ(experiment["repeats"], 2);
  EXPECT_EQ(experiment["axes"][0], (json{{"name", "act"}, {"values", {"relu", "tanh"}}}));
  ASSERT_EQ(experiment["points"].size(), 4u);
  json point = experiment["points"][2];
  EXPECT_EQ(point["label"], "act = tanh, epochs = 2");
  EXPECT_EQ(point["axes"], (json{{"act", "tanh"}, {"epochs", "2"}}));
  EXPECT_EQ(point["dataset"], 0);
  EXPECT_EQ(point["variant"], 1);
  json settings = point["settings"];
  EXPECT_EQ(settings["loss"], "cross_entropy");
  EXPECT_EQ(settings["optimizer"],
            (json{{"kind", "sgd"}, {"lr", 0.25}, {"momentum", 0.5}, {"nesterov", false}}));
  EXPECT_EQ(settings["batch"], 32);
  EXPECT_EQ(settings["epochs"], 2);
  EXPECT_EQ(settings["seed"], 7);
  EXPECT_EQ(settings["shuffle"], true);
  EXPECT_EQ(settings["steps"], 0);
  EXPECT_EQ(settings["on_divergence"], "stop");
  json conv = point["layers"][0];
  EXPECT_EQ(conv["name"], "conv2d_1");
  EXPECT_EQ(conv["kind"], "conv2d");
  EXPECT_EQ(conv["input"], (json{10, 9, 2}));
  EXPECT_EQ(conv["output"], (json{8, 7, 5}));
  EXPECT_EQ(conv["parameters"], 3 * 3 * 2 * 5 + 5);
  EXPECT_EQ(point["parameters"], 95 + 8 * 7 * 5 * 3 + 3);
}

TEST(StudyJson, marks_axes_that_move_together) {
  std::string tied = text;
  size_t at = tied.find("act in [relu, tanh]");
  tied.replace(at, 19, "(act, epochs) in [(relu, 2), (tanh, 3)]");
  tied.replace(tied.find("    epochs in [2, 3]\n"), 21, "");
  json axes = studyJson(tied)["experiments"][0]["axes"];
  ASSERT_EQ(axes.size(), 2u);
  EXPECT_EQ(axes[0]["tied"], 1);
  EXPECT_EQ(axes[1]["tied"], 1);
}

TEST(StudyJson, keys_a_run_by_its_meaning) {
  json points = studyJson(text)["experiments"][0]["points"];
  EXPECT_EQ(points[0]["key"].get<std::string>().size(), 64u);
  EXPECT_EQ(points[0]["key"], points[1]["key"]) << "epochs are no part of it";
  EXPECT_NE(points[0]["key"], points[2]["key"]) << "the activation is";
  std::string other = text;
  other.replace(other.find("lr = 0.25"), 9, "lr = 0.5");
  EXPECT_NE(points[0]["key"], studyJson(other)["experiments"][0]["points"][0]["key"]);
  json elsewhere = studyJson(text, "x86-64-v4")["experiments"][0]["points"];
  EXPECT_NE(points[0]["key"], elsewhere[0]["key"]) << "another CPU may round otherwise";
}

} // namespace
