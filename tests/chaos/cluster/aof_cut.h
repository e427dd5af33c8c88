// Where a power loss may cut an append-only file.
#ifndef AGENT_TESTS_CHAOS_CLUSTER_AOF_CUT_H_
#define AGENT_TESTS_CHAOS_CLUSTER_AOF_CUT_H_

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace agent::chaos {

// One command in the file: it ends where the next begins.
struct AofCommand {
  int64_t begin = 0;
  int64_t end = 0;
  std::string name;  // in capitals
};

// What can be read of it, in order; an incomplete one at the end is left out.
std::vector<AofCommand> ParseAof(std::string_view bytes);

// A MULTI block: from the end of MULTI to the end of EXEC, or of the file.
struct AofBlock {
  int64_t begin = 0;
  int64_t end = 0;
  std::vector<int64_t> boundaries;  // ends of commands within it
  bool appends = false;             // one of them is XADD
};

std::vector<AofBlock> FindBlocks(const std::vector<AofCommand>& commands);

struct AofCut {
  int64_t size = 0;  // what is left
  std::string form;  // "within a block", ...
};

// A cut that leaves at least `floor` bytes: half of the time within a MULTI
// block that reaches beyond `floor`, if there is one, else anywhere.
AofCut ChooseCut(std::string_view bytes, int64_t floor,
                 std::mt19937_64* random);

// A cut in the middle of a command of a block that appends, behind at least one
// whole command: Redis keeps what stands before it, and as soon as anything
// closes the block, this half of a script is alive. Nothing: no such block
// reaches beyond `floor`.
std::optional<AofCut> ChooseTear(std::string_view bytes, int64_t floor,
                                 std::mt19937_64* random);

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_CLUSTER_AOF_CUT_H_
