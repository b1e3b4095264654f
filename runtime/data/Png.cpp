// Reading PNG with the simplified interface of libpng 1.6.
#include "runtime/data/Png.h"

#include "runtime/data/FileBytes.h"

#include <cstring>
#include <fmt/format.h>
#include <png.h>

using namespace nnxrt;

namespace {
/// What libpng holds of an image until it is unpacked.
struct OpenImage {
  png_image image;

  OpenImage() {
    std::memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
  }
  OpenImage(const OpenImage &) = delete;
  OpenImage &operator=(const OpenImage &) = delete;
  ~OpenImage() { png_image_free(&image); }
};
} // namespace

void nnxrt::readPng(std::span<const std::byte> file, const std::string &name,
                    const std::array<int64_t, 3> &shape, std::span<uint8_t> pixels) {
  OpenImage open;
  png_image &image = open.image;
  const auto fail = [&] {
    throw DataError(fmt::format("{}: cannot be read as PNG: {}", name, image.message));
  };
  if (png_image_begin_read_from_memory(&image, file.data(), file.size()) == 0)
    fail();
  const auto [height, width, channels] = shape;
  if (image.height != height || image.width != width)
    throw DataError(fmt::format("{}: is {}x{} (height x width); the data set's shape says {}x{}",
                                name, image.height, image.width, height, width));
  image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB; // 16 bits without a gamma are as 8 bits are
  image.format = channels == 1 ? PNG_FORMAT_GRAY : channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_RGBA;
  const png_color black{0, 0, 0};
  if (png_image_finish_read(&image, &black, pixels.data(), 0, nullptr) == 0)
    fail();
}
