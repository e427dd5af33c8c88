#include "lib/agent/model_environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/agent/fake_az.h"
#include "tests/testing/status_matchers.h"

namespace agent {
namespace {

using ::agent::testing::FakeAz;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

using Environment = std::map<std::string, std::string>;

absl::StatusOr<std::shared_ptr<ChatModel>> Choose(
    const Environment& environment) {
  return ChatModelFromEnvironment(
      [&](const char* name) -> std::optional<std::string> {
        const auto it = environment.find(name);
        if (it == environment.end()) return std::nullopt;
        return it->second;
      });
}

std::string NameOf(const Environment& environment) {
  const auto model = Choose(environment);
  EXPECT_OK(model);
  return model.ok() ? (*model)->name() : "";
}

std::string ErrorOf(const Environment& environment) {
  const auto model = Choose(environment);
  EXPECT_FALSE(model.ok());
  const std::string message(model.status().message());
  EXPECT_THAT(message, Not(HasSubstr("\n")));
  EXPECT_THAT(message, Not(HasSubstr("s3cret")));
  return message;
}

const Environment kAzure = {
    {"AZURE_OPENAI_ENDPOINT", "https://example.openai.azure.com/"},
    {"AZURE_OPENAI_DEPLOYMENT", "my-deployment"},
    {"AZURE_OPENAI_KEY", "s3cret"}};

Environment With(Environment environment, const char* name, const char* value) {
  environment[name] = value;
  return environment;
}

TEST(ModelEnvironmentTest, ChoosesTheOfflinePlannerForNothing) {
  EXPECT_EQ(NameOf({}), "offline-planner");
  EXPECT_EQ(NameOf({{"OPENAI_API_KEY", ""}, {"AZURE_OPENAI_ENDPOINT", ""}}),
            "offline-planner");
}

TEST(ModelEnvironmentTest, ChoosesAzureByEitherName) {
  EXPECT_EQ(NameOf(kAzure), "my-deployment");
  EXPECT_EQ(NameOf({{"AZURE_OPENAI_ENDPOINT", "https://x.example"},
                    {"AZURE_OPENAI_DEPLOYMENT_NAME", "other"},
                    {"AZURE_OPENAI_API_KEY", "s3cret"}}),
            "other");
}

TEST(ModelEnvironmentTest, ChoosesAzureOverOpenAi) {
  Environment both = kAzure;
  both["OPENAI_API_KEY"] = "s3cret";
  both["OPENAI_MODEL"] = "gpt-x";
  EXPECT_EQ(NameOf(both), "my-deployment");
}

TEST(ModelEnvironmentTest, ChoosesOpenAi) {
  EXPECT_EQ(NameOf({{"OPENAI_API_KEY", "s3cret"}}), "gpt-4o-mini");
  EXPECT_EQ(NameOf({{"OPENAI_API_KEY", "s3cret"}, {"OPENAI_MODEL", "gpt-x"}}),
            "gpt-x");
}

TEST(ModelEnvironmentTest, ChoosesAServerWithoutKey) {
  EXPECT_EQ(NameOf({{"OPENAI_BASE_URL", "http://models:11434/v1"},
                    {"OPENAI_MODEL", "llama"}}),
            "llama");
}

TEST(ModelEnvironmentTest, NamesWhatIsMissing) {
  EXPECT_THAT(ErrorOf({{"AZURE_OPENAI_ENDPOINT", "https://x.example"},
                       {"AZURE_OPENAI_KEY", "s3cret"}}),
              StartsWith("AZURE_OPENAI_DEPLOYMENT: is not set"));
  EXPECT_THAT(ErrorOf({{"AZURE_OPENAI_DEPLOYMENT", "d"}}),
              StartsWith("AZURE_OPENAI_ENDPOINT: is not set"));
  EXPECT_THAT(ErrorOf({{"AZURE_OPENAI_KEY", "s3cret"}}),
              StartsWith("AZURE_OPENAI_ENDPOINT: is not set"));
  EXPECT_THAT(ErrorOf({{"AZURE_OPENAI_API_VERSION", "2024-10-21"}}),
              StartsWith("AZURE_OPENAI_ENDPOINT: is not set"));
  EXPECT_THAT(ErrorOf({{"OPENAI_MODEL", "gpt-x"}}),
              StartsWith("OPENAI_API_KEY: is not set"));
  EXPECT_THAT(ErrorOf({{"OPENAI_BASE_URL", "https://x.example/v1"}}),
              StartsWith("OPENAI_MODEL: is not set"));
}

TEST(ModelEnvironmentTest, NamesWhatIsMalformed) {
  for (const char* url :
       {"example.com", "ftp://example.com", "https://exa mple.com",
        "https://u:s3cret@example.com", "https://example.com/?a=b",
        "http://example.com", "http://localhost.example.com"}) {
    EXPECT_THAT(ErrorOf(With(kAzure, "AZURE_OPENAI_ENDPOINT", url)),
                StartsWith("AZURE_OPENAI_ENDPOINT: must be"))
        << url;
  }
  EXPECT_EQ(
      NameOf(With(kAzure, "AZURE_OPENAI_ENDPOINT", "http://127.0.0.1:8080")),
      "my-deployment");
  EXPECT_THAT(ErrorOf(With(kAzure, "AZURE_OPENAI_KEY", "s3cret\r\nX: y")),
              StartsWith("AZURE_OPENAI_KEY: must be printable"));
  EXPECT_THAT(ErrorOf({{"OPENAI_API_KEY", "s3cret with spaces"}}),
              StartsWith("OPENAI_API_KEY: must be printable"));
  EXPECT_THAT(ErrorOf({{"OPENAI_BASE_URL", "models"}, {"OPENAI_MODEL", "x"}}),
              StartsWith("OPENAI_BASE_URL: must begin"));
}

TEST(ModelEnvironmentTest, RefusesTwoValuesForOneSetting) {
  EXPECT_THAT(ErrorOf(With(kAzure, "AZURE_OPENAI_DEPLOYMENT_NAME", "other")),
              StartsWith("AZURE_OPENAI_DEPLOYMENT: contradicts"));
  EXPECT_EQ(
      NameOf(With(kAzure, "AZURE_OPENAI_DEPLOYMENT_NAME", "my-deployment")),
      "my-deployment");
  EXPECT_THAT(ErrorOf(With(kAzure, "AZURE_OPENAI_API_KEY", "s3cret2")),
              StartsWith("AZURE_OPENAI_KEY: contradicts"));
}

class WithoutKeyTest : public ::testing::Test {
 protected:
  Environment environment_ = {{"AZURE_OPENAI_ENDPOINT", "https://x.example"},
                              {"AZURE_OPENAI_DEPLOYMENT", "d"}};
  FakeAz az_;
};

TEST_F(WithoutKeyTest, TakesATokenFromTheAzureCommandLine) {
  environment_["PATH"] = "/nowhere::" + az_.folder() + ":/bin";
  EXPECT_EQ(NameOf(environment_), "d");
  EXPECT_THAT(az_.calls(), StartsWith("account get-access-token --resource"));
}

TEST_F(WithoutKeyTest, IsRefusedWithoutTheAzureCommandLine) {
  environment_["PATH"] = "/nowhere";
  EXPECT_THAT(ErrorOf(environment_),
              StartsWith("AZURE_OPENAI_KEY: is not set, and there is no"));
  environment_.erase("PATH");
  EXPECT_THAT(ErrorOf(environment_),
              StartsWith("AZURE_OPENAI_KEY: is not set, and there is no"));
}

TEST_F(WithoutKeyTest, IsRefusedWhenNobodyIsLoggedIn) {
  environment_["PATH"] = az_.folder();
  az_.Script("exit 1");
  EXPECT_THAT(ErrorOf(environment_),
              StartsWith("AZURE_OPENAI_KEY: is not set, and the Azure"));
}

}  // namespace
}  // namespace agent
