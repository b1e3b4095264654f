// Draws networks as text of the language, following the extents of the value at hand.
#include "RandomNetwork.h"

#include "dsl/Activations.h"
#include "dsl/Optimizers.h"

#include <random>
#include <string>
#include <vector>

namespace nnx::test {

namespace {

struct Extents {
  int64_t height = 1, width = 1, channels = 1; // a flat value: 1x1xN
  bool isFlat = false;
};

class Drawing {
public:
  explicit Drawing(uint32_t seed) : random(seed) {}

  NetworkCase draw(uint32_t seed) {
    Extents value{between(1, 12), between(1, 12), between(1, 4)};
    std::string shape = std::to_string(value.height) + "x" + std::to_string(value.width) + "x" +
                        std::to_string(value.channels);
    for (int64_t items = between(1, 6); items > 0; --items)
      drawItem(value, true);
    if (!value.isFlat)
      drawFlattening(value);
    if (chance(2))
      drawShapeKeeping(value);
    text += "dense(classes, activation = softmax" + drawBias() + ")\n";
    return {"seed_" + std::to_string(seed), text, shape, drawOptimizer()};
  }

private:
  int64_t between(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  }
  bool chance(int64_t oneIn) { return between(1, oneIn) == 1; }
  template <class T> const T &oneOf(const std::vector<T> &items) {
    return items[size_t(between(0, int64_t(items.size()) - 1))];
  }

  // Once per network: its powers of powers leave the range of floats.
  std::string drawActivation() {
    while (true) {
      const std::string &name = oneOf(dsl::activations()).name;
      if (name == "exponential" && hasExponential)
        continue;
      hasExponential |= name == "exponential";
      return chance(12) ? "softmax" : name;
    }
  }
  std::string drawActivationSetting() {
    return chance(3) ? "" : ", activation = " + drawActivation();
  }
  std::string drawBias() { return chance(4) ? ", bias = false" : ""; }

  static std::string sizeText(int64_t height, int64_t width) {
    return std::to_string(height) + "x" + std::to_string(width);
  }

  void drawItem(Extents &value, bool mayBranch) {
    if (mayBranch && chance(4))
      drawBlock(value);
    else if (value.isFlat)
      drawFlatLayer(value);
    else
      drawImageLayer(value);
  }

  void drawFlatLayer(Extents &value) {
    if (chance(2)) {
      value.channels = between(1, 24);
      text +=
          "dense(" + std::to_string(value.channels) + drawActivationSetting() + drawBias() + ")\n";
    } else {
      drawShapeKeeping(value);
    }
  }

  void drawImageLayer(Extents &value) {
    switch (between(1, 6)) {
    case 1:
    case 2:
    case 3:
      drawConv2d(value, between(1, 18), false);
      break;
    case 4:
      drawPool(value);
      break;
    case 5:
      drawShapeKeeping(value);
      break;
    default:
      if (chance(3))
        drawFlattening(value);
      else
        drawShapeKeeping(value);
    }
  }

  void drawFlattening(Extents &value) {
    if (chance(4)) {
      text += "global_avg_pool()\n";
      value = {1, 1, value.channels, true};
    } else {
      text += "flatten()\n";
      value = {1, 1, value.height * value.width * value.channels, true};
    }
  }

  // Of stride 1 and padding = same where it keeps height and width.
  void drawConv2d(Extents &value, int64_t filters, bool keepsExtents) {
    const bool isSame = keepsExtents || chance(3);
    const int64_t kernelHeight = between(1, std::min<int64_t>(4, value.height));
    const int64_t kernelWidth = between(1, std::min<int64_t>(4, value.width));
    std::string settings = ", kernel = " + sizeText(kernelHeight, kernelWidth);
    int64_t stride[2] = {1, 1}, dilation[2] = {1, 1};
    if (!keepsExtents && chance(3)) {
      stride[0] = between(1, 3), stride[1] = between(1, 3);
      settings += ", stride = " + sizeText(stride[0], stride[1]);
    } else if (chance(4)) {
      dilation[0] = largestDilation(value.height, kernelHeight);
      dilation[1] = largestDilation(value.width, kernelWidth);
      settings += ", dilation = " + sizeText(dilation[0], dilation[1]);
    }
    if (isSame)
      settings += ", padding = same";
    text += "conv2d(" + std::to_string(filters) + settings + drawActivationSetting() + drawBias() +
            ")\n";
    value.height =
        extentAfter(value.height, (kernelHeight - 1) * dilation[0] + 1, stride[0], isSame);
    value.width = extentAfter(value.width, (kernelWidth - 1) * dilation[1] + 1, stride[1], isSame);
    value.channels = filters;
  }

