// Sources of one table in text.
#include "runtime/data/Sources.h"
#include "runtime/data/Table.h"

#include <fmt/format.h>

using namespace nnxrt;

static void checkFeatures(const DatasetSpec &spec, const TableEncoder &encoder,
                          const std::string &name) {
  constexpr uint64_t most = 65536; // as the language bounds an extent
  const uint64_t found = encoder.featureCount();
  if (spec.isShapeKnown() ? found != static_cast<uint64_t>(spec.features()) : found > most)
    throw DataError(fmt::format(
        "{}: gives {} features ({}); {} {}", name, found, encoder.summary(), placeOf(spec),
        spec.isShapeKnown() ? fmt::format("was compiled for {}", spec.features())
                            : fmt::format("can have {}", most)));
}

LoadedSources nnxrt::loadCsv(const DatasetSpec &spec, DataFiles &files) {
  const auto read = [&](const SourceSpec &source) {
    if (!source.isGiven())
      return Table();
    const OpenedFile opened = files.open(source.files[0]);
    return readTable(Contents(opened).text(), opened.name, spec);
  };
  const Table train = read(spec.train), test = read(spec.test), validation = read(spec.validation);
  const auto count = static_cast<uint32_t>(train.lines.size());
  LoadedSources sources;
  sources.split = splitRows(spec.split, count, train.targets[0].codes, placeOf(spec));
  const TableEncoder encoder(train, rowsLeft(count, sources.split), spec);
  checkFeatures(spec, encoder, train.name);
  sources.train = encoder.encode(train);
  if (spec.test.isGiven())
    sources.test = encoder.encode(test);
  if (spec.validation.isGiven())
    sources.validation = encoder.encode(validation);
  sources.classes = encoder.classNames();
  sources.numeric = encoder.numericFeatures();
  return sources;
}
