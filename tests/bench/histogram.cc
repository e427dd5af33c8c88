#include "tests/bench/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace agent::bench {

size_t Histogram::BucketOf(int64_t ns) {
  const auto value = static_cast<uint64_t>(std::max<int64_t>(ns, 0));
  if (value < (uint64_t{1} << kSubBits)) return static_cast<size_t>(value);
  const int power = static_cast<int>(std::bit_width(value)) - 1 - kSubBits;
  const uint64_t sub = (value >> power) - (uint64_t{1} << kSubBits);
  const size_t bucket =
      ((static_cast<size_t>(power) + 1) << kSubBits) + static_cast<size_t>(sub);
  return std::min(bucket, kBuckets - 1);
}

double Histogram::MiddleOf(size_t bucket) {
  const size_t sub = bucket & ((size_t{1} << kSubBits) - 1);
  if (bucket < (size_t{1} << kSubBits)) return static_cast<double>(bucket);
  const int power = static_cast<int>(bucket >> kSubBits) - 1;
  const auto base = static_cast<double>(sub + (size_t{1} << kSubBits));
  return std::ldexp(base + 0.5, power);
}

void Histogram::Add(int64_t ns) {
  ++buckets_[BucketOf(ns)];
  ++count_;
}

void Histogram::Merge(const Histogram& other) {
  for (size_t i = 0; i < kBuckets; ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
}

double Histogram::Quantile(double quantile) const {
  if (count_ == 0) return 0;
  const auto wanted =
      static_cast<int64_t>(std::ceil(quantile * static_cast<double>(count_)));
  int64_t seen = 0;
  for (size_t i = 0; i < kBuckets; ++i) {
    seen += buckets_[i];
    if (seen >= std::max<int64_t>(wanted, 1)) return MiddleOf(i);
  }
  return MiddleOf(kBuckets - 1);
}

}  // namespace agent::bench
