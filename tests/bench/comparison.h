// Figures next to their reference, and what is to be reached.
#ifndef AGENT_TESTS_BENCH_COMPARISON_H_
#define AGENT_TESTS_BENCH_COMPARISON_H_

#include <list>
#include <string>
#include <vector>

namespace agent::bench {

// A round gives one figure of ours and one of the reference, taken one after
// the other; what counts is their ratio, since the machine's speed cancels out.
// Without a reference the figure itself counts.
class Comparison {
 public:
  enum class Goal { kAtLeast, kAtMost, kNone };

  Comparison(std::string name, std::string unit, Goal goal, double bound)
      : name_(std::move(name)),
        unit_(std::move(unit)),
        goal_(goal),
        bound_(bound) {}

  void AddRound(double ours, double reference);
  void AddFigure(double ours);

  const std::string& name() const { return name_; }
  const std::string& unit() const { return unit_; }
  bool HasReference() const { return !reference_.empty(); }
  // "ours" and "reference": medians. Of the ratios, or of the figures where
  // there is no reference:
  double Ours() const;
  double Reference() const;
  double Median() const;
  double Least() const;
  double Most() const;
  bool Judged() const { return goal_ != Goal::kNone; }
  bool Reached() const;
  std::string GoalText() const;

 private:
  std::vector<double> Judgeable() const;

  const std::string name_;
  const std::string unit_;
  const Goal goal_;
  const double bound_;
  std::vector<double> ours_;
  std::vector<double> reference_;
};

class Report {
 public:
  // Valid for the report's life.
  Comparison& Add(std::string name, std::string unit, Comparison::Goal goal,
                  double bound);
  // What is worth knowing beside the figures.
  void Note(std::string text) { notes_.push_back(std::move(text)); }

  std::string Table() const;
  std::string Json() const;

 private:
  std::list<Comparison> comparisons_;
  std::vector<std::string> notes_;
};

}  // namespace agent::bench

#endif  // AGENT_TESTS_BENCH_COMPARISON_H_