  int64_t largestDilation(int64_t extent, int64_t kernel) {
    return kernel == 1 ? between(1, 3)
                       : between(1, std::max<int64_t>(1, (extent - 1) / (kernel - 1)));
  }

  static int64_t extentAfter(int64_t extent, int64_t window, int64_t stride, bool isSame) {
    return isSame ? (extent + stride - 1) / stride : (extent - window) / stride + 1;
  }

  void drawPool(Extents &value) {
    const bool isSame = chance(3);
    const int64_t height = between(1, std::min<int64_t>(3, value.height));
    const int64_t width = between(1, std::min<int64_t>(3, value.width));
    int64_t stride[2] = {height, width};
    std::string settings = sizeText(height, width);
    if (chance(2)) {
      stride[0] = between(1, 3), stride[1] = between(1, 3);
      settings += ", stride = " + sizeText(stride[0], stride[1]);
    }
    text += (chance(2) ? "max_pool(" : "avg_pool(") + settings +
            (isSame ? ", padding = same" : "") + ")\n";
    value.height = extentAfter(value.height, height, stride[0], isSame);
    value.width = extentAfter(value.width, width, stride[1], isSame);
  }

  void drawShapeKeeping(Extents &value) {
    switch (between(1, 5)) {
    case 1:
      text += "activation(" + drawActivation() + ")\n";
      break;
    case 2:
      text += "dropout(0." + std::to_string(between(1, 8)) + ")\n";
      break;
    case 3:
      text += "batch_norm(epsilon = 0.1)\n";
      break;
    case 4:
      if (value.isFlat && value.channels > 200) // dense layers stay small
        text += "activation(" + drawActivation() + ")\n";
      else if (value.isFlat)
        text += "dense(" + std::to_string(value.channels) + drawActivationSetting() + ")\n";
      else
        drawConv2d(value, value.channels, true);
      break;
    default:
      if (value.isFlat)
        text += "softmax()\n";
      else
        text += std::string(chance(2) ? "max_pool" : "avg_pool") + "(" +
                std::to_string(between(1, 3)) + ", stride = 1, padding = same)\n";
    }
  }

  // add: every branch keeps the shape; concat: every branch keeps height and width.
  void drawBlock(Extents &value) {
    const bool isAdd = chance(2);
    int64_t channels = 0;
    text += isAdd ? "add {\n" : "concat {\n";
    for (int64_t branches = between(2, 3); branches > 0; --branches) {
      Extents inside = value;
      text += "branch {\n";
      for (int64_t items = between(0, 3); items > 0; --items)
        drawShapeKeeping(inside);
      if (!isAdd && chance(2)) {
        if (inside.isFlat)
          drawFlatLayer(inside);
        else
          drawConv2d(inside, between(1, 9), true);
      }
      text += "}\n";
      channels += inside.channels;
    }
    text += "}\n";
    if (!isAdd)
      value.channels = channels;
  }

  // Where gradients are divided by their own size, epsilon keeps those that are rounding small.
  std::string drawOptimizer() {
    const dsl::OptimizerRow &row = oneOf(dsl::optimizers());
    std::string optimizer =
        row.name() + "(lr = 0.02" + (row.findSetting("epsilon") ? ", epsilon = 0.01" : "");
    for (const dsl::OptimizerSetting &setting : row.settings())
      if (setting.kind == dsl::OptimizerSettingKind::Flag && chance(2))
        optimizer += ", " + setting.name + " = true";
    if (chance(3))
      optimizer += ", weight_decay = 0.03";
    if (chance(3))
      optimizer += chance(2) ? ", clipvalue = 0.03" : ", global_clipnorm = 0.3";
    return optimizer + ")";
  }

  std::mt19937 random;
  std::string text;
  bool hasExponential = false;
};

} // namespace

NetworkCase drawNetwork(uint32_t seed) {
  return Drawing(seed).draw(seed);
}

} // namespace nnx::test
