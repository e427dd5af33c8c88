#include "lib/agent/trip_words.h"

#include <algorithm>

#include "lib/agent/sample_places.h"

namespace agent {
namespace {

bool IsEdge(char c) {
  return static_cast<unsigned char>(c) < 0x80 && c != '\'' &&
         !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9'));
}

}  // namespace

Words SplitWords(std::string_view text) {
  Words words;
  const auto is_space = [](char c) {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
  };
  for (size_t i = 0; i < text.size();) {
    size_t end = i;
    while (end < text.size() && !is_space(text[end])) ++end;
    std::string_view word = text.substr(i, end - i);
    i = end + 1;
    while (!word.empty() && IsEdge(word.front())) word.remove_prefix(1);
    bool ends = false;
    while (!word.empty() && IsEdge(word.back())) {
      word.remove_suffix(1);
      ends = true;
    }
    if (word.empty()) continue;
    words.push_back({std::string(word), AsciiLower(word), ends});
  }
  return words;
}

bool IsAnyOf(std::string_view word, std::initializer_list<const char*> list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

}  // namespace agent
