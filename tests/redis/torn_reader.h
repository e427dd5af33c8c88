// A client that reads a conversation through whatever happens to it, by the
// rules of the API; the server's side is the product's own ReadProgress.
#ifndef AGENT_TESTS_REDIS_TORN_READER_H_
#define AGENT_TESTS_REDIS_TORN_READER_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/log/read_progress.h"
#include "tests/redis/store_fixture.h"

namespace agent::testing {

// Copied, it stands where the original stands. Keeps of each run what no later
// attempt discarded.
class TornReader {
 public:
  enum class Kind {
    kLive,      // its stream stays open
    kResuming,  // each Read is a new stream, from the last chunk's cursor
  };
  explicit TornReader(Kind kind = Kind::kLive);
  TornReader(const TornReader&) = default;
  TornReader& operator=(const TornReader& other);

  // This reader, as one that is cut off and resumes.
  TornReader AsResuming() const;

  // Reads to the end of what is stored. A reader that is told that the store
  // lost what it had seen (DATA_LOSS, NOT_FOUND) drops everything and starts
  // over: that is honest. Any other error fails the test.
  void Read(StoreParts* store);

  StreamId cursor() const { return cursor_; }
  // It is ahead of the record and waits for the writer.
  bool holding() const { return holding_; }
  // How often it was told of a loss.
  int losses() const { return losses_; }

  // Of what it keeps of a run: the text; how many ends.
  std::string TextOf(const std::string& run_id) const;
  int EndsOf(const std::string& run_id) const;

 private:
  void StartAt(StreamId cursor);
  void StartOver(const absl::Status& told);
  void Take(const Chunk& chunk);

  Kind kind_;
  std::optional<ReadProgress> progress_;
  StreamId cursor_;  // of the last chunk
  bool holding_ = false;
  int losses_ = 0;
  std::map<std::string, std::vector<Chunk>> kept_;
};

}  // namespace agent::testing

#endif  // AGENT_TESTS_REDIS_TORN_READER_H_
