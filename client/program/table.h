// Rows in aligned columns.
#ifndef AGENT_CLIENT_PROGRAM_TABLE_H_
#define AGENT_CLIENT_PROGRAM_TABLE_H_

#include <string>
#include <utility>
#include <vector>

namespace agent::client {

// Threads: thread-compatible.
class Table {
 public:
  explicit Table(std::vector<std::string> head) : head_(std::move(head)) {}

  // As many cells as the head has; line breaks become spaces.
  void Add(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  std::string Head() const;
  std::string Body() const;

 private:
  std::vector<size_t> Widths() const;
  static std::string Format(const std::vector<std::string>& cells,
                            const std::vector<size_t>& widths);

  std::vector<std::string> head_;
  std::vector<std::vector<std::string>> rows_;
};

// `text` in at most `characters` characters, the last one `…` if it was longer.
std::string Shorten(const std::string& text, size_t characters);

}  // namespace agent::client

#endif  // AGENT_CLIENT_PROGRAM_TABLE_H_
