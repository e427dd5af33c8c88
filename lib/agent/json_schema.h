// A JSON schema that values are checked against: a tool's arguments, before the
// tool sees them. The only place that knows valijson.
//
// Limits: schemas refer to nothing outside themselves; at most five errors are
// told. Threads: immutable, thread-safe.
#ifndef AGENT_LIB_AGENT_JSON_SCHEMA_H_
#define AGENT_LIB_AGENT_JSON_SCHEMA_H_

#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace agent {

class JsonSchema {
 public:
  // INVALID_ARGUMENT when `schema` is not a JSON schema.
  static absl::StatusOr<JsonSchema> Parse(std::string_view schema);

  JsonSchema(JsonSchema&&) noexcept;
  JsonSchema& operator=(JsonSchema&&) noexcept;
  ~JsonSchema();

  // INVALID_ARGUMENT, in words that a model can mend its call by, when `json`
  // is not a JSON object or does not fit.
  absl::Status ValidateObject(std::string_view json) const;

 private:
  struct Impl;
  explicit JsonSchema(std::unique_ptr<const Impl> impl);

  std::unique_ptr<const Impl> impl_;
};

}  // namespace agent

#endif  // AGENT_LIB_AGENT_JSON_SCHEMA_H_
