#include "service/http/http_headers.h"

#include <algorithm>

#include "absl/strings/match.h"

namespace agent {
namespace {

bool SameName(std::string_view a, std::string_view b) {
  return absl::EqualsIgnoreCase(absl::string_view(a.data(), a.size()),
                                absl::string_view(b.data(), b.size()));
}

}  // namespace

void HttpHeaders::Set(std::string name, std::string value) {
  std::erase_if(
      fields_, [&](const Field& field) { return SameName(field.first, name); });
  Add(std::move(name), std::move(value));
}

int HttpHeaders::Count(std::string_view name) const {
  return static_cast<int>(std::count_if(
      fields_.begin(), fields_.end(),
      [&](const Field& field) { return SameName(field.first, name); }));
}

std::optional<std::string_view> HttpHeaders::Find(std::string_view name) const {
  for (const auto& [field, value] : fields_) {
    if (SameName(field, name)) return value;
  }
  return std::nullopt;
}

std::string HttpHeaders::Joined(std::string_view name) const {
  std::string joined;
  for (const auto& [field, value] : fields_) {
    if (!SameName(field, name)) continue;
    if (!joined.empty()) joined += ", ";
    joined += value;
  }
  return joined;
}

}  // namespace agent
