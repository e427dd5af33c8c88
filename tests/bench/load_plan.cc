#include "tests/bench/load_plan.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <sstream>

#include "absl/strings/str_cat.h"

namespace agent::bench {
namespace {

constexpr int64_t kNsPerSecond = 1'000'000'000;

}  // namespace

int64_t MonotonicNs() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kNsPerSecond + now.tv_nsec;
}

std::string LoadPlan::ToMessage() const {
  return absl::StrCat("chunks=", chunks, " bytes=", bytes, " rate=", rate,
                      " delay_us=", delay_us);
}

absl::StatusOr<LoadPlan> LoadPlan::Parse(std::string_view message) {
  LoadPlan plan;
  std::istringstream words{std::string(message)};
  for (std::string word; words >> word;) {
    const size_t equals = std::min(word.find('='), word.size());
    const std::string name = word.substr(0, equals);
    int64_t* field = name == "chunks"     ? &plan.chunks
                     : name == "bytes"    ? &plan.bytes
                     : name == "rate"     ? &plan.rate
                     : name == "delay_us" ? &plan.delay_us
                                          : nullptr;
    const char* begin = word.data() + std::min(equals + 1, word.size());
    const char* end = word.data() + word.size();
    if (field == nullptr || std::from_chars(begin, end, *field).ptr != end) {
      return absl::InvalidArgumentError("load plan: cannot read " + word);
    }
  }
  plan.bytes = std::max(plan.bytes, kStampBytes);
  return plan;
}

int64_t LoadPlan::IntendedNs(int64_t start_ns, int64_t index) const {
  if (rate <= 0) return 0;
  return start_ns + delay_us * 1000 + index * kNsPerSecond / rate;
}

std::string StampedText(int64_t intended_ns, int64_t bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text(static_cast<size_t>(std::max(bytes, kStampBytes)), '.');
  for (size_t i = 0; i < 16; ++i) {
    text[15 - i] = kDigits[static_cast<uint64_t>(intended_ns) >> (4 * i) & 15];
  }
  text[16] = ' ';
  return text;
}

int64_t StampOf(std::string_view text) {
  if (text.size() < static_cast<size_t>(kStampBytes)) return 0;
  int64_t stamp = 0;
  const char* end = text.data() + 16;
  const auto read = std::from_chars(text.data(), end, stamp, 16);
  return read.ptr == end ? stamp : 0;
}

}  // namespace agent::bench
