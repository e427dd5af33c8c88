#include "tests/agent/fake_az.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace agent::testing {
namespace {

constexpr char kDefault[] =
    "n=$(wc -l < \"$(dirname \"$0\")/calls\")\n"
    "echo \"{\\\"accessToken\\\": \\\"token-$n\\\", "
    "\\\"expires_on\\\": $(($(date +%s) + 3600))}\"\n";

}  // namespace

FakeAz::FakeAz() {
  std::string folder =
      (std::filesystem::temp_directory_path() / "fake-az-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) std::abort();
  folder_ = folder;
  Script(kDefault);
}

FakeAz::~FakeAz() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void FakeAz::Script(const std::string& body) {
  // Written beside and renamed: a script that runs is never written to.
  const std::string fresh = folder_ + "/az.new";
  std::ofstream(fresh) << "#!/bin/sh\necho \"$@\" >> \"$(dirname "
                          "\"$0\")/calls\"\n"
                       << body;
  std::filesystem::permissions(fresh, std::filesystem::perms::owner_all);
  std::filesystem::rename(fresh, path());
}

std::string FakeAz::calls() const {
  std::ostringstream out;
  out << std::ifstream(folder_ + "/calls").rdbuf();
  return out.str();
}

}  // namespace agent::testing
