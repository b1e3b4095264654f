// Rows of calls of several models.
#include "runtime/train/DeviceGroup.h"

#include "runtime/device/Memory.h"
#include "runtime/train/ModelMemory.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>

using namespace nnxrt;

// Of a training there are few: full rows, the last one of an epoch, those of evaluations. Models
// that come and go make more.
static constexpr size_t mostRows = 32;

// Kernels count the elements of a block with 32 bits.
static constexpr uint64_t mostBytes = uint64_t{1} << 31;

static uint64_t aligned(uint64_t bytes) {
  return (bytes + NNXRT_DEVICE_ALIGNMENT - 1) / NNXRT_DEVICE_ALIGNMENT * NNXRT_DEVICE_ALIGNMENT;
}

static uint64_t ioBytes(const nnxrt_buffer &buffer, int32_t mostTiles) {
  return aligned(batchBytes(buffer, mostTiles));
}

uint64_t DeviceGroup::figureBytes(const nnxrt_variant &variant, int32_t mostTiles) {
  return ioBytes(variant.buffers[variant.loss], mostTiles) +
         ioBytes(variant.buffers[variant.output], mostTiles);
}

DeviceGroup::Places DeviceGroup::arrange(const Shape &shape) {
  const nnxrt_variant &variant = *shape.variant;
  const int32_t stepTiles = tilesOf(shape.stepSamples),
                evaluateTiles = tilesOf(shape.evaluateSamples);
  const int32_t mostTiles = std::max(stepTiles, evaluateTiles);
  const auto calls = static_cast<uint64_t>(shape.calls);
  Places made;
  made.arena = aligned(variant.state_bytes);
  made.kept = made.arena + aligned(std::max(arenaBytes(variant, stepTiles, evaluateTiles),
                                            shape.apart ? shape.apart->arena_bytes : 0));
  made.inputs = made.kept + (calls > 1 ? aligned(variant.state_bytes) : 0);
  const auto lanes = static_cast<uint64_t>(mostTiles) * NNXRT_LANES;
  made.maps = made.inputs + aligned(lanes * sizeof(int32_t));
  made.numbers = made.maps + (shape.augments ? aligned(lanes * mapNumbers * sizeof(float)) : 0);
  made.inputBytes = made.numbers - made.inputs +
                    aligned((NNXRT_NUMBER_HYPER + variant.hyper_count) * sizeof(int32_t));
  made.figures = made.inputs + calls * made.inputBytes;
  made.figureBytes = figureBytes(variant, mostTiles);
  made.end = made.figures + calls * made.figureBytes;
  made.io.resize(variant.buffer_count);
  for (uint32_t b = 0; b < variant.buffer_count; ++b) {
    const nnxrt_buffer &buffer = variant.buffers[b];
    if (batchBytes(buffer, mostTiles) == 0 || b == variant.loss || b == variant.output)
      continue;
    made.io[b] = made.end;
    made.end += ioBytes(buffer, mostTiles);
  }
  made.io[variant.loss] = made.figures;
  made.io[variant.output] = made.figures + ioBytes(variant.buffers[variant.loss], mostTiles);
  return made;
}

DeviceGroup::DeviceGroup(Device &owner, const Shape &common, int models, const Bring &bring)
    : device(owner), shape(common), places(arrange(common)), context(pool), queue(owner, context) {
  const uint64_t room = std::max<uint64_t>(mostBytes / places.end, 1);
  const auto wanted = static_cast<int>(std::clamp<uint64_t>(
      static_cast<uint64_t>(models), 1, std::min<uint64_t>(room, NNXRT_MOST_MODELS)));
  int slots = wanted;
  uint64_t given = queue.blocksGiven();
  while (!block)
    try {
      if (bring)
        bring(context);
      queue.takeBlock([&] {
        block = std::make_unique<DeviceBlock>(device, static_cast<uint64_t>(slots) * places.end,
                                              context);
      });
    } catch (const MemoryError &) {
      if (slots > 1) {
        slots /= 2;
        continue;
      }
      if (!queue.awaitBlock(given))
        throw;
      slots = wanted;
    }
  try {
    members.resize(static_cast<size_t>(slots));
  } catch (const std::bad_alloc &) {
    queue.giveBlock();
    throw;
  }
}

DeviceGroup::~DeviceGroup() {
  rows.clear();
  block.reset();
  queue.giveBlock();
}

