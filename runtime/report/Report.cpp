// Writes the files of the report.
#include "runtime/report/Report.h"

#include "runtime/store/ResultsFolder.h"

namespace nnxrt {

void writeReport(const StudyResults &results, const std::filesystem::path &folder) {
  replaceFile(folder / "report.html", htmlReport(results));
  replaceFile(folder / "report.md", markdownReport(results));
}

} // namespace nnxrt
