// The rows of the table of settings that say where the service listens, and who
// may ask there.
#ifndef AGENT_SERVICE_ADDRESS_SETTINGS_H_
#define AGENT_SERVICE_ADDRESS_SETTINGS_H_

#include <vector>

#include "service/setting_table.h"

namespace agent {

std::vector<Setting> AddressSettings();

}  // namespace agent

#endif  // AGENT_SERVICE_ADDRESS_SETTINGS_H_
