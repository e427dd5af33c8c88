#include "service/http/origin_check.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/testing/status_matchers.h"

namespace agent::testing {
namespace {

IncomingRequest Request(const std::string& method, const std::string& host,
                        HttpHeaders headers = {}) {
  IncomingRequest request;
  request.method = method;
  request.authority = host;
  request.headers = std::move(headers);
  return request;
}

OriginPolicy Loopback() {
  OriginPolicy policy;
  policy.listen_host = "127.0.0.1";
  return policy;
}

OriginPolicy Public() {
  OriginPolicy policy;
  policy.loopback = false;
  policy.listen_host = "0.0.0.0";
  return policy;
}

TEST(OriginCheck, OnLoopbackOnlyThisMachinesNamesAreOurs) {
  const OriginCheck check(Loopback());
  for (const char* host :
       {"localhost", "localhost:7071", "LOCALHOST:7071", "127.0.0.1",
        "127.0.0.1:7071", "[::1]:7071", "[::1]", "app.localhost:7071", ""}) {
    EXPECT_OK(check.Check(Request("GET", host))) << host;
    EXPECT_OK(check.Check(Request("POST", host))) << host;
  }
  for (const char* host :
       {"evil.example", "evil.example:7071", "localhost.evil.example",
        "127.0.0.1.evil.example", "xlocalhost", "[", "[::1", ":", "[]:7071"}) {
    for (const char* method : {"GET", "POST", "DELETE"}) {
      const auto status = check.Check(Request(method, host));
      if (std::string(host) == "[::1") {
        EXPECT_OK(status);
        continue;
      }
      EXPECT_THAT(status, HasReason("HOST_NOT_ALLOWED")) << host;
    }
  }
}

TEST(OriginCheck, FurtherNamesCanBeAllowed) {
  OriginPolicy policy = Loopback();
  policy.allowed_hosts = {"agents.example.org"};
  const OriginCheck check(policy);
  EXPECT_OK(check.Check(Request("POST", "Agents.example.org:443")));
  EXPECT_THAT(check.Check(Request("POST", "example.org")),
              HasReason("HOST_NOT_ALLOWED"));
}

TEST(OriginCheck, OnOtherAddressesProgramsMayUseAnyName) {
  const OriginCheck check(Public());
  EXPECT_OK(check.Check(Request("GET", "agents:7071")));
  EXPECT_OK(check.Check(Request("POST", "agents:7071")));
}

// A page whose own name was pointed here: origin and host agree.
TEST(OriginCheck, OnOtherAddressesPagesChangeNothingUnderNamesNotKnown) {
  OriginPolicy policy = Public();
  const IncomingRequest rebound = Request(
      "POST", "evil.example:7071", {{"Origin", "http://evil.example:7071"}});
  EXPECT_THAT(OriginCheck(policy).Check(rebound),
              HasReason("HOST_NOT_ALLOWED"));
  policy.allowed_hosts = {"evil.example"};
  EXPECT_OK(OriginCheck(policy).Check(rebound));
}

TEST(OriginCheck, WhatChangesSomethingComesFromNoPageOrOneOfOurs) {
  const OriginCheck check(Loopback());
  const auto from = [&](const char* method, HttpHeaders headers) {
    return check.Check(Request(method, "localhost:7071", std::move(headers)));
  };
  EXPECT_OK(from("POST", {}));
  EXPECT_OK(from("POST", {{"Origin", "http://localhost:7071"}}));
  EXPECT_OK(from("POST", {{"Origin", "https://LOCALHOST:7071"}}));
  EXPECT_OK(from("POST", {{"Sec-Fetch-Site", "same-origin"}}));
  EXPECT_OK(from("POST", {{"Sec-Fetch-Site", "none"}}));
  for (const char* origin : {"http://evil.example", "null",
                             "http://localhost:3000", "http://localhost", "",
                             "http://localhost:7071.evil.example", "file://"}) {
    EXPECT_THAT(from("POST", {{"Origin", origin}}),
                HasReason("ORIGIN_NOT_ALLOWED"))
        << origin;
    EXPECT_THAT(from("DELETE", {{"Origin", origin}}),
                HasReason("ORIGIN_NOT_ALLOWED"))
        << origin;
    EXPECT_OK(from("GET", {{"Origin", origin}})) << origin;
  }
  for (const char* site : {"cross-site", "same-site", "?"}) {
    EXPECT_THAT(from("POST", {{"Sec-Fetch-Site", site}}),
                HasReason("ORIGIN_NOT_ALLOWED"));
  }
}

TEST(OriginCheck, APageOfAnAllowedOriginMayUseIt) {
  OriginPolicy policy = Loopback();
  policy.allowed_origins = {"https://app.example.org"};
  const OriginCheck check(policy);
  const auto request = [](const char* origin) {
    return Request("POST", "localhost", {{"Origin", origin}});
  };
  EXPECT_OK(check.Check(request("https://app.example.org")));
  EXPECT_EQ(check.CorsOrigin(request("https://app.example.org")),
            "https://app.example.org");
  EXPECT_EQ(check.CorsOrigin(request("https://app.example.org.evil.example")),
            std::nullopt);
  EXPECT_EQ(check.CorsOrigin(request("http://app.example.org")), std::nullopt);
  EXPECT_EQ(check.CorsOrigin(Request("GET", "localhost")), std::nullopt);
}

TEST(OriginCheck, TheHostOfAnAuthorityIsItsNameAlone) {
  EXPECT_EQ(HostOfAuthority("Example.org:80"), "example.org");
  EXPECT_EQ(HostOfAuthority("example.org"), "example.org");
  EXPECT_EQ(HostOfAuthority("[FE80::1]:80"), "fe80::1");
  EXPECT_EQ(HostOfAuthority("[::1]"), "::1");
  EXPECT_EQ(HostOfAuthority(""), "");
}

}  // namespace
}  // namespace agent::testing
