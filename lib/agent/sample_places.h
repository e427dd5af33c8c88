// Built-in sample data about a few cities, and the same for any other place:
// what the sample tools and the offline planner speak from. None of it is
// looked up anywhere.
#ifndef AGENT_LIB_AGENT_SAMPLE_PLACES_H_
#define AGENT_LIB_AGENT_SAMPLE_PLACES_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

struct SamplePlace {
  std::string name;
  std::string emoji;
  int low_celsius = 0;  // about a year's nights and days
  int high_celsius = 0;
  std::array<std::string, 6> sights;
  std::array<std::string, 3> dishes;
  std::array<std::string, 4> events;
};

// The places there are real sample data for.
const std::vector<SamplePlace>& KnownPlaces();

// A known place, whatever its case; else one with data that fit anywhere.
SamplePlace PlaceNamed(std::string_view name);

// The same number for the same text in every process and version (FNV-1a): the
// samples' only source of variety.
uint64_t StableHash(std::string_view text);

std::string AsciiLower(std::string_view text);

}  // namespace agent

#endif  // AGENT_LIB_AGENT_SAMPLE_PLACES_H_
