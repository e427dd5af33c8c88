// A file of the dashboard, as cmake/EmbedFiles.cmake writes it into a source.
#ifndef AGENT_SERVICE_DASHBOARD_EMBEDDED_FILE_H_
#define AGENT_SERVICE_DASHBOARD_EMBEDDED_FILE_H_

#include <cstddef>
#include <string_view>

namespace agent {

struct EmbeddedFile {
  std::string_view name;    // "app.js"
  std::string_view sha256;  // of its bytes, in hex
  std::string_view bytes;
};

// Defined by the written source.
// NOLINTBEGIN(readability-identifier-naming)
extern const EmbeddedFile kDashboardFiles[];
extern const size_t kDashboardFileCount;
// NOLINTEND(readability-identifier-naming)

}  // namespace agent

#endif  // AGENT_SERVICE_DASHBOARD_EMBEDDED_FILE_H_
