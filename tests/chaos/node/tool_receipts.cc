#include "tests/chaos/node/tool_receipts.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <utility>

#include "lib/base/random.h"
#include "lib/base/status_macros.h"
#include "tests/chaos/texts.h"

namespace agent::chaos {
namespace {

constexpr char kBook[] = "/calls.log";
constexpr mode_t kMode = 0600;

absl::Status Failed(const std::string& what) {
  return absl::InternalError("cannot " + what + ": " + std::strerror(errno));
}

// In one write, so that calls of several processes stay apart.
absl::Status WriteOnce(const std::string& path, int flags,
                       const std::string& text) {
  const int fd =
      open(path.c_str(), flags | O_WRONLY | O_CREAT | O_CLOEXEC, kMode);
  if (fd < 0) return Failed("open " + path);
  const ssize_t written = write(fd, text.data(), text.size());
  close(fd);
  if (written != static_cast<ssize_t>(text.size())) {
    return Failed("write " + path);
  }
  return absl::OkStatus();
}

}  // namespace

ToolReceipts::ToolReceipts(std::string dir) : dir_(std::move(dir)) {
  if (!dir_.empty()) (void)!mkdir(dir_.c_str(), kMode | S_IXUSR);
}

std::string ToolReceipts::PathOf(std::string_view key) const {
  std::string name(key);
  std::replace(name.begin(), name.end(), '/', '-');
  return dir_ + "/" + name;
}

absl::Status ToolReceipts::Note(const ToolUse& use) const {
  std::ostringstream line;
  line << use.run << ' ' << use.turn << ' ' << use.key << ' ' << use.attempt
       << ' ' << use.pid << '\n';
  return WriteOnce(dir_ + kBook, O_APPEND, line.str());
}

absl::StatusOr<std::string> ToolReceipts::Use(const ToolUse& use) const {
  std::string receipt = RandomVoice();
  if (dir_.empty()) return receipt;
  RETURN_IF_ERROR(Note(use));
  // Linked when it is whole: a process that dies leaves all of it or nothing.
  const std::string draft = PathOf(use.key) + "." + RandomId();
  RETURN_IF_ERROR(WriteOnce(draft, O_EXCL, receipt));
  const bool first = link(draft.c_str(), PathOf(use.key).c_str()) == 0;
  const int error = errno;
  unlink(draft.c_str());
  if (first) return receipt;
  errno = error;
  if (error != EEXIST) return Failed("keep a receipt");
  return ReceiptOf(use.key);
}

absl::StatusOr<std::string> ToolReceipts::ReceiptOf(
    std::string_view key) const {
  std::ifstream file(PathOf(key));
  std::string receipt;
  if (!std::getline(file, receipt)) {
    return absl::NotFoundError("no receipt of " + std::string(key));
  }
  return receipt;
}

absl::StatusOr<std::vector<ToolUse>> ToolReceipts::Calls() const {
  std::vector<ToolUse> calls;
  std::ifstream file(dir_ + kBook);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    ToolUse use;
    if (!(words >> use.run >> use.turn >> use.key >> use.attempt >> use.pid)) {
      return absl::InternalError("a broken line in the tool's book: " + line);
    }
    calls.push_back(std::move(use));
  }
  return calls;
}

}  // namespace agent::chaos
