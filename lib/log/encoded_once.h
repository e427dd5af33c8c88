// What something immutable looks like on the wire, made once for all who send
// it.
#ifndef AGENT_LIB_LOG_ENCODED_ONCE_H_
#define AGENT_LIB_LOG_ENCODED_ONCE_H_

#include <atomic>
#include <memory>
#include <string>

namespace agent {

// Empty until someone asks. A copy begins empty: it may be changed before it is
// shared. Thread-safe once shared.
class EncodedOnce {
 public:
  EncodedOnce() = default;
  EncodedOnce(const EncodedOnce&) {}
  EncodedOnce& operator=(const EncodedOnce&) {
    delete bytes_.exchange(nullptr);
    return *this;
  }
  ~EncodedOnce() { delete bytes_.load(); }

  // Lives as long as this. Threads that ask at once may each call `encode`,
  // which makes the same every time; one result stays.
  template <typename Encode>
  const std::string& Get(Encode encode) const {
    const std::string* bytes = bytes_.load();
    if (bytes != nullptr) return *bytes;
    auto made = std::make_unique<const std::string>(encode());
    if (bytes_.compare_exchange_strong(bytes, made.get())) {
      bytes = made.release();
    }
    return *bytes;
  }

 private:
  mutable std::atomic<const std::string*> bytes_{nullptr};
};

}  // namespace agent

#endif  // AGENT_LIB_LOG_ENCODED_ONCE_H_
