#include "service/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "service/setting_table.h"
#include "tests/testing/status_matchers.h"

namespace agent {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::IsOk;
using ::testing::Not;

using Variables = std::map<std::string, std::string>;

absl::StatusOr<Settings> Parse(std::vector<std::string> arguments,
                               const Variables& variables = {}) {
  return ParseSettings(arguments,
                       [&](const char* name) -> std::optional<std::string> {
                         const auto found = variables.find(name);
                         if (found == variables.end()) return std::nullopt;
                         return found->second;
                       });
}

std::string Refusal(std::vector<std::string> arguments,
                    const Variables& variables = {}) {
  const auto settings = Parse(std::move(arguments), variables);
  EXPECT_TRUE(absl::IsInvalidArgument(settings.status()));
  return std::string(settings.status().message());
}

TEST(Settings, WithNothingSetAreTheDocumentedDefaults) {
  const auto settings = Parse({});
  ASSERT_OK(settings);
  EXPECT_EQ(settings->grpc_listen, "127.0.0.1:50051");
  EXPECT_EQ(settings->http_listen, "127.0.0.1:7071");
  EXPECT_EQ(settings->redis.host, "localhost");
  EXPECT_EQ(settings->redis.port, 6379);
  EXPECT_EQ(settings->role, ServiceRole::kAll);
  EXPECT_EQ(settings->limits.stream_ttl, absl::Minutes(10));
  EXPECT_EQ(settings->limits.state_ttl, absl::Hours(336));
  EXPECT_EQ(settings->limits.lease, absl::Seconds(15));
  EXPECT_EQ(settings->limits.max_attempts, 5);
  EXPECT_EQ(settings->drain_timeout, absl::Seconds(30));
  EXPECT_EQ(settings->max_streams, 50000);
}

TEST(Settings, EveryDocumentedDefaultIsAcceptedAndChangesNothing) {
  for (const Setting& setting : SettingTable()) {
    Settings settings;
    EXPECT_OK(setting.set(setting.initial, &settings)) << setting.name;
    EXPECT_EQ(settings.limits.max_chunk_bytes, 256 << 10) << setting.name;
    EXPECT_EQ(settings.limits.max_message_bytes, 1 << 20) << setting.name;
    EXPECT_EQ(settings.limits.run_timeout, absl::Minutes(30)) << setting.name;
    EXPECT_EQ(settings.store_outage_hold, absl::Seconds(30)) << setting.name;
    EXPECT_EQ(settings.max_concurrent_runs, 64) << setting.name;
  }
}

TEST(Settings, AFlagWinsOverItsVariable) {
  const auto settings =
      Parse({"--grpc_listen=127.0.0.1:1"}, {{"GRPC_LISTEN", "127.0.0.1:2"}});
  ASSERT_OK(settings);
  EXPECT_EQ(settings->grpc_listen, "127.0.0.1:1");
}

TEST(Settings, AVariableIsUsedWhereNoFlagIs) {
  const auto settings =
      Parse({}, {{"REDIS_STREAM_TTL_MINUTES", "3"},
                 {"REDIS_CONNECTION_STRING", "unix:///run/r.sock"},
                 {"GRPC_LISTEN", "unix:/tmp/a.sock"}});
  ASSERT_OK(settings);
  EXPECT_EQ(settings->limits.stream_ttl, absl::Minutes(3));
  EXPECT_EQ(settings->redis.unix_path, "/run/r.sock");
  EXPECT_EQ(settings->grpc_listen, "unix:/tmp/a.sock");
}

TEST(Settings, AnEmptyVariableCountsAsNotSetButTurnsHttpOff) {
  const auto settings = Parse({}, {{"GRPC_LISTEN", ""}, {"HTTP_LISTEN", ""}});
  ASSERT_OK(settings);
  EXPECT_EQ(settings->grpc_listen, "127.0.0.1:50051");
  EXPECT_EQ(settings->http_listen, "");
}

TEST(Settings, HostsAndOriginsAreListsInLowerCase) {
  const auto settings =
      Parse({"--http_allowed_hosts=Agents.example.org, box",
             "--http_allowed_origins=https://App.example.org:8443"});
  ASSERT_OK(settings);
  EXPECT_THAT(settings->http_allowed_hosts,
              ElementsAre("agents.example.org", "box"));
  EXPECT_THAT(settings->http_allowed_origins,
              ElementsAre("https://app.example.org:8443"));
}

TEST(Settings, TakeAValueAfterAnEqualsSignOrAsTheNextArgument) {
  const auto settings =
      Parse({"--lease", "20s", "--allow_insecure_listen", "--role=worker"});
  ASSERT_OK(settings);
  EXPECT_EQ(settings->limits.lease, absl::Seconds(20));
  EXPECT_TRUE(settings->allow_insecure_listen);
  EXPECT_FALSE(settings->serves());
  EXPECT_TRUE(settings->works());
}

TEST(Settings, AnEmptyValueTakesNoOtherArgument) {
  const auto settings = Parse({"--http_listen=", "--role=worker"});
  ASSERT_OK(settings);
  EXPECT_EQ(settings->http_listen, "");
  EXPECT_THAT(Refusal({"--http_listen=", "chat"}), HasSubstr("chat: not a"));
  EXPECT_THAT(Refusal({"--lease=", "20s"}), HasSubstr("20s: not a flag"));
}

TEST(Settings, BytesUnderstandBinaryUnits) {
  const auto settings = Parse({"--max_chunk_bytes=64KiB"});
  ASSERT_OK(settings);
  EXPECT_EQ(settings->limits.max_chunk_bytes, 64 << 10);
}

TEST(Settings, TheEmbeddedRedisIsAskedForByName) {
  const auto settings = Parse({"--redis=embedded", "--data_dir=/tmp/x"});
  ASSERT_OK(settings);
  EXPECT_TRUE(settings->embedded_redis);
}

struct BadValue {
  std::string name;
  std::string value;
};

class BadValues : public ::testing::TestWithParam<BadValue> {};

TEST_P(BadValues, AreRefusedInOneLineThatNamesSettingAndValue) {
  const auto& [name, value] = GetParam();
  const std::string refusal = Refusal({"--" + name + "=" + value});
  EXPECT_THAT(refusal, AllOf(HasSubstr("--" + name + "=" + value),
                             HasSubstr("must "), Not(HasSubstr("\n"))));
}

INSTANTIATE_TEST_SUITE_P(
    Settings, BadValues,
    ::testing::Values(
        BadValue{"grpc_listen", "50051"}, BadValue{"grpc_listen", "host:"},
        BadValue{"grpc_listen", "host:65536"},
        BadValue{"grpc_listen", "host:-1"}, BadValue{"grpc_listen", "::1:50"},
        BadValue{"grpc_listen", "unix:"}, BadValue{"grpc_listen", ""},
        BadValue{"grpc_listen", "0.0.0.0:50051"},
        BadValue{"grpc_listen", "[::]:50051"},
        BadValue{"grpc_listen", "example.org:50051"},
        BadValue{"http_listen", "unix:/tmp/x"},
        BadValue{"http_listen", "0.0.0.0:80"},
        BadValue{"http_allowed_hosts", "a:80"},
        BadValue{"http_allowed_hosts", "a b"},
        BadValue{"http_allowed_origins", "*"},
        BadValue{"http_allowed_origins", "app.example.org"},
        BadValue{"http_allowed_origins", "https://a.example/"},
        BadValue{"data_dir", ""}, BadValue{"role", "both"},
        BadValue{"stream_ttl", "0s"}, BadValue{"stream_ttl", "-1m"},
        BadValue{"stream_ttl", "ten"}, BadValue{"stream_ttl", "inf"},
        BadValue{"state_ttl", "1s"}, BadValue{"lease", "999ms"},
        BadValue{"lease", "15"}, BadValue{"max_attempts", "0"},
        BadValue{"max_attempts", "101"}, BadValue{"max_attempts", "5x"},
        BadValue{"queue_timeout", "0s"}, BadValue{"max_concurrent_runs", "0"},
        BadValue{"run_timeout", "0s"}, BadValue{"run_timeout", "25h"},
        BadValue{"drain_timeout", "-1s"}, BadValue{"max_message_bytes", "0"},
        BadValue{"max_message_bytes", "1MB"},
        BadValue{"max_message_bytes", "9999999GiB"},
        BadValue{"max_chunk_bytes", "-5"}, BadValue{"max_run_bytes", ""},
        BadValue{"max_run_chunks", "0"}, BadValue{"max_queued_runs", "0"},
        BadValue{"max_streams", "0"}, BadValue{"max_history_messages", "0"},
        BadValue{"http_wait_timeout", "0s"}, BadValue{"store_outage_hold", "x"},
        BadValue{"log_format", "xml"}, BadValue{"log_level", "loud"},
        BadValue{"allow_insecure_listen", "maybe"}));

TEST(Settings, AnAddressThatOthersReachNeedsTheSwitch) {
  EXPECT_OK(Parse({"--grpc_listen=0.0.0.0:1", "--allow_insecure_listen"}));
  EXPECT_OK(Parse({"--grpc_listen=[::1]:1"}));
  EXPECT_OK(Parse({"--grpc_listen=LOCALHOST:1"}));
  EXPECT_OK(Parse({"--grpc_listen=127.9.9.9:1"}));
  EXPECT_THAT(Refusal({"--grpc_listen=10.0.0.1:1"}),
              HasSubstr("--allow_insecure_listen"));
}

TEST(Settings, ABadVariableIsNamedAsTheVariable) {
  EXPECT_THAT(Refusal({}, {{"REDIS_STREAM_TTL_MINUTES", "0"}}),
              HasSubstr("REDIS_STREAM_TTL_MINUTES=0"));
  EXPECT_THAT(Refusal({}, {{"GRPC_LISTEN", "x"}}), HasSubstr("GRPC_LISTEN=x"));
}

TEST(Settings, ASecretIsNeverShown) {
  EXPECT_THAT(Refusal({"--redis=redis://u:hunter2@host:badport"}),
              AllOf(HasSubstr("--redis"), Not(HasSubstr("hunter2"))));
  EXPECT_THAT(
      Refusal({}, {{"REDIS_CONNECTION_STRING", "h:1,password=hunter2,x=y"}}),
      AllOf(HasSubstr("REDIS_CONNECTION_STRING"), Not(HasSubstr("hunter2"))));
}

TEST(Settings, WhatIsNoFlagIsRefused) {
  EXPECT_THAT(Refusal({"--leese=1s"}), HasSubstr("--leese"));
  EXPECT_THAT(Refusal({"chat"}), HasSubstr("chat"));
  EXPECT_THAT(Refusal({"--lease"}), HasSubstr("--lease=: must be"));
}

TEST(Settings, HelpNamesEverySettingItsDefaultAndItsVariable) {
  const std::string help = SettingsHelp();
  for (const Setting& setting : SettingTable()) {
    EXPECT_THAT(
        help, HasSubstr("--" + setting.name + "  (default " + setting.initial));
    EXPECT_THAT(help, HasSubstr(setting.meaning));
    EXPECT_THAT(help, HasSubstr(setting.env));
  }
}

}  // namespace
}  // namespace agent
