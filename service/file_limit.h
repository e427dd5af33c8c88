// How many files the process may have open: each client's connection is one.
#ifndef AGENT_SERVICE_FILE_LIMIT_H_
#define AGENT_SERVICE_FILE_LIMIT_H_

namespace agent {

// Takes all that the process may have without asking anybody: the usual limit
// of 1,024 stems from programs that use select(), which this one does not.
void RaiseFileLimit();

}  // namespace agent

#endif  // AGENT_SERVICE_FILE_LIMIT_H_
