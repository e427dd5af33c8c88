// instruction-load KERNEL CHUNKS: does a kernel's work, to be counted.
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "tests/bench/instructions/kernels.h"

int main(int argc, char** argv) {
  const std::map<std::string, void (*)(int64_t)> kernels = {
      {"write", agent::bench::WriteRun},
      {"fanout", agent::bench::FanOut},
      {"format", agent::bench::FormatAppends},
      {"read", agent::bench::ReadPages}};
  const auto found = argc == 3 ? kernels.find(argv[1]) : kernels.end();
  if (found == kernels.end()) {
    std::fputs("instruction-load write|fanout|format|read CHUNKS\n", stderr);
    return 2;
  }
  found->second(std::atoll(argv[2]));
  return EXIT_SUCCESS;
}
