#include "service/service_process.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

#include "absl/time/clock.h"
#include "lib/base/callback.h"
#include "lib/base/clock.h"
#include "lib/base/logging.h"
#include "lib/base/mutex.h"
#include "lib/base/random.h"
#include "lib/base/status_macros.h"
#include "service/dashboard/dashboard_files.h"
#include "service/metrics/metered_reader.h"
#include "service/metrics/metered_store.h"
#include "service/metrics/metrics_route.h"
#include "service/setting_values.h"

namespace agent {
namespace {

// Of the drain's time: what the end itself may take, after the waiting.
constexpr absl::Duration kFarewell = absl::Seconds(2);
// How long a start waits until others can see the agents, and how often it
// looks.
constexpr absl::Duration kAnnounceBound = absl::Seconds(5);
constexpr absl::Duration kAnnounceLook = absl::Milliseconds(2);
// HTTP connections beside those that stream.
constexpr int64_t kOtherConnections = 1000;

RedisOptions ToRedisOptions(const RedisAddress& address) {
  RedisOptions options;
  options.address = address;
  return options;
}

ReaderOptions ToReaderOptions(const Settings& settings) {
  ReaderOptions options;
  options.outage_hold = settings.store_outage_hold;
  options.lost_tail_hold = 2 * settings.limits.lease;
  return options;
}

ServerOptions ToServerOptions(const Settings& settings) {
  ServerOptions options;
  options.listen = settings.grpc_listen;
  options.max_message_bytes = settings.limits.max_message_bytes;
  return options;
}

GatewayOptions ToGatewayOptions(const Settings& settings) {
  GatewayOptions options;
  options.server.listen = settings.http_listen;
  HttpServerLimits& limits = options.server.limits;
  // Room for the other fields, and for what JSON writes as escapes: a message
  // that is somewhat too long is told so by name.
  limits.max_body_bytes =
      2 * static_cast<size_t>(settings.limits.max_message_bytes) +
      (size_t{1} << 20);
  limits.max_connections = settings.max_streams + kOtherConnections;
  options.origins.loopback = IsLocalAddress(settings.http_listen);
  options.origins.listen_host = HostOfAuthority(settings.http_listen);
  options.origins.allowed_hosts = settings.http_allowed_hosts;
  options.origins.allowed_origins = settings.http_allowed_origins;
  options.wait_limit = settings.http_wait_timeout;
  return options;
}

}  // namespace

struct ServiceProcess::WorkerSlot {
  Mutex mu;
  Worker* worker ABSL_GUARDED_BY(mu) = nullptr;
};

absl::StatusOr<std::unique_ptr<RedisStore>> OpenRedisStore(
    const RedisOptions& redis, const RunLimits& limits) {
  return RedisStore::Open(redis, limits);
}

absl::StatusOr<std::unique_ptr<ServiceProcess>> ServiceProcess::Start(
    Settings settings, std::vector<std::shared_ptr<Agent>> agents,
    const StoreOpener& open_store) {
  std::unique_ptr<ServiceProcess> process(
      new ServiceProcess(std::move(settings)));
  RETURN_IF_ERROR(process->OpenStore(open_store));
  if (process->settings_.serves()) {
    RETURN_IF_ERROR(process->StartServer(agents));
    RETURN_IF_ERROR(process->StartHttp());
  }
  if (process->settings_.works()) {
    std::vector<std::string> names;
    for (const auto& agent : agents) names.push_back(agent->name());
    process->StartWorker(std::move(agents));
    process->AwaitAnnounced(names);
  }
  return process;
}

ServiceProcess::ServiceProcess(Settings settings)
    : settings_(std::move(settings)),
      streams_(settings_.max_streams),
      slot_(std::make_shared<WorkerSlot>()) {}

ServiceProcess::~ServiceProcess() { DrainWithin(absl::ZeroDuration()); }

std::string ServiceProcess::address() const {
  return server_ == nullptr ? "" : server_->address();
}

std::string ServiceProcess::http_address() const {
  return http_ == nullptr ? "" : http_->address();
}

absl::Status ServiceProcess::OpenStore(const StoreOpener& open_store) {
  RedisAddress address = settings_.redis;
  if (settings_.embedded_redis) {
    ASSIGN_OR_RETURN(embedded_, EmbeddedRedis::Start(settings_.data_dir));
    address = embedded_->address();
  }
  auto store = open_store(ToRedisOptions(address), settings_.limits);
  if (absl::IsUnavailable(store.status())) {
    return absl::UnavailableError("cannot reach Redis at " + Redacted(address));
  }
  RETURN_IF_ERROR(store.status());
  store_ = MeteredStore(*std::move(store), &metrics_, &attempts_);
  hub_ = TailHub::Create(&store_->log(), &store_->wakes(), &timers_, {});
  return absl::OkStatus();
}

absl::Status ServiceProcess::StartServer(
    const std::vector<std::shared_ptr<Agent>>& agents) {
  ApiServices services{.runs = &store_->runs(),
                       .directory = &store_->agents(),
                       .hub = hub_.get(),
                       .timers = &timers_,
                       .own_agents = {},
                       .wrap_reader = [this](std::shared_ptr<LogReader> reader,
                                             const ReadRequest& request) {
                         return MeteredReader(std::move(reader), request,
                                              &metrics_);
                       }};
  for (const auto& agent : agents) services.own_agents.push_back(agent->name());
  api_ = std::make_unique<AgentApi>(std::move(services), settings_.limits,
                                    ToReaderOptions(settings_));
  ASSIGN_OR_RETURN(server_,
                   AgentServer::Start(ToServerOptions(settings_), api_.get(),
                                      &streams_, &timers_));
  readiness_ = std::make_unique<Readiness>(
      [store = store_.get()] { return store->Health(); },
      [server = server_.get()](bool serving) { server->SetServing(serving); },
      &timers_);
  return absl::OkStatus();
}

absl::Status ServiceProcess::StartHttp() {
  if (settings_.http_listen.empty()) return absl::OkStatus();
  GatewayServices services;
  services.api = api_.get();
  services.streams = &streams_;
  services.health = [store = store_.get()] { return store->Health(); };
  services.files = DashboardFiles();
  services.add_routes = [this](Router* router) {
    AddMetricsRoute({&metrics_, store_.get(), &streams_}, router);
  };
  ASSIGN_OR_RETURN(http_, HttpGateway::Start(ToGatewayOptions(settings_),
                                             std::move(services)));
  return absl::OkStatus();
}

void ServiceProcess::StartWorker(std::vector<std::shared_ptr<Agent>> agents) {
  WorkerOptions options;
  options.worker_id = RandomId();
  options.max_concurrent_runs = settings_.max_concurrent_runs;
  options.limits = settings_.limits;
  WorkerServices services;
  services.runs = &store_->runs();
  services.work = &store_->work();
  services.directory = &store_->agents();
  services.timers = &timers_;
  services.on_stored = [hub = hub_.get()](std::string_view conversation_id,
                                          std::vector<ChunkPtr> chunks) {
    hub->OnStored(conversation_id, std::move(chunks));
  };
  services.on_attempt_over = [this](const std::string& run_id) {
    attempts_.Over(run_id);
  };
  services.watch = [hub = hub_.get()](std::string_view conversation_id,
                                      std::function<void()> look) {
    return hub->WatchRecord(conversation_id, std::move(look));
  };
  worker_ =
      Worker::Start(std::move(options), std::move(services), std::move(agents));
  {
    MutexLock lock(&slot_->mu);
    slot_->worker = worker_.get();
  }
  store_->OnRestart([slot = slot_] {
    MutexLock lock(&slot->mu);
    if (slot->worker != nullptr) slot->worker->OnStoreRestart();
  });
}

void ServiceProcess::AwaitAnnounced(const std::vector<std::string>& names) {
  const absl::Time deadline = absl::Now() + kAnnounceBound;
  const auto known = [&] {
    const auto agents = Await<std::vector<AgentInfo>>(
        [&](Callback<std::vector<AgentInfo>> done) {
          store_->agents().List(std::move(done));
        });
    return agents.ok() &&
           std::all_of(
               names.begin(), names.end(), [&](const std::string& name) {
                 return std::any_of(
                     agents->begin(), agents->end(),
                     [&](const AgentInfo& a) { return a.name == name; });
               });
  };
  while (!known()) {
    if (absl::Now() > deadline) {
      LogWarning("the agents are not announced yet");
      return;
    }
    absl::SleepFor(kAnnounceLook);
  }
}

void ServiceProcess::Drain() {
  const absl::Duration reserve =
      std::min(kFarewell, settings_.drain_timeout / 4);
  DrainWithin(settings_.drain_timeout - reserve);
}

void ServiceProcess::DrainWithin(absl::Duration patience) {
  // Not by the wall clock, which may be set meanwhile.
  const auto left = [until = std::chrono::steady_clock::now() +
                             ToChrono(patience)] {
    return absl::FromChrono(until - std::chrono::steady_clock::now());
  };
  // First: who is told that we drain is also told to leave its connection.
  if (http_ != nullptr) http_->BeginDrain();
  if (server_ != nullptr) server_->BeginDrain();
  // Readers stay meanwhile: they see the ends of the runs that end here.
  if (worker_ != nullptr) worker_->Drain(patience);
  readiness_.reset();
  if (server_ != nullptr) server_->Drain(left());
  if (http_ != nullptr) http_->Stop();
  http_.reset();
  {
    MutexLock lock(&slot_->mu);
    slot_->worker = nullptr;
  }
  // The worker itself goes last: it waits for agents that do not stop.
}

void ServiceProcess::StopEmbeddedRedis() { embedded_.reset(); }

}  // namespace agent
