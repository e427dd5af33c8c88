// An `az` in a folder of its own that counts its calls and answers as told.
#ifndef AGENT_TESTS_AGENT_FAKE_AZ_H_
#define AGENT_TESTS_AGENT_FAKE_AZ_H_

#include <string>

namespace agent::testing {

class FakeAz {
 public:
  FakeAz();
  ~FakeAz();
  FakeAz(const FakeAz&) = delete;
  FakeAz& operator=(const FakeAz&) = delete;

  const std::string& folder() const { return folder_; }
  std::string path() const { return folder_ + "/az"; }

  // A shell script's body; the default tells of a token "token-<n>" for the
  // n-th call, that lives for an hour.
  void Script(const std::string& body);
  // The arguments of each call so far, a line each.
  std::string calls() const;

 private:
  std::string folder_;
};

}  // namespace agent::testing

#endif  // AGENT_TESTS_AGENT_FAKE_AZ_H_
