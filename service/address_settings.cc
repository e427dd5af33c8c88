#include "service/address_settings.h"

#include "lib/base/status_macros.h"
#include "service/setting_setters.h"
#include "service/setting_values.h"

namespace agent {
namespace {

absl::Status SetGrpcListen(const std::string& text, Settings* settings) {
  settings->grpc_listen = text;
  return CheckListenAddress(text, /*unix_allowed=*/true);
}

absl::Status SetHttpListen(const std::string& text, Settings* settings) {
  settings->http_listen = text;
  return text.empty() ? absl::OkStatus()
                      : CheckListenAddress(text, /*unix_allowed=*/false);
}

absl::Status SetAllowedHosts(const std::string& text, Settings* settings) {
  ASSIGN_OR_RETURN(settings->http_allowed_hosts, ParseHostList(text));
  return absl::OkStatus();
}

absl::Status SetAllowedOrigins(const std::string& text, Settings* settings) {
  ASSIGN_OR_RETURN(settings->http_allowed_origins, ParseOriginList(text));
  return absl::OkStatus();
}

}  // namespace

std::vector<Setting> AddressSettings() {
  return {
      {"grpc_listen",
       "GRPC_LISTEN",
       "127.0.0.1:50051",
       "gRPC address: host:port (0 picks a free port, which the first log line "
       "names) or unix:PATH",
       SetGrpcListen,
       {}},
      {"http_listen",
       "HTTP_LISTEN",
       "127.0.0.1:7071",
       "HTTP address: host:port (0 picks a free port, which the first log line "
       "names); empty turns it off",
       SetHttpListen,
       {},
       /*is_switch=*/false,
       /*is_secret=*/false,
       /*may_be_empty=*/true},
      {"http_allowed_hosts",
       "",
       "",
       "further names by which HTTP is reached, with commas between; without "
       "ports",
       SetAllowedHosts,
       {}},
      {"http_allowed_origins",
       "",
       "",
       "web pages of other origins that may use HTTP (CORS): "
       "scheme://host[:port], with commas between",
       SetAllowedOrigins,
       {}},
      {"allow_insecure_listen",
       "",
       "false",
       "allow addresses that other machines can reach: there are no users yet",
       setter::Switch(&Settings::allow_insecure_listen),
       {},
       /*is_switch=*/true},
  };
}

}  // namespace agent
