// A conversation's history as a model is given it.
#ifndef AGENT_LIB_AGENT_MODEL_HISTORY_H_
#define AGENT_LIB_AGENT_MODEL_HISTORY_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "lib/log/message.h"

namespace agent {

// - A message whose run failed, was cancelled or never ended stays, since later
//   ones may speak of it, with a note that it was not answered; whatever is
//   left of its run's steps falls.
// - Tool calls and results pair up, as providers demand: a call without a
//   result gets one that says so, a result without a call falls.
// - A model's turn without text and calls falls.
// - Of a history longer than `bytes_max` (texts, calls and results), the oldest
//   turns fall, each from its user's message on; `dropped` counts their
//   messages.
struct ModelHistory {
  std::vector<Message> messages;
  int64_t dropped = 0;
};
ModelHistory HistoryForModel(const std::vector<Message>& history,
                             size_t bytes_max);

}  // namespace agent

#endif  // AGENT_LIB_AGENT_MODEL_HISTORY_H_
