// The stacks of threads.
#pragma once

namespace nnxrt {

/// Lets this thread and all that start later use 16 MB of stack, whatever `ulimit -s` says, as far
/// as its hard limit allows: a kernel may put 6 MB of scratch there (checkScratch in
/// compiler/kernels). Memory is taken when it is touched.
void enlargeStacks();

} // namespace nnxrt
