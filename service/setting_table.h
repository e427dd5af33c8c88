// One row a setting: its names, its default as people read it, what it means,
// and how its text becomes a value. The parser, --help and the tests walk it.
#ifndef AGENT_SERVICE_SETTING_TABLE_H_
#define AGENT_SERVICE_SETTING_TABLE_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "service/settings.h"

namespace agent {

struct Setting {
  using Set =
      std::function<absl::Status(const std::string& text, Settings* settings)>;

  std::string name;     // of the flag, without dashes
  std::string env;      // of the variable; empty: none
  std::string initial;  // the default, for people
  std::string meaning;
  Set set;                 // an error's message is what is allowed
  Set set_from_env;        // where the variable's form differs; else empty
  bool is_switch = false;  // `--name` alone means true
  bool is_secret = false;  // its value is never shown
  bool may_be_empty = false;
};

const std::vector<Setting>& SettingTable();

}  // namespace agent

#endif  // AGENT_SERVICE_SETTING_TABLE_H_
