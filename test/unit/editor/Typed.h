// A text with places marked in it, open in a workspace.
#pragma once

#include "editor/Workspace.h"

#include <gtest/gtest.h>

namespace nnx::editor {

// `^` marks the place and is no part of the text.
struct Typed {
  explicit Typed(std::string text, const std::string &path = "/nowhere/study.nnx") {
    const std::size_t mark = text.find('^');
    EXPECT_NE(mark, std::string::npos);
    text.erase(mark, 1);
    position = endOf(std::string_view(text).substr(0, mark));
    workspace.open(path, std::move(text), 1);
    view = *workspace.view(path);
  }

  Workspace workspace;
  View view;
  Position position;
};

inline const std::string digitsText = R"(dataset digits {
  train = idx("a", "b"), test = idx("a", "b"), shape = 28x28x1, classes = 10
}
training standard { loss = cross_entropy, optimizer = sgd(momentum = 0.9), epochs = 2 }
)";

inline const std::string networkText = R"(network cnn(act: activation = relu, width: int = 100) {
  repeat i in 1..2 { conv2d(8 * i, kernel = 3, activation = act) }
  flatten()
  dense(width, activation = act)
  dense(classes, activation = softmax)
}
)";

} // namespace nnx::editor
