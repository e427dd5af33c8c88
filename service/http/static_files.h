// Files that are served as they are, built into the binary: nothing on a disk
// is ever looked up by a path that came over the network.
#ifndef AGENT_SERVICE_HTTP_STATIC_FILES_H_
#define AGENT_SERVICE_HTTP_STATIC_FILES_H_

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "service/http/http_headers.h"

namespace agent {

struct StaticFile {
  HttpHeaders headers;     // Content-Type at least
  std::string_view bytes;  // of static storage
};

// Immutable.
class StaticFiles {
 public:
  StaticFiles() = default;  // none
  // By path: "/", "/dashboard.js".
  explicit StaticFiles(std::map<std::string, StaticFile, std::less<>> files)
      : files_(std::move(files)) {}

  // Null where there is none.
  const StaticFile* Find(std::string_view path) const {
    const auto found = files_.find(path);
    return found == files_.end() ? nullptr : &found->second;
  }

 private:
  std::map<std::string, StaticFile, std::less<>> files_;
};

}  // namespace agent

#endif  // AGENT_SERVICE_HTTP_STATIC_FILES_H_
