// PNG by libpng, base64 by libsodium.
#include "runtime/report/Picture.h"

#include <png.h>
#include <sodium.h>
#include <stdexcept>

namespace nnxrt {

std::string pictureAddress(const WrongSample &sample) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(sample.width);
  image.height = static_cast<png_uint_32>(sample.height);
  image.format = sample.channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  png_alloc_size_t bytes = 0;
  std::string png;
  const auto write = [&](void *memory) {
    if (!png_image_write_to_memory(&image, memory, &bytes, 0, sample.pixels.data(), 0, nullptr))
      throw std::runtime_error(std::string("a picture cannot be written: ") + image.message);
  };
  write(nullptr); // finds the size
  png.resize(bytes);
  write(png.data());
  std::string text(sodium_base64_ENCODED_LEN(bytes, sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char *>(png.data()),
                    bytes, sodium_base64_VARIANT_ORIGINAL);
  text.pop_back(); // the zero that ends it
  return "data:image/png;base64," + text;
}

} // namespace nnxrt
