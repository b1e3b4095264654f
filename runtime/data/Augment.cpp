// One affine map for each sample of an epoch.
#include "runtime/data/Augment.h"

#include "runtime/train/Random.h"

#include <cmath>

using namespace nnxrt;

/// Sine and cosine of -180 to 180 degrees, in plain arithmetic, so that their bits do not depend on
/// a libm: the nearest quarter turn, and the Taylor series of the at most 45 degrees that are left.
static void turn(double degrees, double &sine, double &cosine) {
  const double quarters = std::round(degrees / 90);
  const double x = (degrees - 90 * quarters) * (3.14159265358979323846 / 180), square = x * x;
  double s = 0, c = 0;
  for (int n = 9; n >= 1; --n) { // s: x - x^3 / 3! + ..., c: 1 - x^2 / 2! + ...
    s = 1 - s * square / (2 * n * (2 * n + 1));
    c = 1 - c * square / (2 * n * (2 * n - 1));
  }
  s *= x;
  switch (static_cast<int>(quarters) & 3) {
  case 0:
    sine = s, cosine = c;
    break;
  case 1:
    sine = c, cosine = -s;
    break;
  case 2:
    sine = -s, cosine = -c;
    break;
  default:
    sine = -c, cosine = s;
    break;
  }
}

/// A whole number from -most to most, each as likely but for 2^-32.
static double drawWhole(uint32_t bits, double most) {
  const auto places = static_cast<uint64_t>(2 * most + 1);
  return static_cast<double>(bits * places >> 32) - most;
}

/// The steps in their order, each by its inverse: the last one is undone first.
Augmenter::Map Augmenter::mapOf(uint32_t index) const {
  const RandomStream random(seed, RandomPurpose::augment, epoch);
  Map map{1, 0, 0, 0, 1, 0};
  for (size_t i = steps.size(); i-- > 0;) {
    const AugmentStep &step = steps[i];
    const auto bits = random.bits(index, static_cast<uint32_t>(i));
    switch (step.kind) {
    case AugmentKind::shift:
      map.c -= drawWhole(bits[0], step.amount);
      map.f -= drawWhole(bits[1], step.amount);
      break;
    case AugmentKind::flipHorizontal:
      if ((bits[0] >> 31) != 0)
        map = {-map.a, -map.b, -map.c, map.d, map.e, map.f};
      break;
    case AugmentKind::flipVertical:
      if ((bits[0] >> 31) != 0)
        map = {map.a, map.b, map.c, -map.d, -map.e, -map.f};
      break;
    case AugmentKind::rotate: {
      double sine = 0, cosine = 1;
      turn(step.amount * (2 * ((bits[0] + 0.5) * 0x1p-32) - 1), sine, cosine);
      map = {cosine * map.a - sine * map.d, cosine * map.b - sine * map.e,
             cosine * map.c - sine * map.f, sine * map.a + cosine * map.d,
             sine * map.b + cosine * map.e, sine * map.c + cosine * map.f};
      break;
    }
    }
  }
  return map;
}

void Augmenter::apply(const SampleSet &set, uint32_t index, float scale,
                      std::span<float> out) const {
  const Map map = mapOf(index);
  const int64_t height = set.height, width = set.width, channels = set.channels;
  const double middleX = static_cast<double>(width - 1) / 2;
  const double middleY = static_cast<double>(height - 1) / 2;
  const int64_t first = index * set.sampleBytes();
  const auto at = [&](int64_t y, int64_t x, int64_t c) -> double {
    if (y < 0 || y >= height || x < 0 || x >= width)
      return 0;
    const int64_t place = first + (y * width + x) * channels + c;
    return set.pixels != nullptr ? static_cast<double>(set.pixels[place])
                                 : static_cast<double>(set.values[place]);
  };
  for (int64_t y = 0; y < height; ++y)
    for (int64_t x = 0; x < width; ++x) {
      const double fromX = static_cast<double>(x) - middleX,
                   fromY = static_cast<double>(y) - middleY;
      const double sourceX = map.a * fromX + map.b * fromY + map.c + middleX;
      const double sourceY = map.d * fromX + map.e * fromY + map.f + middleY;
      const double left = std::floor(sourceX), top = std::floor(sourceY);
      const double right = sourceX - left, below = sourceY - top; // parts of a pixel
      const auto x0 = static_cast<int64_t>(left), y0 = static_cast<int64_t>(top);
      for (int64_t c = 0; c < channels; ++c) {
        double value = at(y0, x0, c) * (1 - right) * (1 - below);
        if (right > 0)
          value += at(y0, x0 + 1, c) * right * (1 - below);
        if (below > 0)
          value += at(y0 + 1, x0, c) * (1 - right) * below;
        if (right > 0 && below > 0)
          value += at(y0 + 1, x0 + 1, c) * right * below;
        out[static_cast<size_t>((y * width + x) * channels + c)] =
            static_cast<float>(value) * scale;
      }
    }
}
