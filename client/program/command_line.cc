#include "client/program/command_line.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

namespace agent::client {
namespace {

constexpr int kLimitMax = 100000;

struct Flag {
  const char* name;
  const char* value;     // what it takes; empty: a switch
  const char* commands;  // who knows it, with spaces between; empty: all
  const char* help;
  bool (*set)(const std::string& value, CommandLine* line);
};

bool SetSwitch(const std::string& value, bool* target) {
  *target = value == "true";
  return value == "true" || value == "false";
}

bool SetColor(const std::string& value, CommandLine* line) {
  if (value == "auto") line->color = ColorMode::kAuto;
  if (value == "always") line->color = ColorMode::kAlways;
  if (value == "never") line->color = ColorMode::kNever;
  return value == "auto" || value == "always" || value == "never";
}

bool SetLimit(const std::string& value, CommandLine* line) {
  return absl::SimpleAtoi(value, &line->limit) && line->limit > 0 &&
         line->limit <= kLimitMax;
}

bool SetOutage(const std::string& value, CommandLine* line) {
  return absl::ParseDuration(value, &line->max_outage) &&
         line->max_outage >= absl::ZeroDuration();
}

template <std::string CommandLine::*kMember>
bool SetText(const std::string& value, CommandLine* line) {
  line->*kMember = value;
  return !value.empty();
}

template <bool CommandLine::*kMember>
bool SetBool(const std::string& value, CommandLine* line) {
  return SetSwitch(value, &(line->*kMember));
}

constexpr Flag kFlags[] = {
    {"server", "ADDRESS", "",
     "host:port or unix:PATH of the service; AGENT_SERVER in the environment; "
     "default localhost:50051",
     SetText<&CommandLine::server>},
    {"json", "", "", "one JSON object a line on standard output",
     SetBool<&CommandLine::json>},
    {"color", "auto|always|never", "",
     "colours; auto, the default, on a terminal only", SetColor},
    {"help", "", "", "says how to use it", SetBool<&CommandLine::help>},
    {"version", "", "", "prints the version", SetBool<&CommandLine::version>},
    {"conversation", "ID", "chat run",
     "goes on with this conversation; a new one without it",
     SetText<&CommandLine::conversation>},
    {"request_id", "KEY", "run",
     "idempotency key: the same key starts nothing twice",
     SetText<&CommandLine::request_id>},
    {"cursor", "CURSOR", "stream",
     "resumes strictly after it; 0-0 is the oldest chunk kept; without it the "
     "newest run from its start",
     SetText<&CommandLine::cursor>},
    {"run", "RUN_ID", "stream", "only this run", SetText<&CommandLine::run>},
    {"follow", "", "stream", "goes on across runs until Ctrl-C",
     SetBool<&CommandLine::follow>},
    {"force", "", "delete", "cancels what is running first",
     SetBool<&CommandLine::force>},
    {"agent", "NAME", "conversations", "only this agent's",
     SetText<&CommandLine::agent>},
    {"limit", "COUNT", "runs conversations", "how many to list; default 50",
     SetLimit},
    {"max_outage", "DURATION", "chat run stream",
     "how long a stream that has begun tries to reach the service again; "
     "default 2m",
     SetOutage},
};

const Flag* FindFlag(const std::string& name) {
  for (const Flag& flag : kFlags) {
    if (name == flag.name) return &flag;
  }
  return nullptr;
}

bool Knows(const Flag& flag, const std::string& command) {
  for (absl::string_view name : absl::StrSplit(flag.commands, ' ')) {
    if (name.empty() || name == command) return true;
  }
  return false;
}

std::string Shape(const Flag& flag) {
  const std::string name = absl::StrCat("--", flag.name);
  return *flag.value == '\0' ? name : absl::StrCat(name, "=", flag.value);
}

absl::Status Usage(const std::string& text) {
  return absl::InvalidArgumentError(text);
}

// Takes the arguments one by one.
class Parser {
 public:
  explicit Parser(const std::vector<std::string>& arguments)
      : arguments_(arguments) {}

  absl::Status Parse(CommandLine* line) {
    bool flags_ended = false;
    while (next_ < arguments_.size()) {
      const std::string& argument = arguments_[next_++];
      if (flags_ended || argument.size() < 2 || argument[0] != '-') {
        TakeWord(argument, line);
      } else if (argument == "--") {
        flags_ended = true;
      } else if (absl::Status status = TakeFlag(argument, line); !status.ok()) {
        return status;
      }
    }
    return CheckFlags(*line);
  }

 private:
  static void TakeWord(const std::string& word, CommandLine* line) {
    if (line->command.empty()) {
      line->command = word;
    } else {
      line->arguments.push_back(word);
    }
  }

  absl::Status TakeFlag(const std::string& argument, CommandLine* line) {
    if (argument == "-h") return TakeFlag("--help", line);
    const size_t dashes = argument[1] == '-' ? 2 : 1;
    const size_t equals = argument.find('=');
    const std::string name = argument.substr(dashes, equals - dashes);
    const Flag* flag = dashes == 2 ? FindFlag(name) : nullptr;
    if (flag == nullptr) {
      return Usage(absl::StrCat("unknown flag ", argument));
    }
    std::string value = "true";
    if (equals != std::string::npos) {
      value = argument.substr(equals + 1);
    } else if (*flag->value != '\0') {
      if (next_ == arguments_.size()) {
        return Usage(absl::StrCat(argument, " needs a value: ", Shape(*flag)));
      }
      value = arguments_[next_++];
    }
    if (!flag->set(value, line)) {
      return Usage(absl::StrCat("--", name, ": \"", value,
                                "\" is not allowed: ", Shape(*flag), ", ",
                                flag->help));
    }
    used_.push_back(flag);
    return absl::OkStatus();
  }

  absl::Status CheckFlags(const CommandLine& line) const {
    if (line.help || line.version || line.command.empty()) {
      return absl::OkStatus();
    }
    for (const Flag* flag : used_) {
      if (Knows(*flag, line.command)) continue;
      return Usage(absl::StrCat("--", flag->name, " does not go with ",
                                line.command, "; it goes with ",
                                flag->commands));
    }
    return absl::OkStatus();
  }

  const std::vector<std::string>& arguments_;
  size_t next_ = 0;
  std::vector<const Flag*> used_;
};

}  // namespace

absl::StatusOr<CommandLine> ParseCommandLine(
    const std::vector<std::string>& arguments, const Environment& environment) {
  CommandLine line;
  const std::string server = environment("AGENT_SERVER");
  if (!server.empty()) line.server = server;
  const absl::Status status = Parser(arguments).Parse(&line);
  if (!status.ok()) return status;
  return line;
}

std::string DescribeFlags(const std::string& command) {
  std::string text;
  for (const Flag& flag : kFlags) {
    const bool global = *flag.commands == '\0';
    if (command.empty() ? !global : (global || !Knows(flag, command))) continue;
    absl::StrAppendFormat(&text, "  %-28s %s\n", Shape(flag), flag.help);
  }
  return text;
}

}  // namespace agent::client
