// A reader, with what it delivers and how it ends counted.
#ifndef AGENT_SERVICE_METRICS_METERED_READER_H_
#define AGENT_SERVICE_METRICS_METERED_READER_H_

#include <memory>

#include "lib/log/log_reader.h"
#include "service/metrics/service_metrics.h"

namespace agent {

// `request` is what `reader` was made from. `metrics` must outlive it.
std::shared_ptr<LogReader> MeteredReader(std::shared_ptr<LogReader> reader,
                                         const ReadRequest& request,
                                         ServiceMetrics* metrics);

}  // namespace agent

#endif  // AGENT_SERVICE_METRICS_METERED_READER_H_
