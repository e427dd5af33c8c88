#include "lib/base/digest.h"

#include <gtest/gtest.h>

#include <utility>

namespace agent::testing {
namespace {

// FIPS 180-2, appendix B.
constexpr char kEmpty[] =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr char kAbc[] =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(DigestTest, KnownTextsHaveKnownHashes) {
  EXPECT_EQ(Sha256Hex(""), kEmpty);
  EXPECT_EQ(Sha256Hex("abc"), kAbc);
  EXPECT_EQ(Sha256Hex(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(DigestTest, AnySplitHashesTheSame) {
  const std::string text = "The quick brown fox, \xF0\x9F\x98\x80";
  for (size_t i = 0; i <= text.size(); ++i) {
    TextDigest digest;
    digest.Add(std::string_view(text).substr(0, i));
    digest.Add(std::string_view(text).substr(i));
    EXPECT_EQ(digest.Hex(), Sha256Hex(text));
    EXPECT_EQ(digest.bytes(), static_cast<int64_t>(text.size()));
  }
}

TEST(DigestTest, MoreMayBeAddedAfterTheHexWasTaken) {
  TextDigest digest;
  EXPECT_EQ(digest.Hex(), kEmpty);
  digest.Add("ab");
  (void)digest.Hex();
  digest.Add("c");
  EXPECT_EQ(digest.Hex(), kAbc);
}

TEST(DigestTest, ACopyGoesItsOwnWay) {
  TextDigest digest;
  digest.Add("ab");
  TextDigest copy = digest;
  copy.Add("x");
  digest.Add("c");
  EXPECT_EQ(digest.Hex(), kAbc);
  EXPECT_EQ(copy.Hex(), Sha256Hex("abx"));
  copy = digest;
  EXPECT_EQ(copy.Hex(), kAbc);
  EXPECT_EQ(copy.bytes(), 3);
  const TextDigest moved = std::move(copy);
  EXPECT_EQ(moved.Hex(), kAbc);
}

TEST(DigestTest, BytesThatAreNoTextCountToo) {
  TextDigest digest;
  digest.Add(std::string_view("\0\xFF", 2));
  EXPECT_EQ(digest.bytes(), 2);
  EXPECT_EQ(digest.Hex(), Sha256Hex(std::string_view("\0\xFF", 2)));
  EXPECT_NE(digest.Hex(), kEmpty);
}

}  // namespace
}  // namespace agent::testing
