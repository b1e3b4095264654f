// What a report was made from, inside report.html: the texts of the study, and seeds, figures and
// digests of the weights of every run, so that somebody else can train some of them again.
#pragma once

#include "runtime/store/StudyResults.h"

#include <filesystem>
#include <memory>
#include <string>

namespace nnxrt {

/// `page` with the record of `results` before the end of its body. The record holds the digest of
/// the page without it, and its element that of the record.
std::string withRecord(std::string page, const StudyResults &results);

struct ReportRecord {
  Study
      study; // texts, options, shapes of data sets; of experiments and points names and keys alone
  StudyInfo info;       // target and quick; points at `study`
  StudyResults results; // runs with status, steps, loss and digest of weights; points at `info`
};

/// Throws DataError (unreadable) and StoreError: `file` is no report, has no record, or was changed
/// since it was written.
std::unique_ptr<ReportRecord> readRecord(const std::filesystem::path &file);

/// Gives the runs of a record to the points of `study`, which must mean the same. Throws StoreError
/// with `origin`, the report's file, where it does not.
StudyResults resultsFor(const ReportRecord &record, const StudyInfo &info,
                        const std::filesystem::path &origin);

} // namespace nnxrt
