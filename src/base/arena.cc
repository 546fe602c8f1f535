#include "base/arena.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace drydock {
namespace {
constexpr size_t kChunk = 16 * 1024;  // a typical configuration file's tree fits in one or two
}

Arena::Arena(Arena&& other) noexcept
    : chunks_(std::exchange(other.chunks_, nullptr)),
      free_(std::exchange(other.free_, nullptr)),
      end_(std::exchange(other.end_, nullptr)),
      allocated_(std::exchange(other.allocated_, 0)) {}

Arena& Arena::operator=(Arena&& other) noexcept {
  std::swap(chunks_, other.chunks_);
  std::swap(free_, other.free_);
  std::swap(end_, other.end_);
  std::swap(allocated_, other.allocated_);
  return *this;
}

Arena::~Arena() {
  while (chunks_) std::free(std::exchange(chunks_, chunks_->previous));
}

void* Arena::allocate(size_t size, size_t align) {
  allocated_ += size;
  size_t padding = (align - reinterpret_cast<uintptr_t>(free_) % align) % align;
  auto left = static_cast<size_t>(end_ - free_);
  if (free_ == nullptr || padding > left || size > left - padding) {
    constexpr size_t kHeader = sizeof(std::max_align_t);
    static_assert(sizeof(Chunk) <= kHeader);
    // A large piece gets a chunk of its own and the current one stays in use.
    size_t room = std::max(size, kChunk - kHeader);
    auto* memory = static_cast<std::byte*>(std::malloc(kHeader + room));
    if (memory == nullptr) throw std::bad_alloc();
    if (room > kChunk && chunks_ != nullptr) {
      auto* chunk = new (memory) Chunk{chunks_->previous};
      chunks_->previous = chunk;
      return memory + kHeader;
    }
    chunks_ = new (memory) Chunk{chunks_};
    free_ = memory + kHeader;
    end_ = free_ + room;
    padding = 0;
  }
  std::byte* piece = free_ + padding;
  free_ = piece + size;
  return piece;
}

std::string_view Arena::copy(std::string_view text) { return join(text, {}); }

std::string_view Arena::join(std::string_view a, std::string_view b, std::string_view c, std::string_view d) {
  size_t size = a.size() + b.size() + c.size() + d.size();
  if (size == 0) return {};
  auto* to = static_cast<char*>(allocate(size, 1));
  char* at = to;
  for (std::string_view piece : {a, b, c, d}) at = std::copy(piece.begin(), piece.end(), at);
  return {to, size};
}

}  // namespace drydock
