// What hovers say: figures from the study, texts from the tables.
#include "Typed.h"

#include "editor/Hints.h"
#include "editor/Hover.h"

#include <gmock/gmock.h>

namespace nnx::editor {
namespace {

using ::testing::HasSubstr;

std::string hoverOf(const std::string &text) {
  Typed typed(text);
  const auto found = hover(typed.view, typed.position);
  return found ? found->markdown : "nothing";
}

TEST(HoverTest, a_network_shows_shapes_and_parameters_of_its_first_use) {
  const std::string text = hoverOf(
      digitsText + networkText +
      "experiment e { grid { width in [7, 9] }\n train c^nn(width) on digits with standard }\n");
  EXPECT_THAT(text, HasSubstr("`cnn(width = 7)` on `digits`"));
  EXPECT_THAT(text, HasSubstr("| conv2d_2 | 24x24x16 | 1,168 |")); // 3 * 3 * 8 * 16 + 16
  EXPECT_THAT(text, HasSubstr("| dense_1 | 7 | 64,519 |"));        // 24 * 24 * 16 * 7 + 7
}

TEST(HoverTest, a_network_that_nothing_trains_shows_its_defaults) {
  const std::string text =
      hoverOf(digitsText + "network ^cnn(width: int = 3) {\n flatten()\n "
                           "dense(width)\n dense(classes, activation = softmax)\n}\n");
  EXPECT_THAT(text, HasSubstr("| dense_1 | 3 | 2,355 |"));
}

TEST(HoverTest, a_layer_in_a_repeat_shows_each_time) {
  std::string network = networkText;
  network.insert(network.find("conv2d") + 2, "^");
  const std::string text =
      hoverOf(digitsText + network + "experiment e { train cnn() on digits with standard }\n");
  EXPECT_THAT(text, HasSubstr("conv2d_1: 28x28x1 → 26x26x8, 80 parameters"));
  EXPECT_THAT(text, HasSubstr("conv2d_2: 26x26x8 → 24x24x16, 1,168 parameters"));
}

TEST(HoverTest, an_experiment_shows_points_and_runs) {
  const std::string text =
      hoverOf(digitsText + networkText +
              "experiment ^e \"Widths\" { grid { width in [7, 9], act in [relu, tanh] }\n"
              " train cnn(act, width) on digits with standard\n repeats = 5 }\n");
  EXPECT_THAT(text, HasSubstr("4 points, 20 runs"));
  EXPECT_THAT(text, HasSubstr("- `act`: relu, tanh"));
}

TEST(HoverTest, a_setting_shows_type_default_and_range) {
  const std::string text = hoverOf("training t { optimizer = adam(be^ta_1 = 0.5) }\n");
  EXPECT_THAT(text, HasSubstr("beta_1: float = 0.9"));
  EXPECT_THAT(text, HasSubstr("Must be between 0"));
  EXPECT_THAT(hoverOf("training t { ba^tch = 3 }\n"), HasSubstr("batch: int = 32"));
  EXPECT_THAT(hoverOf("training t { optimizer = sgd()\n optimizer.moment^um = 0 }\n"),
              HasSubstr("Setting of `sgd`"));
}

TEST(HoverTest, half_typed_files_answer) {
  EXPECT_THAT(hoverOf("network n() { den^se(3, activation = \n}\ndataset d {"), HasSubstr("dense"));
  EXPECT_EQ(hoverOf("let ^"), "nothing");
  EXPECT_EQ(hoverOf("^"), "nothing");
}

TEST(HintsTest, layers_show_what_they_give) {
  Typed typed(
      "^" + digitsText + networkText +
      "experiment e { grid { width in [7, 9] }\n train cnn(width) on digits with standard }\n");
  std::vector<std::string> labels;
  for (const Hint &hint : hints(typed.view, {{0, 0}, {99, 0}}))
    labels.push_back(std::to_string(hint.position.line) + ":" +
                     std::to_string(hint.position.character) + " " + hint.label);
  EXPECT_THAT(labels, ::testing::ElementsAre("5:64 → 26x26x8, 24x24x16", "6:11 → 9216",
                                             "7:32 → 7, …", "8:38 → 10"));
  EXPECT_EQ(hints(typed.view, {{6, 0}, {6, 0}}).size(), 1u);
}

} // namespace
} // namespace nnx::editor
