// What a program does at its start and its end, whatever it is for.
#pragma once

namespace nnxrt {

/// Opens the standard files that are closed, since else a file of results would get their number
/// and what is printed would go into it. An exception that reaches no handler, as one in a
/// destructor of a library that needs memory, ends the program with a message and `failedStatus`.
void beginProcess(int failedStatus);

/// Writes out what was printed. The status to end with: `status`, or that of beginProcess where
/// that fails, as on a full disk.
int endProcess(int status);

} // namespace nnxrt
