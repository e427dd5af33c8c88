#include "client/program/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <iterator>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

namespace agent::client {
namespace {

constexpr int kLimitMax = 100000;
// The command, what the longest takes, and one more, for it to be refused by
// the command's own name.
constexpr size_t kMaxWords = 4;

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

constexpr const char* kHelp = "help";

constexpr Flag kFlags[] = {
    {"server", "ADDRESS", "",
     "host:port or unix:PATH of the service; AGENT_SERVER in the environment; "
     "default localhost:50051",
     SetText<&CommandLine::server>},
    {"json", "", "", "one JSON object a line on standard output",
     SetBool<&CommandLine::json>},
    {"color", "auto|always|never", "",
     "colours; auto, the default, on a terminal only", SetColor},
    {kHelp, "", "", "says how to use it", SetBool<&CommandLine::help>},
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

bool TakesValue(const Flag& flag) { return *flag.value != '\0'; }

// CLI11 takes the next argument where a value is empty: `--name=` becomes
// `--name ""`. And it takes them from the back.
std::vector<std::string> Prepared(const std::vector<std::string>& arguments) {
  std::vector<std::string> prepared;
  bool flags = true;
  for (const std::string& argument : arguments) {
    flags = flags && argument != "--";
    const bool empty_value =
        flags &&
        std::any_of(std::begin(kFlags), std::end(kFlags), [&](const Flag& f) {
          return TakesValue(f) && argument == absl::StrCat("--", f.name, "=");
        });
    if (empty_value) {
      prepared.push_back(argument.substr(0, argument.size() - 1));
      prepared.emplace_back();
    } else {
      prepared.push_back(argument);
    }
  }
  std::reverse(prepared.begin(), prepared.end());
  return prepared;
}

bool Knows(const Flag& flag, const std::string& command) {
  for (absl::string_view name : absl::StrSplit(flag.commands, ' ')) {
    if (name.empty() || name == command) return true;
  }
  return false;
}

std::string Shape(const Flag& flag) {
  const std::string name = absl::StrCat("--", flag.name);
  return TakesValue(flag) ? absl::StrCat(name, "=", flag.value) : name;
}

absl::Status Usage(const std::string& text) {
  return absl::InvalidArgumentError(text);
}

// Sets what was given, and checks that the command knows it.
absl::Status Take(const Flag& flag, const std::string& value,
                  CommandLine* line) {
  if (!flag.set(value, line)) {
    return Usage(absl::StrCat("--", flag.name, ": \"", value,
                              "\" is not allowed: ", Shape(flag), ", ",
                              flag.help));
  }
  if (line->help || line->version || line->command.empty() ||
      Knows(flag, line->command)) {
    return absl::OkStatus();
  }
  return Usage(absl::StrCat("--", flag.name, " does not go with ",
                            line->command, "; it goes with ", flag.commands));
}

}  // namespace

absl::StatusOr<CommandLine> ParseCommandLine(
    const std::vector<std::string>& arguments, const Environment& environment) {
  CLI::App app;
  app.set_help_flag("");  // ours speaks of commands
  // One by one: a list of words would take "[a,b]" apart.
  std::array<std::string, kMaxWords> words;
  std::array<CLI::Option*, kMaxWords> given{};
  for (size_t i = 0; i < kMaxWords; ++i) {
    given[i] = app.add_option(absl::StrCat("word", i), words[i]);
  }
  std::array<std::string, std::size(kFlags)> values;
  std::array<CLI::Option*, std::size(kFlags)> options{};
  for (size_t i = 0; i < values.size(); ++i) {
    const std::string name = absl::StrCat("--", kFlags[i].name,
                                          kFlags[i].name == kHelp ? ",-h" : "");
    options[i] = TakesValue(kFlags[i]) ? app.add_option(name, values[i])
                                       : app.add_flag(name, values[i]);
    options[i]->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  }
  try {
    std::vector<std::string> prepared = Prepared(arguments);
    app.parse(prepared);
  } catch (const CLI::ParseError& error) {
    return Usage(error.what());
  }

  CommandLine line;
  const std::string server = environment("AGENT_SERVER");
  if (!server.empty()) line.server = server;
  if (given[0]->count() > 0) line.command = words[0];
  for (size_t i = 1; i < kMaxWords && given[i]->count() > 0; ++i) {
    line.arguments.push_back(words[i]);
  }
  for (size_t i = 0; i < values.size(); ++i) {
    if (options[i]->count() == 0) continue;
    const absl::Status status = Take(kFlags[i], values[i], &line);
    if (!status.ok()) return status;
  }
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
