#include "tests/chaos/cluster/aof_growth.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>
#include <vector>

#include "lib/base/clock.h"

namespace agent::chaos {
namespace {

constexpr absl::Duration kLook = absl::Milliseconds(20);
constexpr absl::Duration kKept = absl::Seconds(10);

// The parts that are appended to, oldest first.
std::vector<std::string> PartNames(const std::string& dir) {
  std::ifstream manifest(dir + "/appendonly.aof.manifest");
  std::vector<std::string> names;
  for (std::string line; std::getline(manifest, line);) {
    std::istringstream words(line);
    std::string key;
    std::string name;
    std::string type;
    // file <name> seq <number> type <b, h or i>
    words >> key >> name >> key >> key >> key >> type;
    if (type == "i") names.push_back(name);
  }
  return names;
}

}  // namespace

absl::StatusOr<AofPart> NewestAofPart(const std::string& dir) {
  const std::vector<std::string> names = PartNames(dir);
  if (names.empty()) {
    return absl::NotFoundError("no append-only file in " + dir);
  }
  AofPart part{dir + "/" + names.back(), 0};
  std::error_code error;
  part.size =
      static_cast<int64_t>(std::filesystem::file_size(part.path, error));
  if (error) return absl::NotFoundError(part.path + ": " + error.message());
  return part;
}

bool AofHolds(const std::string& dir, const std::string& path) {
  const std::vector<std::string> names = PartNames(dir);
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return dir + "/" + name == path;
  });
}

AofGrowth::AofGrowth(std::string dir)
    : dir_(std::move(dir)), thread_([this] { Watch(); }) {}

AofGrowth::~AofGrowth() {
  {
    MutexLock lock(&mu_);
    stopping_ = true;
  }
  changed_.NotifyAll();
  thread_.join();
}

void AofGrowth::Watch() {
  for (;;) {
    // The size is of this moment or later, never of an earlier one: what is
    // counted as old is old.
    const absl::Time now = absl::Now();
    auto part = NewestAofPart(dir_);
    MutexLock lock(&mu_);
    if (part.ok()) samples_.push_back({now, *std::move(part)});
    while (!samples_.empty() && samples_.front().when < now - kKept) {
      samples_.pop_front();
    }
    if (stopping_) return;
    changed_.WaitUntil(&mu_,
                       std::chrono::steady_clock::now() + ToChrono(kLook));
    if (stopping_) return;
  }
}

std::optional<int64_t> AofGrowth::SizeAt(const std::string& path,
                                         absl::Time when) {
  MutexLock lock(&mu_);
  for (const Sample& sample : samples_) {
    if (sample.when >= when && sample.part.path == path) {
      return sample.part.size;
    }
  }
  return std::nullopt;
}

std::optional<absl::Time> AofGrowth::KeptUntil(const std::string& path,
                                               int64_t size) {
  MutexLock lock(&mu_);
  std::optional<absl::Time> kept;
  std::optional<absl::Time> before;
  std::optional<int64_t> grown_to;
  for (const Sample& sample : samples_) {
    if (sample.part.path != path || sample.part.size > size) continue;
    if (sample.part.size != grown_to) kept = before.value_or(sample.when);
    grown_to = sample.part.size;
    before = sample.when;
  }
  return kept;
}

}  // namespace agent::chaos
