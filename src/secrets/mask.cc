#include "secrets/mask.h"

#include <algorithm>
#include <vector>

#include "base/digest.h"
#include "base/text.h"

namespace drydock::secrets {
namespace {

// A line of a minified bundle has no useful end: this much on either side of the secret is looked at.
constexpr size_t kLineReach = 2048;

struct Piece {
  size_t begin, end;
};

}  // namespace

std::string mask(std::string_view secret, std::string_view key) {
  const size_t shown = std::min<size_t>(4, secret.size() / 4);
  return printable(secret.substr(0, shown)) + "...[" + std::to_string(secret.size()) + ":" +
         hex(hmac_sha256(key, secret)).substr(0, 8) + "]";
}

std::string keyed_hash(const Rule& rule, std::string_view secret, std::string_view key) {
  if (rule.kind != Kind::key_block) return hex(hmac_sha256(key, secret));
  std::string base64;
  for (size_t i = 0; i < secret.size(); ++i) {
    if (secret[i] == '\\')
      ++i;  // \n inside JSON
    else if (is_letter(secret[i]) || is_digit(secret[i]) || secret[i] == '+' || secret[i] == '/' || secret[i] == '=')
      base64 += secret[i];
  }
  return hex(hmac_sha256(key, base64));
}

std::string mask_line(std::string_view bytes, const Hit& shown, std::span<const Hit> all, size_t columns,
                      std::string_view key) {
  const size_t at = std::min<size_t>(shown.match.begin, bytes.size());
  size_t begin = at, end = at;
  while (begin > 0 && at - begin < kLineReach && bytes[begin - 1] != '\n') --begin;
  while (end < bytes.size() && end - at < kLineReach && bytes[end] != '\n') ++end;
  if (end > begin && end < bytes.size() && bytes[end] == '\n' && bytes[end - 1] == '\r') --end;

  // What must not be printed: every hit's own bytes, and the same bytes elsewhere on this line.
  std::vector<Piece> hidden;
  auto hide = [&](const Hit& hit) {
    if (hit.secret.begin < end && hit.secret.end > begin)
      hidden.push_back({std::max<size_t>(hit.secret.begin, begin), std::min<size_t>(hit.secret.end, end)});
    const std::string_view secret = hit.secret.of(bytes);
    if (secret.size() < 4) return;
    // Repeats are looked for in what may be shown and one secret's length beyond, never in the whole file.
    const std::string_view near = bytes.substr(0, std::min(bytes.size(), end + secret.size()));
    for (size_t found = near.find(secret, begin); found != std::string_view::npos && found < end;
         found = near.find(secret, found + secret.size()))
      hidden.push_back({found, std::min(found + secret.size(), end)});
  };
  hide(shown);
  // Only neighbours can share the line, and `all` may be long: the search for repeats is for them alone.
  for (const Hit& hit : all)
    if (hit.secret.begin < end && hit.secret.end > begin) hide(hit);
  std::ranges::sort(hidden, {}, &Piece::begin);

  std::string line;
  // A key block's base64 begins on a later line: then its header is in the middle.
  size_t from = begin, focus = at - begin, focus_end = focus;
  for (size_t i = 0; i < hidden.size();) {
    Piece piece = hidden[i];
    for (++i; i < hidden.size() && hidden[i].begin < piece.end; ++i) piece.end = std::max(piece.end, hidden[i].end);
    if (piece.begin > from) line += printable(bytes.substr(from, piece.begin - from));
    const bool is_shown = piece.begin <= shown.secret.begin && shown.secret.begin < piece.end;
    if (is_shown) focus = line.size();
    // A piece of a longer secret is masked as the whole, or its length would lie.
    line += mask(is_shown && shown.secret.size() >= piece.end - piece.begin
                     ? shown.secret.of(bytes)
                     : bytes.substr(piece.begin, piece.end - piece.begin),
                 key);
    if (is_shown) focus_end = line.size();
    from = piece.end;
  }
  if (end > from) line += printable(bytes.substr(from, end - from));
  if (line.size() <= columns) return line;

  const size_t width = std::min(columns, std::max<size_t>(columns, focus_end - focus));
  const size_t middle = (focus + focus_end) / 2;
  size_t first = middle > width / 2 ? middle - width / 2 : 0;
  first = std::min(first, line.size() - width);
  size_t last = first + width;
  // Not inside a UTF-8 sequence.
  while (first < last && (static_cast<uint8_t>(line[first]) & 0xc0) == 0x80) ++first;
  while (last < line.size() && last > first && (static_cast<uint8_t>(line[last]) & 0xc0) == 0x80) --last;
  return line.substr(first, last - first);
}

}  // namespace drydock::secrets
