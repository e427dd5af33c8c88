#include "tests/http/event_source.h"

namespace agent::testing {
namespace {

// A line ends with CR LF, LF, or CR.
std::vector<std::string_view> Lines(std::string_view stream) {
  std::vector<std::string_view> lines;
  while (true) {
    const size_t end = stream.find_first_of("\r\n");
    if (end == std::string_view::npos) return lines;  // the rest is no line
    lines.push_back(stream.substr(0, end));
    const bool two = stream.substr(end, 2) == "\r\n";
    stream.remove_prefix(end + (two ? 2 : 1));
  }
}

class Parser {
 public:
  void Take(std::string_view line) {
    if (line.empty()) return Dispatch();
    const size_t colon = line.find(':');
    if (colon == 0) return;  // a comment
    std::string_view value;
    if (colon != std::string_view::npos) {
      value = line.substr(colon + 1);
      if (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    }
    Field(line.substr(0, colon), value);
  }

  std::vector<SseEvent> events;

 private:
  void Field(std::string_view name, std::string_view value) {
    if (name == "event") type_ = std::string(value);
    if (name == "data") data_.append(value).append("\n");
    if (name == "id" && value.find('\0') == std::string_view::npos) {
      last_id_ = std::string(value);
    }
  }

  void Dispatch() {
    if (!data_.empty()) {
      data_.pop_back();
      events.push_back({type_.empty() ? "message" : type_, data_, last_id_});
    }
    data_.clear();
    type_.clear();
  }

  std::string data_;
  std::string type_;
  std::string last_id_;
};

}  // namespace

std::vector<SseEvent> ReadEvents(std::string_view stream) {
  Parser parser;
  for (const std::string_view line : Lines(stream)) parser.Take(line);
  return parser.events;
}

std::string DataOf(const std::vector<SseEvent>& events,
                   const std::string& type) {
  std::string data;
  for (const SseEvent& event : events) {
    if (event.type == type) data += event.data;
  }
  return data;
}

std::string TypesOf(const std::vector<SseEvent>& events) {
  std::string types;
  std::string last;
  for (const SseEvent& event : events) {
    if (event.type == last) continue;
    types += (types.empty() ? "" : " ") + event.type;
    last = event.type;
  }
  return types;
}

}  // namespace agent::testing
