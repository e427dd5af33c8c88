#include "tests/chaos/cluster/nemesis.h"

#include <utility>

#include "absl/time/clock.h"
#include "lib/base/status_macros.h"

namespace agent::chaos {
namespace {

constexpr absl::Duration kTick = absl::Milliseconds(3);
// Until the next try, when nothing was free.
constexpr absl::Duration kRetry = absl::Milliseconds(50);
constexpr absl::Duration kHealTimeout = absl::Seconds(90);

constexpr absl::Duration kMaxNodeDown = absl::Milliseconds(1500);
constexpr absl::Duration kMaxRedisDown = absl::Milliseconds(800);
// After one power loss in three Redis is killed again, so soon that the rewrite
// of its file may not be done: torn blocks then come back.
constexpr double kSecondBlow = 1.0 / 3;
constexpr absl::Duration kMaxUntilSecondBlow = absl::Milliseconds(1000);

}  // namespace

Nemesis::Nemesis(Cluster* cluster, FaultLog* log, NemesisOptions options)
    : cluster_(cluster),
      log_(log),
      options_(std::move(options)),
      random_(options_.seed),
      keeper_(cluster),
      next_strike_(absl::InfiniteFuture()),
      link_busy_(static_cast<size_t>(cluster->size())) {
  if (options_.kinds.empty()) return;
  schedule_ = std::make_unique<FaultSchedule>(options_.kinds, options_.interval,
                                              &random_);
  next_strike_ = absl::Now() + schedule_->Pause();
}

Nemesis::~Nemesis() = default;

absl::Status Nemesis::Run(const std::function<bool()>& done) {
  while (!done()) {
    RETURN_IF_ERROR(Tick());
    if (absl::Now() >= next_strike_) RETURN_IF_ERROR(StrikeNext());
    absl::SleepFor(kTick);
  }
  return absl::OkStatus();
}

absl::Status Nemesis::Keep(const std::function<bool()>& done) {
  while (!done()) {
    RETURN_IF_ERROR(Tick());
    absl::SleepFor(kTick);
  }
  return absl::OkStatus();
}

absl::Status Nemesis::Heal() {
  const absl::Time deadline = absl::Now() + kHealTimeout;
  while (!mendings_.empty() || !keeper_.AllUp()) {
    if (absl::Now() > deadline) {
      return absl::DeadlineExceededError("the cluster does not come up again");
    }
    keeper_.Hurry();
    RETURN_IF_ERROR(Tick());
    absl::SleepFor(kTick);
  }
  return absl::OkStatus();
}

absl::Status Nemesis::Tick() {
  RETURN_IF_ERROR(MendDue());
  return keeper_.Tick();
}

absl::Status Nemesis::MendDue() {
  while (!mendings_.empty() && mendings_.begin()->first <= absl::Now()) {
    // It may add others.
    const Mending act = std::move(mendings_.begin()->second);
    mendings_.erase(mendings_.begin());
    RETURN_IF_ERROR(act());
  }
  return absl::OkStatus();
}

absl::Status Nemesis::StrikeNext() {
  const FaultKind kind = schedule_->Next();
  ASSIGN_OR_RETURN(const bool struck, Strike(kind));
  if (!struck) schedule_->Defer(kind);
  next_strike_ = absl::Now() + (struck ? schedule_->Pause() : kRetry);
  return absl::OkStatus();
}

absl::StatusOr<bool> Nemesis::Strike(FaultKind kind) {
  open_runs_ = options_.open_runs ? options_.open_runs() : 0;
  switch (kind) {
    case FaultKind::kNodeKill:
    case FaultKind::kNodePause:
    case FaultKind::kNodeDrain:
      return StrikeNode(kind);
    case FaultKind::kDropConnections:
    case FaultKind::kLostReplies:
    case FaultKind::kStall:
    case FaultKind::kCutOff:
      return StrikeLink(kind);
    case FaultKind::kRedisKill:
    case FaultKind::kRedisPause:
    case FaultKind::kPowerLoss:
    case FaultKind::kScriptFlush:
      return StrikeRedis(kind);
    case FaultKind::kTornScript:
      return TearScript();
    case FaultKind::kUsurper:
      return Usurp();
  }
  return false;
}

bool Nemesis::StrikeNode(FaultKind kind) {
  const auto node = PickNode([&](int i) { return keeper_.Up(i); });
  if (!node.has_value()) return false;
  const size_t fault = Note(kind, *node);
  const auto healed = [this, fault] { log_->Heal(fault, absl::Now()); };
  if (kind == FaultKind::kNodeKill) {
    keeper_.Kill(*node,
                 RandomDuration(absl::ZeroDuration(), kMaxNodeDown, &random_),
                 healed);
  } else if (kind == FaultKind::kNodePause) {
    keeper_.Pause(*node, Leases(1, 2.5), healed);
  } else {
    keeper_.Drain(*node, healed);
  }
  return true;
}

bool Nemesis::StrikeLink(FaultKind kind) {
  // A link without a living node behind it would be no fault at all.
  const auto node = PickNode([&](int i) {
    return keeper_.Up(i) && !link_busy_[static_cast<size_t>(i)];
  });
  if (!node.has_value()) return false;
  const size_t fault = Note(kind, *node);
  FaultProxy& proxy = cluster_->proxy();
  if (kind == FaultKind::kDropConnections) {
    proxy.Drop(*node);
    log_->Heal(fault, absl::Now());
    return true;
  }
  proxy.SetMood(*node, {.stalled = kind == FaultKind::kStall,
                        .loses_replies = kind == FaultKind::kLostReplies,
                        .refuses = kind == FaultKind::kCutOff});
  if (kind == FaultKind::kCutOff) proxy.Drop(*node);
  link_busy_[static_cast<size_t>(*node)] = true;
  After(Leases(0.2, 2.5), [this, fault, index = *node] {
    cluster_->proxy().SetMood(index, {});
    link_busy_[static_cast<size_t>(index)] = false;
    log_->Heal(fault, absl::Now());
    return absl::OkStatus();
  });
  return true;
}

absl::StatusOr<bool> Nemesis::StrikeRedis(FaultKind kind) {
  if (redis_busy_) return false;
  if (kind == FaultKind::kScriptFlush) {
    const size_t fault = Note(kind);
    RETURN_IF_ERROR(cluster_->redis().Command({"SCRIPT", "FLUSH"}).status());
    log_->Heal(fault, absl::Now());
    return true;
  }
  redis_busy_ = true;
  if (kind != FaultKind::kRedisPause) {
    RETURN_IF_ERROR(EndRedis(kind));
    return true;
  }
  const size_t fault = Note(kind);
  cluster_->redis().Pause();
  After(Leases(0.2, 2), [this, fault] {
    cluster_->redis().Resume();
    redis_busy_ = false;
    log_->Heal(fault, absl::Now());
    return absl::OkStatus();
  });
  return true;
}

absl::Status Nemesis::EndRedis(FaultKind kind) {
  open_runs_ = options_.open_runs ? options_.open_runs() : 0;
  Fault fault = MakeFault(kind);
  RedisEnd end;
  if (kind == FaultKind::kPowerLoss) {
    ASSIGN_OR_RETURN(end, cluster_->redis().LosePower(&random_));
  } else {
    end = cluster_->redis().Kill();
  }
  fault.detail = end.detail;
  fault.kept_until = end.kept_until;
  const size_t id = log_->Strike(std::move(fault));
  After(RandomDuration(absl::ZeroDuration(), kMaxRedisDown, &random_),
        [this, kind, id] { return StartRedis(kind, id); });
  return absl::OkStatus();
}

absl::Status Nemesis::StartRedis(FaultKind kind, size_t fault) {
  RETURN_IF_ERROR(cluster_->redis().Restart());
  log_->Heal(fault, absl::Now());
  const bool again = kind == FaultKind::kPowerLoss &&
                     std::bernoulli_distribution(kSecondBlow)(random_);
  if (!again) {
    redis_busy_ = false;
    return absl::OkStatus();
  }
  After(RandomDuration(absl::ZeroDuration(), kMaxUntilSecondBlow, &random_),
        [this] { return EndRedis(FaultKind::kRedisKill); });
  return absl::OkStatus();
}

Fault Nemesis::MakeFault(FaultKind kind, int node) const {
  Fault fault;
  fault.kind = kind;
  fault.node = node;
  fault.begin = absl::Now();
  fault.open_runs = open_runs_;
  return fault;
}

size_t Nemesis::Note(FaultKind kind, int node) {
  return log_->Strike(MakeFault(kind, node));
}

void Nemesis::After(absl::Duration delay, Mending act) {
  mendings_.emplace(absl::Now() + delay, std::move(act));
}

absl::Duration Nemesis::Leases(double least, double most) {
  const absl::Duration lease = cluster_->options().lease;
  return RandomDuration(least * lease, most * lease, &random_);
}

std::optional<int> Nemesis::PickNode(const std::function<bool(int)>& free) {
  std::vector<int> candidates;
  for (int i = 0; i < cluster_->size(); ++i) {
    if (free(i)) candidates.push_back(i);
  }
  if (candidates.empty()) return std::nullopt;
  return candidates[std::uniform_int_distribution<size_t>(
      0, candidates.size() - 1)(random_)];
}

}  // namespace agent::chaos
