#include "tests/chaos/history/history.h"

#include <fstream>
#include <utility>

#include "tests/chaos/history/history_json.h"

namespace agent::chaos {

History::History()
    : began_at_(absl::Now()), began_(std::chrono::steady_clock::now()) {}

absl::Time History::Now() const {
  return began_at_ +
         absl::FromChrono(std::chrono::steady_clock::now() - began_);
}

void History::Add(EventBody body) {
  MutexLock lock(&mu_);
  events_.push_back({Now(), std::move(body)});
}

int64_t History::NextCall() {
  MutexLock lock(&mu_);
  return ++calls_;
}

std::vector<Event> History::Events() const {
  MutexLock lock(&mu_);
  return events_;
}

size_t History::size() const {
  MutexLock lock(&mu_);
  return events_.size();
}

absl::Status SaveHistory(const std::vector<Event>& events,
                         const std::string& path) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  for (const Event& event : events) file << EventToJson(event) << '\n';
  file.close();
  if (!file) return absl::UnavailableError("cannot write " + path);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Event>> LoadHistory(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError("cannot read " + path);
  std::vector<Event> events;
  std::string line;
  while (std::getline(file, line)) {
    absl::StatusOr<Event> event = EventFromJson(line);
    if (!event.ok()) {
      return absl::InvalidArgumentError(
          path + ":" + std::to_string(events.size() + 1) + ": " +
          std::string(event.status().message()));
    }
    events.push_back(*std::move(event));
  }
  return events;
}

}  // namespace agent::chaos
