#include "client/program/table.h"

#include <algorithm>

namespace agent::client {
namespace {

bool BeginsCharacter(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
}

size_t CountCharacters(const std::string& text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), BeginsCharacter));
}

}  // namespace

void Table::Add(std::vector<std::string> cells) {
  for (std::string& cell : cells) {
    std::replace(cell.begin(), cell.end(), '\n', ' ');
  }
  cells.resize(head_.size());
  rows_.push_back(std::move(cells));
}

std::string Table::Head() const { return Format(head_, Widths()); }

std::string Table::Body() const {
  const std::vector<size_t> widths = Widths();
  std::string body;
  for (const auto& row : rows_) body += Format(row, widths);
  return body;
}

std::vector<size_t> Table::Widths() const {
  std::vector<size_t> widths;
  for (size_t i = 0; i < head_.size(); ++i) {
    size_t width = head_[i].size();
    for (const auto& row : rows_) {
      width = std::max(width, CountCharacters(row[i]));
    }
    widths.push_back(width);
  }
  return widths;
}

std::string Table::Format(const std::vector<std::string>& cells,
                          const std::vector<size_t>& widths) {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) {
    line += cells[i];
    if (i + 1 == cells.size()) break;
    line.append(widths[i] - CountCharacters(cells[i]) + 2, ' ');
  }
  return line + "\n";
}

std::string Shorten(const std::string& text, size_t characters) {
  if (CountCharacters(text) <= characters) return text;
  size_t left = characters;  // the last is the mark's
  size_t end = 0;
  while (end < text.size() && (!BeginsCharacter(text[end]) || --left > 0)) {
    ++end;
  }
  return text.substr(0, end) + "…";
}

}  // namespace agent::client