std::pair<std::shared_ptr<DeviceGroup>, int> DeviceGroup::join(Device &device, const Shape &shape,
                                                               int models, const Bring &bring) {
  std::unique_lock lock(device.groupsMutex, std::defer_lock);
  if (models > 1) {
    lock.lock();
    std::erase_if(device.groups, [](const auto &each) { return each.expired(); });
    for (const std::weak_ptr<DeviceGroup> &each : device.groups)
      if (const std::shared_ptr<DeviceGroup> known = each.lock();
          known && known->shape == shape && !known->queue.isLost())
        if (const int slot = known->take(); slot >= 0)
          return {known, slot};
  }
  auto made = std::make_shared<DeviceGroup>(device, shape, models, bring);
  if (models > 1)
    device.groups.push_back(made);
  return {made, made->take()};
}

/// A free slot, or -1.
int DeviceGroup::take() {
  const std::scoped_lock lock(mutex);
  const auto free = std::ranges::find(members, false, &Member::isThere);
  if (isBroken || free == members.end())
    return -1;
  free->isThere = true;
  ++joined;
  return static_cast<int>(free - members.begin());
}

void DeviceGroup::leave(int slot) {
  const std::scoped_lock lock(mutex);
  members[static_cast<size_t>(slot)].isThere = false;
  --joined;
  changed.notify_all(); // the others may have waited for this one
}

double DeviceGroup::run(int slot, std::span<const Call> calls, bool keeps) {
  std::unique_lock lock(mutex);
  Member &own = members[static_cast<size_t>(slot)];
  own.calls = calls;
  own.keeps = keeps;
  own.failure = nullptr;
  own.isWaiting = true;
  ++waiting;
  while (own.isWaiting)
    if (waiting == joined)
      lead();
    else
      changed.wait(lock);
  if (own.failure)
    std::rethrow_exception(own.failure);
  return own.seconds;
}

