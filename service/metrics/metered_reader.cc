#include "service/metrics/metered_reader.h"

#include <string>
#include <utility>

namespace agent {
namespace {

std::string ReasonToOpen(const ReadRequest& request) {
  if (!request.cursor.has_value()) return "live";
  return *request.cursor == StreamId{} ? "start" : "cursor";
}

class Metered final : public LogReader {
 public:
  Metered(std::shared_ptr<LogReader> reader, ServiceMetrics* metrics)
      : reader_(std::move(reader)), metrics_(metrics) {}

  void Next(Callback<ReadBatch> done) override {
    reader_->Next([metrics = metrics_, done = std::move(done)](
                      absl::StatusOr<ReadBatch> batch) mutable {
      if (batch.ok()) {
        metrics->Relayed(static_cast<int64_t>(batch->chunks.size()));
      }
      if (!batch.ok() || batch->ended) metrics->StreamEnded(batch.status());
      std::move(done)(std::move(batch));
    });
  }

  std::optional<StreamId> Start() const override { return reader_->Start(); }
  void Cancel() override { reader_->Cancel(); }

 private:
  const std::shared_ptr<LogReader> reader_;
  ServiceMetrics* const metrics_;
};

}  // namespace

std::shared_ptr<LogReader> MeteredReader(std::shared_ptr<LogReader> reader,
                                         const ReadRequest& request,
                                         ServiceMetrics* metrics) {
  metrics->StreamOpened(ReasonToOpen(request));
  return std::make_shared<Metered>(std::move(reader), metrics);
}

}  // namespace agent
