// What becomes of the memory that large messages took.
#ifndef AGENT_SERVICE_LARGE_BLOCKS_H_
#define AGENT_SERVICE_LARGE_BLOCKS_H_

namespace agent {

// From now on large blocks go back to the system when they are freed. glibc
// otherwise takes the first that is freed as a sign that more will come, and
// keeps what a run of many megabytes needed, for each thread that had one.
void ReturnLargeBlocks();

}  // namespace agent

#endif  // AGENT_SERVICE_LARGE_BLOCKS_H_