/// Makes what all wait for, in the thread of the last that came; `mutex` is held.
void DeviceGroup::lead() {
  std::exception_ptr failure;
  const auto begun = std::chrono::steady_clock::now();
  try {
    runAll();
  } catch (...) {
    isBroken = true;
    failure = std::current_exception();
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  for (Member &member : members)
    if (std::exchange(member.isWaiting, false)) {
      member.failure = failure;
      member.seconds = took.count();
    }
  waiting = 0;
  changed.notify_all();
}

void DeviceGroup::runAll() {
  for (size_t slot = 0; slot < members.size(); ++slot)
    if (members[slot].isWaiting && members[slot].keeps) {
      const uint64_t begin = offsetOf(static_cast<int>(slot));
      block->move(begin, begin + places.kept, aligned(shape.variant->state_bytes), context);
    }
  bool isNew = false;
  Row &row = rowOf(waitingLaunches(), isNew);
  const auto launchAll = [&] {
    for (const Launch &each : row.launches)
      launch(each);
  };
  if (!isNew && !row.graph && !row.isPlain && context.stream != nullptr && CudaGraph::isPossible())
    try {
      row.graph = std::make_unique<CudaGraph>(*context.stream, launchAll);
    } catch (const RunError &) { // of memory, say; without it what is wrong with the launches shows
      row.isPlain = true;
    }
  if (row.graph)
    row.graph->launch();
  else
    launchAll();
  if (context.stream != nullptr)
    context.stream->wait();
}

/// Those that make the same call at the same place of their rows make it together.
std::vector<DeviceGroup::Launch> DeviceGroup::waitingLaunches() const {
  std::vector<Launch> launches;
  size_t longest = 0;
  for (const Member &member : members)
    if (member.isWaiting)
      longest = std::max(longest, member.calls.size());
  for (size_t place = 0; place < longest; ++place) {
    const auto first = static_cast<std::ptrdiff_t>(launches.size());
    for (size_t slot = 0; slot < members.size(); ++slot) {
      const Member &member = members[slot];
      if (!member.isWaiting || place >= member.calls.size())
        continue;
      const Call &call = member.calls[place];
      auto same = std::find_if(launches.begin() + first, launches.end(),
                               [&](const Launch &each) { return each.call == call; });
      if (same == launches.end())
        same = launches.insert(same, {call, {}});
      same->slots.push_back(static_cast<int>(slot));
    }
  }
  return launches;
}

DeviceGroup::Row &DeviceGroup::rowOf(std::vector<Launch> launches, bool &isNew) {
  auto found = std::ranges::find(rows, launches, &Row::launches);
  isNew = found == rows.end();
  if (isNew && rows.size() < mostRows)
    found = rows.insert(found, Row{});
  else if (isNew) // those that came once alone make room first
    found = std::ranges::min_element(
        rows, {}, [](const Row &row) { return std::pair(row.graph != nullptr, row.lastUse); });
  if (isNew)
    *found = {std::move(launches), nullptr, false, 0};
  found->lastUse = ++rowsMade;
  return *found;
}

/// Where the buffers of slot 0 lie, but for those that each call has of its own.
CallFrame &DeviceGroup::frameOf(const nnxrt_function &function, int32_t tiles) {
  const auto [found, isNew] = frames.try_emplace({&function, tiles}, *shape.variant, tiles);
  CallFrame &frame = found->second;
  if (!isNew)
    return frame;
  const nnxrt_variant &variant = *shape.variant;
  const nnxrt_plan &plan =
      &function == &variant.step && shape.apart ? *shape.apart : planFor(variant, function, tiles);
  for (uint32_t b = 0; b < variant.buffer_count; ++b) {
    const uint32_t root = rootOf(variant, b);
    const nnxrt_buffer &buffer = variant.buffers[root];
    if (buffer.space == NNXRT_STATE)
      block->place(frame.buffers[b], buffer.offset);
    else if (buffer.space == NNXRT_IO)
      block->place(frame.buffers[b], places.io[root]);
    else if (plan.offsets[root] != UINT64_MAX)
      block->place(frame.buffers[b], places.arena + plan.offsets[root]);
  }
  return frame;
}

void DeviceGroup::launch(const Launch &launch) {
  const Call &call = launch.call;
  const nnxrt_variant &variant = *shape.variant;
  const int32_t tiles = tilesOf(call.count);
  const auto index = static_cast<uint64_t>(call.index);
  CallFrame &frame = frameOf(*call.function, tiles);
  for (uint32_t b = 0; b < variant.buffer_count; ++b)
    if (const uint32_t root = rootOf(variant, b); root == variant.loss || root == variant.output)
      block->place(frame.buffers[b], places.io[root] + index * places.figureBytes);
  const auto words = static_cast<int32_t>(NNXRT_NUMBER_HYPER + variant.hyper_count);
  halide_dimension_t row{0, words, 1};
  halide_buffer_t numbers{};
  numbers.type = {halide_type_int, 32};
  numbers.dimensions = 1;
  numbers.dim = &row;
  block->place(numbers, places.numbers + index * places.inputBytes);
  int64_t slots = 0;
  for (size_t i = 0; i < launch.slots.size(); ++i)
    slots |= static_cast<int64_t>(static_cast<uint64_t>(launch.slots[i]) << (i * NNXRT_SLOT_BITS));
  const int32_t blocksOfSlot =
      members.size() == 1 ? 0 : static_cast<int32_t>(places.end / NNXRT_DEVICE_ALIGNMENT);
  const nnxrt_call arguments{.user = &context,
                             .buffers = frame.pointers.data(),
                             .hyper = nullptr,
                             .samples = static_cast<int32_t>(call.count),
                             .tiles = tiles,
                             .seed = 0,
                             .step = 0,
                             .models = static_cast<int32_t>(launch.slots.size()),
                             .model_blocks = blocksOfSlot,
                             .slots = slots,
                             .numbers = &numbers};
  if (call.samples != nullptr)
    gather(arguments, frame, call);
  checkKernels(call.function->run(&arguments), context);
}

/// The batch of a call out of its data set.
void DeviceGroup::gather(const nnxrt_call &call, CallFrame &frame, const Call &of) {
  const nnxrt_variant &variant = *shape.variant;
  const uint64_t inputs = static_cast<uint64_t>(of.index) * places.inputBytes;
  halide_dimension_t lanes[] = {{0, NNXRT_LANES, 1}, {0, call.tiles, NNXRT_LANES}};
  halide_buffer_t list{};
  list.type = {halide_type_int, 32};
  list.dimensions = 2;
  list.dim = lanes;
  block->place(list, places.inputs + inputs);
  const auto pick = [&](halide_buffer_t *set, uint32_t buffer) {
    const int32_t numbers = set->dimensions == 2 ? set->dim[0].extent : 1;
    halide_dimension_t flat[] = {
        {0, NNXRT_LANES, 1}, {0, numbers, NNXRT_LANES}, {0, call.tiles, NNXRT_LANES * numbers}};
    halide_buffer_t batch{};
    batch.type = set->type;
    batch.dimensions = set->dimensions + 1;
    batch.dim = flat;
    if (set->dimensions == 1)
      flat[1] = flat[2];
    block->place(batch, places.io[buffer]);
    device.gather(call, &list, set, &batch, context);
  };
  pick(variant.targets > 0 ? of.samples->targets() : of.samples->labels(), variant.label);
  if (!of.isAugmented)
    return pick(of.samples->numbers(), variant.input);
  halide_dimension_t ofMaps[] = {
      {0, mapNumbers, 1}, {0, NNXRT_LANES, mapNumbers}, {0, call.tiles, NNXRT_LANES * mapNumbers}};
  halide_buffer_t maps{};
  maps.type = {halide_type_float, 32};
  maps.dimensions = 3;
  maps.dim = ofMaps;
  block->place(maps, places.maps + inputs);
  device.augment(call, &list, &maps, of.samples->images(), frame.pointers[variant.input], context);
}
