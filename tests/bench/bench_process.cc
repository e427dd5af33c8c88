#include "tests/bench/bench_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <sstream>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace agent::bench {
namespace {

constexpr absl::Duration kStartBound = absl::Seconds(10);
constexpr absl::Duration kStartLook = absl::Milliseconds(5);

std::string ReadAll(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

[[noreturn]] void Become(const std::string& program,
                         const std::vector<std::string>& arguments,
                         const std::string& log_path) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int log =
      open(log_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  std::vector<char*> argv = {const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  execv(program.c_str(), argv.data());
  _exit(127);
}

// What follows `name` in the line that tells its addresses; "" while there is
// none.
std::string ToldIn(const std::string& log, const std::string& name) {
  if (log.find('\n', log.find("listening")) == std::string::npos) return "";
  const size_t at = log.find(name, log.find("listening"));
  if (at == std::string::npos) return "";
  const size_t begin = at + name.size();
  return log.substr(begin, log.find_first_of(" \n", begin) - begin);
}

}  // namespace

int64_t ResidentBytes(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/statm");
  int64_t size = 0;
  int64_t resident = 0;
  file >> size >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

double CpuSeconds(pid_t pid) {
  const std::string stat = ReadAll("/proc/" + std::to_string(pid) + "/stat");
  const size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream fields(stat.substr(name_end + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

absl::StatusOr<std::unique_ptr<BenchProcess>> BenchProcess::Start(
    const std::string& program, const std::vector<std::string>& arguments,
    const std::string& log_path) {
  unlink(log_path.c_str());
  const pid_t pid = fork();
  if (pid < 0) return absl::InternalError("cannot fork");
  if (pid == 0) Become(program, arguments, log_path);
  std::unique_ptr<BenchProcess> process(new BenchProcess(pid));
  const absl::Time deadline = absl::Now() + kStartBound;
  while (process->address_.empty()) {
    const std::string log = ReadAll(log_path);
    process->address_ = ToldIn(log, "grpc=");
    process->http_address_ = ToldIn(log, "http=");
    if (absl::Now() > deadline) {
      return absl::DeadlineExceededError(
          program + " did not start: " + ReadAll(log_path));
    }
    absl::SleepFor(kStartLook);
  }
  return process;
}

BenchProcess::~BenchProcess() {
  kill(pid_, SIGTERM);
  waitpid(pid_, nullptr, 0);
}

}  // namespace agent::bench
