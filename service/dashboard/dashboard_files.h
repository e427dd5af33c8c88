// The dashboard: a page for people that shows what the agents are doing, made
// of static files that are built into the binary. It uses the HTTP API alone,
// and works without any other host.
#ifndef AGENT_SERVICE_DASHBOARD_DASHBOARD_FILES_H_
#define AGENT_SERVICE_DASHBOARD_DASHBOARD_FILES_H_

#include "service/http/static_files.h"

namespace agent {

// The page at "/", what it loads below "/dashboard/". Every file has an ETag,
// and a policy under which nothing but these files is ever run.
StaticFiles DashboardFiles();

}  // namespace agent

#endif  // AGENT_SERVICE_DASHBOARD_DASHBOARD_FILES_H_
