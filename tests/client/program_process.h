// The agent-client binary, run by a test: through pipes or in a terminal.
#ifndef AGENT_TESTS_CLIENT_PROGRAM_PROCESS_H_
#define AGENT_TESTS_CLIENT_PROGRAM_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <thread>
#include <vector>

#include "lib/base/mutex.h"

namespace agent::client::testing {

// Threads: thread-compatible. Lifetime: kills the process if it still runs.
class ProgramProcess {
 public:
  enum class Mode {
    kPipes,     // three pipes
    kTerminal,  // a pseudo-terminal for all three
  };

  ProgramProcess(Mode mode, const std::vector<std::string>& arguments,
                 const std::vector<std::string>& environment = {});
  ~ProgramProcess();
  ProgramProcess(const ProgramProcess&) = delete;
  ProgramProcess& operator=(const ProgramProcess&) = delete;

  void Type(const std::string& text) const;
  void CloseInput();
  void Signal(int number) const;

  // Waits until standard output (in a terminal: everything) holds `text` after
  // what an earlier call found; false after a deadline.
  bool WaitForOutput(const std::string& text);
  // The exit status once the process has ended and all output was read; 128 and
  // the number for a signal, -1 after a deadline.
  int Wait();

  std::string output();
  std::string error_output();

 private:
  struct Stream {
    Mutex mu;
    CondVar changed;
    std::string text ABSL_GUARDED_BY(mu);
    bool ended ABSL_GUARDED_BY(mu) = false;
    int fd = -1;
    std::thread reader;
  };

  void StartReading(Stream* stream, int fd);
  static std::string TextOf(Stream* stream);

  pid_t pid_ = -1;
  int input_fd_ = -1;
  size_t found_ = 0;
  Stream output_;
  Stream error_;
};

// What a run of the program did.
struct ProgramResult {
  int status = -1;
  std::string output;
  std::string error;
};

// Runs it through pipes to its end, `input` being typed first.
ProgramResult RunToEnd(const std::vector<std::string>& arguments,
                       const std::string& input = "",
                       const std::vector<std::string>& environment = {});

}  // namespace agent::client::testing

#endif  // AGENT_TESTS_CLIENT_PROGRAM_PROCESS_H_
