#include "tests/bench/comparison.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_format.h"

namespace agent::bench {
namespace {

double MedianOf(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half]
                                : (values[half - 1] + values[half]) / 2;
}

// Four significant digits at least, without an exponent.
std::string Short(double value) {
  const double size = value < 0 ? -value : value;
  if (size >= 100) return absl::StrFormat("%.0f", value);
  if (size >= 10) return absl::StrFormat("%.1f", value);
  return absl::StrFormat("%.2f", value);
}

}  // namespace

void Comparison::AddRound(double ours, double reference) {
  ours_.push_back(ours);
  reference_.push_back(reference);
}

void Comparison::AddFigure(double ours) { ours_.push_back(ours); }

std::vector<double> Comparison::Judgeable() const {
  if (!HasReference()) return ours_;
  std::vector<double> ratios;
  for (size_t i = 0; i < reference_.size(); ++i) {
    ratios.push_back(reference_[i] == 0 ? 0 : ours_[i] / reference_[i]);
  }
  return ratios;
}

double Comparison::Ours() const { return MedianOf(ours_); }
double Comparison::Reference() const { return MedianOf(reference_); }
double Comparison::Median() const { return MedianOf(Judgeable()); }

double Comparison::Least() const {
  const auto values = Judgeable();
  return values.empty() ? 0 : *std::min_element(values.begin(), values.end());
}

double Comparison::Most() const {
  const auto values = Judgeable();
  return values.empty() ? 0 : *std::max_element(values.begin(), values.end());
}

bool Comparison::Reached() const {
  if (ours_.empty()) return false;
  switch (goal_) {
    case Goal::kAtLeast:
      return Median() >= bound_;
    case Goal::kAtMost:
      return Median() <= bound_;
    case Goal::kNone:
      return true;
  }
  return false;
}

std::string Comparison::GoalText() const {
  if (goal_ == Goal::kNone) return "";
  return (goal_ == Goal::kAtLeast ? ">= " : "<= ") + Short(bound_);
}

Comparison& Report::Add(std::string name, std::string unit,
                        Comparison::Goal goal, double bound) {
  return comparisons_.emplace_back(std::move(name), std::move(unit), goal,
                                   bound);
}

std::string Report::Table() const {
  std::string table = absl::StrFormat(
      "%-46s %10s %10s  %-9s %7s %7s %7s  %-8s\n", "figure", "ours",
      "reference", "unit", "ratio", "min", "max", "goal");
  for (const Comparison& c : comparisons_) {
    table += absl::StrFormat(
        "%-46s %10s %10s  %-9s %7s %7s %7s  %-8s %s\n", c.name(),
        Short(c.Ours()), c.HasReference() ? Short(c.Reference()) : "-",
        c.unit(), c.HasReference() ? Short(c.Median()) : "-", Short(c.Least()),
        Short(c.Most()), c.GoalText(),
        !c.Judged()   ? ""
        : c.Reached() ? "reached"
                      : "MISSED");
  }
  for (const std::string& note : notes_) table += "  " + note + "\n";
  return table;
}

std::string Report::Json() const {
  nlohmann::json figures = nlohmann::json::array();
  for (const Comparison& c : comparisons_) {
    nlohmann::json figure = {{"name", c.name()},     {"unit", c.unit()},
                             {"ours", c.Ours()},     {"median", c.Median()},
                             {"min", c.Least()},     {"max", c.Most()},
                             {"goal", c.GoalText()}, {"reached", c.Reached()}};
    if (c.HasReference()) figure["reference"] = c.Reference();
    figures.push_back(std::move(figure));
  }
  return nlohmann::json{{"figures", figures}, {"notes", notes_}}.dump(2) + "\n";
}

}  // namespace agent::bench
