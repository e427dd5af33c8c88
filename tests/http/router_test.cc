#include "service/http/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/testing/status_matchers.h"

namespace agent::testing {
namespace {

using ::testing::ElementsAre;

class RouterTest : public ::testing::Test {
 protected:
  RouterTest() {
    for (const char* pattern : {"/", "/api/runs", "/api/runs/{id}"}) {
      router_.Add("GET", pattern, Named(pattern));
    }
    router_.Add("DELETE", "/api/runs/{id}", Named("delete"));
  }

  RouteHandler Named(const std::string& name) {
    return [this, name](const std::shared_ptr<HttpExchange>&,
                        const PathParams&) { called_ = name; };
  }

  std::optional<Router::Match> Find(const std::string& method,
                                    const std::string& target) {
    IncomingRequest request;
    request.method = method;
    EXPECT_OK(ParseTarget(target, &request));
    auto match = router_.Find(request);
    called_.clear();
    if (match.has_value() && match->handler != nullptr) {
      (*match->handler)(nullptr, match->params);
    }
    return match;
  }

  Router router_;
  std::string called_;
};

TEST_F(RouterTest, FindsTheHandlerOfMethodAndPath) {
  EXPECT_TRUE(Find("GET", "/").has_value());
  EXPECT_EQ(called_, "/");
  const auto match = Find("DELETE", "/api/runs/a%40b?x=y");
  EXPECT_EQ(called_, "delete");
  ASSERT_TRUE(match.has_value());
  EXPECT_EQ(match->params.at("id"), "a@b");
}

TEST_F(RouterTest, HeadIsServedAsGet) {
  Find("HEAD", "/api/runs");
  EXPECT_EQ(called_, "/api/runs");
}

TEST_F(RouterTest, OtherMethodsAreToldWhatThePathHas) {
  const auto match = Find("PUT", "/api/runs/1");
  ASSERT_TRUE(match.has_value());
  EXPECT_EQ(match->handler, nullptr);
  EXPECT_THAT(match->allowed, ElementsAre("GET", "HEAD", "DELETE"));
}

TEST_F(RouterTest, OtherPathsAreNothing) {
  for (const char* target : {"/api", "/api/runs/", "/api/runs/1/2", "/API/runs",
                             "//api/runs", "/api%2Fruns"}) {
    EXPECT_FALSE(Find("GET", target).has_value()) << target;
  }
}

}  // namespace
}  // namespace agent::testing
