#include "service/http/media_types.h"

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace agent {
namespace {

constexpr char kPlainText[] = "text/plain";
constexpr char kEvents[] = "text/event-stream";
constexpr char kJson[] = "application/json";
// Ranges of an Accept header that are looked at.
constexpr size_t kMaxRanges = 32;

struct Range {
  std::string type;  // lower case
  double quality = 1;
};

std::string Trimmed(absl::string_view text) {
  return absl::AsciiStrToLower(absl::StripAsciiWhitespace(text));
}

Range ParseRange(absl::string_view text) {
  Range range;
  for (const absl::string_view part : absl::StrSplit(text, ';')) {
    const std::string trimmed = Trimmed(part);
    if (range.type.empty()) {
      range.type = trimmed;
      continue;
    }
    absl::string_view quality = trimmed;
    double value = 0;
    if (absl::ConsumePrefix(&quality, "q=") &&
        absl::SimpleAtod(quality, &value)) {
      range.quality = value;
    }
  }
  return range;
}

std::vector<Range> ParseAccept(std::string_view accept) {
  std::vector<Range> ranges;
  const absl::string_view text(accept.data(), accept.size());
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    if (ranges.size() == kMaxRanges) break;
    ranges.push_back(ParseRange(part));
  }
  return ranges;
}

double QualityOf(const std::vector<Range>& ranges, std::string_view type) {
  for (const Range& range : ranges) {
    if (range.type == type) return range.quality;
  }
  return 0;
}

}  // namespace

bool IsJson(std::string_view content_type) {
  const std::string type =
      ParseRange(absl::string_view(content_type.data(), content_type.size()))
          .type;
  return type == kJson || absl::EndsWith(type, "+json");
}

bool Accepts(std::string_view accept, std::string_view type) {
  return QualityOf(ParseAccept(accept), type) > 0;
}

StreamForm ChooseStreamForm(std::string_view accept) {
  const std::vector<Range> ranges = ParseAccept(accept);
  const double plain = QualityOf(ranges, kPlainText);
  return plain > 0 && plain >= QualityOf(ranges, kEvents)
             ? StreamForm::kPlainText
             : StreamForm::kEvents;
}

RunForm ChooseRunForm(std::string_view accept) {
  RunForm best = RunForm::kJson;
  double best_quality = 0;
  for (const Range& range : ParseAccept(accept)) {
    if (range.quality <= best_quality) continue;
    if (range.type == kPlainText) {
      best = RunForm::kPlainText;
    } else if (range.type == kEvents) {
      best = RunForm::kEvents;
    } else if (range.type == kJson || range.type == "application/*" ||
               range.type == "*/*") {
      best = RunForm::kJson;
    } else {
      continue;
    }
    best_quality = range.quality;
  }
  return best;
}

}  // namespace agent
