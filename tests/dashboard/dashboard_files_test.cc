#include "service/dashboard/dashboard_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "service/http/file_reply.h"

namespace agent::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

std::string ReadSource(const std::string& name) {
  std::ifstream file(std::string(DASHBOARD_PAGE_DIR "/") + name,
                     std::ios::binary);
  return {std::istreambuf_iterator<char>(file),
          std::istreambuf_iterator<char>()};
}

std::string Header(const StaticFile& file, const std::string& name) {
  return std::string(file.headers.Find(name).value_or(""));
}

class DashboardFilesTest : public ::testing::Test {
 protected:
  const StaticFile& Find(const std::string& path) {
    const StaticFile* file = files_.Find(path);
    EXPECT_NE(file, nullptr) << path;
    static const StaticFile* const kNone = new StaticFile();
    return file == nullptr ? *kNone : *file;
  }

  HttpReply ReplyTo(const std::string& if_none_match) {
    IncomingRequest request;
    request.method = "GET";
    request.headers.Add("If-None-Match", if_none_match);
    return FileReply(Find("/"), request);
  }

  const StaticFiles files_ = DashboardFiles();
};

TEST_F(DashboardFilesTest, AreTheVeryBytesOfTheSources) {
  EXPECT_EQ(Find("/").bytes, ReadSource("index.html"));
  EXPECT_EQ(Find("/dashboard/run_stream.js").bytes,
            ReadSource("run_stream.js"));
  EXPECT_EQ(Find("/dashboard/run_form.js").bytes, ReadSource("run_form.js"));
  EXPECT_FALSE(Find("/").bytes.empty());
}

TEST_F(DashboardFilesTest, HaveTypesThatABrowserTakes) {
  EXPECT_EQ(Header(Find("/"), "Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(Header(Find("/dashboard/app.js"), "Content-Type"),
            "text/javascript; charset=utf-8");
  EXPECT_EQ(Header(Find("/dashboard/base.css"), "Content-Type"),
            "text/css; charset=utf-8");
  EXPECT_EQ(Header(Find("/dashboard/icon.svg"), "Content-Type"),
            "image/svg+xml");
}

TEST_F(DashboardFilesTest, NeedNothingThatThePolicyRefuses) {
  const std::string policy = Header(Find("/"), "Content-Security-Policy");
  EXPECT_THAT(policy, HasSubstr("default-src 'none'"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
  const std::string page(Find("/").bytes);
  EXPECT_THAT(page, Not(HasSubstr("style=")));
  EXPECT_THAT(page, Not(HasSubstr("://")));
  EXPECT_THAT(page, Not(HasSubstr("onclick")));
}

TEST_F(DashboardFilesTest, HaveTagsOfTheirOwn) {
  std::set<std::string> tags;
  for (const char* path :
       {"/", "/dashboard/app.js", "/dashboard/api.js", "/dashboard/dom.js"}) {
    tags.insert(Header(Find(path), "ETag"));
  }
  EXPECT_THAT(tags, SizeIs(4));
  EXPECT_THAT(tags, Not(Contains("")));
}

TEST_F(DashboardFilesTest, AreNotSentToWhoHasThem) {
  const std::string tag = Header(Find("/"), "ETag");
  for (const std::string& header :
       {tag, "W/" + tag, "\"other\", " + tag, std::string("*")}) {
    const HttpReply reply = ReplyTo(header);
    EXPECT_EQ(reply.status, 304) << header;
    EXPECT_EQ(reply.body, "");
    EXPECT_EQ(reply.headers.Find("ETag"), tag);
  }
}

TEST_F(DashboardFilesTest, AreSentToWhoHasOthers) {
  for (const char* header : {"\"other\"", "", "W/", "other"}) {
    const HttpReply reply = ReplyTo(header);
    EXPECT_EQ(reply.status, 200) << header;
    EXPECT_EQ(reply.body, Find("/").bytes);
  }
}

TEST_F(DashboardFilesTest, NothingElseIsThere) {
  for (const char* path : {"/index.html", "/dashboard", "/dashboard/",
                           "/dashboard/index.html", "/package.json"}) {
    EXPECT_EQ(files_.Find(path), nullptr) << path;
  }
}

}  // namespace
}  // namespace agent::testing
