#include "lib/base/utf8.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace agent {
namespace {

enum class Outcome { kValid, kInvalid, kIncomplete };
struct Scan {
  Outcome outcome;
  size_t length;  // of the character, or of the broken or begun sequence
};

// What the second byte may be narrows for these leads (RFC 3629, section 4).
void SecondByteRange(unsigned char lead, unsigned char* low,
                     unsigned char* high) {
  *low = 0x80;
  *high = 0xBF;
  if (lead == 0xE0) *low = 0xA0;
  if (lead == 0xED) *high = 0x9F;
  if (lead == 0xF0) *low = 0x90;
  if (lead == 0xF4) *high = 0x8F;
}

size_t LengthByLead(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

Scan ScanCharacter(std::string_view text) {
  const auto byte = [&](size_t i) {
    return static_cast<unsigned char>(text[i]);
  };
  const size_t length = LengthByLead(byte(0));
  if (length == 0) return {Outcome::kInvalid, 1};
  unsigned char low = 0x80, high = 0xBF;
  SecondByteRange(byte(0), &low, &high);
  for (size_t i = 1; i < length; ++i) {
    if (i >= text.size()) return {Outcome::kIncomplete, i};
    if (byte(i) < low || byte(i) > high) return {Outcome::kInvalid, i};
    low = 0x80;
    high = 0xBF;
  }
  return {Outcome::kValid, length};
}

// How much of the beginning is ASCII for certain: whole words of it.
size_t AsciiPrefix(std::string_view text) {
  constexpr uint64_t kHighBits = 0x8080808080808080;
  size_t length = 0;
  for (uint64_t word = 0; text.size() - length >= sizeof(word);
       length += sizeof(word)) {
    std::memcpy(&word, text.data() + length, sizeof(word));
    if ((word & kHighBits) != 0) break;
  }
  return length;
}

}  // namespace

bool IsValidUtf8(std::string_view text) {
  while (true) {
    text.remove_prefix(AsciiPrefix(text));
    if (text.empty()) return true;
    const Scan scan = ScanCharacter(text);
    if (scan.outcome != Outcome::kValid) return false;
    text.remove_prefix(scan.length);
  }
}

size_t IncompleteUtf8Suffix(std::string_view text) {
  const size_t most = std::min<size_t>(text.size(), 3);
  for (size_t back = 1; back <= most; ++back) {
    const std::string_view tail = text.substr(text.size() - back);
    const Scan scan = ScanCharacter(tail);
    if (scan.outcome == Outcome::kIncomplete && scan.length == back) {
      return back;
    }
  }
  return 0;
}

std::string SanitizeUtf8(std::string_view text) {
  if (IsValidUtf8(text)) return std::string(text);  // the usual case
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const Scan scan = ScanCharacter(text);
    if (scan.outcome == Outcome::kValid) {
      clean.append(text.substr(0, scan.length));
    } else {
      clean.append("\xEF\xBF\xBD");
    }
    text.remove_prefix(scan.length);
  }
  return clean;
}

size_t Utf8PrefixLength(std::string_view text, size_t limit) {
  if (text.size() <= limit) return text.size();
  size_t length = limit;
  while (length > 0 &&
         (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) {
    --length;
  }
  return length;
}

}  // namespace agent
