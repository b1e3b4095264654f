// The report of a study: report.html, one file that needs nothing else, and report.md.
#pragma once

#include "runtime/store/StudyResults.h"

#include <filesystem>
#include <string>

namespace nnxrt {

/// The page, whole. It runs its own scripts alone and loads nothing.
std::string htmlReport(const StudyResults &results);

/// The same tables as Markdown for a repository.
std::string markdownReport(const StudyResults &results);

/// The final table for a terminal: per experiment one row per point, in the study's order.
std::string tableText(const StudyResults &results);

/// Writes report.html and report.md into `folder`, each replaced in one step. Throws StoreError.
/// Works on results of any extent, none included.
void writeReport(const StudyResults &results, const std::filesystem::path &folder);

} // namespace nnxrt
