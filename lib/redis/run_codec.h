// A run as the record holds it: what ADMIT is given, and what the scripts'
// `describe` answers.
#ifndef AGENT_LIB_REDIS_RUN_CODEC_H_
#define AGENT_LIB_REDIS_RUN_CODEC_H_

#include <string>
#include <string_view>

#include "lib/log/run.h"
#include "lib/redis/reply.h"

namespace agent {

// The names the record, the log's `kind` and a message's mark share.
std::string_view RunStateName(RunState state);
RunState RunStateFromName(std::string_view name);

std::string EncodeRunOptions(const RunOptions& options);
RunOptions DecodeRunOptions(std::string_view json);

std::string EncodeUsage(const Usage& usage);

// `fields` is the reply of `describe` in scripts/common.lua.
Run DecodeRun(std::string_view conversation_id, std::string_view run_id,
              ReplyView fields);

// An id, or zero where there is none.
StreamId DecodeId(ReplyView text);

}  // namespace agent

#endif  // AGENT_LIB_REDIS_RUN_CODEC_H_
