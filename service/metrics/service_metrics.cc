#include "service/metrics/service_metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <vector>

namespace agent {
namespace {

using prometheus::Counter;
using prometheus::Gauge;
using prometheus::Histogram;
using Buckets = Histogram::BucketBoundaries;

prometheus::Family<Counter>& Counters(prometheus::Registry* registry,
                                      const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(*registry);
}

prometheus::Family<Gauge>& Gauges(prometheus::Registry* registry,
                                  const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(*registry);
}

prometheus::Family<Histogram>& Histograms(prometheus::Registry* registry,
                                          const char* name, const char* help) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(*registry);
}

// Seconds, from what Redis takes at best to what is an outage.
Buckets AppendSeconds() {
  return {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
          0.01,   0.025,   0.05,   0.1,   0.5,    5};
}

Buckets AppendChunks() { return {1, 2, 4, 8, 16, 32, 64}; }

Buckets FirstChunkSeconds() {
  return {0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64};
}

// Counters of other places only ever rise: what is new is added.
void RaiseTo(Counter& counter, int64_t total) {
  const double more = static_cast<double>(total) - counter.Value();
  if (more > 0) counter.Increment(more);
}

std::string CodeName(const absl::Status& status) {
  return absl::StatusCodeToString(status.code());
}

}  // namespace

std::string StateName(RunState state) {
  switch (state) {
    case RunState::kQueued:
      return "queued";
    case RunState::kRunning:
      return "running";
    case RunState::kCompleted:
      return "completed";
    case RunState::kFailed:
      return "failed";
    case RunState::kCancelled:
      return "cancelled";
  }
  return "";
}

struct ServiceMetrics::Families {
  prometheus::Registry registry;
  prometheus::Registry* const all = &registry;

  prometheus::Family<Counter>& accepted = Counters(
      all, "agent_runs_accepted_total", "Runs that this process made durable.");
  prometheus::Family<Gauge>& active =
      Gauges(all, "agent_runs_active", "Attempts under way in this process.");
  prometheus::Family<Counter>& ended = Counters(
      all, "agent_runs_ended_total", "Runs that this process ended, by state.");
  prometheus::Family<Counter>& attempts = Counters(
      all, "agent_attempts_total", "Attempts that this process began.");
  prometheus::Family<Counter>& takeovers = Counters(
      all, "agent_takeovers_total",
      "Attempts after a run's first: its worker died, hung or failed.");
  prometheus::Family<Histogram>& first_chunk =
      Histograms(all, "agent_time_to_first_chunk_seconds",
                 "From a run's first start to its first piece of text.");

  Histogram& append_seconds =
      Histograms(all, "agent_append_seconds",
                 "From sending chunks to Redis to its acknowledgement.")
          .Add({}, AppendSeconds());
  Histogram& append_chunks =
      Histograms(all, "agent_append_chunks", "Chunks in one append.")
          .Add({}, AppendChunks());
  Counter& written = Counters(all, "agent_chunks_written_total",
                              "Chunks that Redis acknowledged.")
                         .Add({});
  Counter& fenced = Counters(all, "agent_fenced_writes_total",
                             "Appends refused since the lease had passed on.")
                        .Add({});
  Counter& lost_tails =
      Counters(all, "agent_lost_tails_total",
               "Appends that found acknowledged chunks gone from Redis.")
          .Add({});

  Gauge& open_streams =
      Gauges(all, "agent_streams_open", "Open response streams.").Add({});
  prometheus::Family<Counter>& streams =
      Counters(all, "agent_streams_total",
               "Streams opened: live, from the start, or resumed at a cursor.");
  prometheus::Family<Counter>& stream_ends = Counters(
      all, "agent_stream_ends_total", "How streams ended, by status code.");
  Counter& relayed =
      Counters(all, "agent_chunks_relayed_total", "Chunks sent to readers.")
          .Add({});
  Counter& pages = Counters(all, "agent_catch_up_reads_total",
                            "Pages read from logs in Redis.")
                       .Add({});
  Counter& page_chunks = Counters(all, "agent_catch_up_chunks_total",
                                  "Chunks read from logs in Redis.")
                             .Add({});

