// How a browser reads an event stream: the algorithm of the HTML standard, line
// by line, written from its text and not from our writer.
#ifndef AGENT_TESTS_HTTP_EVENT_SOURCE_H_
#define AGENT_TESTS_HTTP_EVENT_SOURCE_H_

#include <string>
#include <string_view>
#include <vector>

namespace agent::testing {

struct SseEvent {
  std::string type;  // "message" where none was said
  std::string data;
  std::string last_id;
};

// Every event that `stream` dispatches; an unfinished one is none.
std::vector<SseEvent> ReadEvents(std::string_view stream);

// The data of all events of that type, joined.
std::string DataOf(const std::vector<SseEvent>& events,
                   const std::string& type = "message");

// The types, in order, with blanks between; neighbours that are alike as one.
std::string TypesOf(const std::vector<SseEvent>& events);

}  // namespace agent::testing

#endif  // AGENT_TESTS_HTTP_EVENT_SOURCE_H_
