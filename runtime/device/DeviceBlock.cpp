// Memory of a device. A block is a row of cells of 256 bytes, since extents of Halide's buffers are
// 32 bits wide.
#include "runtime/device/Device.h"
#include "runtime/device/HalideDevice.h"
#include "runtime/device/Memory.h"

#include <nnxrt/abi.h>

#include <algorithm>
#include <fmt/format.h>

using namespace nnxrt;

static constexpr uint64_t cellBytes = NNXRT_DEVICE_ALIGNMENT;
static constexpr uint64_t copiedAtOnce = uint64_t{1} << 30;

static constexpr halide_type_t byteType{halide_type_uint, 8};

DeviceBlock::DeviceBlock(const Device &owner, uint64_t wanted, KernelContext &context)
    : bytes((std::max<uint64_t>(wanted, 1) + cellBytes - 1) / cellBytes * cellBytes), device(owner),
      home(context.pool) {
  home.stream = owner.gpuOf(context).stream.get();
  const uint64_t cells = bytes / cellBytes;
  if (cells > INT32_MAX)
    throw MemoryError(fmt::format("no device has {} of memory", bytesText(bytes)));
  dimensions[0] = {0, int32_t{cellBytes}, 1};
  dimensions[1] = {0, static_cast<int32_t>(cells), int32_t{cellBytes}};
  whole.type = byteType;
  whole.dimensions = 2;
  whole.dim = dimensions;
  if (const int code = halide_device_malloc(&context, &whole, device.interface()); code != 0) {
    const std::string message = context.takeError();
    throw MemoryError(fmt::format("the device `{}` does not give {} of memory: {}", device.name(),
                                  bytesText(bytes),
                                  message.empty() ? fmt::format("error {}", code) : message));
  }
}

DeviceBlock::~DeviceBlock() {
  for (auto &[offset, place] : places)
    halide_device_release_crop(&home, &place);
  halide_device_free(&home, &whole);
}

halide_buffer_t DeviceBlock::crop(halide_dimension_t (&own)[2], uint64_t offset,
                                  KernelContext &context) const {
  halide_buffer_t from = whole, part = whole;
  std::copy(std::begin(dimensions), std::end(dimensions), own);
  const auto cell = static_cast<int32_t>(offset / cellBytes);
  own[1].min = cell;
  own[1].extent -= cell;
  part.dim = own;
  part.device = 0;
  part.device_interface = nullptr;
  checkDevice(halide_device_crop(&context, &from, &part), "in naming a place", context);
  return part;
}

void DeviceBlock::place(halide_buffer_t &buffer, uint64_t offset) {
  auto found = places.find(offset);
  if (found == places.end()) {
    halide_dimension_t own[2];
    found = places.emplace(offset, crop(own, offset, home)).first;
    found->second.dim = nullptr; // it was this call's
  }
  buffer.device = found->second.device;
  buffer.device_interface = found->second.device_interface;
}

void DeviceBlock::copy(uint64_t offset, uint8_t *host, uint64_t count, bool toDevice,
                       KernelContext &context) const {
  if (context.stream != nullptr) {
    const uint64_t place = whole.device + offset;
    toDevice ? context.stream->put(place, host, count) : context.stream->get(host, place, count);
    return;
  }
  for (uint64_t done = 0; done < count; done += copiedAtOnce) {
    halide_dimension_t own[2];
    halide_buffer_t place = crop(own, offset + done, context);
    const auto extent = static_cast<int32_t>(std::min(count - done, copiedAtOnce));
    halide_dimension_t line{0, extent, 1};
    halide_buffer_t bytesThere = place;
    bytesThere.dimensions = 1;
    bytesThere.dim = &line;
    bytesThere.host = host + done;
    bytesThere.flags = toDevice ? halide_buffer_flag_host_dirty : halide_buffer_flag_device_dirty;
    const int code = toDevice ? halide_copy_to_device(&context, &bytesThere, device.interface())
                              : halide_copy_to_host(&context, &bytesThere);
    halide_device_release_crop(&context, &place);
    checkDevice(code, toDevice ? "in a copy to it" : "in a copy from it", context);
  }
}

void DeviceBlock::put(uint64_t offset, const void *from, uint64_t count,
                      KernelContext &context) const {
  copy(offset, static_cast<uint8_t *>(const_cast<void *>(from)), count, true, context);
}

void DeviceBlock::get(uint64_t offset, void *to, uint64_t count, KernelContext &context) const {
  copy(offset, static_cast<uint8_t *>(to), count, false, context);
}

void DeviceBlock::move(uint64_t from, uint64_t to, uint64_t count, KernelContext &context) const {
  if (context.stream != nullptr)
    return context.stream->move(whole.device + to, whole.device + from, count);
  halide_dimension_t ownFrom[2], ownTo[2];
  halide_buffer_t source = crop(ownFrom, from, context), target = crop(ownTo, to, context);
  for (halide_buffer_t *each : {&source, &target}) {
    each->dim[1].min = 0;
    each->dim[1].extent = static_cast<int32_t>(count / cellBytes);
  }
  const int code = halide_buffer_copy(&context, &source, device.interface(), &target);
  halide_device_release_crop(&context, &source);
  halide_device_release_crop(&context, &target);
  checkDevice(code, "in a copy of its own", context);
}