  Gauge& up =
      Gauges(all, "agent_redis_up", "1 while Redis answers and can be used.")
          .Add({});
  Counter& reconnects =
      Counters(all, "agent_redis_reconnects_total",
               "Connections to Redis that had to be made again.")
          .Add({});
  Counter& restarts =
      Counters(all, "agent_redis_restarts_total",
               "How often Redis was found restarted, or to be another one.")
          .Add({});
  Counter& refused_rewrites =
      Counters(all, "agent_redis_rewrites_refused_total",
               "Alarm: after a restart the append-only file was not rewritten.")
          .Add({});
  prometheus::Family<Counter>& errors =
      Counters(all, "agent_redis_errors_total",
               "Operations that Redis did not do, by operation and code.");
  prometheus::Family<Gauge>& due =
      Gauges(all, "agent_queue_due",
             "Conversations that workers look after, waiting or running.");
  prometheus::Family<Gauge>& hints =
      Gauges(all, "agent_queue_hints", "Wake-ups that no worker took yet.");
};

ServiceMetrics::ServiceMetrics() : families_(std::make_unique<Families>()) {}
ServiceMetrics::~ServiceMetrics() = default;

void ServiceMetrics::RunAccepted(const std::string& agent) {
  families_->accepted.Add({{"agent", agent}}).Increment();
}

void ServiceMetrics::AttemptBegan(const std::string& agent, int attempt) {
  families_->attempts.Add({{"agent", agent}}).Increment();
  families_->active.Add({{"agent", agent}}).Increment();
  auto& takeovers = families_->takeovers.Add({{"agent", agent}});
  if (attempt > 1) takeovers.Increment();
}

void ServiceMetrics::AttemptOver(const std::string& agent) {
  families_->active.Add({{"agent", agent}}).Decrement();
}

void ServiceMetrics::RunEnded(const std::string& agent, RunState state) {
  families_->ended.Add({{"agent", agent}, {"state", StateName(state)}})
      .Increment();
}

void ServiceMetrics::FirstChunk(const std::string& agent,
                                absl::Duration after_start) {
  families_->first_chunk.Add({{"agent", agent}}, FirstChunkSeconds())
      .Observe(absl::ToDoubleSeconds(after_start));
}

void ServiceMetrics::Appended(absl::Duration took, int64_t chunks,
                              int64_t written) {
  families_->append_seconds.Observe(absl::ToDoubleSeconds(took));
  families_->append_chunks.Observe(static_cast<double>(chunks));
  families_->written.Increment(static_cast<double>(written));
}

void ServiceMetrics::FencedWrite() { families_->fenced.Increment(); }
void ServiceMetrics::TailLost() { families_->lost_tails.Increment(); }

void ServiceMetrics::StreamOpened(const std::string& reason) {
  families_->streams.Add({{"reason", reason}}).Increment();
}

void ServiceMetrics::Relayed(int64_t chunks) {
  families_->relayed.Increment(static_cast<double>(chunks));
}

void ServiceMetrics::StreamEnded(const absl::Status& status) {
  families_->stream_ends.Add({{"code", CodeName(status)}}).Increment();
}

void ServiceMetrics::CaughtUp(int64_t chunks) {
  families_->pages.Increment();
  families_->page_chunks.Increment(static_cast<double>(chunks));
}

void ServiceMetrics::StoreFailed(const std::string& operation,
                                 const absl::Status& status) {
  families_->errors.Add({{"operation", operation}, {"code", CodeName(status)}})
      .Increment();
}

void ServiceMetrics::SetOpenStreams(int64_t streams) {
  families_->open_streams.Set(static_cast<double>(streams));
}

void ServiceMetrics::SetStore(const StoreStats& stats, bool healthy) {
  families_->up.Set(healthy ? 1 : 0);
  RaiseTo(families_->reconnects, stats.reconnects);
  RaiseTo(families_->restarts, stats.restarts);
  RaiseTo(families_->refused_rewrites, stats.refused_rewrites);
  for (const QueueDepth& queue : stats.queues) {
    families_->due.Add({{"agent", queue.agent}})
        .Set(static_cast<double>(queue.due));
    families_->hints.Add({{"agent", queue.agent}})
        .Set(static_cast<double>(queue.hints));
  }
}

std::string ServiceMetrics::Text() const {
  return prometheus::TextSerializer().Serialize(families_->registry.Collect());
}

}  // namespace agent
