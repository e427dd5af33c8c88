// SIGTERM and SIGINT: the first asks for an orderly end, the second ends the
// process at once.
#ifndef AGENT_SERVICE_SHUTDOWN_SIGNAL_H_
#define AGENT_SERVICE_SHUTDOWN_SIGNAL_H_

namespace agent {

// From here on, SIGTERM and SIGINT wake AwaitShutdownSignal, and SIGPIPE is
// ignored. Handlers rather than a blocked mask: a child would inherit a mask.
// Call once, at the start of main.
void InstallShutdownSignals();

// Blocks until the first of them.
void AwaitShutdownSignal();

// Whether the first of them has come.
bool ShutdownRequested();

}  // namespace agent

#endif  // AGENT_SERVICE_SHUTDOWN_SIGNAL_H_
