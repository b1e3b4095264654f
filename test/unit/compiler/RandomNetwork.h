// Valid networks drawn at random: layers, extents, activations, branches, optimizers.
#pragma once

#include "CompiledVariant.h"

#include <cstdint>

namespace nnx::test {

// A network that the language accepts, the same for the same seed: 1 to 6 items, of which blocks of
// branches hold up to 3 in each branch; samples of 1x1x1 to 12x12x4, at most 24 filters or units.
NetworkCase drawNetwork(uint32_t seed);

} // namespace nnx::test
