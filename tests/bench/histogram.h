// Latencies in buckets whose width grows with the value, as HdrHistogram's: any
// quantile to within two per cent, in little memory, at the cost of one add.
#ifndef AGENT_TESTS_BENCH_HISTOGRAM_H_
#define AGENT_TESTS_BENCH_HISTOGRAM_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace agent::bench {

// Nanoseconds, up to about 18 minutes (more counts as that). Thread-compatible.
class Histogram {
 public:
  void Add(int64_t ns);
  void Merge(const Histogram& other);
  int64_t count() const { return count_; }
  // The value below which `quantile` (0 to 1) of all lie; 0 if there is none.
  double Quantile(double quantile) const;

 private:
  static constexpr int kSubBits = 6;  // 64 buckets for each power of two
  static constexpr int kPowers = 40;
  static constexpr size_t kBuckets = size_t{kPowers} << kSubBits;

  static size_t BucketOf(int64_t ns);
  static double MiddleOf(size_t bucket);

  std::array<int64_t, kBuckets> buckets_{};
  int64_t count_ = 0;
};

}  // namespace agent::bench

#endif  // AGENT_TESTS_BENCH_HISTOGRAM_H_
