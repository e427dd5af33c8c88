// The words of a message, for looking at what it says.
#ifndef AGENT_LIB_AGENT_TRIP_WORDS_H_
#define AGENT_LIB_AGENT_TRIP_WORDS_H_

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

struct Word {
  std::string text;  // without punctuation around it
  std::string lower;
  bool ends = false;  // punctuation follows: a phrase ends here
};
using Words = std::vector<Word>;

// Split at white space; never an empty word.
Words SplitWords(std::string_view text);

bool IsAnyOf(std::string_view word, std::initializer_list<const char*> list);

}  // namespace agent

#endif  // AGENT_LIB_AGENT_TRIP_WORDS_H_
