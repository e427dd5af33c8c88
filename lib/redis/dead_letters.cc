#include "lib/redis/dead_letters.h"

#include <memory>
#include <utility>

#include "lib/base/logging.h"
#include "lib/redis/key_schema.h"
#include "lib/redis/lifetimes.h"

namespace agent {
namespace {

constexpr char kMaxLetters[] = "10000";

void LogOwed(const DeadLetter& letter, const absl::Status& status) {
  LogWarning("a dead letter could not be written; it is still owed",
             {{"run_id", letter.run_id}, {"status", status}});
}

}  // namespace

void DeadLetters::Write(const std::vector<DeadLetter>& letters,
                        absl::AnyInvocable<void() &&> then) {
  if (letters.empty()) return std::move(then)();
  // Answers come one at a time.
  struct Join {
    size_t left;
    absl::AnyInvocable<void() &&> then;
  };
  auto join = std::make_shared<Join>(Join{letters.size(), std::move(then)});
  const auto done = [join] {
    if (--join->left == 0) std::move(join->then)();
  };
  for (const DeadLetter& letter : letters) {
    client_->Run(scripts_->bury, {keys::Dead(letter.agent)},
                 {kMaxLetters, letter.conversation_id, letter.run_id,
                  std::to_string(letter.failures)},
                 [this, letter, done](const absl::StatusOr<Reply>& reply) {
                   if (reply.ok()) return Strike(letter, done);
                   LogOwed(letter, reply.status());
                   done();
                 });
  }
}

void DeadLetters::Strike(const DeadLetter& letter,
                         absl::AnyInvocable<void()> done) {
  std::vector<std::string> args = LifetimeArgs(limits_);
  args.push_back(letter.run_id);
  client_->Run(scripts_->buried, keys::OfConversation(letter.conversation_id),
               std::move(args),
               [letter, done = std::move(done)](
                   const absl::StatusOr<Reply>& reply) mutable {
                 if (!reply.ok()) LogOwed(letter, reply.status());
                 done();
               });
}

}  // namespace agent
