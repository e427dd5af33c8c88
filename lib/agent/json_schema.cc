#include "lib/agent/json_schema.h"

#include <exception>
#include <string>
#include <utility>

#include "lib/agent/json_depth.h"
#include "nlohmann/json.hpp"
#include "valijson/adapters/nlohmann_json_adapter.hpp"
#include "valijson/schema.hpp"
#include "valijson/schema_parser.hpp"
#include "valijson/validation_results.hpp"
#include "valijson/validator.hpp"

namespace agent {
namespace {

using valijson::adapters::NlohmannJsonAdapter;

constexpr int kErrorsMax = 5;

// "<root>[trip][days]" as "trip.days"; nothing for the root itself.
std::string PathOf(const valijson::ValidationResults::Error& error) {
  std::string path;
  for (const std::string& part : error.context) {
    if (part == "<root>") continue;
    const bool bracketed = part.size() > 2 && part.front() == '[';
    if (!path.empty()) path += '.';
    path += bracketed ? part.substr(1, part.size() - 2) : part;
  }
  return path;
}

std::string Describe(valijson::ValidationResults& results) {
  std::string text;
  valijson::ValidationResults::Error error;
  for (int i = 0; i < kErrorsMax && results.popError(error); ++i) {
    const std::string path = PathOf(error);
    if (!text.empty()) text += "; ";
    text += (path.empty() ? "" : path + ": ") + error.description;
  }
  return text;
}

}  // namespace

struct JsonSchema::Impl {
  valijson::Schema schema;
};

JsonSchema::JsonSchema(std::unique_ptr<const Impl> impl)
    : impl_(std::move(impl)) {}
JsonSchema::JsonSchema(JsonSchema&&) noexcept = default;
JsonSchema& JsonSchema::operator=(JsonSchema&&) noexcept = default;
JsonSchema::~JsonSchema() = default;

absl::StatusOr<JsonSchema> JsonSchema::Parse(std::string_view schema) {
  if (JsonDepth(schema) > kJsonDepthMax) {
    return absl::InvalidArgumentError("the schema is nested too deeply");
  }
  const auto json = nlohmann::json::parse(schema, nullptr, false);
  if (!json.is_object()) {
    return absl::InvalidArgumentError("the schema is not a JSON object");
  }
  auto impl = std::make_unique<Impl>();
  try {  // valijson tells of a schema's faults by exceptions
    valijson::SchemaParser parser;
    parser.populateSchema(NlohmannJsonAdapter(json), impl->schema);
  } catch (const std::exception& e) {
    return absl::InvalidArgumentError(std::string("not a JSON schema: ") +
                                      e.what());
  }
  return JsonSchema(std::move(impl));
}

absl::Status JsonSchema::ValidateObject(std::string_view json) const {
  if (JsonDepth(json) > kJsonDepthMax) {
    return absl::InvalidArgumentError("nested too deeply");
  }
  const auto value = nlohmann::json::parse(json, nullptr, false);
  if (value.is_discarded()) {
    return absl::InvalidArgumentError("not valid JSON");
  }
  if (!value.is_object()) {
    return absl::InvalidArgumentError("not a JSON object");
  }
  try {
    valijson::Validator validator;
    valijson::ValidationResults results;
    const NlohmannJsonAdapter adapter(value);
    if (validator.validate(impl_->schema, adapter, &results)) {
      return absl::OkStatus();
    }
    return absl::InvalidArgumentError(Describe(results));
  } catch (const std::exception& e) {
    return absl::InvalidArgumentError("cannot be checked");
  }
}

}  // namespace agent
