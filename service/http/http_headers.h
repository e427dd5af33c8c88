// Header fields, as they came or as they will go. Names without regard to case.
#ifndef AGENT_SERVICE_HTTP_HTTP_HEADERS_H_
#define AGENT_SERVICE_HTTP_HTTP_HEADERS_H_

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agent {

// Thread-compatible.
class HttpHeaders {
 public:
  using Field = std::pair<std::string, std::string>;

  HttpHeaders() = default;
  HttpHeaders(std::initializer_list<Field> fields) : fields_(fields) {}

  void Add(std::string name, std::string value) {
    fields_.emplace_back(std::move(name), std::move(value));
  }
  // In the place of all of that name.
  void Set(std::string name, std::string value);

  bool Has(std::string_view name) const { return Count(name) > 0; }
  int Count(std::string_view name) const;
  // The first of that name.
  std::optional<std::string_view> Find(std::string_view name) const;
  // All of that name, joined by ", ", as RFC 9110 reads a repeated list.
  std::string Joined(std::string_view name) const;

  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }

 private:
  std::vector<Field> fields_;
};

}  // namespace agent

#endif  // AGENT_SERVICE_HTTP_HTTP_HEADERS_H_
