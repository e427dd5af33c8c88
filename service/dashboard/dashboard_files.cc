#include "service/dashboard/dashboard_files.h"

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "service/dashboard/embedded_file.h"

namespace agent {
namespace {

constexpr char kIndex[] = "index.html";
constexpr size_t kTagDigits = 32;  // of the digest: 128 bits

// Scripts and styles are files of ours, never text of the page; a script may
// not even ask for markup to be made of text.
constexpr char kPolicy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'";

std::string TypeOf(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4>
      kTypes = {{{".html", "text/html; charset=utf-8"},
                 {".css", "text/css; charset=utf-8"},
                 {".js", "text/javascript; charset=utf-8"},
                 {".svg", "image/svg+xml"}}};
  for (const auto& [ending, type] : kTypes) {
    if (name.ends_with(ending)) return std::string(type);
  }
  return "application/octet-stream";
}

StaticFile Served(const EmbeddedFile& file) {
  const std::string tag(file.sha256.substr(0, kTagDigits));
  return {{{"Content-Type", TypeOf(file.name)},
           // Asked for anew each time: the files of one page are of one build.
           {"Cache-Control", "no-cache"},
           {"ETag", '"' + tag + '"'},
           {"Content-Security-Policy", kPolicy},
           {"Referrer-Policy", "no-referrer"},
           {"Cross-Origin-Opener-Policy", "same-origin"},
           {"Cross-Origin-Resource-Policy", "same-origin"}},
          file.bytes};
}

}  // namespace

StaticFiles DashboardFiles() {
  std::map<std::string, StaticFile, std::less<>> files;
  for (size_t i = 0; i < kDashboardFileCount; ++i) {
    const EmbeddedFile& file = kDashboardFiles[i];
    const std::string path =
        file.name == kIndex ? "/" : "/dashboard/" + std::string(file.name);
    files.emplace(path, Served(file));
  }
  return StaticFiles(std::move(files));
}

}  // namespace agent
