#include "lib/redis/redis_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/testing/status_matchers.h"

namespace agent::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct GoodCase {
  std::string text;
  RedisAddress address;
};

RedisAddress Tcp(std::string host, int port) {
  RedisAddress address;
  address.host = std::move(host);
  address.port = port;
  return address;
}

RedisAddress With(RedisAddress address, std::string user, std::string password,
                  int database = 0, bool tls = false) {
  address.user = std::move(user);
  address.password = std::move(password);
  address.database = database;
  address.tls = tls;
  return address;
}

RedisAddress Unix(std::string path) {
  RedisAddress address;
  address.unix_path = std::move(path);
  return address;
}

std::vector<GoodCase> GoodCases() {
  return {
      {"localhost:6379", Tcp("localhost", 6379)},
      {"redis.example", Tcp("redis.example", 6379)},
      {"10.0.0.1:7000", Tcp("10.0.0.1", 7000)},
      {"[::1]:7000", Tcp("::1", 7000)},
      {"[fe80::1%eth0]", Tcp("fe80::1%eth0", 6379)},
      {"h:1,password=secret,ssl=True,abortConnect=False",
       With(Tcp("h", 1), "", "secret", 0, /*tls=*/true)},
      {"redis://h", Tcp("h", 6379)},
      {"redis://h/", Tcp("h", 6379)},
      {"redis://h:1/2", With(Tcp("h", 1), "", "", 2)},
      {"redis://[2001:db8::1]:1/2", With(Tcp("2001:db8::1", 1), "", "", 2)},
      {"redis://:secret@h:1", With(Tcp("h", 1), "", "secret")},
      {"redis://ann:secret@h:1", With(Tcp("h", 1), "ann", "secret")},
      {"redis://ann@h", With(Tcp("h", 6379), "ann", "")},
      {"redis://a%40b:p%3a%2F%25%00@h",
       With(Tcp("h", 6379), "a@b", std::string("p:/%\0", 5))},
      {"redis://ann:p@ss:word@h", With(Tcp("h", 6379), "ann", "p@ss:word")},
      {"rediss://ann:secret@h:1/5",
       With(Tcp("h", 1), "ann", "secret", 5, true)},
      {"unix:///run/redis.sock", Unix("/run/redis.sock")},
      {"h:1,password=secret", With(Tcp("h", 1), "", "secret")},
      {"h:6380,password=abc+/==,ssl=True",
       With(Tcp("h", 6380), "", "abc+/==", 0, true)},
      {"h:1, user=ann , password=p%40, SSL=false, defaultDatabase=7",
       With(Tcp("h", 1), "ann", "p%40", 7)},
      {"[::1]:1,defaultdatabase=2", With(Tcp("::1", 1), "", "", 2)},
  };
}

TEST(ParseRedisAddressTest, ReadsEveryForm) {
  for (const GoodCase& c : GoodCases()) {
    SCOPED_TRACE(c.text);
    const auto got = ParseRedisAddress(c.text);
    ASSERT_OK(got);
    EXPECT_EQ(got->host, c.address.host);
    EXPECT_EQ(got->port, c.address.port);
    EXPECT_EQ(got->unix_path, c.address.unix_path);
    EXPECT_EQ(got->user, c.address.user);
    EXPECT_EQ(got->password, c.address.password);
    EXPECT_EQ(got->database, c.address.database);
    EXPECT_EQ(got->tls, c.address.tls);
  }
}

struct BadCase {
  std::string text;
  std::string named;  // what the message has to say
};

std::vector<BadCase> BadCases() {
  return {
      {"", "host"},
      {":6379", "host"},
      {"h h:1", "host"},
      {"h:", "port"},
      {"h:0", "port"},
      {"h:65536", "port"},
      {"h:6379x", "port"},
      {"h:-1", "port"},
      {"::1", "host"},
      {"h:1:2", "[]"},
      {"[::1", "[]"},
      {"[localhost]:1", "IPv6"},
      {"[::1]x", "port"},
      {"http://h:1", "scheme"},
      {"REDIS//h", "host"},
      {"redis://", "host"},
      {"redis://h:1/x", "database"},
      {"redis://h:1/-1", "database"},
      {"redis://h:1/99999999999", "database"},
      {"redis://h:1/0?x=y", "database"},
      {"redis://secret%zz@h", "user"},
      {"redis://:secret%4@h", "password"},
      {"redis://:secret@h:x", "port"},
      {"redis://:secret/part@h", "database"},
      {"redis://:secret@", "host"},
      {"unix://run/redis.sock", "absolute"},
      {"unix://", "absolute"},
      {"unix:///" + std::string(200, 'x'), "107"},
      {"h:1,", "option 1"},
      {"h:1,secret", "option 1"},
      {"h:1,ssl=yes", "ssl"},
      {"h:1,defaultDatabase=x", "database"},
      {"h:1,frobnicate=secret", "frobnicate"},
      {"h:1,password=x,secret=y", "option 2"},
      {"h:1,password=x,secret", "option 2"},
      {"h1:1,h2:2", "option 1"},
  };
}

TEST(ParseRedisAddressTest, NamesWhatIsWrongAndNeverASecret) {
  for (const BadCase& c : BadCases()) {
    SCOPED_TRACE(c.text);
    const auto got = ParseRedisAddress(c.text);
    ASSERT_THAT(got, StatusIs(absl::StatusCode::kInvalidArgument));
    EXPECT_THAT(std::string(got.status().message()), HasSubstr(c.named));
    EXPECT_THAT(got.status().ToString(), Not(HasSubstr("secret")));
  }
}

TEST(RedactedTest, HasNoUserAndNoPassword) {
  EXPECT_EQ(Redacted(*ParseRedisAddress("redis://ann:secret@h:1/2")),
            "redis://h:1/2");
  EXPECT_EQ(Redacted(*ParseRedisAddress("[::1]:1,password=x,ssl=true")),
            "rediss://[::1]:1/0");
  EXPECT_EQ(Redacted(*ParseRedisAddress("unix:///run/r.sock")),
            "unix:///run/r.sock");
}

}  // namespace
}  // namespace agent::testing
