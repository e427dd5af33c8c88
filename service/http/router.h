// Which handler a method and a path mean.
#ifndef AGENT_SERVICE_HTTP_ROUTER_H_
#define AGENT_SERVICE_HTTP_ROUTER_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "service/http/http_exchange.h"

namespace agent {

// What the path's {places} held, by name.
using PathParams = std::map<std::string, std::string, std::less<>>;
using RouteHandler = std::function<void(const std::shared_ptr<HttpExchange>&,
                                        const PathParams&)>;

// Routes are added before the first Find; thread-safe from then on.
class Router {
 public:
  // `pattern`: "/api/conversations/{conversation_id}/runs". HEAD is answered
  // by the handler of GET.
  void Add(const std::string& method, const std::string& pattern,
           RouteHandler handler);

  struct Match {
    const RouteHandler* handler = nullptr;  // null: not this method
    PathParams params;
    std::vector<std::string> allowed;  // the methods that the path has
  };

  // None of a path that no route has.
  std::optional<Match> Find(const IncomingRequest& request) const;

 private:
  struct Route {
    std::string method;
    std::vector<std::string> pattern;
    RouteHandler handler;
  };

  std::vector<Route> routes_;
};

}  // namespace agent

#endif  // AGENT_SERVICE_HTTP_ROUTER_H_
