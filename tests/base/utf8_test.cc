// Against an encoder written here from the definition: every code point, and
// every sequence of bytes that could be mistaken for one.
#include "lib/base/utf8.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace agent::testing {
namespace {

constexpr char kReplacement[] = "\xEF\xBF\xBD";

std::string Encode(uint32_t c) {
  const auto byte = [](uint32_t value) { return static_cast<char>(value); };
  const auto tail = [&](int shift) {
    return byte(0x80 | ((c >> shift) & 0x3F));
  };
  if (c < 0x80) return {byte(c)};
  if (c < 0x800) return {byte(0xC0 | (c >> 6)), tail(0)};
  if (c < 0x10000) return {byte(0xE0 | (c >> 12)), tail(6), tail(0)};
  return {byte(0xF0 | (c >> 18)), tail(12), tail(6), tail(0)};
}

bool IsScalar(uint32_t c) {
  return c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
}

// What a strict decoder makes of the first `text.size()` bytes as one
// character.
bool IsOneCharacter(const std::string& text) {
  const auto at = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  uint32_t c = 0;
  if (text.size() == 1) return at(0) < 0x80;
  const uint32_t lead_bits = text.size() == 2   ? 0xC0
                             : text.size() == 3 ? 0xE0
                                                : 0xF0;
  const uint32_t lead_mask = text.size() == 2   ? 0xE0
                             : text.size() == 3 ? 0xF0
                                                : 0xF8;
  if ((at(0) & lead_mask) != lead_bits) return false;
  c = at(0) & ~lead_mask & 0xFF;
  for (size_t i = 1; i < text.size(); ++i) {
    if ((at(i) & 0xC0) != 0x80) return false;
    c = (c << 6) | (at(i) & 0x3F);
  }
  return IsScalar(c) && Encode(c) == text;  // so that no overlong form passes
}

TEST(Utf8Test, EveryCodePointIsValidAndNoSurrogateIs) {
  for (uint32_t c = 0; c <= 0x110000; ++c) {
    const std::string text = Encode(c);
    ASSERT_EQ(IsValidUtf8(text), IsScalar(c)) << std::hex << c;
    if (!IsScalar(c)) continue;
    ASSERT_EQ(IncompleteUtf8Suffix(text), 0u) << std::hex << c;
  }
}

TEST(Utf8Test, EveryCodePointIsIncompleteUntilItsLastByte) {
  for (uint32_t c = 0; c <= 0x10FFFF; ++c) {
    if (!IsScalar(c)) continue;
    const std::string text = Encode(c);
    for (size_t length = 1; length < text.size(); ++length) {
      ASSERT_EQ(IncompleteUtf8Suffix("a" + text.substr(0, length)), length)
          << std::hex << c;
    }
  }
}

TEST(Utf8Test, EverySequenceOfTwoBytesIsJudgedAsTheDefinitionDoes) {
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const std::string first(1, static_cast<char>(a));
      const std::string second(1, static_cast<char>(b));
      const bool valid = IsOneCharacter(first + second) ||
                         (IsOneCharacter(first) && IsOneCharacter(second));
      ASSERT_EQ(IsValidUtf8(first + second), valid) << a << " " << b;
    }
  }
}

// The bytes at which any rule changes, in all combinations of up to four.
TEST(Utf8Test, EverySequenceOfBoundaryBytesIsJudgedAsTheDefinitionDoes) {
  const unsigned char bounds[] = {0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F,
                                  0xA0, 0xBF, 0xC1, 0xC2, 0xDF, 0xE0,
                                  0xED, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5};
  for (const unsigned char a : bounds) {
    for (const unsigned char b : bounds) {
      for (const unsigned char c : bounds) {
        for (const unsigned char d : bounds) {
          const std::string text = {static_cast<char>(a), static_cast<char>(b),
                                    static_cast<char>(c), static_cast<char>(d)};
          // By dynamic programming over the definition.
          bool valid_to[5] = {true, false, false, false, false};
          for (size_t end = 1; end <= 4; ++end) {
            for (size_t begin = 0; begin < end; ++begin) {
              if (valid_to[begin] &&
                  IsOneCharacter(text.substr(begin, end - begin))) {
                valid_to[end] = true;
              }
            }
          }
          ASSERT_EQ(IsValidUtf8(text), valid_to[4]) << a << b << c << d;
          const std::string clean = SanitizeUtf8(text);
          ASSERT_TRUE(IsValidUtf8(clean));
          ASSERT_EQ(clean == text, valid_to[4]);
          ASSERT_LE(IncompleteUtf8Suffix(text), 3u);
        }
      }
    }
  }
}

TEST(Utf8Test, WhatCannotBecomeACharacterIsNotIncomplete) {
  EXPECT_EQ(IncompleteUtf8Suffix(""), 0u);
  EXPECT_EQ(IncompleteUtf8Suffix("\x80"), 0u);
  EXPECT_EQ(IncompleteUtf8Suffix("\xC0"), 0u);
  EXPECT_EQ(IncompleteUtf8Suffix("\xC1"), 0u);
  EXPECT_EQ(IncompleteUtf8Suffix("\xE0\x80"), 0u);
  EXPECT_EQ(IncompleteUtf8Suffix("\xED\xA0"), 0u);
  EXPECT_EQ(IncompleteUtf8Suffix("\xF0\x80\x80"), 0u);
  EXPECT_EQ(IncompleteUtf8Suffix("\xF4\x90"), 0u);
  EXPECT_EQ(IncompleteUtf8Suffix("\xF5"), 0u);
  EXPECT_EQ(IncompleteUtf8Suffix("\xF0\x9F\x98\x80\xF0\x9F"), 2u);
}

TEST(Utf8Test, EachBrokenSequenceBecomesOneReplacement) {
  const std::string r = kReplacement;
  EXPECT_EQ(SanitizeUtf8("a\xFFz"), "a" + r + "z");
  EXPECT_EQ(SanitizeUtf8("\xF0\x9F\x98"), r);
  EXPECT_EQ(SanitizeUtf8("\xF0\x9F\x98x"), r + "x");
  EXPECT_EQ(SanitizeUtf8("\x80\x80"), r + r);
  EXPECT_EQ(SanitizeUtf8("\xC0\xAF"), r + r);
  EXPECT_EQ(SanitizeUtf8("\xED\xA0\x80"), r + r + r);
  EXPECT_EQ(SanitizeUtf8("\xE2\x82\xE2\x82\xAC"), r + "\xE2\x82\xAC");
  EXPECT_EQ(SanitizeUtf8(std::string("\0", 1)), std::string("\0", 1));
}

TEST(Utf8Test, APrefixEndsBetweenCharacters) {
  const std::string text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80";  // 1 2 3 4
  const size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
  for (size_t limit = 0; limit < std::size(expected); ++limit) {
    EXPECT_EQ(Utf8PrefixLength(text, limit), expected[limit]) << limit;
  }
  EXPECT_EQ(Utf8PrefixLength("", 5), 0u);
}

}  // namespace
}  // namespace agent::testing
