// UTF-8, as RFC 3629 has it: no overlong forms, no surrogates, at most
// U+10FFFF.
#ifndef AGENT_LIB_BASE_UTF8_H_
#define AGENT_LIB_BASE_UTF8_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace agent {

bool IsValidUtf8(std::string_view text);

// How many bytes at the end of `text` are a character that is begun and not
// finished (0 to 3).
size_t IncompleteUtf8Suffix(std::string_view text);

// `text` with every byte that is not part of valid UTF-8 replaced by U+FFFD
// (one per maximal broken sequence).
std::string SanitizeUtf8(std::string_view text);

// The largest prefix length <= `limit` of valid `text` that ends between
// characters.
size_t Utf8PrefixLength(std::string_view text, size_t limit);

}  // namespace agent

#endif  // AGENT_LIB_BASE_UTF8_H_
