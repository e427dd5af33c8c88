// chaos-check DIRECTORY: checks again what a chaos run left there, its
// history.jsonl and facts.json, and says what is found. Exit status: 0 nothing,
// 1 violations, 2 there is nothing to check.
#include <cstdio>
#include <string>

#include "tests/chaos/history/checker.h"
#include "tests/chaos/history/facts_json.h"
#include "tests/chaos/history/history.h"

namespace agent::chaos {
namespace {

constexpr int kClean = 0;
constexpr int kViolations = 1;
constexpr int kNothingToCheck = 2;

int Complain(const std::string& why) {
  std::fprintf(stderr, "chaos-check: %s\n", why.c_str());
  return kNothingToCheck;
}

int CheckDirectory(const std::string& dir) {
  const auto history = LoadHistory(dir + "/history.jsonl");
  if (!history.ok()) return Complain(std::string(history.status().message()));
  const auto facts = LoadFacts(dir + "/facts.json");
  if (!facts.ok()) return Complain(std::string(facts.status().message()));
  const Report report = Check(*history, *facts);
  std::fputs(report.ToText().c_str(), stdout);
  return report.ok() ? kClean : kViolations;
}

}  // namespace
}  // namespace agent::chaos

int main(int argc, char** argv) {
  if (argc != 2) return agent::chaos::Complain("usage: chaos-check DIRECTORY");
  return agent::chaos::CheckDirectory(argv[1]);
}
