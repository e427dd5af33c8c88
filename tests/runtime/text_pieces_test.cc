#include "lib/runtime/text_pieces.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/base/utf8.h"

namespace agent::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kReplacement[] = "\xEF\xBF\xBD";

TEST(TextPiecesTest, APieceStaysAPiece) {
  TextPieces pieces(100);
  EXPECT_THAT(pieces.Add("one "), ElementsAre("one "));
  EXPECT_THAT(pieces.Add("two"), ElementsAre("two"));
  EXPECT_THAT(pieces.Add(""), IsEmpty());
  EXPECT_EQ(pieces.Flush(), "");
}

TEST(TextPiecesTest, AnIncompleteCharacterIsKeptBack) {
  TextPieces pieces(100);
  EXPECT_THAT(pieces.Add("a\xF0"), ElementsAre("a"));
  EXPECT_THAT(pieces.Add("\x9F"), IsEmpty());
  EXPECT_THAT(pieces.Add("\x98"), IsEmpty());
  EXPECT_THAT(pieces.Add("\x80z"), ElementsAre("\xF0\x9F\x98\x80z"));
}

TEST(TextPiecesTest, WhatStaysIncompleteBecomesOneReplacement) {
  TextPieces pieces(100);
  EXPECT_THAT(pieces.Add("\xF0\x9F\x98"), IsEmpty());
  EXPECT_EQ(pieces.Flush(), kReplacement);
  EXPECT_EQ(pieces.Flush(), "");
}

TEST(TextPiecesTest, AnIncompleteCharacterThatBreaksIsReplaced) {
  TextPieces pieces(100);
  EXPECT_THAT(pieces.Add("\xE2\x82"), IsEmpty());
  EXPECT_THAT(pieces.Add("x"), ElementsAre(std::string(kReplacement) + "x"));
}

TEST(TextPiecesTest, LargePiecesAreSplitBetweenCharacters) {
  TextPieces pieces(5);
  EXPECT_THAT(pieces.Add("\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC"
                         "abcdefgh"),
              ElementsAre("\xE2\x82\xAC", "\xE2\x82\xAC",
                          "\xE2\x82\xAC"
                          "ab",
                          "cdefg", "h"));
}

// Every way to cut a text with characters of all lengths in three.
TEST(TextPiecesTest, AnySplitSaysTheSame) {
  const std::string text =
      "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xED\x9F\xBF\xEF\xBF\xBF\r\n\"";
  for (size_t i = 0; i <= text.size(); ++i) {
    for (size_t j = i; j <= text.size(); ++j) {
      TextPieces pieces(7);
      std::string said;
      for (const std::string& part :
           {text.substr(0, i), text.substr(i, j - i), text.substr(j)}) {
        for (const std::string& piece : pieces.Add(part)) {
          EXPECT_TRUE(IsValidUtf8(piece));
          EXPECT_LE(piece.size(), 7u);
          said += piece;
        }
      }
      EXPECT_EQ(said + pieces.Flush(), text) << i << " " << j;
    }
  }
}

}  // namespace
}  // namespace agent::testing
