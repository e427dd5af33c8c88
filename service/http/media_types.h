// What a client sends and what it would have: Content-Type and Accept.
#ifndef AGENT_SERVICE_HTTP_MEDIA_TYPES_H_
#define AGENT_SERVICE_HTTP_MEDIA_TYPES_H_

#include <string_view>

namespace agent {

// The forms of a stream.
enum class StreamForm { kEvents, kPlainText };

// The forms of the answer to a run.
enum class RunForm { kJson, kPlainText, kEvents };

// application/json, or anything/something+json.
bool IsJson(std::string_view content_type);

// The type itself is accepted, not just by */*.
bool Accepts(std::string_view accept, std::string_view type);

// Plain text where it is accepted, unless events are liked better.
StreamForm ChooseStreamForm(std::string_view accept);

// What is liked best, of equals the first; JSON for whoever says nothing.
RunForm ChooseRunForm(std::string_view accept);

}  // namespace agent

#endif  // AGENT_SERVICE_HTTP_MEDIA_TYPES_H_
